package wit

import (
	"slices"
	"strings"
)

// include adds what another world has: interfaces under their own names once,
// all else as copies, under other names where the text says so.
//
// Spec: WIT, "Union of Worlds with include".
func (b *worldBuilder) include(t *includeText, rank int) {
	off := b.r.gated(b.e.unit, t.path.pos, t.gates)
	from := b.r.lookup(b.e.scope, t.path, off)
	switch {
	case from == nil:
		return
	case from.world == nil:
		b.r.report(t.path.pos, CodeWrongKind, "%s is an interface, not a world", quoted(t.path.text))
		return
	case off:
		return
	case from.off && !b.sc.off:
		b.r.excluded(t.path.pos, "world", t.path.text, from.gates().Unstable)
		return
	case !from.complete:
		return // its mistakes are reported already
	case !b.r.spend(t.path.pos, len(from.imports)+len(from.exports)):
		return
	}
	in := &includer{b: b, rank: rank, pos: t.path.pos, types: make(map[*TypeDef]*TypeDef), from: Owner{World: from.world}, to: Owner{World: b.w}}
	in.external = from.unit != b.e.unit
	in.renames, in.unused = make(map[string]string, len(t.names)), make(map[string]bool, len(t.names))
	for _, n := range t.names {
		if _, twice := in.renames[n.from.text]; twice {
			b.r.report(n.from.pos, CodeDuplicate, "%s is renamed twice", quoted(n.from.text))
		}
		in.renames[n.from.text], in.unused[n.from.text] = n.to.text, true
	}
	// Types come in an order in which each follows those it refers to.
	for _, def := range from.types.copied(from.imports) {
		in.typeDef(def)
	}
	for sub, i := range from.imports {
		in.item(&b.imports, i, sub)
	}
	for sub, i := range from.exports {
		in.item(&b.exports, i, sub)
	}
	for _, n := range t.names {
		if in.unused[n.from.text] && !b.r.full() {
			in.unused[n.from.text] = false
			e := b.r.report(n.from.pos, CodeUnknownName, "world %s has no import or export with the plain name %s", quoted(t.path.text), quoted(n.from.text))
			e.suggest(n.from.text, plainNames(from))
		}
	}
}

func plainNames(e *entity) []string {
	var list []string
	for _, i := range slices.Concat(e.imports, e.exports) {
		if k := i.key(); k.iface == nil && !strings.HasPrefix(k.plain, "[") {
			list = append(list, k.plain)
		}
	}
	return list
}

// copied returns the types among a world's items, each after those that it
// refers to.
func (sc *typeScope) copied(items []*worldItem) []*TypeDef {
	var own []*TypeDef
	for _, i := range items {
		if i.typ != nil {
			own = append(own, i.typ)
		}
	}
	slices.SortStableFunc(own, func(a, b *TypeDef) int { return a.order - b.order })
	return own
}

// An includer copies the items of one world into another.
type includer struct {
	b        *worldBuilder
	rank     int
	pos      Position // of the include
	renames  map[string]string
	unused   map[string]bool // of renames
	external bool            // the included world is of another package
	from, to Owner           // of types that are copied
	types    map[*TypeDef]*TypeDef
}

// rename returns what a plain name is called here.
func (in *includer) rename(n string) string {
	to, ok := in.renames[n]
	if !ok {
		return n
	}
	in.unused[n] = false
	return to
}

// item adds item sub of the included world.
func (in *includer) item(to *side, i *worldItem, sub int) {
	added := &worldItem{Item: i.Item, typ: i.typ, rank: in.rank, sub: sub}
	if added.Pos.Line > 0 {
		added.Pos = in.pos
	} else {
		added.rank, added.sub = -1, 0
	}
	if k := i.key(); k.iface != nil {
		if in.external && i.Stability.Since != "" {
			added.Stability = Stability{} // another package's versions mean nothing here
		}
		if first := to.byKey[k]; first != nil {
			in.merge(first, added)
			return
		}
		to.add(added)
		return
	}
	switch {
	case i.typ != nil:
		added.typ = in.typeDef(i.typ)
		added.Name = added.typ.Name
	case i.Func != nil:
		added.Func = in.function(i.Func)
		if i.Func.Resource == nil {
			added.Func.Name = in.rename(i.Func.Name)
		}
		added.Name = added.Func.ExternName()
		added.Func.join()
	default:
		added.Name = in.rename(i.Name)
		if i.Interface.Inline {
			added.Interface = in.inline(i.Interface, added.Name)
		}
	}
	if first := to.byKey[added.key()]; first != nil {
		in.b.r.report(in.pos, CodeDuplicate, "%s %s comes twice%s, first at %s; rename one: include … with { %s as … }",
			to.verb, quoted(added.Name), in.b.sc.where, first.Pos, plainPart(i.Name))
		return
	}
	to.add(added)
}

