package javascript

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// An author writes the guest's own file and imports the types it names.
type author struct {
	e *emitter
	// imported is module → type → local name.
	imported map[string]map[string]string
	// classes are the guest's own classes for exported resources.
	classes map[*wit.TypeDef]string
	taken   map[string]bool
	// typescript says that types stand in the code, and not in comments.
	typescript bool
	body       strings.Builder
}

func (a *author) name(def *wit.TypeDef) string {
	if class := a.classes[def]; class != "" {
		return class
	}
	id, typ := a.e.owner(def), upper(def.Name)
	if local := a.imported[id][typ]; local != "" {
		return local
	}
	owner := ""
	if i := def.Owner.Interface; i != nil {
		owner = i.Name
	} else {
		owner = a.e.w.Name
	}
	local := a.free(typ, upper(owner)+typ)
	if a.imported[id] == nil {
		a.imported[id] = map[string]string{}
	}
	a.imported[id][typ] = local
	return local
}

// free claims the first of the names that isn't taken, or the last one with a
// number.
func (a *author) free(names ...string) string {
	for _, n := range names {
		if !a.taken[n] && !globals[n] {
			a.taken[n] = true
			return n
		}
	}
	last := names[len(names)-1]
	for n := 2; ; n++ {
		if name := fmt.Sprint(last, n); !a.taken[name] {
			a.taken[name] = true
			return name
		}
	}
}

// helper is never at hand: the generic types stay in the modules.
func (a *author) helper(string) bool { return false }

func (a *author) global(name string) string { return name }

// guest returns the author's file, which finds the types at a relative path.
func (e *emitter) guest(name, types string) file.File {
	a := &author{
		e:        e,
		imported: map[string]map[string]string{},
		classes:  map[*wit.TypeDef]string{},
		taken:    map[string]bool{},

		typescript: strings.HasSuffix(name, "ts"),
	}
	for _, i := range e.reach.Exports {
		for _, t := range i.Types {
			if t.Resource {
				a.classes[t] = a.free(upper(t.Name), upper(i.Name)+upper(t.Name))
			}
		}
	}
	for _, f := range guest.WorldFuncs(e.w.Exports) {
		a.function(f)
	}
	for _, x := range e.exported() {
		a.exportedInterface(x)
	}
	if a.body.Len() == 0 {
		a.body.WriteString("\nexport {};\n")
	}
	head := "// A guest of the world " + e.w.Name + ", for " + e.engineName() + ". This file is yours: it is written once\n" +
		"// and never again. Fill in every function that throws \"not implemented\".\n"
	importFormat := "/** @import { %s } from %s */\n"
	if a.typescript {
		importFormat = "import type { %s } from %s;\n"
	} else {
		head += "// @ts-check\n"
	}
	head += "/// <reference path=" + quote(types) + " />\n"
	for _, id := range slices.Sorted(maps.Keys(a.imported)) {
		var names []string
		for _, typ := range slices.Sorted(maps.Keys(a.imported[id])) {
			if local := a.imported[id][typ]; local != typ {
				typ += " as " + local
			}
			names = append(names, typ)
		}
		head += fmt.Sprintf(importFormat, strings.Join(names, ", "), quote(id))
	}
	return file.File{Path: name, Data: []byte(head + a.body.String()), Once: true}
}

// tags are the JSDoc tags that give a function its type; in TypeScript it has
// that itself.
func (a *author) tags(sig signature) []string {
	if a.typescript {
		return sig.throwsTag()
	}
	var tags []string
	for _, p := range sig.params {
		tags = append(tags, "@param {"+p.typ+"} "+p.name)
	}
	tags = append(tags, "@returns {"+sig.ret+"}")
	return append(tags, sig.throwsTag()...)
}

// typedParams returns the parameters as TypeScript declares them.
func (sig signature) typedParams() string {
	var list []string
	for _, p := range sig.params {
		list = append(list, p.name+": "+p.typ)
	}
	return strings.Join(list, ", ")
}

