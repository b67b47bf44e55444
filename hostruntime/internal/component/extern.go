package component

import (
	"fmt"

	"github.com/capsule-kit/capsule/wit/abi"
)

// A label is the identity of one entry of a type space that stands for a
// resource type. Entries with different labels can stand for one resource
// type: what an export defines is another entry than what it exports.
type label struct {
	resource *abi.Resource
	// of is the entry of which this one is a copy, nil if it is none.
	of *label
}

// resourceType returns a new entry for r.
func resourceType(r *abi.Resource) Type {
	return Type{Resource: r, label: &label{resource: r}}
}

func unnamedResource(position int) string { return fmt.Sprintf("resource-%d", position) }

// describe returns what an entry of the type space is, for messages.
func (t *Type) describe() string {
	switch {
	case t.Value != nil:
		return "a value type"
	case t.Func != nil:
		return "a function type"
	case t.Resource != nil:
		return "a resource type"
	case t.Instance != nil:
		return "an instance type"
	}
	return "a component type"
}

// externType reads the type of an import or export. Resource types in it are
// the ones of the type it refers to: specialise makes them new.
//
// Spec: Binary, "Type Definitions", externtype.
func (d *decoder) externType(r *reader, s *scope) (*Extern, bool) {
	start := r.pos
	kind := r.byte("the type of an import or export")
	x := &Extern{}
	switch kind {
	case 0x00:
		if b := r.byte("the sort of a core type"); b != 0x11 {
			r.fail(start, "core sort 0x%02x where 0x11 (module) is expected", b)
		}
		index := r.u32("a core type index")
		x.Sort = SortCoreModule
		t, ok := at(r, s.coreTypes, SortCoreType, index)
		if ok && t.module == nil {
			r.fail(start, "core type index %d is not a module type", index)
		}
		x.Module = t.module
	case 0x01, 0x04, 0x05:
		index := r.u32("a type index")
		t, ok := at(r, s.types, SortType, index)
		if !ok {
			return nil, false
		}
		x.Func, x.Component, x.Instance = t.Func, t.Component, t.Instance
		switch kind {
		case 0x01:
			x.Sort = SortFunc
		case 0x04:
			x.Sort = SortComponent
		case 0x05:
			x.Sort = SortInstance
		}
		if kind == 0x01 && t.Func == nil || kind == 0x04 && t.Component == nil || kind == 0x05 && t.Instance == nil {
			r.fail(start, "type index %d is %s where the type of a %s is expected", index, t.describe(), x.Sort)
		}
	case 0x02:
		x.Sort = SortValue
		x.Value, x.Equal = d.valueBound(r, s)
	case 0x03:
		x.Sort = SortType
		x.Type = d.typeBound(r, s)
	default:
		r.fail(start, "0x%02x where the type of an import or export is expected", kind)
	}
	return x, r.err == nil
}

// valueBound reads the type of a value: any type, of a value of its own, or
// that of an earlier value, which it then has to be equal to.
func (d *decoder) valueBound(r *reader, s *scope) (*abi.Type, *ValueID) {
	if r.flag("the bound of a value") {
		return d.valType(r, s), &ValueID{}
	}
	v, _ := at(r, s.values, SortValue, r.u32("a value index"))
	return v.typ, v.id
}

// typeBound reads the bound of a type: equal to another one, which makes a new
// entry for the same type, or any resource type, which makes a new type.
func (d *decoder) typeBound(r *reader, s *scope) *Type {
	start := r.pos
	switch b := r.byte("the bound of a type"); b {
	case 0:
		t, ok := at(r, s.types, SortType, r.u32("a type index"))
		if !ok {
			return nil
		}
		t = d.relabel(t)
		return &t
	case 1:
		t := resourceType(&abi.Resource{})
		return &t
	default:
		r.fail(start, "0x%02x where the bound of a type (0x00 or 0x01) is expected", b)
		return nil
	}
}

// relabel returns a new entry for the type t stands for.
func (d *decoder) relabel(t Type) Type {
	switch {
	case t.Resource != nil:
		t.label = &label{resource: t.Resource, of: t.label}
	case t.Value != nil && !t.Value.Kind.Primitive():
		c := *t.Value
		d.copies[&c] = t.Value
		if l, ok := d.handles[t.Value]; ok {
			d.handles[&c] = l
		}
		t.Value = &c
	}
	return t
}

