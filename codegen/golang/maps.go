package golang

import (
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// A map is a Go map: of entries with one key the last counts, as it would in
// the guest's own language, and the order is lost. The guest is given entries
// in the order of their keys, so that equal maps are equal bytes. At the
// boundary a map is a list of pairs.

// entryLayout returns how an entry lies in guest memory: as a tuple.
func entryLayout(t *wit.Type) *abi.Type { return abi.NewTuple(structural(t.Key), structural(t.Elem)) }

// liftMap writes a function that lifts a map from its pointer and length.
func (e *emitter) liftMap(g *jen.Group, gt glueType) {
	pair := entryLayout(gt.t)
	// Go's maps are at most seven eighths full and double when they grow.
	entry := structLayout(e.layout(gt.t.Key), e.layout(gt.t.Elem)).size
	g.List(jen.Id("base"), jen.Id("count")).Op(":=").Add(method("LiftList",
		jen.Id("ptr"), jen.Id("n"), jen.Lit(int(pair.Size())), jen.Lit(int(pair.Align())), jen.Lit(int(min(3*entry+16, maxGoSize)))))
	g.Id("entries").Op(":=").Make(e.goType(gt.use), jen.Id("count"))
	g.For(jen.Id("i").Op(":=").Range().Id("count")).BlockFunc(func(g *jen.Group) {
		g.Id("at").Op(":=").Add(element("base", pair.Size()).code())
		g.Id("key").Op(":=").Add(e.load(gt.t.Key, pointer("at", pair.Fields[0].Offset)))
		g.Id("entries").Index(jen.Id("key")).Op("=").Add(e.load(gt.t.Elem, pointer("at", pair.Fields[1].Offset)))
		if e.liftFails(gt.t.Key) || e.liftFails(gt.t.Elem) {
			g.If(method("Failed")).Block(jen.Return(jen.Nil()))
		}
	})
	g.Return(jen.Id("entries"))
}

// lowerMap writes a function that lowers a map to its pointer and length.
func (e *emitter) lowerMap(g *jen.Group, t *wit.Type) {
	pair := entryLayout(t)
	keys := "SortedKeys"
	if t.Key.Resolve().Kind == abi.Bool {
		keys = "BoolKeys"
	}
	g.Id("base").Op(":=").Add(method("LowerList", jen.Len(jen.Id("v")), jen.Lit(int(pair.Size())), jen.Lit(int(pair.Align()))))
	fails := e.fails(t.Key) || e.fails(t.Elem)
	if fails {
		g.If(method("Failed")).Block(jen.Return(jen.Lit(0), jen.Lit(0)))
	}
	g.For(jen.List(jen.Id("i"), jen.Id("key")).Op(":=").Range().Qual(pathBind, keys).Call(jen.Id("v"))).BlockFunc(func(g *jen.Group) {
		g.Id("at").Op(":=").Add(element("base", pair.Size()).code())
		g.Add(e.store(t.Key, pointer("at", pair.Fields[0].Offset), jen.Id("key")))
		g.Add(e.store(t.Elem, pointer("at", pair.Fields[1].Offset), jen.Id("v").Index(jen.Id("key"))))
		if fails {
			g.If(method("Failed")).Block(
				method("Entry", jen.Qual("fmt", "Sprintf").Call(jen.Lit("%#v"), jen.Id("key"))),
				jen.Return(jen.Lit(0), jen.Lit(0)),
			)
		}
	})
	g.Return(jen.Uint64().Call(jen.Id("base")), jen.Uint64().Call(jen.Len(jen.Id("v"))))
}
