package link

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Build plans a component that component.Decode accepted. The error is an
// *Error: the component needs what this runtime doesn't have, or unfolds to
// more than the limits allow.
//
// Spec: Explainer, "Component Definitions"; every definition form.
func Build(root *component.Component) (*Plan, error) {
	b := &builder{plan: &Plan{}, maxCode: max(minCode, 2*root.Size)}
	s := b.newScope(root, nil, -1)
	for _, d := range root.Defs {
		if !b.next(d) {
			break
		}
		if imp, ok := d.(*component.Import); ok {
			b.implements = imp.Implements
			it := b.hostItem(s, "", imp.Name, imp.Type)
			b.bindValue(s.values, imp.Name, imp.Type, it)
			s.add(imp.Type.Sort, it)
			continue
		}
		b.define(s, d)
	}
	b.exports(s)
	if b.err != nil {
		return nil, b.err
	}
	return b.plan, nil
}

// next moves on to a definition, and reports whether to evaluate it.
func (b *builder) next(d component.Def) bool {
	b.offset = d.Pos()
	b.spend(1)
	return b.err == nil
}

// builder holds the plan while scopes are evaluated.
type builder struct {
	plan   *Plan
	err    error
	offset int // of the definition being evaluated, for errors
	// implements is what the import being evaluated says it implements.
	implements string
	entries    int // of all bundles
	work       int // steps taken
	sources    int // imports of all core instances
	code       int // bytes of the modules of all core instances
	maxCode    int
}

// A scope is one component instance while its definitions are evaluated.
type scope struct {
	component *component.Component
	outer     *scope // lexically enclosing
	instance  int
	// types is separate: its entries matter only for resources.
	spaces [component.SortCount][]item
	// values says which value each identity in a type stands for.
	values map[*component.ValueID]int
}

// An item is a definition as the plan knows it; which field is set follows
// from its sort.
type item struct {
	core       CoreRef           // core func, table, memory, global
	lifted     int               // func: index in Lifted, or -1 and
	value      int               // value: index in Values
	host       int               // func: index in Imports
	resource   int               // type: index in Resources, -1 for no resource
	instance   map[string]member // instance
	closure    *closure          // component
	module     *component.CoreModule
	coreExport map[string]CoreRef // core instance that is a bundle
	slot       int                // core instance that was instantiated
}

// A member is one export of an instance.
type member struct {
	sort component.Sort
	item item
}

// A closure is a component with the scope its outer aliases look into.
type closure struct {
	component *component.Component
	outer     *scope
}

func (b *builder) newScope(c *component.Component, outer *scope, parent int) *scope {
	b.limit(len(b.plan.Instances), maxInstances, "component instances")
	b.plan.Instances = append(b.plan.Instances, Instance{Parent: parent, Resources: map[*abi.Resource]int{}})
	return &scope{component: c, outer: outer, instance: len(b.plan.Instances) - 1, values: map[*component.ValueID]int{}}
}

func (s *scope) add(sort component.Sort, it item) {
	s.spaces[sort] = append(s.spaces[sort], it)
}

// get returns a definition. The validator checked the index; a miss is a bug
// in one of the two packages, and fails the plan.
func (s *scope) get(b *builder, sort component.Sort, index uint32) item {
	if int(index) >= len(s.spaces[sort]) {
		b.fail("%s %d is not defined yet: the validator should have refused it", sort, index)
		return item{}
	}
	return s.spaces[sort][index]
}

// define evaluates one definition of a component instance.
func (b *builder) define(s *scope, d component.Def) {
	switch d := d.(type) {
	case *component.CoreModule:
		s.add(component.SortCoreModule, item{module: d})
	case *component.CoreInstantiate:
		s.add(component.SortCoreInstance, b.instantiateCore(s, d))
	case *component.CoreInlineExports:
		s.add(component.SortCoreInstance, b.bundleCore(s, d))
	case *component.CoreTypeDef:
		s.add(component.SortCoreType, item{})
	case *component.Nested:
		s.add(component.SortComponent, item{closure: &closure{d.Component, s}})
	case *component.Instantiate:
		s.add(component.SortInstance, b.instantiate(s, d))
	case *component.InlineExports:
		s.add(component.SortInstance, b.bundle(s, d))
	case *component.Alias:
		b.alias(s, d)
	case *component.TypeDef:
		b.typeDef(s, d)
	case *component.Canon:
		b.canon(s, d)
	case *component.Export:
		it := s.get(b, d.Sort, d.Index)
		b.bindType(s, d.Type, it)
		b.bindValue(s.values, d.Name, d.Type, it)
		s.add(d.Sort, it)
	case *component.Import:
		b.fail("import %q was not supplied: the validator should have refused it", d.Name)
	case *component.Start:
		b.start(s, d)
	case *component.Value:
		s.addValue(d.ID, b.addValue(Value{Type: d.Type, Constant: d}))
	default:
		b.fail("unknown definition %T", d)
	}
}

