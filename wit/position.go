package wit

import (
	"cmp"
	"fmt"
	"slices"
)

// place gives the model the positions and the order of the text, and reports
// what the text declares and the model lacks: the reader behind the model is
// older than the language, and what it drops must not go unnoticed.
func (c *converter) place(packages []*scanPackage, features []string) Errors {
	p := placer{features: features}
	byID := make(map[string]*scanPackage)
	for _, pkg := range packages {
		if known := byID[pkg.id]; known != nil {
			known.items = append(known.items, pkg.items...)
		} else {
			byID[pkg.id] = pkg
		}
	}
	for _, pkg := range c.packages {
		scanned := byID[pkg.ID()]
		if scanned == nil {
			p.lost(Position{}, "package", pkg.ID())
			continue
		}
		p.pkg(pkg, scanned)
	}
	return p.errs
}

type placer struct {
	features []string
	errs     Errors
}

func (p *placer) lost(pos Position, kind, name string) {
	p.errs = append(p.errs, &Error{Pos: pos, Code: CodeUnsupported,
		Msg: fmt.Sprintf("%s %q is not understood by this version of the WIT reader", kind, name)})
}

// off reports whether a declaration is behind a feature that was not asked
// for.
func (p *placer) off(d *decl) bool {
	for _, gate := range d.gates {
		if !slices.Contains(p.features, gate) {
			return true
		}
	}
	return false
}

func (p *placer) pkg(pkg *Package, scanned *scanPackage) {
	interfaces := byName(pkg.Interfaces, func(it *Interface) string { return it.Name })
	worlds := byName(pkg.Worlds, func(w *World) string { return w.Name })
	for _, d := range scanned.items {
		if p.off(d) {
			continue
		}
		switch d.kind {
		case declInterface:
			if it := interfaces[d.name]; it != nil {
				p.iface(it, d)
			} else {
				p.lost(d.pos, "interface", d.name)
			}
		case declWorld:
			if w := worlds[d.name]; w != nil {
				p.world(w, d)
			} else {
				p.lost(d.pos, "world", d.name)
			}
		}
	}
	slices.SortStableFunc(pkg.Interfaces, func(a, b *Interface) int { return a.Pos.compare(b.Pos) })
	slices.SortStableFunc(pkg.Worlds, func(a, b *World) int { return a.Pos.compare(b.Pos) })
}

// byName makes lookups by name take no more time the more there is: the text
// may be hostile.
func byName[T any](list []T, name func(T) string) map[string]T {
	found := make(map[string]T, len(list))
	for _, part := range list {
		found[name(part)] = part
	}
	return found
}

func (p *placer) iface(it *Interface, d *decl) {
	it.Pos = d.pos
	p.types(it.Types, d)
	funcs := byName(it.Funcs, funcKey)
	for _, item := range d.items {
		if item.kind != declFunc || p.off(item) {
			continue
		}
		if f := funcs[item.key()]; f != nil {
			f.Pos = item.pos
		} else {
			p.lost(item.pos, "function", item.name)
		}
	}
	slices.SortStableFunc(it.Funcs, func(a, b *Func) int { return a.Pos.compare(b.Pos) })
}

// funcKey returns what a function and its declaration have in common.
func funcKey(f *Func) string {
	if f.Resource != nil {
		return f.Resource.Name + "." + f.Name
	}
	return f.Name
}

func (d *decl) key() string {
	if d.outer != "" {
		return d.outer + "." + d.name
	}
	return d.name
}

// types gives the types of an interface or world, and the functions of
// resources among them, their positions and order.
func (p *placer) types(types []*TypeDef, d *decl) {
	defs := byName(types, func(t *TypeDef) string { return t.Name })
	methods := make(map[string]*Func)
	for _, t := range types {
		for _, m := range t.Methods {
			methods[funcKey(m)] = m
		}
	}
	for _, item := range d.items {
		switch {
		case item.kind == declFunc && item.outer != "":
			if m := methods[item.key()]; m != nil {
				m.Pos = item.pos
			}
		case item.kind != declType || p.off(item):
		case defs[item.name] == nil:
			p.lost(item.pos, "type", item.name)
		default:
			defs[item.name].Pos = item.pos
		}
	}
	slices.SortStableFunc(types, func(a, b *TypeDef) int { return a.Pos.compare(b.Pos) })
	for _, t := range types {
		slices.SortStableFunc(t.Methods, func(a, b *Func) int {
			return cmp.Or(constructorsFirst(a, b), a.Pos.compare(b.Pos))
		})
	}
}

func constructorsFirst(a, b *Func) int {
	switch {
	case a.Kind == Constructor && b.Kind != Constructor:
		return -1
	case b.Kind == Constructor && a.Kind != Constructor:
		return 1
	}
	return 0
}

func (p *placer) world(w *World, d *decl) {
	w.Pos = d.pos
	p.types(w.Types, d)
	imports, exports := itemsByText(w.Imports, w.Package), itemsByText(w.Exports, w.Package)
	resourceFuncs := make(map[string]bool)
	for _, item := range w.Imports {
		if item.Func != nil && item.Func.Resource != nil {
			resourceFuncs[funcKey(item.Func)] = true
		}
	}
	at := make(map[string]Position) // of an item, by direction and name
	for _, item := range d.items {
		items, direction := imports, "import "
		switch {
		case p.off(item):
			continue
		case item.kind == declExport:
			items, direction = exports, "export "
		case item.kind == declFunc && item.outer != "":
			if !resourceFuncs[item.key()] {
				p.lost(item.pos, "function", item.key())
			}
			continue
		case item.kind != declImport:
			continue
		}
		found, ok := items[textKey(item.path, item.name)]
		if !ok {
			p.lost(item.pos, "item", item.name)
			continue
		}
		at[direction+found.Name] = item.pos
		switch {
		case found.Func != nil:
			found.Func.Pos = item.pos
		case found.Interface.Inline:
			p.iface(found.Interface, item)
		}
	}
	sortItems(w.Imports, func(i Item) Position { return at["import "+i.Name] })
	sortItems(w.Exports, func(i Item) Position { return at["export "+i.Name] })
	// What an include brought in, or a resource's function, has no line here.
	for _, item := range slices.Concat(w.Imports, w.Exports) {
		if item.Func != nil && item.Func.Pos.Line == 0 {
			item.Func.Pos = w.Pos
		}
		if item.Interface != nil && item.Interface.Inline && item.Interface.Pos.Line == 0 {
			item.Interface.Pos = w.Pos
		}
	}
}

// textKey returns what the text calls an item, apart for paths and for plain
// names: a world may import both the interface and the function "log".
func textKey(path bool, name string) string {
	if path {
		return "path " + name
	}
	return name
}

// itemsByText returns a world's items by textKey. An interface of the world's
// own package may go without the package.
func itemsByText(items []Item, pkg *Package) map[string]Item {
	found := make(map[string]Item, len(items))
	for _, i := range items {
		path := i.Interface != nil && !i.Interface.Inline
		found[textKey(path, i.Name)] = i
		if path && i.Interface.Package == pkg {
			found[textKey(path, i.Interface.Name)] = i
		}
	}
	return found
}

// sortItems puts items in the order of the text; those without a line of
// their own (brought in by include, or because another item uses their types)
// keep their order and come first.
func sortItems(items []Item, pos func(Item) Position) {
	slices.SortStableFunc(items, func(a, b Item) int { return pos(a).compare(pos(b)) })
}
