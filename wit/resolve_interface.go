package wit

import "slices"

// namedInterface resolves an interface of a package.
func (r *resolver) namedInterface(e *entity) {
	e.types = &typeScope{owner: Owner{Interface: e.iface}, off: e.off, where: " in interface " + quoted(e.text)}
	r.interfaceBody(e.scope, e.iface, e.types, e.interfaceText)
}

// interfaceBody resolves the items of an interface.
func (r *resolver) interfaceBody(s *scope, it *Interface, sc *typeScope, t *interfaceText) {
	sc.funcs = make(map[string]bool)
	for _, m := range t.items {
		if m.fn != nil {
			sc.funcs[m.fn.text] = true
		}
	}
	r.declare(s, sc, t.items)
	taken := make(nameSet)
	for _, def := range sc.types {
		r.defineName(taken, canonical(def.Name), name{def.Name, def.Pos}, sc.where)
		if !def.off {
			it.Types = append(it.Types, def)
		}
	}
	add := func(f *funcText, resource *TypeDef) {
		off := r.gated(s.unit, f.pos, f.gates)
		made := r.function(sc, f, resource, off || sc.off)
		r.defineName(taken, canonicalExtern(made), name{made.ExternName(), f.pos}, sc.where)
		if !off {
			it.Funcs = append(it.Funcs, made)
			made.join()
		}
	}
	for _, m := range t.items {
		switch {
		case m.fn != nil:
			add(m.fn, nil)
		case m.typ != nil && m.typ.resource:
			for _, f := range m.typ.methods {
				add(f, sc.defs[m.typ.text])
			}
		}
	}
	r.getters(it.Funcs, sc.where)
}

// join makes a function known to its resource, the constructor first; a second
// one, which is reported elsewhere, isn't moved.
func (f *Func) join() {
	if f.Resource == nil {
		return
	}
	methods := &f.Resource.Methods
	if f.Kind == Constructor && (len(*methods) == 0 || (*methods)[0].Kind != Constructor) {
		*methods = slices.Insert(*methods, 0, f)
		return
	}
	*methods = append(*methods, f)
}

// getters reports the setters that lack a getter.
func (r *resolver) getters(funcs []*Func, where string) {
	have := make(map[string]bool)
	for _, f := range funcs {
		have[f.ExternName()] = true
	}
	for _, f := range funcs {
		if f.Accessor != Setter {
			continue
		}
		getter := *f
		getter.Accessor = Getter
		if !have[getter.ExternName()] {
			r.report(f.Pos, CodeInvalid, "property %s has a setter and no getter%s", quoted(f.Name), where)
		}
	}
}
