package link

import "github.com/capsule-kit/capsule/hostruntime/internal/component"

// instantiateCore plans one core instantiation: each import of the module is
// followed to the instance that really defines it.
func (b *builder) instantiateCore(s *scope, d *component.CoreInstantiate) item {
	b.limit(len(b.plan.Steps), maxSteps, "core instances")
	module := s.get(b, component.SortCoreModule, d.Module).module
	if module == nil {
		b.fail("core module %d is imported: the host can't supply core modules", d.Module)
		return item{}
	}
	b.sources += len(module.Type.Imports)
	b.limit(b.sources, maxSources, "imports of core instances")
	b.code += len(module.Bytes)
	b.limit(b.code, b.maxCode, "bytes of core modules")
	args := make(map[string]item, len(d.Args))
	for _, a := range d.Args {
		args[a.Name] = s.get(b, component.SortCoreInstance, a.Instance)
	}
	sources := make([]CoreRef, len(module.Type.Imports))
	for i, imp := range module.Type.Imports {
		from, ok := args[imp.Module]
		if !ok {
			b.fail("core module import %q %q was not supplied: the validator should have refused it", imp.Module, imp.Name)
		}
		sources[i] = b.coreExport(from, imp.Name)
	}
	b.plan.Steps = append(b.plan.Steps, Step{Module: module, Instance: s.instance, Sources: sources})
	return item{slot: len(b.plan.Steps) - 1}
}

// bundleCore makes a core instance of definitions at hand.
func (b *builder) bundleCore(s *scope, d *component.CoreInlineExports) item {
	b.entries += len(d.Exports)
	b.limit(b.entries, maxBundleEntries, "exports of instances")
	exports := make(map[string]CoreRef, len(d.Exports))
	for _, e := range d.Exports {
		exports[e.Name] = s.get(b, e.Sort, e.Index).core
	}
	return item{slot: -1, coreExport: exports}
}

// coreExport returns the origin of a core instance's export.
func (b *builder) coreExport(from item, name string) CoreRef {
	if from.slot >= 0 {
		return CoreRef{Slot: from.slot, Name: name}
	}
	ref, ok := from.coreExport[name]
	if !ok {
		b.fail("core instance has no export %q: the validator should have refused it", name)
	}
	return ref
}
