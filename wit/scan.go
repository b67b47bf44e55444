package wit

import "strings"

// A decl is one declaration found in WIT text: what it is called and where.
type decl struct {
	kind  declKind
	name  string
	outer string // the resource of a method, static or constructor
	pos   Position
	end   Position // the closing brace of a container
	path  bool     // name is the path of an interface
	gates []string // features that must all be asked for
	items []*decl
}

type declKind uint8

const (
	declInterface declKind = iota
	declWorld
	declType // record, variant, enum, flags, type, resource, or one name of a use
	declFunc
	declImport // of a world: an inline interface or a function
	declExport
)

// A scanPackage is what one package's text declares.
type scanPackage struct {
	id    string // "ns:name@version"; empty until its header is met
	items []*decl
}

// A scanner finds the declarations of WIT text and their positions. The text
// has been accepted by the parser before; what the scanner itself cannot
// follow it reports, so that nothing is passed over in silence.
type scanner struct {
	lex      *lexer
	tok      token
	current  *scanPackage
	packages []*scanPackage
	aliases  map[string]string // of the file's own use items
	err      *Error
}

// scan returns the packages of all files; the first is the root package.
func scan(src *source) ([]*scanPackage, error) {
	var packages []*scanPackage
	groups := make(map[string]*scanPackage)
	for _, f := range src.files {
		group := groups[f.group]
		if group == nil {
			group = &scanPackage{}
			groups[f.group] = group
			packages = append(packages, group)
		}
		s := &scanner{lex: newLexer(src.show(f.name), f.text), current: group, aliases: make(map[string]string)}
		before := len(group.items)
		s.advance()
		s.file()
		if s.err != nil {
			return nil, s.err
		}
		s.resolveAliases(group.items[before:])
		for _, nested := range s.packages {
			s.resolveAliases(nested.items)
		}
		packages = append(packages, s.packages...)
	}
	return packages, nil
}

func (s *scanner) advance() { s.tok = s.lex.next() }

// take returns the current token and moves on.
func (s *scanner) take() token {
	t := s.tok
	s.advance()
	return t
}

// accept moves past the given token if it is the current one.
func (s *scanner) accept(text string) bool {
	if !s.tok.is(text) {
		return false
	}
	s.advance()
	return true
}

func (s *scanner) fail() {
	if s.err == nil {
		met := `"` + s.tok.text + `"`
		if s.tok.kind == tokenEOF {
			met = "the end of the file"
		}
		s.err = &Error{Pos: s.tok.pos, Code: CodeUnsupported, Msg: met + " is not understood here"}
	}
	s.tok = token{kind: tokenEOF, pos: s.tok.pos}
	s.lex.off = len(s.lex.text)
}

func (s *scanner) expect(text string) {
	if !s.accept(text) {
		s.fail()
	}
}

func (s *scanner) file() {
	for s.tok.kind != tokenEOF {
		if d := s.topItem(); d != nil {
			s.current.items = append(s.current.items, d)
		}
	}
}

// topItem reads one item of a file or of a nested package.
func (s *scanner) topItem() *decl {
	gates := s.gates()
	switch {
	case s.accept("package"):
		s.packageHeader()
	case s.accept("use"):
		s.topUse()
	case s.tok.is("interface"):
		s.advance()
		d := s.named(declInterface, gates)
		s.interfaceBody(d)
		return d
	case s.tok.is("world"):
		s.advance()
		d := s.named(declWorld, gates)
		s.worldBody(d)
		return d
	default:
		s.fail()
	}
	return nil
}

// topUse reads `path as name;` at the top of a file, which makes name stand
// for the interface in this file.
func (s *scanner) topUse() {
	var path strings.Builder
	name := ""
	for s.tok.kind != tokenEOF && !s.tok.is(";") && !s.tok.is("as") {
		if s.tok.is("@") {
			path.WriteString(name)
			for s.tok.kind != tokenEOF && !s.tok.is(";") && !s.tok.is("as") {
				path.WriteString(s.take().name())
			}
			s.useAs(name, path.String())
			return
		}
		path.WriteString(name)
		name = s.take().name()
	}
	path.WriteString(name)
	s.useAs(name, path.String())
}

// useAs ends a use of path, known as name unless the text says otherwise.
func (s *scanner) useAs(name, path string) {
	if s.accept("as") {
		name = s.take().name()
	}
	s.aliases[name] = path
	s.expect(";")
}

// resolveAliases gives the items of worlds the names behind their aliases.
func (s *scanner) resolveAliases(items []*decl) {
	for _, d := range items {
		for _, item := range d.items {
			if path, ok := s.aliases[item.name]; ok && item.path {
				item.name = path
			}
		}
	}
}

func (s *scanner) packageHeader() {
	var id strings.Builder
	for s.tok.kind != tokenEOF && !s.tok.is(";") && !s.tok.is("{") {
		id.WriteString(s.take().name())
	}
	if s.accept(";") {
		s.current.id = id.String()
		return
	}
	s.expect("{")
	nested := &scanPackage{id: id.String()}
	s.packages = append(s.packages, nested)
	for s.tok.kind != tokenEOF && !s.tok.is("}") {
		if s.tok.is("package") {
			s.fail() // packages nest one level deep
			return
		}
		if d := s.topItem(); d != nil {
			nested.items = append(nested.items, d)
		}
	}
	s.expect("}")
}

