package component

import "github.com/capsule-kit/capsule/wit/abi"

// A walk finds the resource types that types mention. It visits each node
// once, however often it is shared.
type walk struct {
	d *decoder
	r *reader

	seen      map[any]bool
	mentioned []*abi.Resource
	found     map[*abi.Resource]bool
	bound     map[*abi.Resource]bool
}

func newWalk(d *decoder, r *reader) *walk {
	return &walk{
		d: d, r: r,
		seen:  make(map[any]bool),
		found: make(map[*abi.Resource]bool),
		bound: make(map[*abi.Resource]bool),
	}
}

// free returns the resource types mentioned so far that no visited type
// introduces itself.
func (w *walk) free() []*abi.Resource {
	var free []*abi.Resource
	for _, resource := range w.mentioned {
		if !w.bound[resource] {
			free = append(free, resource)
		}
	}
	return free
}

// enter reports whether node is new, and charges for its parts.
func (w *walk) enter(node any, parts int) bool {
	if w.seen[node] || !w.d.charge(w.r, 1+parts) {
		return false
	}
	w.seen[node] = true
	return true
}

func (w *walk) resource(resource *abi.Resource) {
	if !w.found[resource] {
		w.found[resource] = true
		w.mentioned = append(w.mentioned, resource)
	}
}

func (w *walk) extern(x *Extern) {
	switch x.Sort {
	case SortFunc:
		w.fn(x.Func)
	case SortType:
		w.entry(x.Type)
	case SortValue:
		w.value(x.Value)
	case SortInstance:
		w.instance(x.Instance)
	case SortComponent:
		w.component(x.Component)
	}
}

func (w *walk) entry(t *Type) {
	switch {
	case t.Value != nil:
		w.value(t.Value)
	case t.Func != nil:
		w.fn(t.Func)
	case t.Resource != nil:
		w.resource(t.Resource)
	case t.Instance != nil:
		w.instance(t.Instance)
	case t.Component != nil:
		w.component(t.Component)
	}
}

func (w *walk) externs(list []NamedExtern) {
	for i := range list {
		w.extern(&list[i].Extern)
	}
}

func (w *walk) bind(resources []*abi.Resource) {
	for _, resource := range resources {
		w.bound[resource] = true
	}
}

func (w *walk) instance(t *InstanceType) {
	if t.shape.resources && w.enter(t, len(t.Exports)+len(t.fresh)) {
		w.bind(t.fresh)
		w.externs(t.Exports)
	}
}

func (w *walk) component(t *ComponentType) {
	if t.shape.resources && w.enter(t, len(t.Imports)+len(t.Exports)+len(t.fresh)+len(t.params)) {
		w.bind(t.params)
		w.bind(t.fresh)
		w.externs(t.Imports)
		w.externs(t.Exports)
	}
}

func (w *walk) fn(f *abi.Func) {
	if !w.enter(f, len(f.Params)) {
		return
	}
	for _, p := range f.Params {
		w.value(p.Type)
	}
	if f.Result != nil {
		w.value(f.Result)
	}
}

func (w *walk) value(t *abi.Type) {
	if t == nil || !t.HasHandles() || !w.enter(t, len(t.Fields)+len(t.Cases)) {
		return
	}
	if t.Resource != nil {
		w.resource(t.Resource)
	}
	w.value(t.Elem)
	for i := range t.Fields {
		w.value(t.Fields[i].Type)
	}
	for i := range t.Cases {
		w.value(t.Cases[i].Type)
	}
}

// escaping returns the resource types introduced in s that its exports
// mention. Each of them must be exported itself.
func (d *decoder) escaping(r *reader, s *scope) []*abi.Resource {
	if len(s.own) == 0 {
		return nil
	}
	w := newWalk(d, r)
	w.externs(s.exports.items)
	explicit := make(map[*abi.Resource]bool)
	d.explicit(r, s.exports.items, explicit, make(map[*InstanceType]bool))
	var fresh []*abi.Resource
	for _, resource := range s.own {
		if !w.found[resource] {
			continue
		}
		if !explicit[resource] {
			r.fail(r.item, "an export mentions local resource type %s, which is not exported itself", quote(resource.Name))
		}
		fresh = append(fresh, resource)
	}
	return fresh
}

// explicit collects the resource types that exports export as types.
func (d *decoder) explicit(r *reader, exports []NamedExtern, found map[*abi.Resource]bool, seen map[*InstanceType]bool) {
	if !d.charge(r, len(exports)) {
		return
	}
	for i := range exports {
		switch x := &exports[i].Extern; x.Sort {
		case SortType:
			if x.Type.Resource != nil {
				found[x.Type.Resource] = true
			}
		case SortInstance:
			if !seen[x.Instance] {
				seen[x.Instance] = true
				d.explicit(r, x.Instance.Exports, found, seen)
			}
		}
	}
}
