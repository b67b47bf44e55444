package component

// instance reads a component instance definition.
//
// Spec: Binary, "Instance Definitions".
func (d *decoder) instance(r *reader, s *scope) Def {
	switch form := r.byte("an instance"); form {
	case 0:
		return d.instantiate(r, s)
	case 1:
		return d.inlineExports(r, s)
	default:
		r.fail(r.item, "0x%02x where an instance (0x00 or 0x01) is expected", form)
		return nil
	}
}

// inlineExports reads a bundle of definitions.
func (d *decoder) inlineExports(r *reader, s *scope) Def {
	def := &InlineExports{Position: Position(r.item)}
	// Nothing in a bundle introduces a resource type under which a method
	// could be exported, so annotated names are never valid in it.
	bundle := newSide("export")
	for range r.count(maxDefinitions, "exports") {
		if !d.define(r) {
			return def
		}
		name, attrs, ok := d.nameAttributes(r)
		if !ok {
			return def
		}
		ref, ok := sortIndex(r)
		if !ok {
			return def
		}
		x, ok := s.extern(r, ref)
		if !ok {
			return def
		}
		if x.Sort == SortValue && x.Value.HasBorrow() {
			r.fail(r.item, "exported value %s cannot contain a borrow type", quote(name))
		}
		d.nameLocals(r, s, name, x)
		bundle.addName(d, r, name, attrs, x)
		def.Exports = append(def.Exports, NamedIndex{Name: name, SortIndex: ref})
	}
	def.Type = d.newInstanceType(r, bundle.items, nil)
	s.instances = append(s.instances, def.Type)
	return def
}

// instantiate reads the instantiation of a component and works out the type
// of the instance.
func (d *decoder) instantiate(r *reader, s *scope) Def {
	def := &Instantiate{Position: Position(r.item), Component: r.u32("a component index")}
	args := make(map[string]*Extern)
	for range r.count(maxDefinitions, "instantiation arguments") {
		if !d.define(r) {
			return def
		}
		name := r.name("the name of an argument")
		ref, ok := sortIndex(r)
		if !ok {
			return def
		}
		x, ok := s.extern(r, ref)
		if !ok {
			return def
		}
		if args[name] != nil {
			r.fail(r.item, "instantiation argument %s is given twice", quote(name))
			return def
		}
		args[name] = x
		def.Args = append(def.Args, NamedIndex{Name: name, SortIndex: ref})
	}
	t, ok := at(r, s.components, SortComponent, def.Component)
	if !ok || !d.charge(r, len(t.Imports)) {
		return def
	}
	m := newMatch(d, r, t.params)
	for i := range t.Imports {
		want := &t.Imports[i]
		have := args[want.Name]
		if have == nil {
			r.fail(r.item, "missing instantiation argument: import %s is not supplied", quote(want.Name))
			return def
		}
		if !m.assign(have, &want.Extern, "type mismatch for import "+quote(want.Name)) {
			return def
		}
	}
	sub := newSubstitution(d, r)
	sub.supply(m)
	s.introduce(sub.renew(t.fresh)...)
	def.Type = d.instanceOf(sub, t)
	s.instances = append(s.instances, def.Type)
	return def
}

// instanceOf returns the type of an instance of t.
func (d *decoder) instanceOf(sub *substitution, t *ComponentType) *InstanceType {
	if t.plain == nil {
		t.plain = &InstanceType{Exports: t.Exports, index: t.exportIndex, shape: shape{depth: 1, size: 1}}
		for i := range t.Exports {
			t.plain.shape.add(d.externShape(&t.Exports[i].Extern))
		}
	}
	return sub.instance(t.plain)
}
