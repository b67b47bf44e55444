package golang

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// An op is what one glue function does with values of one type.
type op uint8

const (
	opLoad   op = iota // memory to Go: loadX(c, ptr) X
	opStore            // Go to memory: storeX(c, ptr, v)
	opLift             // flat values to Go: liftX(c, s) X; of a list liftX(c, ptr, n)
	opLower            // Go to flat values: lowerX(c, s, v); of a list lowerX(c, v) (ptr, n)
	opNumber           // checks an enum or flags: numberX(c, v) uint32
)

var opNames = [...]string{opLoad: "load", opStore: "store", opLift: "lift", opLower: "lower", opNumber: "number"}

// A glue collects the glue functions that other code asks for, and writes
// exactly those.
type glue struct {
	ids     map[*wit.Type]int // of a type without aliases
	byParts map[string]int    // of an anonymous type, by its parts
	types   []glueType
	owners  map[*wit.Type]*wit.TypeDef // of a named structure
	bodies  map[funcKey]*jen.Statement
	names   map[funcKey]string
}

// A glueType is one distinct type: aliases of it are the same.
type glueType struct {
	t      *wit.Type
	use    *wit.Type // how it was first referred to, names included
	suffix string    // in names of glue functions
	fails  bool      // some Go value of it cannot be lowered
}

type funcKey struct {
	typ int
	op  op
}

func newGlue(e *emitter) glue {
	g := glue{
		ids: make(map[*wit.Type]int), byParts: make(map[string]int), owners: make(map[*wit.Type]*wit.TypeDef),
		bodies: make(map[funcKey]*jen.Statement), names: make(map[funcKey]string),
	}
	for _, def := range e.plan.Types {
		if !def.Resource && named(def.Shape.Kind) && def.Shape.Def == nil {
			g.owners[def.Shape] = def
		}
	}
	return g
}

// named reports whether WIT has types of this kind only with a name.
func named(k abi.Kind) bool {
	return k == abi.Record || k == abi.Variant || k == abi.Enum || k == abi.Flags
}

// id returns the number of the distinct type that t is.
func (e *emitter) id(t *wit.Type) int {
	use := t
	t = e.resolve(t)
	if id, ok := e.glue.ids[t]; ok {
		return id
	}
	key := ""
	if !named(t.Kind) {
		key = e.parts(t)
		if id, ok := e.glue.byParts[key]; ok {
			e.glue.ids[t] = id
			return id
		}
	}
	suffix, fails := e.suffix(t), e.computeFails(t) // adds the types of the parts
	id := len(e.glue.types)
	e.glue.types = append(e.glue.types, glueType{t: t, use: use, suffix: suffix, fails: fails})
	e.glue.ids[t] = id
	if key != "" {
		e.glue.byParts[key] = id
	}
	return id
}

// parts describes an anonymous type by its kind and the numbers of its parts.
func (e *emitter) parts(t *wit.Type) string {
	key := t.Kind.String()
	if t.Resource != nil {
		return key + " " + strconv.Itoa(e.plan.Resource(t.Resource).Slot)
	}
	if t.Length > 0 {
		key += "/" + strconv.FormatUint(uint64(t.Length), 10)
	}
	for _, part := range t.Parts() {
		if part == nil {
			key += " _"
		} else {
			key += " " + strconv.Itoa(e.id(part))
		}
	}
	return key
}

// maxSuffix keeps the names of deeply nested types readable.
const maxSuffix = 40

// suffix returns what glue functions for t are called: "Quake",
// "ListOptionString".
func (e *emitter) suffix(t *wit.Type) string {
	if def := e.glue.owners[t]; def != nil {
		return e.typeName(def)
	}
	if isBytes(t) {
		return "Bytes"
	}
	if t.Resource != nil {
		return e.typeName(t.Resource)
	}
	s := exported(t.Kind.String())
	if t.Length > 0 {
		s = "Array" + strconv.FormatUint(uint64(t.Length), 10)
	}
	for _, part := range t.Parts() {
		switch {
		case part == nil:
			s += "Unit"
		case len(s) < maxSuffix:
			s += e.glue.types[e.id(part)].suffix
		}
	}
	return s
}

