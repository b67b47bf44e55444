package guestcheck

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
)

// TypeScript reads a module: its exports.
//
// Errors: *SyntaxError; otherwise what bundler.Plain gives.
func TypeScript(ctx context.Context, source []byte) (*Member, error) {
	plain, err := bundler.Plain(ctx, source)
	if broken, ok := errors.AsType[*bundler.BrokenError](err); ok {
		return nil, &SyntaxError{Message: broken.Reason}
	}
	if err != nil {
		return nil, err
	}
	if plain.Wrong != nil {
		return nil, &SyntaxError{plain.Wrong.Line, plain.Wrong.Text}
	}
	return module(plain.Code, source)
}

// JavaScript reads a module: its exports.
//
// Errors: *SyntaxError.
func JavaScript(_ context.Context, source []byte) (*Member, error) { return module(source, source) }

// module reads plain JavaScript; lines are looked for in what its author wrote.
func module(plain, source []byte) (*Member, error) {
	ast, err := js.Parse(parse.NewInputBytes(append([]byte(nil), plain...)), js.Options{})
	if err != nil {
		if e, ok := err.(*parse.Error); ok {
			return nil, &SyntaxError{e.Line, e.Message}
		}
		return nil, &SyntaxError{Message: err.Error()}
	}
	m := &jsModule{lines: strings.Split(string(source), "\n"), top: map[string]js.IExpr{}}
	m.collect(ast.List)
	out := &Member{}
	for _, stmt := range ast.List {
		if export, ok := stmt.(*js.ExportStmt); ok {
			m.export(out, export)
		}
	}
	return out, nil
}

// A jsModule is a module that is being read.
type jsModule struct {
	lines []string
	// top are the names declared at the top level, with what they stand for.
	top map[string]js.IExpr
	// depth is how far value is inside of itself, members how often it was
	// called: objects may have each other as members.
	depth, members int
}

// Bounds of what is looked at; what lies beyond is unknown.
const (
	maxDepth   = 100
	maxMembers = 2000
)

// collect notes what the module's own names stand for.
func (m *jsModule) collect(list []js.IStmt) {
	for _, stmt := range list {
		var node js.INode = stmt
		if export, ok := stmt.(*js.ExportStmt); ok && export.Decl != nil {
			node = export.Decl
		}
		switch d := node.(type) {
		case *js.FuncDecl:
			if d.Name != nil {
				m.top[string(d.Name.Data)] = d
			}
		case *js.ClassDecl:
			if d.Name != nil {
				m.top[string(d.Name.Data)] = d
			}
		case *js.VarDecl:
			for _, e := range d.List {
				if v, ok := e.Binding.(*js.Var); ok {
					m.top[string(v.Data)] = e.Default
				}
			}
		}
	}
}

// export adds what one export statement exports.
func (m *jsModule) export(out *Member, export *js.ExportStmt) {
	switch {
	case export.Default:
		out.Members = append(out.Members, m.value("default", export.Decl))
	case export.Decl != nil:
		switch d := export.Decl.(type) {
		case *js.FuncDecl:
			out.Members = append(out.Members, m.value(string(d.Name.Data), d))
		case *js.ClassDecl:
			out.Members = append(out.Members, m.value(string(d.Name.Data), d))
		case *js.VarDecl:
			for _, e := range d.List {
				if v, ok := e.Binding.(*js.Var); ok {
					out.Members = append(out.Members, m.value(string(v.Data), e.Default))
				} else {
					out.Open = true
				}
			}
		}
	case export.Module != nil:
		for _, alias := range export.List {
			if name := string(alias.Binding); name == "*" || name == "" {
				out.Open = true
			} else {
				out.Members = append(out.Members, Member{Name: unquote(name), Kind: Unknown})
			}
		}
	default:
		for _, alias := range export.List {
			name, local := string(alias.Binding), string(alias.Name)
			if local == "" {
				local = name
			}
			value, own := m.top[local]
			if !own {
				out.Members = append(out.Members, Member{Name: unquote(name), Kind: Unknown})
				continue
			}
			out.Members = append(out.Members, m.value(unquote(name), value))
		}
	}
}