// importDef reads an import, of a component or a component type.
func (d *decoder) importDef(r *reader, s *scope) *Import {
	def := &Import{Position: Position(r.item)}
	var ok bool
	if def.Name, def.Attributes, ok = d.nameAttributes(r); !ok {
		return def
	}
	if def.Type, ok = d.externType(r, s); !ok {
		return def
	}
	params := d.specialise(r, def.Type, def.Name)
	s.params = append(s.params, params...)
	s.push(def.Type)
	d.checkImportResources(r, s, def)
	s.imports.add(d, r, s, def.Name, def.Attributes, def.Type)
	return def
}

// checkImportResources refuses an import whose type mentions a resource type
// that only comes to exist inside the component.
func (d *decoder) checkImportResources(r *reader, s *scope, def *Import) {
	if r.err != nil || len(s.own) == 0 || !d.externShape(def.Type).resources {
		return
	}
	w := newWalk(d, r)
	w.extern(def.Type)
	for _, resource := range w.free() {
		if s.ownSet[resource] {
			r.fail(r.item, "import %s refers to a local resource type", quote(def.Name))
		}
	}
}

// exportDef reads an export of a component.
func (d *decoder) exportDef(r *reader, s *scope) *Export {
	def := &Export{Position: Position(r.item)}
	var ok bool
	if def.Name, def.Attributes, ok = d.nameAttributes(r); !ok {
		return def
	}
	if def.SortIndex, ok = sortIndex(r); !ok {
		return def
	}
	x, ok := s.extern(r, def.SortIndex)
	if !ok {
		return def
	}
	if x.Sort == SortType {
		t := d.relabel(*x.Type)
		x.Type = &t
	}
	if r.flag("an optional type") {
		ascribed, ok := d.externType(r, s)
		if !ok {
			return def
		}
		resources := d.specialise(r, ascribed, def.Name)
		m := newMatch(d, r, resources)
		m.assign(x, ascribed, "export "+quote(def.Name)+" does not have the type it is given")
		x = ascribed
		s.introduce(resources...)
	}
	d.nameLocals(r, s, def.Name, x)
	if x.Sort == SortValue && r.err == nil && x.Value.HasBorrow() {
		r.fail(r.item, "exported value %s cannot contain a borrow type", quote(def.Name))
	}
	def.Type = x
	if r.err == nil {
		d.pushExport(s, x)
		s.exports.add(d, r, s, def.Name, def.Attributes, x)
	}
	return def
}

// pushExport adds an export to its index space; an exported value has been
// consumed by the export.
func (d *decoder) pushExport(s *scope, x *Extern) {
	s.push(x)
	if x.Sort == SortValue {
		s.values[len(s.values)-1].used = true
	}
}

// exportDecl reads an export of a component or instance type.
func (d *decoder) exportDecl(r *reader, s *scope) {
	name, attrs, ok := d.nameAttributes(r)
	if !ok {
		return
	}
	x, ok := d.externType(r, s)
	if !ok {
		return
	}
	s.introduce(d.specialise(r, x, name)...)
	if x.Sort == SortValue && x.Value.HasBorrow() {
		r.fail(r.item, "exported value %s cannot contain a borrow type", quote(name))
		return
	}
	d.pushExport(s, x)
	s.exports.add(d, r, s, name, attrs, x)
}

// specialise gives what is imported or exported under name resource types of
// its own, and returns them.
func (d *decoder) specialise(r *reader, x *Extern, name string) []*abi.Resource {
	switch {
	case x.Sort == SortType && x.Type.Resource != nil && x.Type.Resource.Name == "":
		// Only a type that typeBound has just made has no name yet.
		x.Type.Resource.Name = name
		return []*abi.Resource{x.Type.Resource}
	case x.Sort == SortInstance && len(x.Instance.fresh) > 0:
		sub := newSubstitution(d, r)
		resources := sub.renew(x.Instance.fresh)
		t := sub.instance(x.Instance)
		if t == x.Instance { // after an error
			return nil
		}
		t.fresh = nil
		x.Instance = t
		return resources
	}
	return nil
}
