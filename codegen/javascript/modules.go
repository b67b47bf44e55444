package javascript

import (
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// interfaceSection returns the module of one interface.
func (e *emitter) interfaceSection(i *wit.Interface) string {
	s := e.newSection(e.modules[i])
	funcs := guest.PlainFuncs(i.Funcs)
	s.defineAll(i.Types, funcs)
	for _, t := range i.Types {
		s.declare(t, e.reach.Imported(i))
	}
	for _, f := range funcs {
		s.function(f)
	}
	if e.engine == QuickJS && e.reach.Imported(i) && len(i.Funcs) > 0 {
		s.defaultExport(i, funcs)
	}
	return s.text(i.Docs)
}

// defaultExport writes the object that QuickJS exports from an imported module
// as its default, beside the functions themselves.
func (s *section) defaultExport(i *wit.Interface, funcs []*wit.Func) {
	s.gap()
	s.line(1, "const default_: {")
	for _, t := range i.Types {
		if t.Resource {
			s.line(2, upper(t.Name)+": typeof "+upper(t.Name)+";")
		}
	}
	for _, f := range funcs {
		s.line(2, lower(f.Name)+": typeof "+local(f.Name)+";")
	}
	s.line(1, "};")
	s.line(1, "export default default_;")
}

// hasImportedResource reports whether the types need the compiler's library
// for Symbol.dispose.
func (e *emitter) hasImportedResource() bool {
	resource := func(t *wit.TypeDef) bool { return t.Resource }
	return slices.ContainsFunc(e.reach.Imports, func(i *wit.Interface) bool {
		return slices.ContainsFunc(i.Types, resource)
	}) || slices.ContainsFunc(e.w.Types, resource)
}

var _ namer = (*section)(nil)

// worldSection returns the module of the world itself: its types, its exported
// functions, and its exported interfaces as objects.
func (e *emitter) worldSection() string {
	s := e.newSection(e.worldID())
	funcs := guest.WorldFuncs(e.w.Exports)
	s.defineAll(e.w.Types, funcs)
	for _, t := range e.w.Types {
		s.declare(t, true)
	}
	for _, f := range funcs {
		s.function(f)
	}
	for _, x := range e.exported() {
		s.gap()
		if x.byID {
			s.line(1, "export * as "+quote(x.iface.ID())+" from "+quote(e.modules[x.iface])+";")
			continue
		}
		s.define(x.name, x.iface.Pos, fmt.Sprintf("interface %q", x.iface.ID()))
		s.line(1, "export * as "+x.name+" from "+quote(e.modules[x.iface])+";")
	}
	return s.text(e.w.Docs)
}

// An export is an exported interface and the name by which the guest exports
// it: the short name or, where that isn't unambiguous, its whole ID.
type export struct {
	iface *wit.Interface
	name  string
	byID  bool
}

// exported returns the exported interfaces. QuickJS finds them by their short
// name only, StarlingMonkey by either.
func (e *emitter) exported() []export {
	uses := map[string]int{}
	for _, f := range guest.WorldFuncs(e.w.Exports) {
		uses[lower(f.Name)]++
	}
	for _, i := range e.reach.Exports {
		uses[lower(i.Name)]++
	}
	var out []export
	for _, i := range e.reach.Exports {
		if len(i.Funcs) == 0 {
			continue
		}
		out = append(out, export{i, lower(i.Name), uses[lower(i.Name)] > 1 && !i.Inline})
	}
	return out
}

// rootSection returns the world's imported functions: globals in QuickJS, and
// modules with a default export in StarlingMonkey.
func (e *emitter) rootSection(f *wit.Func) string {
	s := e.newSection("")
	sig := e.signature(f, s)
	head := "(" + sig.list() + "): " + sig.ret + ";\n"
	if e.engine == QuickJS {
		return "\n" + jsdoc("", f.Docs, sig.throwsTag()...) + "declare function " + lower(f.Name) + head
	}
	return "\ndeclare module " + quote(f.Name) + " {\n" +
		jsdoc("  ", f.Docs, sig.throwsTag()...) +
		"  export default function " + local(f.Name) + head + "}\n"
}

// checkWorld refuses what the engine accepts and then cannot find.
func (e *emitter) checkWorld() {
	for _, item := range slices.Concat(e.w.Imports, e.w.Exports) {
		if item.Implements() {
			e.refuse(item.Pos, fmt.Sprintf("interface %q under the name %q: no engine builds names of one's own yet", item.Interface.ID(), item.Name))
		}
	}
	if e.engine != QuickJS {
		return
	}
	for _, f := range guest.WorldFuncs(e.w.Imports) {
		if reserved[lower(f.Name)] {
			e.refuse(f.Pos, fmt.Sprintf("imported function %q: QuickJS makes it a global, which can't be called %s", f.Name, lower(f.Name)))
		}
	}
	for _, i := range e.reach.Imports {
		for _, f := range guest.PlainFuncs(i.Funcs) {
			if lower(f.Name) == "default" {
				e.refuse(f.Pos, `imported function "default": QuickJS gives that name to the whole module`)
			}
		}
	}
	for _, i := range e.reach.Exports {
		for _, f := range i.Funcs {
			if f.Fallible() {
				e.refuse(f.Pos, "an exported constructor that returns a result: componentize-qjs makes one whose calls trap, under any runtime")
			}
		}
	}
	for _, x := range e.exported() {
		if x.byID {
			e.refuse(x.iface.Pos, fmt.Sprintf("exported interface %q: QuickJS finds it by its short name %s, which another export has too", x.iface.ID(), x.name))
		}
	}
}
