package component

import "strconv"

// A coreInstance is what a core instance exports.
type coreInstance struct {
	exports []CoreExport
	index   map[string]int
}

func (i *coreInstance) export(name string) *CoreExtern {
	if k, ok := i.index[name]; ok {
		return &i.exports[k].CoreExtern
	}
	return nil
}

func indexCoreExports(exports []CoreExport) map[string]int {
	index := make(map[string]int, len(exports))
	for i := range exports {
		index[exports[i].Name] = i
	}
	return index
}

// buildIndex makes Export quick, and notes where exports share a name.
func (t *CoreModuleType) buildIndex() { t.index = indexCoreExports(t.Exports) }

// Export returns the export called name, nil if there is none.
func (t *CoreModuleType) Export(name string) *CoreExtern {
	return (&coreInstance{exports: t.Exports, index: t.index}).export(name)
}

// coreInstance reads a core instance definition.
//
// Spec: Binary, "Instance Definitions", core:instance.
func (d *decoder) coreInstance(r *reader, s *scope) Def {
	switch form := r.byte("a core instance"); form {
	case 0:
		return d.coreInstantiate(r, s)
	case 1:
		return d.coreInlineExports(r, s)
	default:
		r.fail(r.item, "0x%02x where a core instance (0x00 or 0x01) is expected", form)
		return nil
	}
}

func (d *decoder) coreInlineExports(r *reader, s *scope) Def {
	def := &CoreInlineExports{Position: Position(r.item)}
	instance := &coreInstance{index: make(map[string]int)}
	for range r.count(maxDefinitions, "exports") {
		if !d.define(r) {
			return def
		}
		name := r.name("an export name")
		sort, _ := coreSort(r)
		ref := SortIndex{Sort: sort, Index: r.u32("an index")}
		if r.err != nil {
			return def
		}
		x := s.coreExtern(r, ref)
		if _, ok := instance.index[name]; ok {
			r.fail(r.item, "export name %s is already defined: duplicate export name", quote(name))
		}
		if r.err != nil {
			return def
		}
		instance.index[name] = len(instance.exports)
		instance.exports = append(instance.exports, CoreExport{Name: name, CoreExtern: *x})
		def.Exports = append(def.Exports, NamedIndex{Name: name, SortIndex: ref})
	}
	s.coreInstances = append(s.coreInstances, instance)
	return def
}

// coreExtern returns the type of a core definition.
func (s *scope) coreExtern(r *reader, ref SortIndex) *CoreExtern {
	x := &CoreExtern{Sort: SortCoreFunc}
	switch ref.Sort {
	case SortCoreFunc:
		x.Func, _ = at(r, s.coreFuncs, ref.Sort, ref.Index)
	case SortCoreTable:
		x, _ = at(r, s.coreTables, ref.Sort, ref.Index)
	case SortCoreMemory:
		x, _ = at(r, s.coreMemories, ref.Sort, ref.Index)
	case SortCoreGlobal:
		x, _ = at(r, s.coreGlobals, ref.Sort, ref.Index)
	case SortCoreTag:
		x, _ = at(r, s.coreTags, ref.Sort, ref.Index)
	default:
		r.fail(r.item, "a %s cannot be exported by a core instance", ref.Sort)
	}
	return x
}

func (d *decoder) coreInstantiate(r *reader, s *scope) Def {
	def := &CoreInstantiate{Position: Position(r.item), Module: r.u32("a core module index")}
	args := make(map[string]*coreInstance)
	for range r.count(maxDefinitions, "instantiation arguments") {
		if !d.define(r) {
			return def
		}
		arg := CoreArg{Name: r.name("the name of an argument")}
		if sort := r.byte("a core sort"); sort != 0x12 {
			r.fail(r.item, "core sort 0x%02x where 0x12 (instance) is expected", sort)
		}
		arg.Instance = r.u32("a core instance index")
		instance, ok := at(r, s.coreInstances, SortCoreInstance, arg.Instance)
		if !ok {
			return def
		}
		if args[arg.Name] != nil {
			r.fail(r.item, "duplicate module instantiation argument named %s", quote(arg.Name))
			return def
		}
		args[arg.Name] = instance
		def.Args = append(def.Args, arg)
	}
	t, ok := at(r, s.coreModules, SortCoreModule, def.Module)
	if !ok || !d.charge(r, len(t.Imports)) {
		return def
	}
	for i := range t.Imports {
		imp := &t.Imports[i]
		instance := args[imp.Module]
		if instance == nil {
			r.fail(r.item, "missing module instantiation argument named %s", quote(imp.Module))
			return def
		}
		have := instance.export(imp.Name)
		if have == nil {
			r.fail(r.item, "module instantiation argument %s does not export an item named %s", quote(imp.Module), quote(imp.Name))
			return def
		}
		if problem := matchCore(have, &imp.CoreExtern); problem != "" {
			r.fail(r.item, "type mismatch for export %s of module instantiation argument %s: %s", quote(imp.Name), quote(imp.Module), problem)
			return def
		}
	}
	s.coreInstances = append(s.coreInstances, &coreInstance{exports: t.Exports, index: t.index})
	return def
}

