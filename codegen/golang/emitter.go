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

// nameTypes gives every declared type a Go name. Of several types of one name
// the first in WIT order has it and the others get something in front, so that
// a name stays when the WIT grows at its end: the name of their interface, or
// Guest where the world imports the interface as well as exporting it. Those of
// an interface that is imported under a name of its own all have that in front.
func (e *emitter) nameTypes() {
	for _, def := range e.plan.Types {
		if r := e.plan.Resource(def); sameNameUse(def) || r != nil && r.Group == nil || e.home(def) != e {
			continue
		}
		short := exported(def.Name)
		long := exported(ownerName(def)) + short
		candidates := []string{short, long, long + "Type"}
		switch g := e.plan.View(def); {
		case g == nil:
		case g.Item.Implements():
			candidates = candidates[1:]
		case g.Exported:
			candidates = []string{short, "Guest" + short, "Guest" + long}
		}
		e.types[def] = e.top.pick(candidates...)
	}
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
		if home := e.homeOf(g); home != e {
			s := *home.served[0]
			s.home = home
			if s.goType != "" {
				short := exported(g.Interface.Name)
				s.field = imports.pick(short, longName(g, short))
			}
			e.served = append(e.served, &s)
			continue
		}
		s := &servedGroup{Group: g}
		methods := newScope()
		resources := make(map[*wit.TypeDef]*scope)
		for _, f := range g.Funcs {
			if f.Kind == wit.Method {
				s.methods = append(s.methods, e.pickMethod(resources, f))
				continue
			}
			s.goType = "wanted"
			s.methods = append(s.methods, methods.pick(e.funcName(f)))
		}
		if s.goType != "" {
			short := "Host"
			if g.Interface != nil {
				short = exported(g.Interface.Name)
				s.goType = e.top.pick(short, short+"Imports")
			} else {
				s.goType = e.top.pick(e.world+"Host", e.world+"Imports")
			}
			s.field = imports.pick(short, longName(g, short))
			if s.serve = "Serve"; e.of == nil {
				s.serve = e.top.pick("serve" + s.goType)
			}
			s.refusing = e.top.pick("Unimplemented" + s.goType)
		}
		e.served = append(e.served, s)
	}
	world := newScope("Close", "Instance", "instance")
	for _, g := range e.plan.Called {
		c := &calledGroup{Group: g, goType: e.world}
		inner := world
		if g.Interface != nil {
			short := exported(g.Interface.Name)
			c.goType = e.top.pick(short+"Exports", short+"ExportsType")
			c.field = world.pick(short, longName(g, short))
			inner = newScope()
		}
		resources := make(map[*wit.TypeDef]*scope)
		for _, f := range g.Funcs {
			name, field := e.funcName(f), unexported(f.Name)
			if f.Resource != nil {
				field = unexported(f.Resource.Name) + exported(f.Name)
			}
			if f.Accessor == wit.Setter {
				field += "Set"
			}
			if f.Kind == wit.Method {
				name = e.pickMethod(resources, f)
			} else {
				name = inner.pick(name, "Call"+name)
			}
			c.methods = append(c.methods, name)
			c.funcs = append(c.funcs, inner.pick(field, field+"Func"))
		}
		e.called = append(e.called, c)
	}
}

// funcName returns what the Go method for a function is called, where nothing
// else has that name: of a constructor NewBucket, of a static function of a
// resource BucketOpen, of a setter SetName.
func (e *emitter) funcName(f *wit.Func) string {
	name := exported(f.Name)
	if f.Accessor == wit.Setter {
		name = "Set" + name
	}
	switch f.Kind {
	case wit.Constructor:
		return "New" + exported(f.Resource.Name)
	case wit.Static:
		return exported(f.Resource.Name) + name
	}
	return name
}

// pickMethod names a method of a resource, among the others. Close is ours.
func (e *emitter) pickMethod(resources map[*wit.TypeDef]*scope, f *wit.Func) string {
	s := resources[f.Resource]
	if s == nil {
		s = newScope("Close", "handle", "resource", "world")
		resources[f.Resource] = s
	}
	name := e.funcName(f)
	return s.pick(name, "Call"+name)
}

// longName is for interfaces of the same name from different packages.
func longName(g *plan.Group, short string) string {
	if g.Interface == nil || g.Interface.Inline {
		return short
	}
	return exported(g.Interface.Package.Name) + short
}

// nameFailures names the error types of functions that return a result. The
// functions of an interface that is imported and exported share them, unless
// the interface has resources.
func (e *emitter) nameFailures() {
	name := func(g *plan.Group, goType string, methods []string) {
		for i, f := range g.Funcs {
			if topResult(f) == nil || e.failure[f] != "" {
				continue
			}
			id := methods[i] + "Error"
			if f.Kind == wit.Method {
				id = e.types[f.Resource] + id
			}
			e.failure[f] = e.top.pick(id, goType+id)
		}
	}
	for _, c := range e.called {
		name(c.Group, c.goType, c.methods)
	}
	for _, s := range e.served {
		if s.home == nil {
			name(s.Group, s.goType, s.methods)
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