// named reads the name of a declaration.
func (s *scanner) named(kind declKind, gates []string) *decl {
	d := &decl{kind: kind, name: s.tok.name(), pos: s.tok.pos, gates: gates}
	if s.tok.kind != tokenID {
		s.fail()
		return d
	}
	s.advance()
	return d
}

// gates reads @since, @unstable and @deprecated; the features of @unstable
// are returned.
func (s *scanner) gates() []string {
	var features []string
	for s.accept("@") {
		unstable := s.tok.is("unstable")
		s.advance()
		if !s.tok.is("(") {
			continue
		}
		s.advance()
		for s.tok.kind != tokenEOF && !s.tok.is(")") {
			key := s.take()
			if key.is("feature") && s.accept("=") && unstable {
				features = append(features, s.tok.name())
			}
		}
		s.expect(")")
	}
	return features
}

// skipTo moves past the next token with the given text that is outside of
// any braces opened on the way.
func (s *scanner) skipTo(text string) {
	for depth := 0; ; s.advance() {
		switch {
		case s.tok.kind == tokenEOF:
			s.fail()
			return
		case depth == 0 && s.tok.is(text):
			s.advance()
			return
		case s.tok.is("{"):
			depth++
		case s.tok.is("}"):
			depth--
		}
	}
}

func (s *scanner) interfaceBody(d *decl) {
	s.expect("{")
	for s.tok.kind != tokenEOF && !s.tok.is("}") {
		gates := s.gates()
		if items := s.typeItem(gates); items != nil {
			d.items = append(d.items, items...)
			continue
		}
		d.items = append(d.items, s.function(gates, ""))
	}
	d.end = s.tok.pos
	s.expect("}")
}

// function reads `name: func(…) -> …;`.
func (s *scanner) function(gates []string, resource string) *decl {
	f := s.named(declFunc, gates)
	f.outer = resource
	s.expect(":")
	s.skipTo(";")
	return f
}

// typeItem reads a type declaration or a use. The result is nil where
// something else stands, and empty but not nil for a use without names.
func (s *scanner) typeItem(gates []string) []*decl {
	switch {
	case s.accept("use"):
		return s.use(gates)
	case s.accept("type"):
		d := s.named(declType, gates)
		s.skipTo(";")
		return []*decl{d}
	case s.tok.is("record"), s.tok.is("variant"), s.tok.is("enum"), s.tok.is("flags"):
		s.advance()
		d := s.named(declType, gates)
		s.expect("{")
		s.skipTo("}")
		return []*decl{d}
	case s.accept("resource"):
		return s.resource(gates)
	}
	return nil
}

// use reads `path.{a, b as c};`.
func (s *scanner) use(gates []string) []*decl {
	items := []*decl{}
	for s.tok.kind != tokenEOF && !s.tok.is("{") {
		s.advance()
	}
	s.expect("{")
	for s.tok.kind != tokenEOF && !s.tok.is("}") {
		d := s.named(declType, gates)
		if s.accept("as") {
			d = s.named(declType, gates)
		}
		items = append(items, d)
		if !s.tok.is("}") {
			s.expect(",")
		}
	}
	s.expect("}")
	s.expect(";")
	return items
}

// resource reads a resource and its functions.
func (s *scanner) resource(gates []string) []*decl {
	d := s.named(declType, gates)
	items := []*decl{d}
	if s.accept(";") {
		return items
	}
	s.expect("{")
	for s.tok.kind != tokenEOF && !s.tok.is("}") {
		inner := append(s.gates(), gates...)
		if s.tok.is("constructor") {
			f := s.named(declFunc, inner)
			f.outer = d.name
			s.skipTo(";")
			items = append(items, f)
			continue
		}
		items = append(items, s.function(inner, d.name))
	}
	s.expect("}")
	return items
}

func (s *scanner) worldBody(d *decl) {
	s.expect("{")
	for s.tok.kind != tokenEOF && !s.tok.is("}") {
		gates := s.gates()
		if items := s.typeItem(gates); items != nil {
			d.items = append(d.items, items...)
			continue
		}
		switch {
		case s.accept("include"):
			s.include()
		case s.accept("import"):
			d.items = append(d.items, s.worldItem(declImport, gates)...)
		case s.accept("export"):
			d.items = append(d.items, s.worldItem(declExport, gates)...)
		default:
			s.fail()
		}
	}
	d.end = s.tok.pos
	s.expect("}")
}

// include reads `path;` or `path with { a as b }`, the latter without a
// semicolon.
func (s *scanner) include() {
	for s.tok.kind != tokenEOF && !s.tok.is(";") && !s.tok.is("with") {
		s.advance()
	}
	if s.accept("with") {
		s.expect("{")
		s.skipTo("}")
		return
	}
	s.expect(";")
}

// worldItem reads what follows import or export: `name: func(…);`,
// `name: interface {…}` or the path of an interface.
func (s *scanner) worldItem(kind declKind, gates []string) []*decl {
	d := s.named(kind, gates)
	if s.tok.is(":") {
		s.advance()
		switch {
		case s.tok.is("interface"):
			s.advance()
			s.interfaceBody(d)
			return []*decl{d}
		case s.tok.is("func"), s.tok.is("async"):
			s.skipTo(";")
			return []*decl{d}
		}
		d.name += ":" // a path: ns:pkg/name
	}
	d.path = true
	for s.tok.kind != tokenEOF && !s.tok.is(";") {
		d.name += s.take().name()
	}
	s.expect(";")
	return []*decl{d}
}
