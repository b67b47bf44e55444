package guest

import (
	"slices"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Interfaces are the interfaces of a world, by direction and in order.
type Interfaces struct {
	// Imports are the imported interfaces and those that only types come
	// from: such an interface is imported for its types.
	Imports []*wit.Interface
	Exports []*wit.Interface
}

// Imported reports whether i is among the imports.
func (s *Interfaces) Imported(i *wit.Interface) bool { return slices.Contains(s.Imports, i) }

// Exported reports whether i is among the exports.
func (s *Interfaces) Exported(i *wit.Interface) bool { return slices.Contains(s.Exports, i) }

// Reach returns the interfaces that w imports, exports and takes types from.
func Reach(w *wit.World) *Interfaces {
	s := &Interfaces{}
	for _, item := range w.Imports {
		if item.Interface != nil {
			s.Imports = append(s.Imports, item.Interface)
		}
	}
	for _, item := range w.Exports {
		if item.Interface != nil {
			s.Exports = append(s.Exports, item.Interface)
		}
	}
	v := &visitor{
		found: s,
		types: map[*wit.TypeDef]bool{},
		done:  map[*wit.Interface]bool{},
	}
	for _, i := range slices.Concat(s.Imports, s.Exports) {
		v.iface(i)
	}
	for _, t := range w.Types {
		v.def(t)
	}
	for _, item := range slices.Concat(w.Imports, w.Exports) {
		if item.Func != nil {
			v.fn(item.Func)
		}
	}
	return s
}

// A visitor walks every type once and adds the interfaces that own them.
type visitor struct {
	found *Interfaces
	types map[*wit.TypeDef]bool
	done  map[*wit.Interface]bool
}

func (v *visitor) iface(i *wit.Interface) {
	if v.done[i] {
		return
	}
	v.done[i] = true
	for _, t := range i.Types {
		v.def(t)
	}
	for _, f := range i.Funcs {
		v.fn(f)
	}
}

func (v *visitor) def(t *wit.TypeDef) {
	if t == nil || v.types[t] {
		return
	}
	v.types[t] = true
	v.typ(t.Shape)
	for _, m := range t.Methods {
		v.fn(m)
	}
	if i := t.Owner.Interface; i != nil && !v.found.Imported(i) && !v.found.Exported(i) {
		v.iface(i)
		v.found.Imports = append(v.found.Imports, i)
	}
}

func (v *visitor) fn(f *wit.Func) {
	for _, p := range f.Params {
		v.typ(p.Type)
	}
	v.typ(f.Result)
}

func (v *visitor) typ(t *wit.Type) {
	if t == nil {
		return
	}
	v.def(t.Def)
	v.def(t.Resource)
	for _, p := range t.Parts() {
		v.typ(p)
	}
}

// Named returns the type definition behind t that has an identity in a guest:
// a record, variant, enum, flags or resource, after all aliases. It is nil for
// any other type.
func Named(t *wit.Type) *wit.TypeDef {
	for t != nil {
		if t.Kind == abi.Own || t.Kind == abi.Borrow {
			return original(t.Resource)
		}
		def := t.Def
		if def == nil {
			return nil
		}
		if Declares(def) {
			return def
		}
		t = def.Shape
	}
	return nil
}

// original follows a resource that was brought in by `use`.
func original(def *wit.TypeDef) *wit.TypeDef {
	for def != nil && !def.Resource && def.Shape != nil && def.Shape.Def != nil {
		def = def.Shape.Def
	}
	return def
}

// Declares reports whether def is a declaration of its own, not another name
// for a type.
func Declares(def *wit.TypeDef) bool {
	if def.Resource {
		return true
	}
	if def.Shape == nil || def.Shape.Def != nil {
		return false
	}
	switch def.Shape.Kind {
	case abi.Record, abi.Variant, abi.Enum, abi.Flags:
		return true
	}
	return false
}

// HasResource reports whether t is a resource, or has one in it.
func HasResource(t *wit.TypeDef) bool { return hasResource(t, map[*wit.TypeDef]bool{}) }

// hasResource looks at each type once: types that refer to themselves do so
// through resources, where it stops.
func hasResource(t *wit.TypeDef, seen map[*wit.TypeDef]bool) bool {
	if t.Resource {
		return true
	}
	if seen[t] || t.Shape == nil {
		return false
	}
	seen[t] = true
	return typeHasResource(t.Shape, seen)
}

func typeHasResource(t *wit.Type, seen map[*wit.TypeDef]bool) bool {
	if t.Resource != nil || t.Def != nil && hasResource(t.Def, seen) {
		return true
	}
	return slices.ContainsFunc(t.Parts(), func(p *wit.Type) bool { return p != nil && typeHasResource(p, seen) })
}

// Structure returns the structure of t after all aliases.
func Structure(t *wit.Type) *wit.Type { return t.Resolve() }

// Result returns the parts of a result type, and whether t is one after all
// aliases. Either part may be nil.
func Result(t *wit.Type) (ok, err *wit.Type, is bool) {
	if t == nil {
		return nil, nil, false
	}
	s := Structure(t)
	if s.Kind != abi.Result {
		return nil, nil, false
	}
	for _, c := range s.Cases {
		if c.Name == "ok" {
			ok = c.Type
		} else {
			err = c.Type
		}
	}
	return ok, err, true
}