func isBytes(t *wit.Type) bool { return isList(t) && t.Elem.Resolve().Kind == abi.U8 }

// isList reports whether t is a list without a fixed length.
func isList(t *wit.Type) bool { return t.Kind == abi.List && t.Length == 0 }

// isArray reports whether t is a list with a fixed length.
func isArray(t *wit.Type) bool { return t.Kind == abi.List && t.Length > 0 }

// isNumbers reports whether t is a list that moves in one piece.
func isNumbers(t *wit.Type) bool {
	if !isList(t) {
		return false
	}
	switch t.Elem.Resolve().Kind {
	case abi.S8, abi.U8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64, abi.F32, abi.F64:
		return true
	}
	return false
}

// bulk returns the call that moves such a list: op is the start of its name,
// and elem the type argument, where Go can't infer it.
func bulk(op string, t *wit.Type, elem jen.Code, args ...jen.Code) *jen.Statement {
	if isBytes(t) {
		return method(op+"Bytes", args...)
	}
	fn := jen.Qual(pathBind, op+"Numbers")
	if elem != nil {
		fn.Types(elem)
	}
	return fn.Call(slices.Insert(args, 0, jen.Code(jen.Id("c")))...)
}

// fails reports whether some Go value of type t has no form in WIT, so that
// lowering can be refused.
func (e *emitter) fails(t *wit.Type) bool { return t != nil && e.glue.types[e.id(t)].fails }

func (e *emitter) computeFails(t *wit.Type) bool {
	switch t.Kind {
	case abi.List:
		return isList(t) || e.fails(t.Elem)
	case abi.Char, abi.String, abi.Map, abi.Variant, abi.Own, abi.Borrow:
		return true
	case abi.Enum:
		return len(t.Cases) != 1<<enumBits(len(t.Cases))
	case abi.Flags:
		return len(t.Labels) != flagBits(len(t.Labels))
	case abi.Option:
		return e.fails(t.Elem)
	}
	return slices.ContainsFunc(t.Fields, func(f wit.Field) bool { return e.fails(f.Type) }) ||
		slices.ContainsFunc(t.Cases, func(c wit.Case) bool { return e.fails(c.Type) })
}

// fn returns the name of the glue function that does op with t, and sees to
// it that the function is written.
func (e *emitter) fn(o op, t *wit.Type) *jen.Statement {
	id := e.id(t)
	key := funcKey{id, o}
	if name, ok := e.glue.names[key]; ok {
		return jen.Id(name)
	}
	name := e.top.pick(opNames[o] + e.glue.types[id].suffix)
	e.glue.names[key] = name
	e.glue.bodies[key] = e.write(o, e.glue.types[id], name)
	return jen.Id(name)
}

// write returns the declaration of a glue function.
func (e *emitter) write(o op, gt glueType, name string) *jen.Statement {
	call := jen.Id("c").Op("*").Qual(pathBind, "Call")
	// A list or map is flat as a pointer and a length.
	list := isList(gt.t) || gt.t.Kind == abi.Map
	head := jen.Func().Id(name)
	switch {
	case gt.t.Resource != nil:
		return e.liftGuest(name, gt.t)
	case o == opNumber:
		return head.Params(call, jen.Id("v").Add(e.goType(gt.use))).Uint32().BlockFunc(func(g *jen.Group) { e.number(g, gt.t) })
	case o == opLoad:
		return head.Params(call, jen.Id("ptr").Uint32()).Add(e.goType(gt.use)).BlockFunc(func(g *jen.Group) { e.loadBody(g, gt) })
	case o == opStore:
		return head.Params(call, jen.Id("ptr").Uint32(), jen.Id("v").Add(e.goType(gt.use))).BlockFunc(func(g *jen.Group) { e.storeBody(g, gt.t) })
	case o == opLift && list:
		return head.Params(call, jen.List(jen.Id("ptr"), jen.Id("n")).Uint64()).Add(e.goType(gt.use)).BlockFunc(func(g *jen.Group) {
			if gt.t.Kind == abi.Map {
				e.liftMap(g, gt)
			} else {
				e.liftList(g, gt)
			}
		})
	case o == opLift:
		return head.Params(call, jen.Id("s").Index().Uint64()).Add(e.goType(gt.use)).BlockFunc(func(g *jen.Group) { e.liftBody(g, gt) })
	case list:
		return head.Params(call, jen.Id("v").Add(e.goType(gt.use))).Params(jen.List(jen.Id("ptr"), jen.Id("n")).Uint64()).BlockFunc(func(g *jen.Group) {
			if gt.t.Kind == abi.Map {
				e.lowerMap(g, gt.t)
			} else {
				e.lowerList(g, gt.t)
			}
		})
	}
	return head.Params(call, jen.Id("s").Index().Uint64(), jen.Id("v").Add(e.goType(gt.use))).BlockFunc(func(g *jen.Group) { e.lowerBody(g, gt.t) })
}

