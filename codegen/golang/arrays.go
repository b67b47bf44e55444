package golang

import (
	"github.com/capsule-kit/capsule/wit"
	"github.com/dave/jennifer/jen"
)

// A list with a fixed length is an array in Go: its elements stand where it
// stands, in memory and on the stack.

// elementWords returns where the flat values of element i of an array start.
func elementWords(g *jen.Group, stack string, elem *wit.Type) words {
	switch n := structural(elem).FlatCount(); n {
	case 0:
		return words{jen.Id(stack), 0}
	case 1:
		g.Id("w").Op(":=").Id(stack).Index(jen.Id("i"), jen.Empty())
	default:
		g.Id("w").Op(":=").Id(stack).Index(jen.Id("i").Op("*").Lit(n), jen.Empty())
	}
	return words{jen.Id("w"), 0}
}

// readArray writes the body of a load or lift function of an array.
func (e *emitter) readArray(g *jen.Group, gt glueType, s source) {
	g.Var().Id("list").Add(e.goType(gt.use))
	g.For(jen.Id("i").Op(":=").Range().Id("list")).BlockFunc(func(g *jen.Group) {
		elem := s.elem(g, gt.t.Elem)
		g.Id("list").Index(jen.Id("i")).Op("=").Add(elem)
		if e.liftFails(gt.t.Elem) {
			g.If(method("Failed")).Block(jen.Break())
		}
	})
	g.Return(jen.Id("list"))
}

// writeArray writes the body of a store or lower function of an array.
func (e *emitter) writeArray(g *jen.Group, t *wit.Type, s sink) {
	if e.fails(t.Elem) {
		g.If(method("Failed")).Block(jen.Return())
	}
	g.For(jen.Id("i").Op(":=").Range().Id("v")).BlockFunc(func(g *jen.Group) {
		s.elem(g, t.Elem, jen.Id("v").Index(jen.Id("i")))
		if e.fails(t.Elem) {
			g.If(method("Failed")).Block(
				method("Elem", jen.Id("i")),
				jen.Return(),
			)
		}
	})
}
