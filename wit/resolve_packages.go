package wit

import (
	"slices"
	"strings"
)

// A scope is what the names of one file, or of one nested package, stand for.
type scope struct {
	unit     *unit
	text     *packageText
	entities []*entity          // declared here, in the order of the text
	names    map[string]*entity // nil for a use of something unknown
}

// collect finds the interfaces and worlds of a package.
func (r *resolver) collect(u *unit) {
	for _, s := range u.scopes {
		for _, t := range s.text.interfaces {
			it := &Interface{Pos: t.pos, Package: u.pkg, Name: t.text, Docs: t.docs, Stability: t.gates.Stability}
			s.entities = append(s.entities, &entity{name: t.name, unit: u, scope: s, interfaceText: t, iface: it})
		}
		for _, t := range s.text.worlds {
			w := &World{Pos: t.pos, Package: u.pkg, Name: t.text, Docs: t.docs, Stability: t.gates.Stability}
			s.entities = append(s.entities, &entity{name: t.name, unit: u, scope: s, worldText: t, world: w})
		}
		slices.SortFunc(s.entities, func(a, b *entity) int { return a.pos.compare(b.pos) })
		for _, e := range s.entities {
			if first := u.items[e.text]; first != nil {
				r.report(e.pos, CodeDuplicate, "%s is declared twice in this package, first at %s", quoted(e.text), first.pos)
				continue
			}
			u.items[e.text] = e
			gates := e.gates()
			e.off = r.gated(u, e.pos, gates)
		}
	}
}

func (e *entity) gates() gates {
	if e.interfaceText != nil {
		return e.interfaceText.gates
	}
	return e.worldText.gates
}

// openFiles finds what the names of a package's files stand for, and what other
// packages it depends on.
func (r *resolver) openFiles(u *unit) {
	for _, s := range u.scopes {
		s.names = make(map[string]*entity)
		for _, e := range s.entities {
			s.names[e.text] = e
		}
		for _, use := range s.text.uses {
			if _, taken := s.names[use.alias.text]; taken {
				pos := use.alias.pos
				if declared := u.items[use.alias.text]; declared != nil && declared.scope == s && pos.compare(declared.pos) < 0 {
					pos = declared.pos
				}
				r.report(pos, CodeDuplicate, "the name %s is given twice in this file", quoted(use.alias.text))
				continue
			}
			s.names[use.alias.text] = r.useTarget(u, use)
		}
		r.dependencies(u, s)
	}
	slices.SortStableFunc(u.deps, func(a, b dependency) int { return a.pos.compare(b.pos) })
}

// useTarget returns what a use at the top of a file names; nil where that is
// nothing, which is reported.
func (r *resolver) useTarget(u *unit, use *topUse) *entity {
	if use.path.pkg == nil {
		e := u.items[use.path.text]
		if e == nil {
			r.unknownEntity(use.path, u, u.items)
		}
		return e
	}
	e := r.foreign(use.path, false)
	if e != nil && e.world != nil {
		r.report(use.path.pos, CodeWrongKind, "%s is a world; a use names an interface", quoted(use.path.text))
		return nil
	}
	return e
}

// dependencies notes which other packages the text of a scope names.
func (r *resolver) dependencies(u *unit, s *scope) {
	s.text.paths(func(p *entityPath) {
		if p.pkg == nil || u.named[p.pkg.id()] {
			return
		}
		id := p.pkg.id()
		u.named[id] = true
		u.deps = append(u.deps, dependency{id: id, pos: p.start()})
		if r.units[id] == nil {
			r.unknownPackage(id, p.start())
		}
	})
}

// paths calls f with every path in the text.
func (t *packageText) paths(f func(*entityPath)) {
	for _, use := range t.uses {
		f(&use.path)
	}
	var members func([]member)
	members = func(items []member) {
		for _, m := range items {
			switch {
			case m.use != nil:
				f(&m.use.path)
			case m.include != nil:
				f(&m.include.path)
			case m.extern != nil && m.extern.path != nil:
				f(m.extern.path)
			case m.extern != nil && m.extern.inline != nil:
				members(m.extern.inline.items)
			}
		}
	}
	for _, i := range t.interfaces {
		members(i.items)
	}
	for _, w := range t.worlds {
		members(w.items)
	}
}

// lookup returns the interface or world that a path names in a scope; nil
// where there is none, which is reported. Of an item that is off, other
// packages need not have what it names.
func (r *resolver) lookup(s *scope, p entityPath, off bool) *entity {
	if p.pkg != nil {
		return r.foreign(p, off)
	}
	e := r.find(s, p.text)
	if _, known := s.names[p.text]; e == nil && !known {
		r.unknownEntity(p, s.unit, s.unit.items, s.names)
	}
	return e
}

// find returns what a name alone stands for in a scope; nil where that is
// nothing.
func (r *resolver) find(s *scope, name string) *entity {
	if e := s.names[name]; e != nil {
		return e
	}
	return s.unit.items[name]
}

func (r *resolver) foreign(p entityPath, off bool) *entity {
	u := r.units[p.pkg.id()]
	if u == nil {
		return nil // reported with the first mention
	}
	e := u.items[p.text]
	if e == nil && !off {
		r.unknownEntity(p, u, u.items)
	}
	return e
}

func (r *resolver) unknownPackage(id string, pos Position) {
	if r.full() {
		return
	}
	e := r.report(pos, CodeUnknownPkg, "package %s not found: put its .wit files into the folder deps/", quoted(id))
	plain, _, _ := strings.Cut(id, "@")
	var other []string
	for known := range r.units {
		if name, _, _ := strings.Cut(known, "@"); name == plain {
			other = append(other, known)
		}
	}
	if slices.Sort(other); len(other) > 0 {
		e.Hint = "there is " + strings.Join(other, ", ")
		return
	}
	e.suggest(id, keys(r.units))
}

func (r *resolver) unknownEntity(p entityPath, u *unit, tables ...map[string]*entity) {
	if r.full() {
		return // the search for a like name takes its time
	}
	e := r.report(p.pos, CodeUnknownName, "unknown interface or world %s in package %s", quoted(p.text), quoted(u.pkg.ID()))
	var known []string
	for _, table := range tables {
		known = append(known, keys(table)...)
	}
	e.suggest(p.text, known)
}