// instantiate evaluates a nested component with its imports supplied.
func (b *builder) instantiate(s *scope, d *component.Instantiate) item {
	c := s.get(b, component.SortComponent, d.Component).closure
	if c == nil {
		b.fail("component %d is imported: the host can't supply components", d.Component)
		return item{}
	}
	args := make(map[string]member, len(d.Args))
	for _, a := range d.Args {
		args[a.Name] = member{a.Sort, s.get(b, a.Sort, a.Index)}
	}
	inner := b.newScope(c.component, c.outer, s.instance)
	exports := map[string]member{}
	for _, def := range c.component.Defs {
		if !b.next(def) {
			return item{}
		}
		switch def := def.(type) {
		case *component.Import:
			arg, ok := args[def.Name]
			if !ok {
				b.fail("import %q was not supplied: the validator should have refused it", def.Name)
			}
			b.bindType(inner, def.Type, arg.item)
			b.bindValue(inner.values, def.Name, def.Type, arg.item)
			inner.add(def.Type.Sort, arg.item)
		case *component.Export:
			b.define(inner, def)
			exports[def.Name] = member{def.Sort, inner.get(b, def.Sort, def.Index)}
		default:
			b.define(inner, def)
		}
	}
	b.offset = d.Pos()
	result := item{instance: exports}
	b.bindInstance(s, d.Type, result)
	return result
}

// bundle makes an instance of definitions at hand.
func (b *builder) bundle(s *scope, d *component.InlineExports) item {
	b.entries += len(d.Exports)
	b.limit(b.entries, maxBundleEntries, "exports of instances")
	exports := make(map[string]member, len(d.Exports))
	for _, e := range d.Exports {
		exports[e.Name] = member{e.Sort, s.get(b, e.Sort, e.Index)}
	}
	result := item{instance: exports}
	b.bindInstance(s, d.Type, result)
	return result
}

// alias adds what an alias names.
func (b *builder) alias(s *scope, d *component.Alias) {
	switch d.Target {
	case component.AliasExport:
		from := s.get(b, component.SortInstance, d.Instance)
		m, ok := from.instance[d.Name]
		if !ok {
			b.fail("instance %d has no export %q: the validator should have refused it", d.Instance, d.Name)
		}
		b.bindType(s, d.Type, m.item)
		if d.Sort == component.SortValue {
			s.addValue(d.Type.Equal, m.item)
			return
		}
		s.add(d.Sort, m.item)
	case component.AliasCoreExport:
		from := s.get(b, component.SortCoreInstance, d.Instance)
		s.add(d.Sort, item{core: b.coreExport(from, d.Name)})
	case component.AliasOuter:
		from := s
		for range d.Count {
			if from = from.outer; from == nil {
				b.fail("outer alias reaches beyond the component: the validator should have refused it")
				return
			}
		}
		it := from.get(b, d.Sort, d.Index)
		b.bindType(s, d.Type, it)
		s.add(d.Sort, it)
	}
}

// typeDef adds a type; a resource type gets an identity of its own.
func (b *builder) typeDef(s *scope, d *component.TypeDef) {
	if d.Resource == nil {
		s.add(component.SortType, item{resource: -1})
		return
	}
	if d.Resource.Rep64 {
		b.fail("resource type %q is represented by i64, which is not supported", d.Type.Resource.Name)
	}
	r := Resource{Name: d.Type.Resource.Name, Instance: s.instance}
	if d.Resource.HasDtor {
		ref := s.get(b, component.SortCoreFunc, d.Resource.Dtor).core
		r.Dtor = &ref
	}
	index := b.addResource(r)
	b.bindResource(s, d.Type.Resource, index)
	s.add(component.SortType, item{resource: index})
}

func (b *builder) addResource(r Resource) int {
	b.limit(len(b.plan.Resources), maxResources, "resource types")
	b.plan.Resources = append(b.plan.Resources, r)
	return len(b.plan.Resources) - 1
}
