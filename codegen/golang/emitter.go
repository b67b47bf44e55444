package golang

import (
	"fmt"
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
	// path is the package's import path, where others refer to it.
	path string
	// of is the interface whose package this is; nil for a world's.
	of *wit.Interface
	// shared are the packages of interfaces; nil where all is in one package.
	shared *shared

	top *scope // package-level identifiers
	// packages are the names of the packages of interfaces that are referred
	// to, which no local name may hide.
	packages map[string]bool
	imports  map[string]string // their names by import path
	types    map[*wit.TypeDef]string
	cases    map[*wit.TypeDef][]string
	fields   map[*wit.TypeDef][]string
	layouts  map[*wit.Type]goLayout
	tuples   map[int]string // Go names of the tuple types, by element count
	handles  map[*wit.TypeDef]*handleTypes
	slots    map[*wit.TypeDef]string // constants that number the resources
	byABI    map[*abi.Resource]*wit.TypeDef

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
	goType  string // of the interface that the host implements; empty where nothing is left for it
	field   string // in Imports
	serve   string // the function that binds it
	methods []string
	// refusing is the default that can be embedded.
	refusing string
	// resources is the function that serves the group's resources.
	resources string
	// home is where all of these are; nil for the world's own package.
	home *emitter
}

// A calledGroup is an exported group with its Go names.
type calledGroup struct {
	*plan.Group
	goType  string // of the struct with the methods
	field   string // in the world's struct; empty for the world's own
	methods []string
	funcs   []string // the struct's fields for the bound functions
}

func newEmitter(p *plan.World, pkg string, shared *shared) *emitter {
	e := &emitter{
		plan: p, pkg: pkg, shared: shared,
		top:      newScope("Bind", "Instantiate", "Imports", "bind", "context", "errors", "fmt", "hostruntime", "init", "main", "strconv", "strings", "_"),
		types:    make(map[*wit.TypeDef]string),
		cases:    make(map[*wit.TypeDef][]string),
		fields:   make(map[*wit.TypeDef][]string),
		layouts:  make(map[*wit.Type]goLayout),
		tuples:   make(map[int]string),
		packages: make(map[string]bool),
		imports:  make(map[string]string),
		handles:  make(map[*wit.TypeDef]*handleTypes),
		slots:    make(map[*wit.TypeDef]string),
		byABI:    make(map[*abi.Resource]*wit.TypeDef),
		failure:  make(map[*wit.Func]string),
	}
	e.glue = newGlue(e)
	return e
}

// nameAll gives everything its name.
func (e *emitter) nameAll() {
	for _, def := range e.plan.Types {
		e.reserve(e.home(def))
	}
	for _, g := range e.plan.Served {
		e.reserve(e.homeOf(g))
	}
	if e.of == nil {
		e.world = e.top.pick(exported(e.plan.Name), exported(e.plan.Name)+"World")
	}
	e.nameTypes()
	for _, def := range e.plan.Types {
		if e.home(def) == e {
			e.nameMembers(def)
		}
	}
	e.nameGroups()
	e.nameResources()
	e.nameFailures()
}

// typeName returns a type's Go name. A use under the same name has that of
// its target, which may itself be a use.
func (e *emitter) typeName(def *wit.TypeDef) string {
	for sameNameUse(def) {
		def = def.Shape.Def
	}
	return e.home(def).types[def]
}

// typeRef refers to a type by its name.
func (e *emitter) typeRef(def *wit.TypeDef) *jen.Statement {
	for sameNameUse(def) {
		def = def.Shape.Def
	}
	return e.ref(e.home(def), e.typeName(def))
}

// caseRef refers to a case's type or constant.
func (e *emitter) caseRef(def *wit.TypeDef, i int) *jen.Statement {
	home := e.home(def)
	return e.ref(home, home.cases[def][i])
}

// ref refers to a name in a package.
func (e *emitter) ref(home *emitter, name string) *jen.Statement {
	if home == e {
		return jen.Id(name)
	}
	return jen.Qual(home.path, name)
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

// tuple returns the name of the generic struct for tuples like t.
func (e *emitter) tuple(t *wit.Type) string {
	n := len(t.Fields)
	if n > sharedTuples && e.shared != nil && e.shared.err == nil {
		e.shared.err = wit.Errors{{Pos: t.Pos, Code: wit.CodeUnsupported, Msg: fmt.Sprintf(
			"a tuple of %d elements: packages of interfaces have tuples of at most %d", n, sharedTuples)}}
	}
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
	if def, _ := plan.ResourceOf(t); def != nil {
		return e.resourceType(def)
	}
	if t.Def != nil {
		return e.typeRef(t.Def)
	}
	switch t.Kind {
	case abi.Char:
		return jen.Rune()
	case abi.List:
		elem := e.goType(t.Elem)
		if t.Elem.Resolve().Kind == abi.U8 {
			elem = jen.Byte()
		}
		if t.Length > 0 {
			return jen.Index(jen.Lit(int(t.Length))).Add(elem)
		}
		return jen.Index().Add(elem)
	case abi.Map:
		return jen.Map(e.goType(t.Key)).Add(e.goType(t.Elem))
	case abi.Option:
		if isHandle(t.Elem) {
			return e.goType(t.Elem) // nil is none
		}
		return jen.Op("*").Add(e.goType(t.Elem))
	case abi.Tuple:
		return jen.Id(e.tuple(t)).TypesFunc(func(g *jen.Group) {
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
