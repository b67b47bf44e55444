package golang

import (
	"fmt"

	"github.com/capsule-kit/capsule/codegen/internal/plan"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// A resource that the host provides is an interface in Go, which the host
// implements: what the guest has is a handle, and what stands behind it is the
// host's own value. One that the guest provides is a struct with its methods,
// which the host closes when it is done with it. One that the runtime provides,
// such as a stream of WASI's, is a hostruntime.WASIResource. An option of any is
// nil for none, and needs no pointer.

// handleTypes are the two handles of one resource, the same for all uses.
type handleTypes struct{ own, borrow *wit.Type }

// resolve returns the structure behind a type's names; of a handle, the one
// type for all handles of that sort.
func (e *emitter) resolve(t *wit.Type) *wit.Type {
	def, borrow := plan.ResourceOf(t)
	if def == nil {
		return t.Resolve()
	}
	h := e.handles[def]
	if h == nil {
		h = &handleTypes{&wit.Type{Kind: abi.Own, Resource: def}, &wit.Type{Kind: abi.Borrow, Resource: def}}
		e.handles[def] = h
	}
	if borrow {
		return h.borrow
	}
	return h.own
}

func isHandle(t *wit.Type) bool {
	if t == nil {
		return false
	}
	def, _ := plan.ResourceOf(t)
	return def != nil
}

// guests reports whether the guest provides a resource.
func (e *emitter) guests(def *wit.TypeDef) bool { return guests(e.plan.Resource(def)) }

func guests(r *plan.Resource) bool { return r.Group != nil && r.Group.Exported }

// hasGuests reports whether the guest provides any resources.
func (e *emitter) hasGuests() bool {
	for _, r := range e.plan.Resources {
		if guests(r) {
			return true
		}
	}
	return false
}

// resourceType returns the Go form of a resource's handles.
func (e *emitter) resourceType(def *wit.TypeDef) *jen.Statement {
	switch r := e.plan.Resource(def); {
	case r.Group == nil:
		return jen.Op("*").Qual(pathHost, "WASIResource")
	case r.Group.Exported:
		return jen.Op("*").Add(e.typeRef(def))
	}
	return e.typeRef(def)
}

// nameResources names what resources need besides their types.
func (e *emitter) nameResources() {
	for _, r := range e.plan.Resources {
		e.slots[r.Def] = e.top.pick("slot" + or(e.types[r.Def], exported(r.Def.Name)))
		e.byABI[structural(e.resolve(&wit.Type{Def: r.Def})).Resource] = r.Def
		if e.of != nil && e.of == r.Def.Owner.Interface {
			e.served[0].resources = "Resources"
		} else if s := e.servedOf(r.Group); s != nil && s.resources == "" && s.home == nil {
			id := "World"
			if s.Interface != nil {
				id = exported(s.Interface.Name)
			}
			s.resources = e.top.pick("serve" + id + "Resources")
		}
	}
}

func or(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// slot returns the constant that numbers a resource.
func (e *emitter) slot(def *wit.TypeDef) *jen.Statement { return jen.Id(e.slots[def]) }

// slotConstants writes the numbers of the resources.
func (e *emitter) slotConstants(g *jen.Group) {
	if len(e.plan.Resources) == 0 {
		return
	}
	comment(g, []string{"The resource types, numbered for the runtime."})
	g.Const().DefsFunc(func(g *jen.Group) {
		for i, r := range e.plan.Resources {
			if i == 0 {
				g.Id(e.slots[r.Def]).Op("=").Iota()
			} else {
				g.Id(e.slots[r.Def])
			}
		}
	})
	g.Line()
}

// handlesField returns the slots of a function's handles, as a field; nil for
// a function without any.
func (e *emitter) handlesField(f *wit.Func) jen.Code {
	var slots []jen.Code
	for _, r := range f.ABI().Handles() {
		slots = append(slots, e.slot(e.byABI[r]))
	}
	if slots == nil {
		return nil
	}
	return jen.Id("Handles").Op(":").Index().Int().Values(slots...)
}

// liftHandle returns an expression for what the handle in word stands for.
func (e *emitter) liftHandle(t *wit.Type, word *jen.Statement) *jen.Statement {
	def := t.Resource
	if e.guests(def) {
		return e.fn(opLift, t).Call(jen.Id("c"), word)
	}
	op := "LiftOwn"
	if t.Kind == abi.Borrow {
		op = "LiftBorrow"
	}
	return jen.Qual(pathBind, op).Types(e.resourceType(def)).Call(jen.Id("c"), e.slot(def), word)
}

// liftGuest writes the function that gives a guest's resource its methods.
func (e *emitter) liftGuest(name string, t *wit.Type) *jen.Statement {
	return jen.Func().Id(name).Params(jen.Id("c").Op("*").Qual(pathBind, "Call"), jen.Id("index").Uint64()).Add(e.resourceType(t.Resource)).Block(
		jen.Return(jen.Op("&").Id(e.typeName(t.Resource)).Values(
			jen.Qual(pathBind, "Owner").Types(jen.Op("*").Id(e.world)).Call(jen.Id("c")),
			jen.Qual(pathBind, "LiftOwn").Types(jen.Op("*").Qual(pathHost, "GuestResource")).Call(jen.Id("c"), e.slot(t.Resource), jen.Id("index")),
		)),
	)
}

// lowerHandle returns an expression for the handle that the guest is given.
func (e *emitter) lowerHandle(t *wit.Type, v *jen.Statement) *jen.Statement {
	op := "LowerOwn"
	if t.Kind == abi.Borrow {
		op = "LowerBorrow"
	}
	switch r := e.plan.Resource(t.Resource); {
	case r.Group == nil:
		v = v.Clone().Dot("Handle").Call()
	case r.Group.Exported:
		v = v.Clone().Dot("handle").Call()
	}
	return method(op, e.slot(t.Resource), v)
}

// declareResource declares a resource's Go type; the functions that call a
// guest's are written with the others of its interface.
func (e *emitter) declareResource(g *jen.Group, def *wit.TypeDef, name string) {
	r := e.plan.Resource(def)
	if r.Group == nil {
		return
	}
	if r.Group.Exported {
		sentence := fmt.Sprintf("%s is a resource of the guest's: %s of %s.", name, def.Name, resourceOwner(r))
		doc(g, def.Docs, sentence, def.Text()...)
		comment(g, []string{"", "It belongs to the host, which closes it or gives it back to the guest."})
		g.Type().Id(name).Struct(
			jen.Id("world").Op("*").Id(e.world),
			jen.Id("resource").Op("*").Qual(pathHost, "GuestResource"),
		)
		g.Line()
		receiver := e.receiverOf(name)
		comment(g, []string{
			"Close has the guest drop the resource. It does nothing where that was done",
			"before, where the resource was given away, and once the instance has ended.",
		})
		g.Func().Params(jen.Id(receiver).Op("*").Id(name)).Id("Close").Params(jen.Id("ctx").Qual("context", "Context")).Error().Block(
			jen.If(jen.Id(receiver).Op("==").Nil()).Block(jen.Return(jen.Nil())),
			jen.Return(jen.Id(receiver).Dot("resource").Dot("Close").Call(jen.Id("ctx"))),
		)
		g.Line()
		g.Func().Params(jen.Id(receiver).Op("*").Id(name)).Id("handle").Params().Any().Block(
			jen.If(jen.Id(receiver).Op("==").Nil()).Block(jen.Return(jen.Nil())),
			jen.Return(jen.Id(receiver).Dot("resource")),
		)
		g.Line()
		return
	}
	s := e.servedOf(r.Group)
	sentence := fmt.Sprintf("%s is a resource of the host's: %s of %s.", name, def.Name, resourceOwner(r))
	doc(g, def.Docs, sentence, def.Text()...)
	g.Type().Id(name).InterfaceFunc(func(g *jen.Group) {
		for i, f := range s.Funcs {
			if f.Kind == wit.Method && f.Resource == def {
				e.hostMethod(g, s, i)
			}
		}
		comment(g, []string{"Close is called when the guest drops the resource, or when its instance ends."})
		g.Id("Close").Params(jen.Id("ctx").Qual("context", "Context")).Error()
	})
	g.Line()
	e.refusingResource(g, s, def, name)
}

func resourceOwner(r *plan.Resource) string {
	if r.Group.Interface != nil {
		return r.Group.Name()
	}
	return "the world " + r.Def.Owner.World.Name
}

// servedOf returns an imported group; nil for an exported one.
func (e *emitter) servedOf(g *plan.Group) *servedGroup {
	for _, s := range e.served {
		if s.Group == g {
			return s
		}
	}
	return nil
}

// serveResources writes the function that serves the methods of a group's
// resources, and their end.
func (e *emitter) serveResources(g *jen.Group, s *servedGroup) {
	if len(s.Resources) == 0 {
		return
	}
	what := "the resources that the world imports by itself"
	if s.Interface != nil {
		what = "the resources of " + s.Name()
	}
	comment(g, []string{fmt.Sprintf("%s serves %s.", s.resources, what)})
	var rows []jen.Code
	for i, f := range s.Funcs {
		if f.Kind == wit.Method {
			rows = append(rows, e.serveRow(s, i))
		}
	}
	for _, r := range s.Resources {
		fields := []jen.Code{
			jen.Id("Name").Op(":").Lit(r.Def.Name),
			jen.Id("Drop").Op(":").Qual(pathBind, "Drop").Call(jen.Id(e.types[r.Def]).Dot("Close")),
		}
		if s.Name() != "" {
			fields = append([]jen.Code{jen.Id("Interface").Op(":").Lit(s.Name())}, fields...)
		}
		rows = append(rows, list(true, fields))
	}
	g.Func().Id(s.resources).Params().Qual(pathHost, "Imports").Block(
		jen.Return(jen.Qual(pathHost, "Imports").Add(list(true, rows))),
	)
	g.Line()
}
