package python

import (
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// declared returns the types of list that have a declaration of their own.
func declared(list []*wit.TypeDef) []*wit.TypeDef {
	var out []*wit.TypeDef
	for _, t := range list {
		if guest.Declares(t) && !t.Use {
			out = append(out, t)
		}
	}
	return out
}

// start returns an empty stub module.
func (e *emitter) start(s side, owner *wit.Interface) *module {
	m := e.newModule(s, owner, true)
	m.from("__future__", "annotations", nil)
	return m
}

// world returns wit_world/__init__.py: the world's own types, imported
// functions and the protocol of its exported functions.
func (e *emitter) world() file.File {
	m := e.start(worldSide, nil)
	types := declared(e.w.Types)
	imports, exports := guest.WorldFuncs(e.w.Imports), guest.WorldFuncs(e.w.Exports)
	for _, t := range types {
		m.defineType(t)
	}
	for _, f := range imports {
		m.define(snake(f.Name), f.Pos, fmt.Sprintf("function %q", f.Name))
	}
	m.define(worldProtocol, e.w.Pos, "the world itself")
	for _, t := range types {
		m.declare(t)
	}
	for _, f := range imports {
		m.function(f)
	}
	m.protocol(worldProtocol, lines(e.w.Docs), exports)
	return file.File{
		Path: worldModule + "/__init__.py",
		Data: []byte(m.text(header, lines(e.w.Docs))),
	}
}

// imports returns the modules of the imported interfaces. As componentize-py
// does, it makes none for an interface without a class or a function.
func (e *emitter) imports() []file.File {
	var files []file.File
	for _, i := range e.reach.Imports {
		m := e.start(importSide, i)
		types, funcs := declared(i.Types), guest.PlainFuncs(i.Funcs)
		if i.Inline && len(funcs) > 0 {
			e.refuse(funcs[0].Pos, fmt.Sprintf("function %q of inline import %q: componentize-py makes no binding for it; move it to a named interface", funcs[0].Name, i.Name))
		}
		if len(types)+len(funcs) == 0 {
			continue
		}
		for _, t := range types {
			m.defineType(t)
		}
		for _, f := range funcs {
			m.define(snake(f.Name), f.Pos, fmt.Sprintf("function %q", f.Name))
		}
		for _, t := range types {
			m.declare(t)
		}
		for _, f := range funcs {
			m.function(f)
		}
		files = append(files, file.File{
			Path: worldModule + "/imports/" + e.moduleName(importSide, i) + ".py",
			Data: []byte(m.text(header, lines(i.Docs))),
		})
	}
	if len(files) == 0 {
		return nil
	}
	return append([]file.File{{Path: worldModule + "/imports/__init__.py", Data: []byte(header)}}, files...)
}

// exports returns wit_world/exports: a protocol for each interface, and a
// module for the types of each.
func (e *emitter) exports() []file.File {
	protocols := e.start(exportSide, nil)
	var files []file.File
	var bound []*wit.Interface
	for _, i := range e.reach.Exports {
		types := slices.DeleteFunc(declared(i.Types), func(t *wit.TypeDef) bool { return e.home(t, exportSide) != exportSide })
		// componentize-py writes no protocol methods for an inline
		// interface, and no class unless the interface has types.
		if len(types) == 0 && (i.Inline || len(guest.PlainFuncs(i.Funcs)) == 0) {
			continue
		}
		m := e.start(exportSide, i)
		for _, t := range types {
			m.defineType(t)
		}
		for _, t := range types {
			m.declare(t)
		}
		files = append(files, file.File{
			Path: worldModule + "/exports/" + e.moduleName(exportSide, i) + ".py",
			Data: []byte(m.text(header, lines(i.Docs))),
		})
		protocols.define(e.protocolName(i), i.Pos, fmt.Sprintf("interface %q", i.ID()))
		bound = append(bound, i)
	}
	if len(files) == 0 {
		return nil
	}
	for _, i := range bound {
		funcs := guest.PlainFuncs(i.Funcs)
		if i.Inline {
			funcs = nil
		}
		protocols.protocol(e.protocolName(i), lines(i.Docs), funcs)
	}
	first := file.File{
		Path: worldModule + "/exports/__init__.py",
		Data: []byte(protocols.text(header, nil)),
	}
	return append([]file.File{first}, files...)
}

// function writes an imported function.
func (m *module) function(f *wit.Func) {
	s := m.signature(f, "", nil)
	m.line(0, "")
	m.line(0, "")
	m.def(0, s.name, s.params, s.ret)
	m.doc(1, s.doc(f.Docs))
	m.line(1, "raise NotImplementedError")
}

// protocol writes a class of abstract methods, one for each function.
func (m *module) protocol(name string, docs []string, funcs []*wit.Func) {
	sc := scope{}
	for _, f := range funcs {
		if sc[snake(f.Name)] {
			m.e.problems.Add(f.Pos, wit.CodeDuplicate, fmt.Sprintf("function %q becomes %s in Python, as another function does", f.Name, snake(f.Name)))
		}
		sc[snake(f.Name)] = true
	}
	documented := m.class(name, m.from("typing", "Protocol", nil), docs)
	m.protocolBody(funcs, sc, documented)
}
