package golang

import (
	"fmt"
	"path"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/plan"
	"github.com/capsule-kit/capsule/wit"
	"github.com/dave/jennifer/jen"
)

// shared are the packages of named interfaces, which all worlds use. A package
// depends on nothing but its interface: on the types that it declares, and on
// what a host implements to serve it. What a guest exports is its world's.
type shared struct {
	prefix string // import path of the folder of all
	made   map[*wit.Interface]*emitter
	order  []*emitter
	err    error
}

// newShared returns the packages below an import path; nil for an empty one.
func newShared(prefix string) *shared {
	if prefix == "" {
		return nil
	}
	return &shared{prefix: prefix, made: make(map[*wit.Interface]*emitter)}
}

// home returns the package that declares a type: the interface's own, unless
// the type differs from one import or export of the interface to the other.
func (e *emitter) home(def *wit.TypeDef) *emitter {
	it := def.Owner.Interface
	if e.shared == nil || it == nil || it.Inline || it == e.of || e.plan.View(def) != nil {
		return e
	}
	return e.shared.of(it)
}

// homeOf returns the package that has the host's side of an import.
func (e *emitter) homeOf(g *plan.Group) *emitter {
	if e.shared == nil || g.Interface == nil || g.Interface.Inline || g.Interface == e.of || g.Item.Implements() {
		return e
	}
	return e.shared.of(g.Interface)
}

// of returns the package of an interface.
func (s *shared) of(it *wit.Interface) *emitter {
	if e, ok := s.made[it]; ok {
		return e
	}
	p, err := plan.NewInterface(it)
	if err != nil && s.err == nil {
		s.err = err
	}
	e := newEmitter(p, interfacePackage(it.Name), s)
	e.of, e.path = it, path.Join(s.prefix, sharedFolder(it))
	e.top.used["Serve"], e.top.used["Resources"] = true, true
	s.made[it] = e
	e.nameAll()
	s.order = append(s.order, e)
	return e
}

// sharedFolder returns where an interface's package lies: "demo/quakes/catalog",
// or "demo/quakes/v0.1/catalog" where the WIT package has a version. Versions
// that are compatible by their numbers share it.
func sharedFolder(it *wit.Interface) string {
	parts := []string{it.Package.Namespace, it.Package.Name}
	if major, rest, ok := strings.Cut(it.Package.Version, "."); ok {
		minor, _, _ := strings.Cut(rest, ".")
		if major == "0" {
			major += "." + minor
		}
		parts = append(parts, "v"+major)
	}
	return path.Join(append(parts, it.Name)...)
}

// interfacePackage returns the name of an interface's package: one that the
// generated code has no other use for.
func interfacePackage(name string) string {
	pkg := PackageName(name)
	s := newScope(predeclared...)
	for _, local := range []string{
		"at", "base", "bind", "context", "count", "ctx", "entries", "err", "errors", "exports", "fmt", "funcs", "host",
		"hostruntime", "imports", "index", "instance", "key", "list", "out", "policy", "comp", "ptr", "refused", "result",
		"served", "set", "strconv", "strings", "task", "internal", "testdata", "vendor",
	} {
		s.used[local] = true
	}
	if len(pkg) == 1 {
		s.used[pkg] = true
	}
	return s.pick(pkg, pkg+"iface")
}

// reserve keeps the names of this package clear of another's.
func (e *emitter) reserve(other *emitter) {
	if other != e {
		e.imports[other.path] = other.pkg
		// A second package of the name is called name1, and so on.
		for _, name := range []string{other.pkg, other.pkg + "1", other.pkg + "2", other.pkg + "3"} {
			e.packages[name], e.top.used[name] = true, true
		}
	}
}

// files returns the files of all packages that were asked for.
func (s *shared) files() ([]file.File, error) {
	if s == nil {
		return nil, nil
	}
	var files []file.File
	for i := 0; i < len(s.order); i++ { // writing one may ask for more
		e := s.order[i]
		made, err := e.render("interface_gen.go", e.interfaceFile())
		if err != nil {
			return nil, err
		}
		for _, f := range made {
			f.Path = path.Join(sharedFolder(e.of), f.Path)
			f.Shared = true
			files = append(files, f)
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	return files, nil
}

// interfaceFile declares what a host implements to serve an interface.
func (e *emitter) interfaceFile() *jen.File {
	f := e.newFile()
	f.PackageComment(fmt.Sprintf("// Package %s has the types of the WIT interface %s, and what serves it.", e.pkg, e.of.ID()))
	version(f.Group)
	for _, s := range e.served {
		e.hostInterface(f.Group, s)
	}
	e.failureTypes(f.Group)
	return f
}
