package golang

import (
	"github.com/capsule-kit/capsule/codegen/internal/plan"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

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