// glueFile writes the table of exports, the functions that serve imports, and
// the glue functions that all of it asked for.
func (e *emitter) glueFile() *jen.File {
	f := e.newFile()
	version(f.Group)
	e.slotConstants(f.Group)
	e.exportTable(f.Group)
	for _, s := range e.served {
		if s.home == nil {
			e.serveGroup(f.Group, s)
			e.serveResources(f.Group, s)
		}
	}
	keys := make([]funcKey, 0, len(e.glue.bodies))
	for key := range e.glue.bodies {
		keys = append(keys, key)
	}
	// By type, parts before wholes; within one type in the order of ops.
	slices.SortFunc(keys, func(a, b funcKey) int { return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.op, b.op)) })
	for _, key := range keys {
		f.Add(e.glue.bodies[key])
		f.Line()
	}
	return f
}

// number writes the check of an enum or flags, whose Go types have more
// values than WIT's.
func (e *emitter) number(g *jen.Group, t *wit.Type) {
	def := e.glue.owners[t]
	outside := jen.Id("v").Op(">")
	want := "a case of " + def.Name
	if t.Kind == abi.Enum {
		outside.Add(e.caseRef(def, len(t.Cases)-1))
	} else {
		outside = jen.Id("v").Op("&^").Lit(flagMask(len(t.Labels))).Op("!=").Lit(0)
		want = "flags of " + def.Name
	}
	g.If(outside).Block(
		jen.Id("c").Dot("Argument").Call(jen.Lit(""), jen.Lit(want), jen.Qual("fmt", "Sprintf").Call(jen.Lit("%#x"), jen.Uint32().Call(jen.Id("v")))),
	)
	g.Return(jen.Uint32().Call(jen.Id("v")))
}

func flagMask(labels int) int { return 1<<labels - 1 }

// A place is a byte offset in guest memory, as an expression.
type place struct {
	base *jen.Statement
	off  uint32
}

func pointer(name string, off uint32) place { return place{jen.Id(name), off} }

func (p place) plus(off uint32) place { return place{p.base, p.off + off} }

func (p place) code() *jen.Statement {
	if p.off == 0 {
		return p.base.Clone()
	}
	return p.base.Clone().Op("+").Lit(int(p.off))
}

// words is a run of flat values on a stack, as an expression.
type words struct {
	base *jen.Statement
	from int
}

func (w words) plus(n int) words { return words{w.base, w.from + n} }

func (w words) at(n int) *jen.Statement { return w.base.Clone().Index(jen.Lit(w.from + n)) }

func (w words) rest() *jen.Statement {
	if w.from == 0 {
		return w.base.Clone()
	}
	return w.base.Clone().Index(jen.Lit(w.from), jen.Empty())
}

// method returns c.name(args…), a call on the crossing.
func method(name string, args ...jen.Code) *jen.Statement {
	return jen.Id("c").Dot(name).Call(args...)
}

// goSize returns the bytes that a value of t takes in Go.
func (e *emitter) goSize(t *wit.Type) jen.Code { return jen.Lit(int(e.layout(t).size)) }

// structural returns the layout of t at the boundary.
func structural(t *wit.Type) *abi.Type { return t.ABI() }

// unreachable is for kinds that the plan has refused.
func unreachable(t *wit.Type) string {
	return fmt.Sprintf("golang: %s was not refused by the plan", t.Kind)
}
