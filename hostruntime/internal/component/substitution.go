package component

import "github.com/capsule-kit/capsule/wit/abi"

// A substitution replaces resource types, and named value types by equal ones
// of another name, in types. What mentions none of them stays as it is; each
// other node is copied once, so sharing survives.
type substitution struct {
	d *decoder
	r *reader

	// deep says that value types without resource types are replaced too.
	deep      bool
	resources map[*abi.Resource]*abi.Resource
	labels    map[*label]*label
	values    map[*abi.Type]*abi.Type
	funcs     map[*abi.Func]*abi.Func
	instances map[*InstanceType]*InstanceType
	comps     map[*ComponentType]*ComponentType
}

func newSubstitution(d *decoder, r *reader) *substitution {
	return &substitution{
		d: d, r: r,
		resources: make(map[*abi.Resource]*abi.Resource),
		labels:    make(map[*label]*label),
		values:    make(map[*abi.Type]*abi.Type),
		funcs:     make(map[*abi.Func]*abi.Func),
		instances: make(map[*InstanceType]*InstanceType),
		comps:     make(map[*ComponentType]*ComponentType),
	}
}

// renew replaces each of resources by a new one of the same name and returns
// the new ones.
func (sub *substitution) renew(resources []*abi.Resource) []*abi.Resource {
	if !sub.charge(len(resources)) {
		return nil
	}
	renewed := make([]*abi.Resource, len(resources))
	for i, old := range resources {
		renewed[i] = &abi.Resource{Name: old.Name}
		sub.resources[old] = renewed[i]
	}
	return renewed
}

// supply replaces what a match has found a counterpart for.
func (sub *substitution) supply(m *match) {
	sub.deep = len(m.values) > 0
	sub.resources, sub.labels, sub.values = m.wanted.to, m.labels, m.values
}

// touches reports whether a type can change, given whether it mentions
// resource types.
func (sub *substitution) touches(resources bool) bool {
	return sub.deep || resources && len(sub.resources)+len(sub.labels) > 0
}

// charge takes the work of copying n nodes off what is allowed.
func (sub *substitution) charge(n int) bool { return sub.d.charge(sub.r, copyWork*n) }

// label returns the entry for what an entry with label l becomes.
func (sub *substitution) label(l *label) *label {
	if renewed, ok := sub.labels[l]; ok {
		return renewed
	}
	resource, ok := sub.resources[l.resource]
	if !ok {
		return l
	}
	renewed := &label{resource: resource}
	sub.labels[l] = renewed
	return renewed
}

func (sub *substitution) extern(x Extern) Extern {
	switch x.Sort {
	case SortFunc:
		x.Func = sub.fn(x.Func)
	case SortType:
		x.Type = sub.entry(x.Type)
	case SortValue:
		x.Value = sub.value(x.Value)
	case SortInstance:
		x.Instance = sub.instance(x.Instance)
	case SortComponent:
		x.Component = sub.component(x.Component)
	}
	return x
}

func (sub *substitution) entry(t *Type) *Type {
	switch {
	case t.Value != nil:
		return &Type{Value: sub.value(t.Value)}
	case t.Func != nil:
		return &Type{Func: sub.fn(t.Func)}
	case t.Instance != nil:
		return &Type{Instance: sub.instance(t.Instance)}
	case t.Component != nil:
		return &Type{Component: sub.component(t.Component)}
	}
	l := sub.label(t.label)
	return &Type{Resource: l.resource, label: l}
}

func (sub *substitution) externs(list []NamedExtern) []NamedExtern {
	if !sub.charge(len(list)) {
		return nil
	}
	result := make([]NamedExtern, len(list))
	for i := range list {
		result[i] = NamedExtern{Name: list[i].Name, Extern: sub.extern(list[i].Extern)}
	}
	return result
}

func (sub *substitution) instance(t *InstanceType) *InstanceType {
	if !sub.touches(t.shape.resources) {
		return t
	}
	c, ok := sub.instances[t]
	if !ok {
		copied := *t
		copied.Exports = sub.externs(t.Exports)
		c = &copied
		if sub.r.err != nil {
			c = t
		}
		sub.instances[t] = c
	}
	return c
}

func (sub *substitution) component(t *ComponentType) *ComponentType {
	if !sub.touches(t.shape.resources) {
		return t
	}
	c, ok := sub.comps[t]
	if !ok {
		copied := *t
		copied.Imports = sub.externs(t.Imports)
		copied.Exports = sub.externs(t.Exports)
		c = &copied
		if sub.r.err != nil {
			c = t
		}
		sub.comps[t] = c
	}
	return c
}

func (sub *substitution) fn(f *abi.Func) *abi.Func {
	if c, ok := sub.funcs[f]; ok {
		return c
	}
	if !sub.charge(1 + len(f.Params)) {
		return f
	}
	c, changed := *f, false
	c.Params = append([]abi.Param(nil), f.Params...)
	for i := range c.Params {
		p := &c.Params[i]
		t := sub.value(p.Type)
		changed = changed || t != p.Type
		p.Type = t
	}
	if f.Result != nil {
		c.Result = sub.value(f.Result)
		changed = changed || c.Result != f.Result
	}
	result := f
	if changed {
		result = &c
	}
	sub.funcs[f] = result
	return result
}

// value substitutes in a value type. The layout of a handle doesn't depend on
// its resource type, so a copy keeps the layout.
func (sub *substitution) value(t *abi.Type) *abi.Type {
	if t == nil || t.Kind.Primitive() || !sub.touches(t.HasHandles()) {
		return t
	}
	if c, ok := sub.values[t]; ok {
		return c
	}
	if !sub.charge(1 + len(t.Fields) + len(t.Cases)) {
		return t
	}
	result := t
	if c, changed := sub.parts(t); changed {
		result = c
	}
	sub.values[t] = result
	return result
}

func (sub *substitution) parts(t *abi.Type) (*abi.Type, bool) {
	c, changed := *t, false
	if t.Resource != nil {
		was := sub.d.handles[t]
		l := sub.label(was)
		if changed = l != was; changed {
			c.Resource = l.resource
			sub.d.handles[&c] = l
		}
		return &c, changed
	}
	c.Key, c.Elem = sub.value(t.Key), sub.value(t.Elem)
	changed = c.Key != t.Key || c.Elem != t.Elem
	c.Fields = append([]abi.Field(nil), t.Fields...)
	for i := range c.Fields {
		f := sub.value(t.Fields[i].Type)
		changed = changed || f != t.Fields[i].Type
		c.Fields[i].Type = f
	}
	c.Cases = append([]abi.Case(nil), t.Cases...)
	for i := range c.Cases {
		f := sub.value(t.Cases[i].Type)
		changed = changed || f != t.Cases[i].Type
		c.Cases[i].Type = f
	}
	return &c, changed
}
