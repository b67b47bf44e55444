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

// hostItem makes what the root imports. Functions become requests to the
// host; a resource type gets an identity unless the root knows it already
// from an earlier import (`type (eq …)`).
func (b *builder) hostItem(s *scope, iface, name string, t *component.Extern) item {
	path := iface
	if name != "" {
		path += "#" + name
	}
	switch t.Sort {
	case component.SortFunc:
		b.limit(len(b.plan.Imports), maxFunctions, "imported functions")
		f := HostFunc{Interface: iface, Name: name, Type: t.Func}
		if name == "" {
			f = HostFunc{Name: iface, Type: t.Func}
		}
		b.plan.Imports = append(b.plan.Imports, f)
		return item{lifted: -1, host: len(b.plan.Imports) - 1}
	case component.SortType:
		if t.Type == nil || t.Type.Resource == nil {
			return item{resource: -1}
		}
		known, ok := b.plan.Instances[s.instance].Resources[t.Type.Resource]
		if !ok {
			r := Resource{Name: name, Instance: -1, Import: iface}
			if name == "" {
				r = Resource{Name: iface, Instance: -1}
			}
			known = b.addResource(r)
			b.bindResource(s, t.Type.Resource, known)
		}
		return item{resource: known}
	case component.SortInstance:
		if name != "" {
			b.fail("import %q: instances within imported instances are not supported", path)
		}
		exports := make(map[string]member, len(t.Instance.Exports))
		for i := range t.Instance.Exports {
			e := &t.Instance.Exports[i]
			exports[e.Name] = member{e.Sort, b.hostItem(s, iface, e.Name, &e.Extern)}
		}
		return item{instance: exports}
	}
	b.fail("import %q: the host can't supply a %s", path, t.Sort)
	return item{}
}
