//go:build guests || conformance

package differential

import (
	"fmt"
	"math/rand/v2"

	"github.com/capsule-kit/capsule/wit/abi"
)

// labels are ordinary names, and words with a meaning of their own in WIT,
// Python, JavaScript or in how those spell a variant.
var labels = []string{
	"a", "b", "id", "user-name", "x1", "URL-of-it", "very-long-label-with-many-words", "tag", "val", "value", "payload",
	"list", "result", "option", "some", "none", "ok", "err", "error", "true", "class", "import", "await", "lambda", "function", "default",
}

var primitives = []abi.Kind{
	abi.Bool, abi.S8, abi.U8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64,
	abi.F32, abi.F64, abi.Char, abi.String,
}

// drawTypes returns n types, all different: where borders is set first those
// that chance might miss, then random ones. Named types are shared between them,
// by identity.
func drawTypes(r *rand.Rand, n int, borders bool) []*abi.Type {
	g := typeGen{Rand: r}
	var types []*abi.Type
	seen := map[string]bool{}
	add := func(t *abi.Type) {
		if text := t.String(); !seen[text] && len(types) < n {
			seen[text] = true
			types = append(types, t)
		}
	}
	if borders {
		for _, t := range borderTypes() {
			add(t)
		}
	}
	for len(types) < n {
		add(g.compound(4))
	}
	return types
}

// borderTypes are every primitive, a list of each, and types at which the
// layout changes: of discriminants, of flags, and from core values to memory.
// Lists of them have them in memory.
func borderTypes() []*abi.Type {
	var types []*abi.Type
	for _, k := range primitives {
		types = append(types, abi.Primitive(k), abi.NewList(abi.Primitive(k)))
	}
	for _, n := range []int{8, 9, 16, 17, 32} {
		flags := abi.NewFlags(numbered(n)...)
		types = append(types, flags, abi.NewList(flags))
	}
	for _, n := range []int{256, 257} {
		cases := make([]abi.Case, n)
		for i, name := range numbered(n) {
			cases[i].Name = name
		}
		cases[n-1].Type = abi.Primitive(abi.U8)
		enum := abi.NewEnum(numbered(n)...)
		types = append(types, enum, abi.NewList(enum), abi.NewVariant(cases...))
	}
	for _, n := range []int{16, 17} {
		elems := make([]*abi.Type, n)
		for i := range elems {
			elems[i] = abi.Primitive(primitives[i%9])
		}
		// As parameters, and as one.
		types = append(types, abi.NewTuple(elems...), abi.NewList(abi.NewTuple(elems...)), abi.NewOption(abi.NewTuple(elems[1:]...)))
	}
	return types
}

type typeGen struct {
	*rand.Rand
	// named are the types so far that WIT gives a name.
	named []*abi.Type
}

// typ draws a type that nests up to depth levels.
func (g *typeGen) typ(depth int) *abi.Type {
	if depth <= 1 || g.IntN(4) == 0 {
		return abi.Primitive(primitives[g.IntN(len(primitives))])
	}
	if len(g.named) > 0 && g.IntN(8) == 0 {
		if t := g.named[g.IntN(len(g.named))]; t.Depth() <= depth {
			return t
		}
	}
	return g.compound(depth)
}

func (g *typeGen) compound(depth int) *abi.Type {
	part := func() *abi.Type { return g.typ(depth - 1) }
	switch g.IntN(9) {
	case 0:
		return abi.NewList(part())
	case 1:
		return abi.NewOption(part())
	case 2:
		return abi.NewResult(g.payload(depth), g.payload(depth))
	case 3:
		elems := make([]*abi.Type, g.count(5, 18))
		for i := range elems {
			elems[i] = part()
		}
		return abi.NewTuple(elems...)
	case 4:
		return g.name(abi.NewEnum(g.labels(len(labels), 300)...))
	case 5:
		return g.name(abi.NewFlags(g.labels(len(labels), abi.MaxFlags)...))
	case 6:
		var cases []abi.Case
		for i, label := range g.labels(6, 300) {
			c := abi.Case{Name: label}
			// Few of many cases have a payload, or the type is huge.
			if i%32 < 6 {
				c.Type = g.payload(depth)
			}
			cases = append(cases, c)
		}
		return g.name(abi.NewVariant(cases...))
	}
	var fields []abi.Field
	for _, label := range g.labels(6, 20) {
		fields = append(fields, abi.Field{Name: label, Type: part()})
	}
	return g.name(abi.NewRecord(fields...))
}

func (g *typeGen) payload(depth int) *abi.Type {
	if g.IntN(3) == 0 {
		return nil
	}
	return g.typ(depth - 1)
}

func (g *typeGen) name(t *abi.Type) *abi.Type {
	g.named = append(g.named, t)
	return t
}

// count is between 1 and few, now and then up to many: enough for parameters
// and results that no longer travel as core values.
func (g *typeGen) count(few, many int) int {
	if g.IntN(6) == 0 {
		return 1 + g.IntN(many)
	}
	return 1 + g.IntN(few)
}

// labels numbers those that the list doesn't have, so that discriminants and
// flags of more than one byte turn up.
func (g *typeGen) labels(few, many int) []string {
	n := g.count(few, many)
	if n > len(labels) {
		return numbered(n)
	}
	names := make([]string, n)
	for i, j := range g.Perm(len(labels))[:n] {
		names[i] = labels[j]
	}
	return names
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	return names
}
