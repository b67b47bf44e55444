package python

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// lineLength is where the Python formatters break a line.
const lineLength = 88

// A scope is the set of names that a class body defines. An annotation inside
// the class finds these before the module's names.
type scope map[string]bool

// A module is one Python file in the making.
type module struct {
	e *emitter
	// side and owner say which types the module declares itself.
	side  side
	owner *wit.Interface
	// sees is the side whose resources the module's functions are about: its
	// own, or in an author's file that of what is being implemented.
	sees side
	// inPackage is false in the author's file, which sees wit_world from
	// outside.
	inPackage bool
	// within is the resource whose class is being written, if any, and self
	// what that class is called in itself.
	within *wit.TypeDef
	self   string
	// names are what the module itself defines at its top level.
	names map[string]bool
	// claimed says which package an imported name came from.
	claimed map[string]string
	// lines of `from package import name`, by package.
	imported map[string]map[string]bool
	usesPkg  bool // `import wit_world`
	body     strings.Builder
}

func (e *emitter) newModule(s side, owner *wit.Interface, inPackage bool) *module {
	return &module{
		e: e, side: s, sees: s, owner: owner, inPackage: inPackage,
		names:    map[string]bool{},
		claimed:  map[string]string{},
		imported: map[string]map[string]bool{},
	}
}

// define notes that the module defines name at its top level; a second
// definition is refused, because Python would silently keep the last one.
func (m *module) define(name string, pos wit.Position, what string) {
	if m.names[name] {
		m.e.problems.Add(pos, wit.CodeDuplicate, what+" becomes "+name+" in Python, a name that is already taken here")
	}
	m.names[name] = true
}

// from returns the name by which the module can use `from pkg import name`
// inside a class that defines sc. Where that name means something else, the
// import gets a leading underscore, which no WIT name can have.
func (m *module) from(pkg, name string, sc scope) string {
	entry, local := name, name
	if other, taken := m.claimed[name]; m.names[name] || sc[name] || taken && other != pkg {
		local = "_" + name
		if m.claimed[local] != "" && m.claimed[local] != pkg {
			local = "_" + strings.ReplaceAll(strings.TrimLeft(pkg, "."), ".", "_") + "_" + name
		}
		entry = name + " as " + local
	}
	m.claimed[local] = pkg
	if m.imported[pkg] == nil {
		m.imported[pkg] = map[string]bool{}
	}
	m.imported[pkg][entry] = true
	return local
}

// builtin returns a spelling of a built-in name that means the built-in.
func (m *module) builtin(name string, sc scope) string {
	if m.names[name] || sc[name] {
		return m.from("builtins", name, sc)
	}
	return name
}

// ref returns how the module names a declared type.
func (m *module) ref(def *wit.TypeDef, sc scope) string {
	if def == m.within {
		if m.self != "" {
			return m.self
		}
		return m.from("typing", "Self", sc)
	}
	name := camel(def.Name)
	i := def.Owner.Interface
	if i == nil {
		if m.inPackage {
			return name
		}
		m.usesPkg = true
		return worldModule + "." + name
	}
	s := m.e.home(def, m.sees)
	if m.inPackage && i == m.owner && s == m.side {
		return name
	}
	return m.from(m.packageOf(s), m.e.moduleName(s, i), sc) + "." + name
}

// packageOf returns the package of one side, as an import here spells it.
func (m *module) packageOf(s side) string {
	switch {
	case !m.inPackage:
		return worldModule + "." + string(s)
	case m.side == worldSide:
		return "." + string(s)
	case m.side == s:
		return "."
	}
	return ".." + string(s)
}

// line writes one line at a depth; "" is an empty line.
func (m *module) line(depth int, text string) {
	if text != "" {
		m.body.WriteString(strings.Repeat("    ", depth))
		m.body.WriteString(text)
	}
	m.body.WriteByte('\n')
}

// doc writes a docstring, or nothing without text. It returns whether it wrote
// one.
func (m *module) doc(depth int, lines []string) bool {
	if len(lines) == 0 {
		return false
	}
	m.body.WriteString(docstring(depth, lines))
	return true
}

