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

// drawTypes returns n types, all different: where simple is set first every
// primitive and a list of each, then random ones. Named types are shared between
// them, by identity.
func drawTypes(r *rand.Rand, n int, simple bool) []*abi.Type {
	g := typeGen{Rand: r}
	var types []*abi.Type
	seen := map[string]bool{}
	add := func(t *abi.Type) {
		if text := t.String(); !seen[text] && len(types) < n {
			seen[text] = true
			types = append(types, t)
		}
	}
	if simple {
		for _, k := range primitives {
			add(abi.Primitive(k))
			add(abi.NewList(abi.Primitive(k)))
		}
	}
	for len(types) < n {
		add(g.compound(4))
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
	names := make([]string, n)
	if n > len(labels) {
		for i := range names {
			names[i] = fmt.Sprintf("n%d", i)
		}
		return names
	}
	for i, j := range g.Perm(len(labels))[:n] {
		names[i] = labels[j]
	}
	return names
}