// typed returns a function's signature and the tags that give it the type that
// its module declares: when the world changes, the module does, and a type
// checker finds what the author has to change.
func (a *author) typed(module string, f *wit.Func) (signature, []string) {
	if a.typescript {
		sig := a.e.signature(f, a)
		return sig, sig.throwsTag()
	}
	// Of the types in the signature, only those of tags are to be imported.
	unused := &author{e: a.e, imported: map[string]map[string]string{}, classes: a.classes, taken: maps.Clone(a.taken)}
	sig := a.e.signature(f, unused)
	if _, err, is := a.e.thrown(f.Result); is && err != nil {
		sig.throws = a.e.typ(err, a, f.Pos)
	}
	tag := "@type {typeof import(" + quote(module) + ")." + lower(f.Name) + "}"
	return sig, append([]string{tag}, sig.throwsTag()...)
}

// implement writes the rest of a function after its keyword and name.
func (a *author) implement(indent, name string, sig signature, what string) {
	head := "(" + sig.names() + ")"
	if a.typescript {
		head = "(" + sig.typedParams() + ")"
		if name != "constructor" {
			head += ": " + sig.ret
		}
	}
	a.body.WriteString(indent + name + head + " {\n" +
		indent + "  throw new Error(" + quote(what+" is not implemented") + ");\n" +
		indent + "}")
}

// function writes an exported function of the world.
func (a *author) function(f *wit.Func) {
	sig, tags := a.typed(a.e.worldID(), f)
	name := lower(f.Name)
	a.body.WriteString("\n" + jsdoc("", f.Docs, tags...))
	if reserved[name] {
		a.implement("", "function "+name+"_", sig, name)
		a.body.WriteString("\nexport { " + name + "_ as " + name + " };\n")
		return
	}
	a.implement("", "export function "+name, sig, name)
	a.body.WriteString("\n")
}

// exportedInterface writes the object that stands for an interface, and the
// classes of its resources before it.
func (a *author) exportedInterface(x export) {
	var classes []string
	for _, t := range x.iface.Types {
		if t.Resource {
			a.class(t)
			class := upper(t.Name)
			if local := a.classes[t]; local != class {
				class += ": " + local
			}
			classes = append(classes, class)
		}
	}
	name := x.name
	switch {
	case x.byID:
		name = lower(strings.NewReplacer(":", "-", "/", "-", "@", "-").Replace(x.iface.ID()))
	case reserved[name]:
		name += "_"
	}
	a.body.WriteString("\n" + jsdoc("", x.iface.Docs))
	if name == x.name {
		a.body.WriteString("export ")
	}
	a.body.WriteString("const " + name + " = {\n")
	for _, c := range classes {
		a.body.WriteString("  " + c + ",\n")
	}
	for i, f := range guest.PlainFuncs(x.iface.Funcs) {
		if i > 0 || len(classes) > 0 {
			a.body.WriteString("\n")
		}
		var sig signature
		var tags []string
		if len(classes) == 0 {
			sig, tags = a.typed(a.e.modules[x.iface], f)
		} else {
			// The module declares other classes than the guest's own.
			sig = a.e.signature(f, a)
			tags = a.tags(sig)
		}
		a.body.WriteString(jsdoc("  ", f.Docs, tags...))
		a.implement("  ", lower(f.Name), sig, x.name+"."+lower(f.Name))
		a.body.WriteString(",\n")
	}
	a.body.WriteString("};\n")
	switch {
	case x.byID:
		a.body.WriteString("export { " + name + " as " + quote(x.iface.ID()) + " };\n")
	case name != x.name:
		a.body.WriteString("export { " + name + " as " + x.name + " };\n")
	}
}

// class writes the guest's class for an exported resource.
func (a *author) class(t *wit.TypeDef) {
	a.body.WriteString("\n" + jsdoc("", t.Docs) + "class " + a.classes[t] + " {\n")
	for i, f := range t.Methods {
		if i > 0 {
			a.body.WriteString("\n")
		}
		sig := a.e.signature(f, a)
		name, tags := lower(f.Name), a.tags(sig)
		switch f.Kind {
		case wit.Constructor:
			name = "constructor"
			tags = slices.DeleteFunc(tags, func(tag string) bool { return strings.HasPrefix(tag, "@returns ") })
		case wit.Static:
			name = "static " + name
		}
		a.body.WriteString(jsdoc("  ", f.Docs, tags...))
		a.implement("  ", name, sig, upper(t.Name)+"."+lower(f.Name))
		a.body.WriteString("\n")
	}
	a.body.WriteString("}\n")
}

var _ namer = (*author)(nil)
