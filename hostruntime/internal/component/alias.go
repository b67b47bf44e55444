package component

// alias reads an alias, of a component or a type.
//
// Spec: Binary, "Alias Definitions".
func (d *decoder) alias(r *reader, s *scope) Def {
	def := &Alias{Position: Position(r.item)}
	var ok bool
	if def.Sort, ok = anySort(r); !ok {
		return def
	}
	switch target := r.byte("an alias target"); target {
	case 0:
		def.Target = AliasExport
	case 1:
		def.Target = AliasCoreExport
	case 2:
		def.Target = AliasOuter
	default:
		r.fail(r.item, "0x%02x where an alias target (0x00, 0x01 or 0x02) is expected", target)
		return def
	}
	if def.Target == AliasOuter {
		def.Count, def.Index = r.u32("an alias count"), r.u32("an index")
	} else {
		def.Instance, def.Name = r.u32("an instance index"), r.name("the name of an export")
	}
	if r.err != nil {
		return def
	}
	if s.kind != componentScope && !aliasInType(def) {
		r.fail(r.item, "an alias in a component or instance type can only name a type or an instance")
		return def
	}
	switch def.Target {
	case AliasExport:
		d.aliasExport(r, s, def)
	case AliasCoreExport:
		d.aliasCoreExport(r, s, def)
	case AliasOuter:
		d.aliasOuter(r, s, def)
	}
	return def
}

// aliasInType reports whether a component or instance type may hold def.
func aliasInType(def *Alias) bool {
	switch def.Target {
	case AliasExport:
		return def.Sort == SortType || def.Sort == SortInstance
	case AliasOuter:
		return def.Sort == SortType || def.Sort == SortCoreType
	}
	return false
}

func (d *decoder) aliasExport(r *reader, s *scope, def *Alias) {
	t, ok := at(r, s.instances, SortInstance, def.Instance)
	if !ok {
		return
	}
	x := t.Export(def.Name)
	switch {
	case x == nil:
		r.fail(r.item, "instance %d has no export named %s", def.Instance, quote(def.Name))
	case x.Sort != def.Sort:
		r.fail(r.item, "export %s of instance %d is a %s where a %s is expected", quote(def.Name), def.Instance, x.Sort, def.Sort)
	default:
		if x.Sort == SortValue {
			// Instances of one type have different values.
			x = &Extern{Sort: SortValue, Value: x.Value, Equal: &ValueID{}}
		}
		def.Type = x
		s.push(x)
	}
}

func (d *decoder) aliasOuter(r *reader, s *scope, def *Alias) {
	target := s.outer(def.Count)
	if target == nil {
		r.fail(r.item, "invalid outer alias count %d: there are not that many enclosing components and types", def.Count)
		return
	}
	switch def.Sort {
	case SortType:
		t, ok := at(r, target.types, SortType, def.Index)
		if !ok {
			return
		}
		// The scope just inside the target tells whether a component's border
		// is crossed, because no type contains a component.
		if def.Count > 0 && s.outer(def.Count-1).kind == componentScope && d.typeShape(&t).resources {
			w := newWalk(d, r)
			if w.entry(&t); len(w.free()) > 0 {
				r.fail(r.item, "cannot alias an outer type that refers to resource type %s: a component may not use the resource types of an enclosing one", quote(w.free()[0].Name))
				return
			}
		}
		def.Type = &Extern{Sort: SortType, Type: &t}
		s.push(def.Type)
	case SortComponent:
		if t, ok := at(r, target.components, def.Sort, def.Index); ok {
			def.Type = &Extern{Sort: def.Sort, Component: t}
			s.push(def.Type)
		}
	case SortCoreModule:
		if t, ok := at(r, target.coreModules, def.Sort, def.Index); ok {
			def.Type = &Extern{Sort: def.Sort, Module: t}
			s.push(def.Type)
		}
	case SortCoreType:
		if t, ok := at(r, target.coreTypes, def.Sort, def.Index); ok {
			s.coreTypes = append(s.coreTypes, t)
		}
	default:
		r.fail(r.item, "a %s cannot be an outer alias; only types, components, core modules and core types can", def.Sort)
	}
}
