package link

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/wit/abi"
)

// bindType records which run-time resources stand behind the static ones in
// t, now that the item of that type is known.
//
// Types are static and shared by all instances of a component; what a resource
// type is differs from instance to instance. The specification substitutes
// types; the plan keeps one map per instance instead.
func (b *builder) bindType(s *scope, t *component.Extern, it item) {
	if t == nil {
		return
	}
	switch t.Sort {
	case component.SortType:
		if t.Type != nil && t.Type.Resource != nil && it.resource >= 0 {
			b.bindResource(s, t.Type.Resource, it.resource)
		}
	case component.SortInstance:
		b.bindInstance(s, t.Instance, it)
	}
}

// bindInstance does the same for everything that an instance exports.
func (b *builder) bindInstance(s *scope, t *component.InstanceType, it item) {
	if t == nil {
		return
	}
	b.spend(len(t.Exports))
	for i := range t.Exports {
		e := &t.Exports[i]
		if e.Sort != component.SortType && e.Sort != component.SortInstance {
			continue
		}
		m, ok := it.instance[e.Name]
		if !ok {
			b.fail("instance lacks export %q: the validator should have refused it", e.Name)
		}
		b.bindType(s, &e.Extern, m.item)
	}
}

func (b *builder) bindResource(s *scope, r *abi.Resource, index int) {
	b.plan.Instances[s.instance].Resources[r] = index
}

// hostItem makes what the root imports as name, or the instance iface that it
// imports exports as name. Functions become requests to the host; a resource
// type gets an identity unless the root knows it already from an earlier
// import (`type (eq …)`).
func (b *builder) hostItem(s *scope, iface, name string, t *component.Extern) item {
	switch t.Sort {
	case component.SortFunc:
		b.limit(len(b.plan.Imports), maxFunctions, "imported functions")
		b.plan.Imports = append(b.plan.Imports, HostFunc{Interface: iface, Name: name, Implements: b.implements, Type: t.Func})
		return item{lifted: -1, host: len(b.plan.Imports) - 1}
	case component.SortValue:
		return b.addValue(Value{Type: t.Value, Import: &ValueImport{Interface: iface, Name: name}})
	case component.SortType:
		if t.Type == nil || t.Type.Resource == nil {
			return item{resource: -1}
		}
		known, ok := b.plan.Instances[s.instance].Resources[t.Type.Resource]
		if !ok {
			known = b.addResource(Resource{Name: name, Instance: -1, Import: iface, Implements: b.implements})
			b.bindResource(s, t.Type.Resource, known)
		}
		return item{resource: known}
	case component.SortInstance:
		b.spend(len(t.Instance.Exports))
		inner := path(iface, name)
		implements := b.implements
		if iface != "" {
			b.implements = "" // it is said of the outer instance
		}
		if len(inner) > maxPath {
			b.fail("import %.80q: the names of instances within it are longer than %d bytes", inner, maxPath)
		}
		exports := make(map[string]member)
		for i := range t.Instance.Exports {
			if b.err != nil {
				break
			}
			e := &t.Instance.Exports[i]
			exports[e.Name] = member{e.Sort, b.hostItem(s, inner, e.Name, &e.Extern)}
		}
		b.implements = implements
		return item{instance: exports}
	}
	b.fail("import %q: the host can't supply a %s", path(iface, name), t.Sort)
	return item{}
}
