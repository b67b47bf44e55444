package wit

import (
	"github.com/capsule-kit/capsule/wit/abi"
)

// A typeScope is what names stand for as types within one interface or world.
type typeScope struct {
	owner Owner
	off   bool // the owner is
	defs  map[string]*TypeDef
	texts map[*TypeDef]*typeText // of those declared here
	funcs map[string]bool        // names of functions: no types, but close
	types []*TypeDef             // in the order of the text, those off too
	where string                 // ` in interface "store"`
}

// declare finds the names of types that the items of an interface or world
// bring, and resolves what those mean.
func (r *resolver) declare(s *scope, sc *typeScope, items []member) {
	sc.defs, sc.texts = make(map[string]*TypeDef), make(map[*TypeDef]*typeText)
	for _, m := range items {
		switch {
		case m.use != nil:
			r.use(s, sc, m.use)
		case m.typ != nil:
			t := m.typ
			def := &TypeDef{Pos: t.pos, Name: t.text, Docs: t.docs, Owner: sc.owner, Resource: t.resource}
			r.gate(s, sc, def, t.gates)
			sc.texts[def] = t
			r.define(sc, def)
		}
	}
	order := r.typeOrder(sc)
	for _, def := range order {
		r.shapeOf(sc, def)
	}
}

func (r *resolver) gate(s *scope, sc *typeScope, def *TypeDef, g gates) {
	def.Stability, def.ExternalID = g.Stability, g.externalID
	def.off = r.gated(s.unit, def.Pos, g)
	if sc.off && !def.off {
		r.report(def.Pos, CodeGated, "type %s needs the gate of what it is declared in, which is behind an @unstable feature that was not asked for", quoted(def.Name))
	}
}

func (r *resolver) define(sc *typeScope, def *TypeDef) {
	if first := sc.defs[def.Name]; first != nil {
		r.report(def.Pos, CodeDuplicate, "the name %s is given twice%s, first at %s", quoted(def.Name), sc.where, first.Pos)
		return
	}
	sc.defs[def.Name] = def
	sc.types = append(sc.types, def)
}

// use brings types of another interface into scope.
func (r *resolver) use(s *scope, sc *typeScope, u *useText) {
	off := r.gated(s.unit, u.path.pos, u.gates)
	from := r.interfaceAt(s, u.path, off)
	for _, n := range u.names {
		def := &TypeDef{Pos: n.to.pos, Name: n.to.text, Owner: sc.owner, Use: true}
		def.Stability, def.ExternalID, def.off = u.gates.Stability, u.gates.externalID, off
		var target *TypeDef
		if from != nil {
			target = r.used(from, n.from, off || sc.off)
		}
		if target == nil {
			def.Shape = &Type{Kind: abi.Bool} // stands in for what is unknown
			def.unknown = true
		} else {
			def.Shape = &Type{Pos: n.from.pos, Def: target}
			def.depth, def.lends, def.handle, def.unknown = target.depth, target.lends, target.handle, target.unknown
			if sc.off && !off {
				r.report(def.Pos, CodeGated, "a use needs the gate of what it stands in, which is behind an @unstable feature that was not asked for")
			}
		}
		r.define(sc, def)
		r.addDef(def)
	}
}

// used returns the type that a use takes from an interface; nil where there
// is none, which is reported.
func (r *resolver) used(from *entity, n name, off bool) *TypeDef {
	def := from.types.defs[n.text]
	switch {
	case def == nil && from.types.funcs[n.text]:
		r.report(n.pos, CodeWrongKind, "%s is a function of interface %s; a use takes types", quoted(n.text), quoted(from.text))
	case def == nil && !r.full():
		e := r.report(n.pos, CodeUnknownName, "unknown type %s in interface %s", quoted(n.text), quoted(from.text))
		e.suggest(n.text, keys(from.types.defs))
	case def != nil && def.off && !off:
		r.excluded(n.pos, "type", n.text, def.Stability.Unstable)
	}
	return def
}

// interfaceAt returns the interface that a path names; nil where there is
// none, which is reported.
func (r *resolver) interfaceAt(s *scope, p entityPath, off bool) *entity {
	e := r.lookup(s, p, off)
	switch {
	case e == nil:
		return nil
	case e.iface == nil:
		if !off || p.pkg == nil {
			r.report(p.pos, CodeWrongKind, "%s is a world, not an interface", quoted(p.text))
		}
		return nil
	case e.off && !off:
		r.excluded(p.pos, "interface", p.text, e.gates().Unstable)
	}
	return e
}

// typeOrder returns the types declared in a scope, each after those it refers
// to. Cycles are reported.
func (r *resolver) typeOrder(sc *typeScope) []*TypeDef {
	var own []*TypeDef
	index := make(map[*TypeDef]int)
	for _, def := range sc.types {
		if sc.texts[def] != nil {
			index[def] = len(own)
			own = append(own, def)
		}
	}
	g := newGraph(len(own))
	for i, def := range own {
		sc.texts[def].names(func(t *typeExpr) {
			if to, ok := index[sc.defs[t.name]]; ok {
				g.edge(i, to, t.pos)
			}
		})
	}
	var order []*TypeDef
	for _, i := range g.sort() {
		order = append(order, own[i])
	}
	if cycle, pos := g.cycle(); cycle != nil {
		names := make([]string, len(cycle))
		for i, node := range cycle {
			names[i] = own[node].Name
		}
		r.report(pos, CodeRecursive, "type %s depends on itself: %s", quoted(names[0]), chain(names))
		for i, n := range g.pending {
			if n > 0 {
				own[i].Shape, own[i].unknown = &Type{Kind: abi.Bool}, true
			}
		}
	}
	return order
}

// names calls f with every name of a type in a declaration, functions of
// resources apart.
func (t *typeText) names(f func(*typeExpr)) {
	var walk func(*typeExpr)
	walk = func(e *typeExpr) {
		if e == nil {
			return
		}
		if e.name != "" {
			f(e)
		}
		for _, arg := range e.args {
			walk(arg)
		}
	}
	walk(t.alias)
	for _, part := range t.parts {
		walk(part.typ)
	}
}