// docstring returns a docstring with its indentation and final newline.
func docstring(depth int, lines []string) string {
	indent := strings.Repeat("    ", depth)
	escaped := make([]string, len(lines))
	for i, l := range lines {
		escaped[i] = strings.ReplaceAll(strings.ReplaceAll(l, `\`, `\\`), `"""`, `\"\"\"`)
	}
	// A leading blank would be lost, and a quote would run into the marks.
	first := strings.TrimLeft(escaped[0], " ")
	if strings.HasPrefix(first, `"`) {
		first = `\` + first
	}
	escaped[0] = first
	if len(lines) == 1 {
		if strings.HasSuffix(first, `"`) && !strings.HasSuffix(first, `\"`) {
			first = first[:len(first)-1] + `\"`
		}
		one := indent + `"""` + first + `"""`
		if !strings.HasSuffix(first, `\`) && utf8.RuneCountInString(one) <= lineLength {
			return one + "\n"
		}
	}
	var b strings.Builder
	b.WriteString(indent + `"""` + first + "\n")
	for _, l := range escaped[1:] {
		if l != "" {
			b.WriteString(indent + l)
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + `"""` + "\n")
	return b.String()
}

// def writes a function's head, broken where it is too long.
func (m *module) def(depth int, name string, params []string, ret string) {
	head, tail := "def "+name+"(", ") -> "+ret+":"
	joined := strings.Join(params, ", ")
	width := 4 * depth
	switch {
	case width+utf8.RuneCountInString(head+joined+tail) <= lineLength:
		m.line(depth, head+joined+tail)
		return
	case len(params) == 0:
		m.line(depth, head+tail)
		return
	case len(params) > 1 && width+4+utf8.RuneCountInString(joined) <= lineLength:
		m.line(depth, head)
		m.line(depth+1, joined)
	default:
		m.line(depth, head)
		for _, p := range params {
			m.line(depth+1, p+",")
		}
	}
	m.line(depth, tail)
}

// text returns the finished file: header, docstring, imports, body.
func (m *module) text(first string, docs []string) string {
	var b strings.Builder
	b.WriteString(first)
	if len(docs) > 0 {
		b.WriteString(docstring(0, docs))
	}
	var plain, future, standard, other, local []string
	for _, pkg := range slices.Sorted(maps.Keys(m.imported)) {
		line := importLines(pkg, slices.SortedFunc(maps.Keys(m.imported[pkg]), compareNames))
		switch {
		case pkg == "__future__":
			future = append(future, line)
		case strings.HasPrefix(pkg, "."):
			local = append(local, line)
		case strings.HasPrefix(pkg, "componentize_py_"), strings.HasPrefix(pkg, worldModule):
			other = append(other, line)
		default:
			standard = append(standard, line)
		}
	}
	// Two dots sort before one: the wider package first.
	slices.SortStableFunc(local, func(a, b string) int {
		return strings.Count(strings.Fields(b)[1], ".") - strings.Count(strings.Fields(a)[1], ".")
	})
	if m.usesPkg {
		plain = []string{"import " + worldModule}
	}
	for _, group := range [][]string{future, standard, append(plain, other...), local} {
		if len(group) > 0 {
			b.WriteString("\n" + strings.Join(group, "\n") + "\n")
		}
	}
	b.WriteString(m.body.String())
	return b.String()
}

// compareNames orders imported names as the import sorters do: constants,
// classes, then the rest.
func compareNames(a, b string) int {
	rank := func(s string) int {
		switch {
		case s == strings.ToUpper(s):
			return 0
		case s[0] >= 'A' && s[0] <= 'Z':
			return 1
		}
		return 2
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// importLines returns the import statements for the names of one package: one
// for each name under an alias, and one for all others, broken where it is too
// long.
func importLines(pkg string, names []string) string {
	var statements, plain []string
	at := -1
	for _, n := range names {
		if strings.Contains(n, " as ") {
			statements = append(statements, "from "+pkg+" import "+n)
			continue
		}
		if at < 0 {
			at = len(statements)
		}
		plain = append(plain, n)
	}
	if at >= 0 {
		one := "from " + pkg + " import " + strings.Join(plain, ", ")
		if utf8.RuneCountInString(one) > lineLength {
			one = "from " + pkg + " import (\n    " + strings.Join(plain, ",\n    ") + ",\n)"
		}
		statements = slices.Insert(statements, at, one)
	}
	return strings.Join(statements, "\n")
}

// lines is the documentation of one WIT item, cleaned.
func lines(docs string) []string { return guest.Lines(docs) }