// plainPart returns what `with` renames of an item's name.
func plainPart(n string) string {
	n = n[strings.LastIndexByte(n, ']')+1:]
	n, _, _ = strings.Cut(n, ".")
	return n
}

// merge joins the gates of one interface that comes twice.
func (in *includer) merge(into, i *worldItem) {
	switch from := i.Stability; {
	case from == Stability{} || from == into.Stability:
	case into.Stability == Stability{}:
		into.Stability = from
	default:
		in.b.r.report(in.pos, CodeInvalid, "interface %s has other gates in the included world", quoted(i.Name))
	}
}

// inline copies an inline interface.
func (in *includer) inline(it *Interface, called string) *Interface {
	made := &Interface{
		Pos: it.Pos, Package: in.b.e.unit.pkg, Name: called, Inline: true, Docs: it.Docs, Stability: it.Stability,
	}
	inner := *in
	inner.from, inner.to = Owner{Interface: it}, Owner{Interface: made}
	inner.renames = nil
	inner.types = make(map[*TypeDef]*TypeDef)
	if !in.b.r.spend(in.pos, len(it.Types)+len(it.Funcs)) {
		return made
	}
	defs := slices.Clone(it.Types)
	slices.SortStableFunc(defs, func(a, b *TypeDef) int { return a.order - b.order })
	for _, def := range defs {
		inner.typeDef(def)
	}
	for _, def := range it.Types {
		made.Types = append(made.Types, inner.types[def])
	}
	for _, f := range it.Funcs {
		copied := inner.function(f)
		copied.join()
		made.Funcs = append(made.Funcs, copied)
	}
	return made
}

func (in *includer) typeDef(def *TypeDef) *TypeDef {
	if made := in.types[def]; made != nil {
		return made
	}
	if def.Owner != in.from || !in.b.r.spend(in.pos, 1) {
		return def
	}
	made := &TypeDef{
		Pos: def.Pos, Name: in.rename(def.Name), Docs: def.Docs, Stability: def.Stability, ExternalID: def.ExternalID,
		Owner: in.to, Resource: def.Resource, Use: def.Use,
		depth: def.depth, lends: def.lends, unknown: def.unknown, handle: def.handle,
	}
	in.b.r.addDef(made)
	in.types[def] = made
	if def.Shape != nil {
		made.Shape = in.typ(def.Shape)
	}
	if def.handle != nil {
		made.handle = in.typeDef(def.handle)
	}
	return made
}

func (in *includer) function(f *Func) *Func {
	made := *f
	if !in.b.r.spend(in.pos, 1+len(f.Params)) {
		return &made
	}
	made.Params = slices.Clone(f.Params)
	for i := range made.Params {
		made.Params[i].Type = in.typ(made.Params[i].Type)
	}
	made.Result = in.typ(f.Result)
	if f.Resource != nil {
		made.Resource = in.typeDef(f.Resource)
	}
	in.b.r.funcs = append(in.b.r.funcs, &made)
	return &made
}

// typ copies a type; how deep it nests is bounded.
func (in *includer) typ(t *Type) *Type {
	if t == nil || !in.b.r.spend(in.pos, 1+len(t.Fields)+len(t.Cases)) {
		return t
	}
	made := &Type{Pos: t.Pos, Kind: t.Kind, Elem: in.typ(t.Elem), Key: in.typ(t.Key), Length: t.Length, Labels: t.Labels}
	if t.Def != nil {
		made.Def = in.typeDef(t.Def)
	}
	if t.Resource != nil {
		made.Resource = in.typeDef(t.Resource)
	}
	for _, f := range t.Fields {
		f.Type = in.typ(f.Type)
		made.Fields = append(made.Fields, f)
	}
	for _, c := range t.Cases {
		c.Type = in.typ(c.Type)
		made.Cases = append(made.Cases, c)
	}
	return made
}
