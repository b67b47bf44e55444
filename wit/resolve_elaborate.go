package wit

import "slices"

// elaborate adds the interfaces that a world imports because others of its
// items use their types.
//
// Spec: WIT, "Transitive imports and worlds".
func (b *worldBuilder) elaborate() {
	given := b.imports
	b.imports.items, b.imports.byKey = nil, make(map[itemKey]*worldItem, len(given.byKey))
	slices.SortStableFunc(given.items, func(x, y *worldItem) int { return x.class() - y.class() })
	for _, i := range given.items {
		switch {
		case i.Interface != nil:
			b.importInterface(&given, i)
			continue
		case i.typ != nil && i.typ.Use && !i.typ.unknown:
			b.importInterface(&given, b.implied(&given, i.typ.Shape.Def.Owner.Interface, i.typ.Stability))
		}
		b.imports.add(i)
	}
	b.elaborateExports(&given)
}

// implied returns the import of an interface that another item needs: the
// world's own, if it has one.
func (b *worldBuilder) implied(given *side, it *Interface, s Stability) *worldItem {
	if own := given.byKey[itemKey{iface: it}]; own != nil {
		return own
	}
	return &worldItem{rank: -1, Item: Item{Name: it.ID(), Interface: it, Stability: s}}
}

// importInterface adds an interface after those that it uses.
func (b *worldBuilder) importInterface(given *side, i *worldItem) {
	if b.imports.byKey[i.key()] != nil || !b.r.spend(b.w.Pos, 1+len(i.Interface.uses())) {
		return
	}
	for _, used := range i.Interface.uses() {
		b.importInterface(given, b.implied(given, used, i.Stability))
	}
	if b.imports.byKey[i.key()] == nil {
		b.imports.add(i)
	}
}

// An exporter sees to it that what an exported interface uses is imported or
// exported, and not both.
type exporter struct {
	b        *worldBuilder
	given    *side // the world's own imports
	exports  *side // the interfaces among the world's own exports
	done     map[itemKey]bool
	required map[*Interface]*worldItem // imports that an export needs
}

func (b *worldBuilder) elaborateExports(given *side) {
	x := &exporter{b: b, given: given, exports: &b.exports, done: make(map[itemKey]bool), required: make(map[*Interface]*worldItem)}
	for _, i := range b.exports.items {
		if i.Interface != nil && !x.export(i, i) {
			return
		}
	}
}

// export notes an exported interface after those of its uses that are exported
// too; because is the export of the text that leads here.
func (x *exporter) export(i, because *worldItem) bool {
	if x.done[i.key()] {
		return true
	}
	if !x.b.r.spend(x.b.w.Pos, 1+len(i.Interface.uses())) {
		return false
	}
	for _, used := range i.Interface.uses() {
		ok := false
		if own := x.exports.byKey[itemKey{iface: used}]; own != nil {
			ok = x.export(own, because)
		} else {
			ok = x.need(x.b.implied(x.given, used, i.Stability), i, because)
		}
		if !ok {
			return false
		}
	}
	if importer := x.required[i.Interface]; importer != nil {
		return x.conflict(i.Interface, importer, because)
	}
	x.done[i.key()] = true
	return true
}

// need notes an interface that is imported because user, which because leads
// to, uses it.
func (x *exporter) need(i, user, because *worldItem) bool {
	if x.done[i.key()] {
		return x.conflict(i.Interface, user, because)
	}
	if x.required[i.Interface] != nil {
		return true
	}
	if !x.b.r.spend(x.b.w.Pos, 1+len(i.Interface.uses())) {
		return false
	}
	for _, used := range i.Interface.uses() {
		if !x.need(x.b.implied(x.given, used, i.Stability), i, because) {
			return false
		}
	}
	x.required[i.Interface] = user
	if x.b.imports.byKey[i.key()] == nil {
		x.b.imports.add(i)
	}
	return true
}

// conflict reports that the world has an interface both as import and as
// export, and that one of its exports would see both.
func (x *exporter) conflict(both *Interface, importer, because *worldItem) bool {
	e := x.b.r.report(x.b.w.Pos, CodeInvalid,
		"export %s of world %s depends on interface %s in two ways: as an export, and as an import that %s needs",
		quoted(because.Name), quoted(x.b.w.Name), quoted(both.ID()), quoted(importer.Name))
	if importer != because {
		e.Hint = "export " + quoted(importer.Name) + " too"
	}
	return false
}
