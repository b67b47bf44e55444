package wit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
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
	for _, d := range scanned.items {
		if p.off(d) {
			continue
		}
		switch d.kind {
		case declInterface:
			i := slices.IndexFunc(pkg.Interfaces, func(it *Interface) bool { return it.Name == d.name })
			if i < 0 {
				p.lost(d.pos, "interface", d.name)
				continue
			}
			p.iface(pkg.Interfaces[i], d)
		case declWorld:
			i := slices.IndexFunc(pkg.Worlds, func(w *World) bool { return w.Name == d.name })
			if i < 0 {
				p.lost(d.pos, "world", d.name)
				continue
			}
			p.world(pkg.Worlds[i], d)
		}
	}
	slices.SortStableFunc(pkg.Interfaces, func(a, b *Interface) int { return a.Pos.compare(b.Pos) })
	slices.SortStableFunc(pkg.Worlds, func(a, b *World) int { return a.Pos.compare(b.Pos) })
}

func (p *placer) iface(it *Interface, d *decl) {
	it.Pos = d.pos
	p.types(it.Types, d)
	funcs := make(map[string]*Func)
	for _, f := range it.Funcs {
		funcs[funcKey(f)] = f
	}
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
	sortFuncs(it.Funcs)
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

func sortFuncs(funcs []*Func) {
	slices.SortStableFunc(funcs, func(a, b *Func) int { return a.Pos.compare(b.Pos) })
}

// types gives the types of an interface or world their positions and order.
func (p *placer) types(types []*TypeDef, d *decl) {
	byName := make(map[string]*TypeDef)
	for _, t := range types {
		byName[t.Name] = t
	}
	for _, item := range d.items {
		if item.kind != declType || p.off(item) {
			continue
		}
		t := byName[item.name]
		if t == nil {
			p.lost(item.pos, "type", item.name)
			continue
		}
		t.Pos = item.pos
	}
	for _, item := range d.items {
		if t := byName[item.outer]; t != nil && item.kind == declFunc {
			for _, m := range t.Methods {
				if m.Name == item.name {
					m.Pos = item.pos
				}
			}
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
	at := make(map[string]Position) // of an item, by direction and name
	for _, item := range d.items {
		items, direction := w.Imports, "import "
		switch {
		case p.off(item):
			continue
		case item.kind == declExport:
			items, direction = w.Exports, "export "
		case item.kind == declFunc && item.outer != "":
			if !slices.ContainsFunc(items, func(i Item) bool { return i.Func != nil && funcKey(i.Func) == item.key() }) {
				p.lost(item.pos, "function", item.key())
			}
			continue
		case item.kind != declImport:
			continue
		}
		i := slices.IndexFunc(items, func(i Item) bool { return i.written(item.name, w.Package) })
		if i < 0 {
			p.lost(item.pos, "item", item.name)
			continue
		}
		at[direction+items[i].Name] = item.pos
		switch {
		case items[i].Func != nil:
			items[i].Func.Pos = item.pos
		case items[i].Interface.Inline:
			p.iface(items[i].Interface, item)
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

// written reports whether a world's item is the one that its text calls name.
func (i Item) written(name string, pkg *Package) bool {
	if i.Name == name {
		return true
	}
	return i.Interface != nil && !i.Interface.Inline && i.Interface.Package == pkg && i.Interface.Name == name
}

// sortItems puts items in the order of the text; those without a line of
// their own (brought in by include, or because another item uses their types)
// keep their order and come first.
func sortItems(items []Item, pos func(Item) Position) {
	slices.SortStableFunc(items, func(a, b Item) int { return pos(a).compare(pos(b)) })
}

func (p Position) compare(q Position) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// limits reports types that are correct WIT but beyond what the Canonical ABI
// allows.
func (c *converter) limits() Errors {
	var errs Errors
	for _, deep := range c.deep {
		errs = append(errs, deep())
	}
	if len(errs) > 0 {
		return errs // the walks below are recursive
	}
	for _, def := range c.defs {
		if def.Resource {
			continue
		}
		if twice := duplicate(def.Shape); twice != "" {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeDuplicate,
				Msg: fmt.Sprintf("%s %q has two members named %q", def.Shape.Kind, def.Name, twice)})
		}
		if named(def.Shape.Kind) && len(def.Shape.Fields)+len(def.Shape.Cases)+len(def.Shape.Labels) == 0 {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeInvalid,
				Msg: fmt.Sprintf("%s %q has no members; it must have at least one", def.Shape.Kind, def.Name)})
		}
		if n := len(def.Shape.Labels); n > abi.MaxFlags {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeTooLarge,
				Msg: fmt.Sprintf("flags %q has %d flags; at most %d are allowed", def.Name, n, abi.MaxFlags)})
		}
		if t := (&Type{Def: def}).ABI(); t.Size() > abi.MaxElemSize {
			errs = append(errs, tooLarge(def.Pos, "type", def.Name))
		}
	}
	check := func(f *Func) {
		if twice := firstTwice(f.Params, func(p Param) string { return p.Name }); twice != "" {
			errs = append(errs, &Error{Pos: f.Pos, Code: CodeDuplicate,
				Msg: fmt.Sprintf("function %q has two parameters named %q", f.Name, twice)})
		}
		sig := f.ABI()
		large := sig.Result != nil && sig.Result.Size() > abi.MaxElemSize || sig.ParamTuple().Size() > abi.MaxElemSize
		if large {
			errs = append(errs, tooLarge(f.Pos, "function", f.Name))
		}
	}
	for _, it := range c.interfaces {
		for _, f := range it.Funcs {
			check(f)
		}
	}
	for _, w := range c.worlds {
		for _, item := range slices.Concat(w.Imports, w.Exports) {
			if item.Func != nil {
				check(item.Func)
			}
		}
	}
	return errs
}

func tooLarge(pos Position, kind, name string) *Error {
	return &Error{Pos: pos, Code: CodeTooLarge, Msg: fmt.Sprintf("%s %q: a value takes more than %d bytes", kind, name, abi.MaxElemSize)}
}

// named reports whether WIT has types of this kind only with a name.
func named(k abi.Kind) bool {
	return k == abi.Record || k == abi.Variant || k == abi.Enum || k == abi.Flags
}

// duplicate returns a member name that t has twice; empty where none.
func duplicate(t *Type) string {
	return cmp.Or(
		firstTwice(t.Fields, func(f Field) string { return f.Name }),
		firstTwice(t.Cases, func(c Case) string { return c.Name }),
		firstTwice(t.Labels, func(c Case) string { return c.Name }),
	)
}

// firstTwice returns the first name that occurs again, upper and lower case
// being the same. Elements of a tuple have none.
func firstTwice[T any](list []T, name func(T) string) string {
	seen := make(map[string]bool, len(list))
	for _, part := range list {
		n := name(part)
		key := strings.ToLower(n)
		if n != "" && seen[key] {
			return n
		}
		seen[key] = true
	}
	return ""
}
