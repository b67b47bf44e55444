package golang

import (
	"slices"
	"strconv"

	"github.com/capsule-kit/capsule/codegen/internal/plan"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// An emitter holds what the files of one package share: names that were
// given, and glue that was asked for.
type emitter struct {
	plan *plan.World
	pkg  string

	top     *scope // package-level identifiers
	types   map[*wit.TypeDef]string
	cases   map[*wit.TypeDef][]string
	fields  map[*wit.TypeDef][]string
	layouts map[*wit.Type]goLayout
	tuples  map[int]string // Go names of the tuple types, by element count

	world   string // the world's own Go type
	exports string // the table of exports
	served  []*servedGroup
	called  []*calledGroup
	failure map[*wit.Func]string // Go name of a function's ResultError
	glue    glue
}

// A servedGroup is an imported group with its Go names.
type servedGroup struct {
	*plan.Group
	goType  string // of the interface that the host implements
	field   string // in Imports
	serve   string // the function that binds it
	methods []string
}

// A calledGroup is an exported group with its Go names.
type calledGroup struct {
	*plan.Group
	goType  string // of the struct with the methods
	field   string // in the world's struct; empty for the world's own
	methods []string
	funcs   []string // the struct's fields for the bound functions
}

func newEmitter(p *plan.World, pkg string) *emitter {
	e := &emitter{
		plan: p, pkg: pkg,
		top:     newScope("Bind", "Instantiate", "Imports", "bind", "context", "errors", "fmt", "hostruntime", "init", "main", "strconv", "strings", "_"),
		types:   make(map[*wit.TypeDef]string),
		cases:   make(map[*wit.TypeDef][]string),
		fields:  make(map[*wit.TypeDef][]string),
		layouts: make(map[*wit.Type]goLayout),
		tuples:  make(map[int]string),
		failure: make(map[*wit.Func]string),
	}
	e.glue = newGlue(e)
	e.world = e.top.pick(exported(p.Name), exported(p.Name)+"World")
	e.nameTypes()
	for _, def := range p.Types {
		e.nameMembers(def)
	}
	e.nameGroups()
	e.nameFailures()
	return e
}

// nameTypes gives every declared type a Go name. A name that only one type
// asks for is taken as it is; types of the same name all get their
// interface's name in front, so that neither depends on which comes first.
func (e *emitter) nameTypes() {
	asked := make(map[string]int)
	var own []*wit.TypeDef
	for _, def := range e.plan.Types {
		if !sameNameUse(def) {
			own = append(own, def)
			asked[exported(def.Name)]++
		}
	}
	for _, def := range own {
		if short := exported(def.Name); asked[short] == 1 && !e.top.used[short] {
			e.types[def] = e.top.pick(short)
		}
	}
	for _, def := range own {
		if e.types[def] == "" {
			long := exported(ownerName(def)) + exported(def.Name)
			e.types[def] = e.top.pick(long, long+"Type")
		}
	}
	for _, def := range e.plan.Types {
		if sameNameUse(def) {
			e.types[def] = e.typeName(def.Shape.Def)
		}
	}
}

// typeName returns a type's Go name. A use under the same name has that of
// its target, which may itself be a use.
func (e *emitter) typeName(def *wit.TypeDef) string {
	for sameNameUse(def) {
		def = def.Shape.Def
	}
	return e.types[def]
}

// sameNameUse reports whether def only repeats another type's name here.
func sameNameUse(def *wit.TypeDef) bool {
	return def.Use && def.Shape.Def != nil && exported(def.Name) == exported(def.Shape.Def.Name)
}

func ownerName(def *wit.TypeDef) string {
	if def.Owner.Interface != nil {
		return def.Owner.Interface.Name
	}
	return def.Owner.World.Name
}

// nameMembers names what a type declares beside itself.
func (e *emitter) nameMembers(def *wit.TypeDef) {
	if def.Shape == nil || def.Shape.Def != nil {
		return
	}
	name := e.types[def]
	switch def.Shape.Kind {
	case abi.Record:
		inner := newScope()
		for _, f := range def.Shape.Fields {
			e.fields[def] = append(e.fields[def], inner.pick(exported(f.Name)))
		}
	case abi.Variant, abi.Enum:
		for _, c := range def.Shape.Cases {
			id := name + exported(c.Name)
			e.cases[def] = append(e.cases[def], e.top.pick(id, id+"Case"))
		}
	case abi.Flags:
		for _, l := range def.Shape.Labels {
			id := name + exported(l.Name)
			e.cases[def] = append(e.cases[def], e.top.pick(id, id+"Flag"))
		}
	}
}

func (e *emitter) nameGroups() {
	imports := newScope()
	for _, g := range e.plan.Served {
		s := &servedGroup{Group: g}
		short := "Host"
		if g.Interface != nil {
			short = exported(g.Interface.Name)
			s.goType = e.top.pick(short, short+"Imports")
		} else {
			s.goType = e.top.pick(e.world+"Host", e.world+"Imports")
		}
		s.field = imports.pick(short, longName(g, short))
		s.serve = e.top.pick("serve" + s.goType)
		methods := newScope()
		for _, f := range g.Funcs {
			s.methods = append(s.methods, methods.pick(exported(f.Name)))
		}
		e.served = append(e.served, s)
	}
	world := newScope("Close", "Instance", "instance")
	for _, g := range e.plan.Called {
		c := &calledGroup{Group: g, goType: e.world}
		inner := world
		if g.Interface != nil {
			short := exported(g.Interface.Name)
			c.goType = e.top.pick(short, short+"Exports")
			c.field = world.pick(short, longName(g, short))
			inner = newScope()
		}
		for _, f := range g.Funcs {
			method := exported(f.Name)
			c.methods = append(c.methods, inner.pick(method, "Call"+method))
			c.funcs = append(c.funcs, inner.pick(unexported(f.Name), unexported(f.Name)+"Func"))
		}
		e.called = append(e.called, c)
	}
}

// longName is for interfaces of the same name from different packages.
func longName(g *plan.Group, short string) string {
	if g.Interface == nil || g.Interface.Inline {
		return short
	}
	return exported(g.Interface.Package.Name) + short
}

// nameFailures names the error types of functions that return a result.
func (e *emitter) nameFailures() {
	name := func(g *plan.Group, goType string, methods []string) {
		for i, f := range g.Funcs {
			if topResult(f) != nil {
				id := methods[i] + "Error"
				e.failure[f] = e.top.pick(id, goType+id)
			}
		}
	}
	for _, g := range e.called {
		name(g.Group, g.goType, g.methods)
	}
	for _, g := range e.served {
		// The functions of an interface that is imported and exported
		// share their error types.
		if !slices.ContainsFunc(g.Funcs, func(f *wit.Func) bool { return e.failure[f] != "" }) {
			name(g.Group, g.goType, g.methods)
		}
	}
}

// topResult returns the result type that a function's Go form splits into a
// value and an error; nil where its result is none.
func topResult(f *wit.Func) *wit.Type {
	if f.Result == nil {
		return nil
	}
	if t := f.Result.Resolve(); t.Kind == abi.Result {
		return t
	}
	return nil
}

// tuple returns the name of the generic struct for tuples of n elements.
func (e *emitter) tuple(n int) string {
	name, ok := e.tuples[n]
	if !ok {
		name = e.top.pick("Tuple"+strconv.Itoa(n), "TupleOf"+strconv.Itoa(n))
		e.tuples[n] = name
	}
	return name
}

// goType returns the Go form of a use of a type; nil is a missing payload.
func (e *emitter) goType(t *wit.Type) *jen.Statement {
	if t == nil {
		return jen.Qual(pathHost, "Unit")
	}
	if t.Def != nil {
		return jen.Id(e.typeName(t.Def))
	}
	switch t.Kind {
	case abi.Char:
		return jen.Rune()
	case abi.List:
		if t.Elem.Resolve().Kind == abi.U8 {
			return jen.Index().Byte()
		}
		return jen.Index().Add(e.goType(t.Elem))
	case abi.Option:
		return jen.Op("*").Add(e.goType(t.Elem))
	case abi.Tuple:
		return jen.Id(e.tuple(len(t.Fields))).TypesFunc(func(g *jen.Group) {
			for _, f := range t.Fields {
				g.Add(e.goType(f.Type))
			}
		})
	case abi.Result:
		return jen.Qual(pathHost, "Result").Types(e.goType(t.Cases[0].Type), e.goType(t.Cases[1].Type))
	}
	return jen.Id(goPrimitive(t.Kind))
}

func goPrimitive(k abi.Kind) string {
	switch k {
	case abi.Bool:
		return "bool"
	case abi.S8, abi.S16, abi.S32, abi.S64:
		return "int" + k.String()[1:]
	case abi.U8, abi.U16, abi.U32, abi.U64:
		return "uint" + k.String()[1:]
	case abi.F32, abi.F64:
		return "float" + k.String()[1:]
	}
	return "string"
}
