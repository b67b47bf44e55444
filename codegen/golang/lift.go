package golang

import (
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// load returns an expression for the value of type t at p.
func (e *emitter) load(t *wit.Type, p place) *jen.Statement {
	r := e.resolve(t)
	switch r.Kind {
	case abi.Bool:
		return method("Bool", p.code())
	case abi.U8, abi.U16, abi.U32, abi.U64:
		return method("U"+r.Kind.String()[1:], p.code())
	case abi.S8, abi.S16, abi.S32, abi.S64:
		bits := r.Kind.String()[1:]
		return jen.Id("int" + bits).Call(method("U"+bits, p.code()))
	case abi.F32, abi.F64:
		return method("F"+r.Kind.String()[1:], p.code())
	case abi.Char:
		return method("Char", p.code())
	case abi.String:
		return method("LoadString", p.code())
	case abi.List:
		if isNumbers(r) {
			return bulk("Load", r, e.goType(r.Elem), p.code())
		}
		if isList(r) {
			return e.liftPair(t, p)
		}
	case abi.Map:
		return e.liftPair(t, p)
	case abi.Own, abi.Borrow:
		return e.liftHandle(r, jen.Uint64().Call(method("U32", p.code())))
	case abi.Enum:
		return e.goType(t).Call(method("Case", e.discriminant(r, p), jen.Lit(len(r.Cases))))
	case abi.Flags:
		bits := structural(r).Size() * 8
		return e.goType(t).Call(masked(r, method(unsigned(bits), p.code())))
	}
	return e.fn(opLoad, t).Call(jen.Id("c"), p.code())
}

// liftPair returns the call that lifts what a pointer and a length at p are.
func (e *emitter) liftPair(t *wit.Type, p place) *jen.Statement {
	return e.fn(opLift, t).Call(jen.Id("c"), jen.Uint64().Call(method("U32", p.code())), jen.Uint64().Call(method("U32", p.plus(4).code())))
}

// unsigned returns the name of the method for an integer of that width.
func unsigned(bits uint32) string {
	switch bits {
	case 8:
		return "U8"
	case 16:
		return "U16"
	}
	return "U32"
}

// masked drops the bits that are no flags.
func masked(t *wit.Type, bits *jen.Statement) *jen.Statement {
	if n := len(t.Labels); n != flagBits(n) {
		return bits.Op("&").Lit(flagMask(n))
	}
	return bits
}

// discriminant returns the loaded discriminant of a variant-like type as a
// uint32.
func (e *emitter) discriminant(t *wit.Type, p place) *jen.Statement {
	if size := structural(t).DiscriminantSize(); size < 4 {
		return jen.Uint32().Call(method(unsigned(size*8), p.code()))
	}
	return method("U32", p.code())
}

// lift returns an expression for the value of type t whose flat values are w.
//
// A payload's flat values may travel in wider slots than their own. Every
// expression here looks at the low bits only, so that it reads both.
func (e *emitter) lift(t *wit.Type, w words) *jen.Statement {
	r := e.resolve(t)
	switch r.Kind {
	case abi.Bool:
		return method("LiftBool", w.at(0))
	case abi.U64:
		return w.at(0)
	case abi.U8, abi.U16, abi.U32, abi.S8, abi.S16, abi.S32, abi.S64:
		return jen.Id(goPrimitive(r.Kind)).Call(w.at(0))
	case abi.F32:
		return method("LiftF32", w.at(0))
	case abi.F64:
		return method("LiftF64", w.at(0))
	case abi.Char:
		return method("LiftChar", w.at(0))
	case abi.String:
		return method("LiftString", w.at(0), w.at(1))
	case abi.List:
		if isNumbers(r) {
			return bulk("Lift", r, e.goType(r.Elem), w.at(0), w.at(1))
		}
		if isList(r) {
			return e.fn(opLift, t).Call(jen.Id("c"), w.at(0), w.at(1))
		}
	case abi.Map:
		return e.fn(opLift, t).Call(jen.Id("c"), w.at(0), w.at(1))
	case abi.Own, abi.Borrow:
		return e.liftHandle(r, w.at(0))
	case abi.Enum:
		return e.goType(t).Call(method("Case", jen.Uint32().Call(w.at(0)), jen.Lit(len(r.Cases))))
	case abi.Flags:
		return e.goType(t).Call(masked(r, w.at(0)))
	}
	return e.fn(opLift, t).Call(jen.Id("c"), w.rest())
}

// A source reads the parts of a value: from memory, or from flat values.
type source struct {
	// part reads a field, or a case's payload.
	part func(t *wit.Type, offset uint32, flat int) *jen.Statement
	// disc reads the discriminant as a uint32.
	disc func(t *wit.Type) *jen.Statement
	// payload returns where the payload of a variant-like type starts.
	payload func(t *wit.Type) (offset uint32, flat int)
	// elem reads element i of an array.
	elem func(g *jen.Group, t *wit.Type) *jen.Statement
}

func (e *emitter) memorySource() source {
	return source{
		part:    func(t *wit.Type, offset uint32, _ int) *jen.Statement { return e.load(t, pointer("ptr", offset)) },
		disc:    func(t *wit.Type) *jen.Statement { return e.discriminant(t, pointer("ptr", 0)) },
		payload: func(t *wit.Type) (uint32, int) { return structural(t).PayloadOffset(), 0 },
		elem: func(_ *jen.Group, t *wit.Type) *jen.Statement {
			return e.load(t, element("ptr", structural(t).Size()))
		},
	}
}

func (e *emitter) flatSource() source {
	stack := words{jen.Id("s"), 0}
	return source{
		part:    func(t *wit.Type, _ uint32, flat int) *jen.Statement { return e.lift(t, stack.plus(flat)) },
		disc:    func(*wit.Type) *jen.Statement { return jen.Uint32().Call(stack.at(0)) },
		payload: func(*wit.Type) (uint32, int) { return 0, 1 },
		elem: func(g *jen.Group, t *wit.Type) *jen.Statement {
			return e.lift(t, elementWords(g, "s", t))
		},
	}
}

func (e *emitter) loadBody(g *jen.Group, gt glueType) { e.readBody(g, gt, e.memorySource()) }

func (e *emitter) liftBody(g *jen.Group, gt glueType) { e.readBody(g, gt, e.flatSource()) }

// readBody writes the body of a load or lift function.
func (e *emitter) readBody(g *jen.Group, gt glueType, s source) {
	switch gt.t.Kind {
	case abi.List:
		e.readArray(g, gt, s)
	case abi.Record, abi.Tuple:
		e.readFields(g, gt, s)
	case abi.Variant:
		e.readVariant(g, gt.t, s)
	case abi.Option:
		offset, flat := s.payload(gt.t)
		g.If(method("Case", s.disc(gt.t), jen.Lit(2)).Op("==").Lit(0)).Block(jen.Return(jen.Nil()))
		if isHandle(gt.t.Elem) {
			g.Return(s.part(gt.t.Elem, offset, flat))
			return
		}
		g.Add(method("Charge", e.goSize(gt.t.Elem)))
		g.Return(jen.New(s.part(gt.t.Elem, offset, flat)))
	case abi.Result:
		e.readResult(g, gt, s)
	default:
		panic(unreachable(gt.t))
	}
}

func (e *emitter) readFields(g *jen.Group, gt glueType, s source) {
	layout := structural(gt.t)
	var parts []jen.Code
	flat := 0
	for i, f := range gt.t.Fields {
		parts = append(parts, jen.Id(e.fieldName(gt.t, i)).Op(":").Add(s.part(f.Type, layout.Fields[i].Offset, flat)))
		flat += structural(f.Type).FlatCount()
	}
	g.Return(e.goType(gt.use).Add(list(true, parts)))
}

// fieldName returns the Go name of a field of a record or tuple.
func (e *emitter) fieldName(t *wit.Type, i int) string {
	if def := e.glue.owners[t]; def != nil {
		return e.home(def).fields[def][i]
	}
	return tupleField(i)
}

func (e *emitter) readVariant(g *jen.Group, t *wit.Type, s source) {
	def := e.glue.owners[t]
	offset, flat := s.payload(t)
	g.Switch(method("Case", s.disc(t), jen.Lit(len(t.Cases)))).BlockFunc(func(g *jen.Group) {
		for i, c := range t.Cases {
			var body []jen.Code
			value := e.caseRef(def, i)
			if c.Type == nil {
				value.Values()
			} else {
				body = append(body, method("Charge", e.goSize(c.Type)))
				value.Values(jen.Id("Value").Op(":").Add(s.part(c.Type, offset, flat)))
			}
			body = append(body, jen.Return(value))
			if i == len(t.Cases)-1 {
				g.Default().Block(body...) // Case lets no other number through
			} else {
				g.Case(jen.Lit(i)).Block(body...)
			}
		}
	})
}

func (e *emitter) readResult(g *jen.Group, gt glueType, s source) {
	offset, flat := s.payload(gt.t)
	ok, failed := gt.t.Cases[0].Type, gt.t.Cases[1].Type
	value := func(first jen.Code, name string, t *wit.Type) *jen.Statement {
		var parts []jen.Code
		if first != nil {
			parts = append(parts, first)
		}
		if t != nil {
			parts = append(parts, jen.Id(name).Op(":").Add(s.part(t, offset, flat)))
		}
		return e.goType(gt.use).Add(list(false, parts))
	}
	g.If(method("Case", s.disc(gt.t), jen.Lit(2)).Op("==").Lit(1)).Block(
		jen.Return(value(jen.Id("IsErr").Op(":").True(), "Err", failed)),
	)
	g.Return(value(nil, "OK", ok))
}

// liftList writes a function that lifts a list from its pointer and length.
func (e *emitter) liftList(g *jen.Group, gt glueType) {
	elem := gt.t.Elem
	layout := structural(elem)
	g.List(jen.Id("base"), jen.Id("count")).Op(":=").Add(method("LiftList",
		jen.Id("ptr"), jen.Id("n"), jen.Lit(int(layout.Size())), jen.Lit(int(layout.Align())), e.goSize(elem)))
	g.Id("list").Op(":=").Make(e.goType(gt.use), jen.Id("count"))
	g.For(jen.Id("i").Op(":=").Range().Id("list")).BlockFunc(func(g *jen.Group) {
		g.Id("list").Index(jen.Id("i")).Op("=").Add(e.load(elem, element("base", layout.Size())))
		if e.liftFails(elem) {
			g.If(method("Failed")).Block(jen.Return(jen.Nil()))
		}
	})
	g.Return(jen.Id("list"))
}

// element returns the place of element i of a list.
func element(base string, size uint32) place {
	index := jen.Uint32().Call(jen.Id("i"))
	if size != 1 {
		index.Op("*").Lit(int(size))
	}
	return place{jen.Id(base).Op("+").Add(index), 0}
}

// liftFails reports whether lifting a value of type t can trap, once its
// memory is known to be there.
func (e *emitter) liftFails(t *wit.Type) bool {
	r := e.resolve(t)
	switch r.Kind {
	case abi.Char, abi.String, abi.Map, abi.Variant, abi.Enum, abi.Option, abi.Result, abi.Own, abi.Borrow:
		return true
	case abi.List:
		return isList(r) || e.liftFails(r.Elem)
	}
	for _, f := range r.Fields {
		if e.liftFails(f.Type) {
			return true
		}
	}
	return false
}
