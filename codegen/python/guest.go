package python

import (
	"path"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// guest returns the author's files: the guest itself, and one module for each
// exported interface that has resources, because componentize-py looks for
// their classes in a module named after the interface.
func (e *emitter) guest(name string) []file.File {
	m := e.newModule(worldSide, nil, false)
	exports := guest.WorldFuncs(e.w.Exports)
	if len(exports) > 0 {
		m.names[worldProtocol] = true
	}
	for _, i := range e.reach.Exports {
		if len(guest.PlainFuncs(i.Funcs)) > 0 {
			m.names[e.protocolName(i)] = true
		}
	}
	if len(exports) > 0 {
		m.usesPkg = true
		m.implement(worldProtocol, worldModule+"."+worldProtocol, lines(e.w.Docs), exports)
	}
	var files []file.File
	m.sees = exportSide
	for _, i := range e.reach.Exports {
		if funcs := guest.PlainFuncs(i.Funcs); len(funcs) > 0 {
			base := ""
			if !i.Inline {
				base = m.from(worldModule, string(exportSide), nil) + "." + e.protocolName(i)
			}
			m.implement(e.protocolName(i), base, lines(i.Docs), funcs)
		}
		files = append(files, e.resourceModule(name, i)...)
	}
	header := e.starterHeader()
	for _, f := range files {
		header += "# The classes of resources are in " + path.Base(f.Path) + ", beside this file.\n"
	}
	text := m.text(header, nil)
	return append([]file.File{{Path: name, Data: []byte(text), Once: true}}, files...)
}

// starterHeader is the first line of an author's file.
func (e *emitter) starterHeader() string {
	return "# A guest of the world " + e.w.Name + ". This file is yours: it is written once and never again.\n" +
		"# Fill in every method that raises NotImplementedError; to report the error of a\n" +
		"# WIT result, raise componentize_py_types.Err(value).\n"
}

// implement writes a class with a body to fill in for each function.
func (m *module) implement(name, base string, docs []string, funcs []*wit.Func) {
	sc := scope{}
	for _, f := range funcs {
		if f.Kind != wit.Constructor {
			sc[snake(f.Name)] = true
		}
	}
	documented := m.class(name, base, docs)
	if len(funcs) == 0 && !documented {
		m.line(1, "pass")
	}
	for i, f := range funcs {
		if i > 0 || documented {
			m.line(0, "")
		}
		m.method(f, sc)
	}
}

// resourceModule returns the file with the classes of an exported interface's
// resources, beside the guest's own file.
func (e *emitter) resourceModule(guestPath string, i *wit.Interface) []file.File {
	var resources []*wit.TypeDef
	for _, t := range declared(i.Types) {
		if t.Resource {
			resources = append(resources, t)
		}
	}
	if len(resources) == 0 {
		return nil
	}
	name := e.moduleName(exportSide, i)
	if name == strings.TrimSuffix(path.Base(guestPath), ".py") {
		e.refuse(i.Pos, "exported interface "+i.Name+" has resources, whose classes belong in "+name+".py: give the guest another file name")
	}
	m := e.newModule(worldSide, nil, false)
	m.sees = exportSide
	for _, t := range resources {
		m.names[camel(t.Name)] = true
	}
	for _, t := range resources {
		base := m.from(worldModule+"."+string(exportSide), name, nil) + "." + camel(t.Name)
		// The author's own class, which has more than the protocol.
		m.within, m.self = t, camel(t.Name)
		m.implement(camel(t.Name), base, lines(t.Docs), t.Methods)
	}
	return []file.File{{
		Path: path.Join(path.Dir(guestPath), name+".py"),
		Data: []byte(m.text(e.starterHeader(), nil)),
		Once: true,
	}}
}
