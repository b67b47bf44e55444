package wit

import (
	"cmp"
	"slices"
)

// A worldItem is one import or export of a world: an Item, or a type.
type worldItem struct {
	Item
	typ *TypeDef
	// rank is where the world's text has the item, or the include that brings
	// it; below zero where it doesn't. sub is where the included world has it.
	rank, sub int
}

// key is what may be there once on one side of a world. An interface under its
// own name is there once however often it is mentioned; everything else has a
// plain name.
type itemKey struct {
	plain string
	iface *Interface
}

func (i *worldItem) key() itemKey {
	if i.typ == nil && i.Interface != nil && !i.Interface.Inline && !i.Implements() {
		return itemKey{iface: i.Interface}
	}
	return itemKey{plain: i.Name}
}

// class orders a world's imports so that each comes after what it needs.
func (i *worldItem) class() int {
	switch {
	case i.Interface != nil:
		return 0
	case i.typ != nil && i.typ.Use:
		return 1
	case i.typ != nil:
		return 2
	case i.Func.Resource == nil:
		return 3
	}
	return 4
}

// A worldBuilder collects the items of one world.
type worldBuilder struct {
	r                *resolver
	e                *entity
	w                *World
	sc               *typeScope
	imports, exports side
}

// A side is a world's imports or its exports.
type side struct {
	verb  string
	items []*worldItem
	byKey map[itemKey]*worldItem
	names nameSet
}

func (s *side) add(i *worldItem) {
	s.items = append(s.items, i)
	s.byKey[i.key()] = i
}

// namedWorld resolves a world of a package.
func (r *resolver) namedWorld(e *entity) {
	b := &worldBuilder{r: r, e: e, w: e.world}
	b.imports = side{verb: "import", byKey: make(map[itemKey]*worldItem), names: make(nameSet)}
	b.exports = side{verb: "export", byKey: make(map[itemKey]*worldItem), names: make(nameSet)}
	b.sc = &typeScope{owner: Owner{World: e.world}, off: e.off, where: " in world " + quoted(e.text)}
	e.types = b.sc
	before := len(r.errs)
	r.declare(e.scope, b.sc, e.worldText.items)
	for _, def := range b.sc.types {
		r.defineName(b.imports.names, canonical(def.Name), name{def.Name, def.Pos}, b.sc.where)
	}
	for rank, m := range e.worldText.items {
		b.member(m, rank)
	}
	for rank, m := range e.worldText.items {
		if m.include != nil {
			b.include(m.include, rank)
		}
	}
	if e.off || len(r.errs) > before {
		return
	}
	b.check(&b.imports)
	b.check(&b.exports)
	b.elaborate()
	b.finish()
	e.complete = len(r.errs) == before
}

// member adds what one item of the world's text brings, includes apart.
func (b *worldBuilder) member(m member, rank int) {
	switch {
	case m.use != nil:
		for _, n := range m.use.names {
			b.typ(b.sc.defs[n.to.text], rank)
		}
	case m.typ != nil:
		def := b.sc.defs[m.typ.text]
		b.typ(def, rank)
		for _, f := range m.typ.methods {
			b.function(&b.imports, f, def, f.gates, rank)
		}
	case m.extern != nil:
		b.extern(m.extern, rank)
	}
}

func (b *worldBuilder) typ(def *TypeDef, rank int) {
	if !def.off {
		b.imports.add(&worldItem{Item: Item{Pos: def.Pos, Name: def.Name}, typ: def, rank: rank})
	}
}

// function adds a function that the world itself has.
func (b *worldBuilder) function(to *side, t *funcText, resource *TypeDef, g gates, rank int) {
	off := b.r.gated(b.e.unit, t.pos, g)
	f := b.r.function(b.sc, t, resource, off || b.sc.off)
	item := &worldItem{Item: Item{Pos: t.pos, Name: f.ExternName(), Func: f}, rank: rank}
	b.define(to, canonicalExtern(f), item, t.pos)
	if !off {
		to.add(item)
		f.join()
	}
}

