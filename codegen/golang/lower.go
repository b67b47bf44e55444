package golang

import (
	"fmt"
	"strconv"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

func tupleField(i int) string { return "F" + strconv.Itoa(i) }

// store returns a statement that stores v, a value of type t, at p.
func (e *emitter) store(t *wit.Type, p place, v *jen.Statement) *jen.Statement {
	r := e.resolve(t)
	switch r.Kind {
	case abi.Bool:
		return method("PutBool", p.code(), v)
	case abi.U8, abi.U16, abi.U32, abi.U64:
		return method("PutU"+r.Kind.String()[1:], p.code(), v)
	case abi.S8, abi.S16, abi.S32, abi.S64:
		bits := r.Kind.String()[1:]
		return method("PutU"+bits, p.code(), jen.Id("uint"+bits).Call(v))
	case abi.F32, abi.F64:
		return method("PutF"+r.Kind.String()[1:], p.code(), v)
	case abi.Char:
		return method("PutChar", p.code(), v)
	case abi.String:
		return method("StoreString", p.code(), v)
	case abi.List:
		if isNumbers(r) {
			return bulk("Store", r, nil, p.code(), v)
		}
	case abi.Own, abi.Borrow:
		return method("PutU32", p.code(), jen.Uint32().Call(e.lowerHandle(r, v)))
	case abi.Enum, abi.Flags:
		width := structural(r).Size() * 8
		number := v
		if e.fails(t) {
			number = e.fn(opNumber, t).Call(jen.Id("c"), v)
		}
		if width < 32 || !e.fails(t) {
			number = jen.Id(fmt.Sprintf("uint%d", width)).Call(number)
		}
		return method("Put"+unsigned(width), p.code(), number)
	}
	return e.fn(opStore, t).Call(jen.Id("c"), p.code(), v)
}

// lower returns a statement that puts the flat values of v, of type t, at w.
//
// An i32 has the upper half of its word zero, so that the word is right in a
// wider slot of a variant's payload too.
func (e *emitter) lower(t *wit.Type, w words, v *jen.Statement) *jen.Statement {
	r := e.resolve(t)
	set := func(word *jen.Statement) *jen.Statement { return w.at(0).Op("=").Add(word) }
	switch r.Kind {
	case abi.Bool:
		return set(method("LowerBool", v))
	case abi.U64:
		return set(v)
	case abi.U8, abi.U16, abi.U32, abi.S64:
		return set(jen.Uint64().Call(v))
	case abi.S8, abi.S16, abi.S32:
		return set(jen.Uint64().Call(jen.Uint32().Call(v)))
	case abi.F32:
		return set(method("LowerF32", v))
	case abi.F64:
		return set(method("LowerF64", v))
	case abi.Char:
		return set(method("LowerChar", v))
	case abi.String:
		return jen.List(w.at(0), w.at(1)).Op("=").Add(method("LowerString", v))
	case abi.List:
		if isNumbers(r) {
			return jen.List(w.at(0), w.at(1)).Op("=").Add(bulk("Lower", r, nil, v))
		}
		if isList(r) {
			return jen.List(w.at(0), w.at(1)).Op("=").Add(e.fn(opLower, t)).Call(jen.Id("c"), v)
		}
	case abi.Map:
		return jen.List(w.at(0), w.at(1)).Op("=").Add(e.fn(opLower, t)).Call(jen.Id("c"), v)
	case abi.Own, abi.Borrow:
		return set(e.lowerHandle(r, v))
	case abi.Enum, abi.Flags:
		if e.fails(t) {
			v = e.fn(opNumber, t).Call(jen.Id("c"), v)
		}
		return set(jen.Uint64().Call(v))
	}
	return e.fn(opLower, t).Call(jen.Id("c"), w.rest(), v)
}

// A sink writes the parts of a value: to memory, or as flat values.
type sink struct {
	// part writes a field, or a case's payload.
	part func(t *wit.Type, offset uint32, flat int, v *jen.Statement) *jen.Statement
	// disc writes the discriminant n.
	disc func(g *jen.Group, t *wit.Type, n int)
	// payload returns where the payload of a variant-like type starts.
	payload func(t *wit.Type) (offset uint32, flat int)
	// start prepares for a variant-like value.
	start func(g *jen.Group, t *wit.Type)
	// elem writes element i of an array.
	elem func(g *jen.Group, t *wit.Type, v *jen.Statement)
}

func (e *emitter) memorySink(name string) sink {
	return sink{
		part: func(t *wit.Type, offset uint32, _ int, v *jen.Statement) *jen.Statement {
			return e.store(t, pointer(name, offset), v)
		},
		disc: func(g *jen.Group, t *wit.Type, n int) {
			g.Add(method("Put"+unsigned(structural(t).DiscriminantSize()*8), jen.Id(name), jen.Lit(n)))
		},
		payload: func(t *wit.Type) (uint32, int) { return structural(t).PayloadOffset(), 0 },
		start:   func(*jen.Group, *wit.Type) {},
		elem: func(g *jen.Group, t *wit.Type, v *jen.Statement) {
			g.Add(e.store(t, element(name, structural(t).Size()), v))
		},
	}
}

func (e *emitter) flatSink(stack *jen.Statement) sink {
	w := words{stack, 0}
	return sink{
		part: func(t *wit.Type, _ uint32, flat int, v *jen.Statement) *jen.Statement {
			return e.lower(t, w.plus(flat), v)
		},
		disc: func(g *jen.Group, _ *wit.Type, n int) {
			if n > 0 { // start has cleared the words
				g.Add(w.at(0).Op("=").Lit(n))
			}
		},
		payload: func(*wit.Type) (uint32, int) { return 0, 1 },
		start: func(g *jen.Group, t *wit.Type) {
			g.Clear(stack.Clone().Index(jen.Empty(), jen.Lit(structural(t).FlatCount())))
		},
		elem: func(g *jen.Group, t *wit.Type, v *jen.Statement) {
			g.Add(e.lower(t, elementWords(g, "s", t), v))
		},
	}
}

func (e *emitter) storeBody(g *jen.Group, t *wit.Type) {
	if isList(t) || t.Kind == abi.Map {
		g.List(jen.Id("base"), jen.Id("n")).Op(":=").Add(e.fn(opLower, t)).Call(jen.Id("c"), jen.Id("v"))
		g.Add(method("PutU32", jen.Id("ptr"), jen.Uint32().Call(jen.Id("base"))))
		g.Add(method("PutU32", jen.Id("ptr").Op("+").Lit(4), jen.Uint32().Call(jen.Id("n"))))
		return
	}
	e.writeBody(g, t, e.memorySink("ptr"))
}

func (e *emitter) lowerBody(g *jen.Group, t *wit.Type) { e.writeBody(g, t, e.flatSink(jen.Id("s"))) }

// writeBody writes the body of a store or lower function.
func (e *emitter) writeBody(g *jen.Group, t *wit.Type, s sink) {
	v := jen.Id("v")
	switch t.Kind {
	case abi.List:
		e.writeArray(g, t, s)
	case abi.Record, abi.Tuple:
		e.writeFields(g, t, s)
	case abi.Variant:
		e.writeVariant(g, t, s)
	case abi.Option:
		offset, flat := s.payload(t)
		s.start(g, t)
		g.If(v.Clone().Op("==").Nil()).BlockFunc(func(g *jen.Group) {
			s.disc(g, t, 0)
			g.Return()
		})
		s.disc(g, t, 1)
		if !isHandle(t.Elem) {
			v = jen.Op("*").Id("v")
		}
		g.Add(s.part(t.Elem, offset, flat, v))
	case abi.Result:
		s.start(g, t)
		g.If(v.Clone().Dot("IsErr")).BlockFunc(func(g *jen.Group) {
			e.writeCase(g, t, 1, s, v.Clone().Dot("Err"))
			g.Return()
		})
		e.writeCase(g, t, 0, s, v.Clone().Dot("OK"))
	default:
		panic(unreachable(t))
	}
}

// writeCase writes discriminant and payload of case n.
func (e *emitter) writeCase(g *jen.Group, t *wit.Type, n int, s sink, v *jen.Statement) {
	s.disc(g, t, n)
	if payload := t.Cases[n].Type; payload != nil {
		offset, flat := s.payload(t)
		g.Add(s.part(payload, offset, flat, v))
	}
}

func (e *emitter) writeFields(g *jen.Group, t *wit.Type, s sink) {
	layout := structural(t)
	flat, named := 0, e.fails(t)
	if named {
		// Field must only see failures of this record.
		g.If(method("Failed")).Block(jen.Return())
	}
	for i, f := range t.Fields {
		name := e.fieldName(t, i)
		g.Add(s.part(f.Type, layout.Fields[i].Offset, flat, jen.Id("v").Dot(name)))
		flat += structural(f.Type).FlatCount()
		if e.fails(f.Type) {
			label := f.Name
			if label == "" {
				label = strconv.Itoa(i)
			}
			g.Add(method("Field", jen.Lit(label)))
		}
	}
	if named {
		g.Add(method("EndFields"))
	}
}

func (e *emitter) writeVariant(g *jen.Group, t *wit.Type, s sink) {
	def := e.glue.owners[t]
	s.start(g, t)
	g.Switch(jen.Id("v").Op(":=").Id("v").Assert(jen.Type())).BlockFunc(func(g *jen.Group) {
		for i := range t.Cases {
			g.Case(e.caseRef(def, i)).BlockFunc(func(g *jen.Group) {
				e.writeCase(g, t, i, s, jen.Id("v").Dot("Value"))
			})
		}
		g.Default().Block(method("Argument", jen.Lit(""), jen.Lit("a case of "+def.Name), jen.Qual("fmt", "Sprintf").Call(jen.Lit("%T"), jen.Id("v"))))
	})
}

// lowerList writes a function that lowers a list to its pointer and length.
func (e *emitter) lowerList(g *jen.Group, t *wit.Type) {
	layout := structural(t.Elem)
	g.Id("base").Op(":=").Add(method("LowerList", jen.Len(jen.Id("v")), jen.Lit(int(layout.Size())), jen.Lit(int(layout.Align()))))
	if e.fails(t.Elem) {
		g.If(method("Failed")).Block(jen.Return(jen.Lit(0), jen.Lit(0)))
	}
	g.For(jen.Id("i").Op(":=").Range().Id("v")).BlockFunc(func(g *jen.Group) {
		g.Add(e.store(t.Elem, element("base", layout.Size()), jen.Id("v").Index(jen.Id("i"))))
		if e.fails(t.Elem) {
			g.If(method("Failed")).Block(
				method("Elem", jen.Id("i")),
				jen.Return(jen.Lit(0), jen.Lit(0)),
			)
		}
	})
	g.Return(jen.Uint64().Call(jen.Id("base")), jen.Uint64().Call(jen.Len(jen.Id("v"))))
}
