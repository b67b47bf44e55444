package component

import "github.com/capsule-kit/capsule/wit/abi"

// visible are the types that have a name outside of a scope.
//
// Spec: Explainer, "External Visibility of Types".
type visible struct {
	types  map[*abi.Type]bool
	labels map[*label]bool
	// checked are value types and instance types found to mention visible
	// types only. Visibility only grows, so they stay so.
	checked   map[*abi.Type]bool
	instances map[*InstanceType]bool
}

func newVisible() visible {
	return visible{
		types:     make(map[*abi.Type]bool),
		labels:    make(map[*label]bool),
		checked:   make(map[*abi.Type]bool),
		instances: make(map[*InstanceType]bool),
	}
}

// name makes t visible and reports whether it had not been.
func (v visible) name(t *Type) bool {
	switch {
	case t.Resource != nil && !v.labels[t.label]:
		v.labels[t.label] = true
	case t.Value != nil && !v.types[t.Value]:
		v.types[t.Value] = true
	default:
		return false
	}
	return true
}

// has reports whether t is visible.
func (v visible) has(t *Type) bool {
	return t.Resource != nil && v.labels[t.label] || t.Value != nil && v.types[t.Value]
}

// checkVisible checks that an import or export mentions visible types only,
// and makes visible what it names itself. Imports can only mention what
// imports name; exports can mention that too.
func (d *decoder) checkVisible(r *reader, s *scope, side *side, name string, x *Extern) {
	if s.kind == instanceTypeScope {
		return // checked where the instance type is used
	}
	if r.err == nil && !d.nameVisible(r, s, side, x) {
		r.fail(r.item, "%s not valid to be used as %s: the type of %s mentions a record, variant, enum, flags or resource type that no preceding %s names",
			x.Sort, side.what, quote(name), side.what)
	}
}

func (d *decoder) nameVisible(r *reader, s *scope, side *side, x *Extern) bool {
	if !d.charge(r, 1) {
		return true
	}
	v := side.visible
	switch x.Sort {
	case SortFunc:
		return d.visibleFunc(r, v, x.Func)
	case SortValue:
		return d.visibleValue(r, v, x.Value)
	case SortType:
		if of := d.original(x.Type); side == &s.imports && s.exports.visible.has(&of) && !v.has(&of) {
			return false
		}
		if !d.visibleType(r, v, x.Type) {
			return false
		}
		v.name(x.Type)
		if side == &s.imports {
			s.exports.visible.name(x.Type)
		}
	case SortInstance:
		if v.instances[x.Instance] {
			return true
		}
		for i := range x.Instance.Exports {
			if !d.nameVisible(r, s, side, &x.Instance.Exports[i].Extern) {
				return false
			}
		}
		v.instances[x.Instance] = true
	}
	// Components and core modules are closed.
	return true
}

// original returns the entry of which t is a copy, an empty one if it is none.
func (d *decoder) original(t *Type) Type {
	if t.Resource != nil && t.label.of != nil {
		return Type{Resource: t.Resource, label: t.label.of}
	}
	return Type{Value: d.copies[t.Value]}
}

// visibleType reports whether t, which need not be visible itself, mentions
// visible types only.
func (d *decoder) visibleType(r *reader, v visible, t *Type) bool {
	switch {
	case t.Value != nil:
		return d.visibleParts(r, v, t.Value)
	case t.Func != nil:
		return d.visibleFunc(r, v, t.Func)
	case t.Instance != nil:
		return d.visibleInstance(r, v, t.Instance)
	}
	return true
}

// visibleInstance checks an instance type, inside of which the types that it
// exports have a name.
func (d *decoder) visibleInstance(r *reader, v visible, t *InstanceType) bool {
	if !d.charge(r, 1+len(t.Exports)) {
		return true
	}
	// What is found with more names than the scope has is not remembered.
	inner := v
	inner.checked = make(map[*abi.Type]bool)
	var added []*Type
	ok := true
	for i := range t.Exports {
		x := &t.Exports[i].Extern
		switch x.Sort {
		case SortFunc:
			ok = d.visibleFunc(r, inner, x.Func)
		case SortValue:
			ok = d.visibleValue(r, inner, x.Value)
		case SortInstance:
			ok = d.visibleInstance(r, inner, x.Instance)
		case SortType:
			if ok = d.visibleType(r, inner, x.Type); ok && inner.name(x.Type) {
				added = append(added, x.Type)
			}
		}
		if !ok {
			break
		}
	}
	for _, t := range added {
		delete(v.types, t.Value)
		delete(v.labels, t.label)
	}
	return ok
}

func (d *decoder) visibleFunc(r *reader, v visible, f *abi.Func) bool {
	if !d.charge(r, len(f.Params)) {
		return true
	}
	for _, p := range f.Params {
		if !d.visibleValue(r, v, p.Type) {
			return false
		}
	}
	return f.Result == nil || d.visibleValue(r, v, f.Result)
}

// visibleValue reports whether a value type is visible, or needs no name and
// mentions visible types only.
func (d *decoder) visibleValue(r *reader, v visible, t *abi.Type) bool {
	switch t.Kind {
	case abi.Record, abi.Variant, abi.Enum, abi.Flags:
		return v.types[t]
	}
	if t.Kind.Primitive() || v.checked[t] {
		return true
	}
	if !d.visibleParts(r, v, t) {
		return false
	}
	v.checked[t] = true
	return true
}

// visibleParts reports whether the parts of a value type are visible.
func (d *decoder) visibleParts(r *reader, v visible, t *abi.Type) bool {
	if t.Resource != nil {
		return v.labels[d.handles[t]]
	}
	if !d.charge(r, 1+len(t.Fields)+len(t.Cases)) {
		return true
	}
	for i := range t.Fields {
		if !d.visibleValue(r, v, t.Fields[i].Type) {
			return false
		}
	}
	for i := range t.Cases {
		if c := t.Cases[i].Type; c != nil && !d.visibleValue(r, v, c) {
			return false
		}
	}
	return (t.Key == nil || d.visibleValue(r, v, t.Key)) && (t.Elem == nil || d.visibleValue(r, v, t.Elem))
}
