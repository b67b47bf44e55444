package component

import "github.com/capsule-kit/capsule/wit/abi"

// A scopeKind says what definitions a scope may hold.
type scopeKind uint8

const (
	componentScope scopeKind = iota
	componentTypeScope
	instanceTypeScope
)

// A scope holds the index spaces of one component, component type or instance
// type while it is read.
type scope struct {
	kind   scopeKind
	parent *scope

	coreFuncs     []*CoreFuncType
	coreTables    []*CoreExtern
	coreMemories  []*CoreExtern
	coreGlobals   []*CoreExtern
	coreTags      []*CoreExtern
	coreTypes     []coreType
	coreModules   []*CoreModuleType
	coreInstances []*coreInstance

	funcs      []*abi.Func
	values     []valueSlot
	types      []Type
	components []*ComponentType
	instances  []*InstanceType

	imports, exports side

	// contextType is the core type of all context slots, 0 while there is none.
	contextType byte

	// params are the abstract resource types that come with imports, own
	// those that this scope or an instance in it introduces.
	params, own []*abi.Resource
	ownSet      map[*abi.Resource]bool
	// local are the resource types defined here, with their position in the
	// type space.
	local map[*abi.Resource]int
}

// A valueSlot is one value and whether it has been consumed.
type valueSlot struct {
	typ  *abi.Type
	id   *ValueID
	used bool
}

// newValue adds a value with an identity of its own, which it returns.
func (s *scope) newValue(t *abi.Type) *ValueID {
	id := &ValueID{}
	s.values = append(s.values, valueSlot{typ: t, id: id})
	return id
}

// A coreType is one entry of the core type space; one field is set, or none for
// a type that nothing supported can use.
type coreType struct {
	fn     *CoreFuncType
	module *CoreModuleType
}

func newScope(kind scopeKind, parent *scope) *scope {
	return &scope{
		kind: kind, parent: parent,
		imports: newSide("import"), exports: newSide("export"),
		ownSet: make(map[*abi.Resource]bool),
		local:  make(map[*abi.Resource]int),
	}
}

// introduce records resource types that begin to exist in this scope.
func (s *scope) introduce(resources ...*abi.Resource) {
	for _, r := range resources {
		s.own = append(s.own, r)
		s.ownSet[r] = true
	}
}

// defineLocal records a resource type defined here, as the next type. Until an
// export names it, messages call it by its position.
func (s *scope) defineLocal() *abi.Resource {
	position := len(s.types)
	resource := &abi.Resource{Name: unnamedResource(position)}
	s.local[resource] = position
	s.introduce(resource)
	return resource
}

// nameLocal gives a resource type defined here the name of its first export.
func (s *scope) nameLocal(resource *abi.Resource, name string) {
	if position, ok := s.local[resource]; ok && resource.Name == unnamedResource(position) {
		resource.Name = name
	}
}

// nameLocals names the resource types defined here that x, exported as name, is
// or exports.
func (d *decoder) nameLocals(r *reader, s *scope, name string, x *Extern) {
	switch {
	case len(s.local) == 0:
	case x.Sort == SortType && x.Type.Resource != nil:
		s.nameLocal(x.Type.Resource, name)
	case x.Sort == SortInstance && x.Instance.shape.resources && d.charge(r, len(x.Instance.Exports)):
		for i := range x.Instance.Exports {
			e := &x.Instance.Exports[i]
			d.nameLocals(r, s, e.Name, &e.Extern)
		}
	}
}

// outer returns the scope count levels out, nil if there are fewer.
func (s *scope) outer(count uint32) *scope {
	for ; count > 0 && s != nil; count-- {
		s = s.parent
	}
	return s
}

// at returns entry index of an index space.
func at[T any](r *reader, space []T, sort Sort, index uint32) (T, bool) {
	if r.err == nil && uint64(index) < uint64(len(space)) {
		return space[index], true
	}
	var none T
	r.fail(r.item, "unknown %s %d: index out of bounds, there are %d", sort, index, len(space))
	return none, false
}

// push adds what an import, export or alias stands for to its index space.
func (s *scope) push(x *Extern) {
	switch x.Sort {
	case SortFunc:
		s.funcs = append(s.funcs, x.Func)
	case SortType:
		s.types = append(s.types, *x.Type)
	case SortValue:
		s.values = append(s.values, valueSlot{typ: x.Value, id: x.Equal})
	case SortInstance:
		s.instances = append(s.instances, x.Instance)
	case SortComponent:
		s.components = append(s.components, x.Component)
	case SortCoreModule:
		s.coreModules = append(s.coreModules, x.Module)
	}
}

// extern returns the type of a component-level definition.
func (s *scope) extern(r *reader, ref SortIndex) (*Extern, bool) {
	x := &Extern{Sort: ref.Sort}
	ok := false
	switch ref.Sort {
	case SortFunc:
		x.Func, ok = at(r, s.funcs, ref.Sort, ref.Index)
	case SortType:
		var t Type
		if t, ok = at(r, s.types, ref.Sort, ref.Index); ok {
			x.Type = &t
		}
	case SortValue:
		var v valueSlot
		v, ok = s.consume(r, ref.Index)
		x.Value, x.Equal = v.typ, v.id
	case SortInstance:
		x.Instance, ok = at(r, s.instances, ref.Sort, ref.Index)
	case SortComponent:
		x.Component, ok = at(r, s.components, ref.Sort, ref.Index)
	case SortCoreModule:
		x.Module, ok = at(r, s.coreModules, ref.Sort, ref.Index)
	default:
		r.fail(r.item, "a %s cannot cross a component boundary", ref.Sort)
	}
	return x, ok
}

// consume returns value index and marks it consumed, which must happen
// exactly once.
func (s *scope) consume(r *reader, index uint32) (valueSlot, bool) {
	v, ok := at(r, s.values, SortValue, index)
	if !ok {
		return v, false
	}
	if v.used {
		r.fail(r.item, "value %d cannot be used more than once", index)
		return v, false
	}
	s.values[index].used = true
	return v, true
}
