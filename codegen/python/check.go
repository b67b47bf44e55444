package python

import (
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// checkWorld refuses what componentize-py 0.25 accepts and then builds wrongly
// or not at all. What one type or function is refused for stands where that is
// emitted.
func (e *emitter) checkWorld() {
	for _, t := range e.w.Types {
		if t.Resource {
			e.refuse(t.Pos, fmt.Sprintf("resource %q of the world itself: componentize-py looks for it where it isn't; declare it in an interface", t.Name))
		}
	}
	for _, item := range slices.Concat(e.w.Imports, e.w.Exports) {
		if item.Implements() {
			e.refuse(item.Pos, fmt.Sprintf("interface %q under the name %q: componentize-py can't build names of one's own yet", item.Interface.ID(), item.Name))
		}
	}
	for _, f := range guest.WorldFuncs(e.w.Imports) {
		if name := snake(f.Name); name == "imports" || name == "exports" {
			e.refuse(f.Pos, fmt.Sprintf("imported function %q hides componentize-py's module %s.%s", f.Name, worldModule, name))
		}
	}
	e.checkShadowing(declared(e.w.Types), guest.WorldFuncs(e.w.Imports), true)
	for _, i := range e.reach.Exports {
		if e.protocolName(i) == worldProtocol {
			e.refuse(i.Pos, fmt.Sprintf("exported interface %q and the world itself would both be the class %s", i.Name, worldProtocol))
		}
		if e.reach.Imported(i) {
			e.checkTwice(i)
			continue
		}
		e.checkShadowing(declared(i.Types), nil, false)
	}
	for _, i := range e.reach.Imports {
		e.checkShadowing(declared(i.Types), i.Funcs, false)
	}
	e.checkModules(importSide, e.reach.Imports)
	e.checkModules(exportSide, e.reach.Exports)
}

// checkTwice refuses the variants of an interface, imported and exported, that
// have resources in them. componentize-py makes two classes for each case, and
// gives exported functions those of what is imported, so that a guest that asks
// for the others finds none.
func (e *emitter) checkTwice(i *wit.Interface) {
	for _, t := range declared(i.Types) {
		if e.twice(t) && !t.Resource && t.Shape.Kind == abi.Variant {
			e.refuse(t.Pos, fmt.Sprintf("type %q has resources that are both imported and exported: componentize-py gives exported functions the classes of what is imported; put what is imported and what is exported into two interfaces", t.Name))
		}
	}
}

// checkShadowing refuses names that hide what a module of componentize-py's
// uses itself: a base class that a later declaration needs, or what its imported
// functions tell errors by. protocol is set where the module has a protocol.
func (e *emitter) checkShadowing(types []*wit.TypeDef, imported []*wit.Func, protocol bool) {
	needs := map[string]bool{"Protocol": protocol}
	for _, t := range types {
		if t.Resource {
			needs["Protocol"] = true
			continue
		}
		switch t.Shape.Kind {
		case abi.Enum:
			needs["Enum"] = true
		case abi.Flags:
			needs["Flag"] = true
		case abi.Variant:
			needs["Union"] = true
		}
	}
	for _, f := range imported {
		if _, _, is := raised(f.Result); is {
			needs["Err"] = true
			needs["isinstance"] = true
		}
	}
	for _, t := range types {
		if name := guest.UpperCamel(t.Name); needs[name] {
			e.refuse(t.Pos, fmt.Sprintf("type %q becomes the Python class %s, which hides what componentize-py itself uses under that name", t.Name, name))
		}
	}
	for _, f := range imported {
		if name := snake(f.Name); f.Kind == wit.Freestanding && needs[name] {
			e.refuse(f.Pos, fmt.Sprintf("imported function %q hides what componentize-py itself uses under that name", f.Name))
		}
	}
}

// checkModules refuses two interfaces that would be one Python module.
func (e *emitter) checkModules(s side, list []*wit.Interface) {
	taken := map[string]bool{}
	for _, i := range list {
		name := e.moduleName(s, i)
		if taken[name] {
			e.problems.Add(i.Pos, wit.CodeDuplicate, fmt.Sprintf("interface %q becomes the module %s.%s.%s in Python, as another interface does", i.ID(), worldModule, s, name))
		}
		taken[name] = true
	}
}