// value describes what a name stands for.
func (m *jsModule) value(name string, e js.IExpr) Member {
	out := Member{Name: name, Kind: Unknown}
	if m.depth == maxDepth || m.members == maxMembers {
		return out
	}
	m.depth++
	m.members++
	defer func() { m.depth-- }()
	switch e := e.(type) {
	case *js.GroupExpr:
		return m.value(name, e.X)
	case *js.Var:
		if value, own := m.top[string(e.Data)]; own && value != e {
			if _, alias := value.(*js.Var); !alias {
				return m.value(name, value)
			}
		}
	case *js.FuncDecl:
		m.function(&out, e.Params, e.Async)
	case *js.ArrowFunc:
		m.function(&out, e.Params, e.Async)
	case *js.MethodDecl:
		m.function(&out, e.Params, e.Async)
	case *js.ObjectExpr:
		out.Kind = Object
		for _, p := range e.List {
			if p.Spread || p.Name == nil || p.Name.Computed != nil {
				if method, ok := p.Value.(*js.MethodDecl); ok && method.Name.Computed == nil {
					out.Members = append(out.Members, m.value(unquote(string(method.Name.Literal.Data)), method))
					continue
				}
				out.Open = true
				continue
			}
			out.Members = append(out.Members, m.value(unquote(string(p.Name.Literal.Data)), p.Value))
		}
	case *js.ClassDecl:
		out.Kind, out.Open = Class, e.Extends != nil
		for _, item := range e.List {
			if d := item.Method; d != nil && d.Name.Computed == nil && d.Name.Private == nil && !d.Get && !d.Set {
				out.Members = append(out.Members, m.value(unquote(string(d.Name.Literal.Data)), d))
			} else if d == nil && item.StaticBlock == nil && item.Field.Name.Computed == nil && item.Field.Name.Private == nil {
				out.Members = append(out.Members, m.value(unquote(string(item.Field.Name.Literal.Data)), item.Field.Init))
			}
		}
	}
	m.locate(&out)
	return out
}

func (m *jsModule) function(out *Member, params js.Params, async bool) {
	out.Kind, out.Async, out.Rest = Function, async, params.Rest != nil
	for i, p := range params.List {
		name := "…"
		if v, ok := p.Binding.(*js.Var); ok {
			name = string(v.Data)
		}
		out.Params = append(out.Params, name)
		if p.Default == nil {
			out.Required = i + 1
		}
	}
}

// locate finds the member in the text, since the parser keeps no positions:
// the first line that looks like its definition.
func (m *jsModule) locate(out *Member) {
	name := regexp.QuoteMeta(out.Name)
	for _, pattern := range []string{
		`\b(?:function\*?|class|const|let|var)\s+` + name + `\b`,
		`^\s*(?:async\s+|static\s+)*["']?` + name + `["']?\s*[(:=]`,
	} {
		at := regexp.MustCompile(pattern)
		for i, line := range m.lines {
			if at.MatchString(line) {
				out.Line, out.Head = i+1, 1
				out.Text = m.block(i)
				return
			}
		}
	}
}

// block returns the lines from one that opens a block to the one, as far
// indented, that closes it.
func (m *jsModule) block(first int) string {
	line := m.lines[first]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if !strings.HasSuffix(strings.TrimRight(line, " \t\r"), "{") {
		return line
	}
	for i := first + 1; i < len(m.lines); i++ {
		if strings.HasPrefix(m.lines[i], indent+"}") {
			return strings.Join(m.lines[first:i+1], "\n")
		}
	}
	return line
}

// unquote takes the quotation marks off a property's name.
func unquote(name string) string {
	if len(name) >= 2 && (name[0] == '"' || name[0] == '\'') {
		return name[1 : len(name)-1]
	}
	return name
}