// aliasCoreExport adds what a core instance exports to its index space.
func (d *decoder) aliasCoreExport(r *reader, s *scope, def *Alias) {
	instance, ok := at(r, s.coreInstances, SortCoreInstance, def.Instance)
	if !ok {
		return
	}
	x := instance.export(def.Name)
	switch {
	case x == nil:
		r.fail(r.item, "core instance %d has no export named %s", def.Instance, quote(def.Name))
		return
	case x.Sort != def.Sort:
		r.fail(r.item, "export %s of core instance %d is a %s where a %s is expected", quote(def.Name), def.Instance, x.Sort, def.Sort)
		return
	}
	switch def.Sort {
	case SortCoreFunc:
		s.coreFuncs = append(s.coreFuncs, x.Func)
	case SortCoreTable:
		s.coreTables = append(s.coreTables, x)
	case SortCoreMemory:
		s.coreMemories = append(s.coreMemories, x)
	case SortCoreGlobal:
		s.coreGlobals = append(s.coreGlobals, x)
	case SortCoreTag:
		s.coreTags = append(s.coreTags, x)
	}
}

// matchCore checks that a core definition can be given where another type is
// wanted.
//
// Spec: core specification, "Import Subtyping".
func matchCore(given, wanted *CoreExtern) (problem string) {
	if given.Sort != wanted.Sort {
		return "expected a " + wanted.Sort.String() + ", found a " + given.Sort.String()
	}
	switch wanted.Sort {
	case SortCoreFunc, SortCoreTag:
		if !given.Func.equal(wanted.Func) {
			return "expected " + wanted.Func.String() + ", found " + given.Func.String()
		}
		return ""
	case SortCoreGlobal:
		if given.ValType != wanted.ValType || given.Mutable != wanted.Mutable {
			return "global types differ"
		}
		return ""
	}
	switch {
	case given.ValType != wanted.ValType:
		return "table element types differ"
	case given.Shared != wanted.Shared:
		return "one is shared and the other is not"
	case given.Index64 != wanted.Index64:
		return "index types differ"
	case given.BytePages != wanted.BytePages:
		return "mismatch in page size for memories"
	case given.Min < wanted.Min:
		return "limits differ: a minimum of " + strconv.FormatUint(wanted.Min, 10) + " is expected, found " + strconv.FormatUint(given.Min, 10)
	case wanted.HasMax && (!given.HasMax || given.Max > wanted.Max):
		return "limits differ: a maximum of " + strconv.FormatUint(wanted.Max, 10) + " at most is expected"
	}
	return ""
}

// matchModule checks that a core module can be given where another module
// type is wanted: it may import less and export more.
func (d *decoder) matchModule(r *reader, given, wanted *CoreModuleType) (problem string) {
	if given == wanted || !d.charge(r, len(given.Imports)+len(wanted.Imports)+len(wanted.Exports)) {
		return ""
	}
	supplied := make(map[[2]string]*CoreExtern, len(wanted.Imports))
	for i := range wanted.Imports {
		imp := &wanted.Imports[i]
		if !d.chargeName(r, imp.Module) || !d.chargeName(r, imp.Name) {
			return ""
		}
		supplied[[2]string{imp.Module, imp.Name}] = &imp.CoreExtern
	}
	for i := range given.Imports {
		imp := &given.Imports[i]
		if !d.chargeName(r, imp.Module) || !d.chargeName(r, imp.Name) {
			return ""
		}
		have := supplied[[2]string{imp.Module, imp.Name}]
		if have == nil {
			return "missing expected import " + quote(imp.Module) + " " + quote(imp.Name)
		}
		if problem = matchCore(have, &imp.CoreExtern); problem != "" {
			return "type mismatch in import " + quote(imp.Module) + " " + quote(imp.Name) + ": " + problem
		}
	}
	for i := range wanted.Exports {
		want := &wanted.Exports[i]
		if !d.chargeName(r, want.Name) {
			return ""
		}
		have := given.Export(want.Name)
		if have == nil {
			return "missing expected export " + quote(want.Name)
		}
		if problem = matchCore(have, &want.CoreExtern); problem != "" {
			return "type mismatch in export " + quote(want.Name) + ": " + problem
		}
	}
	return ""
}