// define notes the plain name of an item.
func (b *worldBuilder) define(to *side, key string, i *worldItem, pos Position) {
	if first, taken := to.names[key]; taken {
		what := to.verb
		if first.text != i.Name {
			b.r.clash(name{i.Name, pos}, first, what, b.sc.where)
			return
		}
		b.r.report(pos, CodeDuplicate, "%s %s is there twice%s, first at %s", what, quoted(i.Name), b.sc.where, first.pos)
		return
	}
	to.names[key] = name{i.Name, pos}
}

func (b *worldBuilder) extern(t *externText, rank int) {
	to := &b.imports
	if t.export {
		to = &b.exports
	}
	if t.fn != nil {
		b.function(to, t.fn, nil, t.gates, rank)
		return
	}
	off := b.r.gated(b.e.unit, t.at(), t.gates)
	item := &worldItem{rank: rank, Item: Item{
		Pos: t.at(), Name: t.label.text, Docs: t.docs, Stability: t.gates.Stability, ExternalID: t.gates.externalID,
	}}
	if t.inline != nil {
		item.Interface, item.Docs = b.inline(t, off), ""
	} else {
		target := b.r.interfaceAt(b.e.scope, *t.path, off || b.sc.off)
		if target == nil {
			return
		}
		item.Interface = target.iface
	}
	if t.label.text != "" {
		b.define(to, canonical(t.label.text), item, t.label.pos)
	} else {
		item.Name = item.Interface.ID()
		if first := to.byKey[item.key()]; first != nil {
			b.r.report(item.Pos, CodeDuplicate, "interface %s is %sed twice%s, first at %s", quoted(item.Interface.ID()), to.verb, b.sc.where, first.Pos)
			return
		}
	}
	if !off {
		to.add(item)
	}
}

// inline resolves an interface that stands within the world.
func (b *worldBuilder) inline(t *externText, off bool) *Interface {
	it := &Interface{
		Pos: t.label.pos, Package: b.e.unit.pkg, Name: t.label.text, Inline: true,
		Docs: t.docs, Stability: t.gates.Stability,
	}
	sc := &typeScope{owner: Owner{Interface: it}, off: off || b.sc.off, where: " in interface " + quoted(t.label.text)}
	b.r.interfaceBody(b.e.scope, it, sc, t.inline)
	return it
}

// check reports names that clash because of an include, and setters without a
// getter, which an include may have brought.
func (b *worldBuilder) check(s *side) {
	taken := make(nameSet)
	var funcs []*Func
	for _, i := range s.items {
		key := canonical(i.Name)
		switch {
		case i.key().iface != nil:
			continue
		case i.Func != nil:
			key = canonicalExtern(i.Func)
			funcs = append(funcs, i.Func)
		}
		b.r.defineName(taken, key, name{i.Name, i.Pos}, b.sc.where)
	}
	b.r.getters(funcs, b.sc.where)
}

// finish puts the items into the order of the text.
func (b *worldBuilder) finish() {
	byRank := func(x, y *worldItem) int { return cmp.Or(x.rank-y.rank, x.sub-y.sub) }
	slices.SortStableFunc(b.imports.items, byRank)
	slices.SortStableFunc(b.exports.items, byRank)
	b.e.imports, b.e.exports = b.imports.items, b.exports.items
	for _, i := range b.imports.items {
		if i.typ != nil {
			b.w.Types = append(b.w.Types, i.typ)
		} else {
			b.w.Imports = append(b.w.Imports, i.Item)
		}
	}
	for _, i := range b.exports.items {
		b.w.Exports = append(b.w.Exports, i.Item)
	}
}

// uses returns the interfaces whose types an interface uses, each once.
func (i *Interface) uses() []*Interface {
	if i.used == nil {
		i.used = make([]*Interface, 0)
		seen := make(map[*Interface]bool)
		for _, def := range i.Types {
			if !def.Use || def.unknown {
				continue
			}
			if from := def.Shape.Def.Owner.Interface; !seen[from] {
				seen[from] = true
				i.used = append(i.used, from)
			}
		}
	}
	return i.used
}
