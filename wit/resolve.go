package wit

import (
	"cmp"
	"fmt"
	"slices"
)

// maxWork bounds what a load may make of its text, counted in items: includes
// copy, and a world imports what its interfaces use.
const maxWork = 1 << 20

// A resolver turns the text of packages into the model.
type resolver struct {
	features []string
	units    map[string]*unit // by package id
	order    []*unit          // dependencies first
	defs     []*TypeDef       // all of them, each after those it refers to
	funcs    []*Func
	errs     Errors
	work     int
}

// A unit is one package and the text of it.
type unit struct {
	pkg    *Package
	scopes []*scope
	items  map[string]*entity // interfaces and worlds
	deps   []dependency       // on other packages, in the order of the text
	named  map[string]bool    // the packages in deps
	order  []*entity          // dependencies first
	state  visit
}

// A dependency is the first mention of another package.
type dependency struct {
	id  string
	pos Position
}

type visit uint8

const (
	unvisited visit = iota
	visiting
	visited
)

// An entity is an interface or a world of a package; one of the texts is set,
// and what it becomes in the model.
type entity struct {
	name
	unit  *unit
	scope *scope
	off   bool // behind a feature that was not asked for

	interfaceText *interfaceText
	iface         *Interface
	types         *typeScope

	worldText *worldText
	world     *World
	imports   []*worldItem // of the complete world, types among them
	exports   []*worldItem
	complete  bool
}

func (r *resolver) report(pos Position, code, format string, args ...any) *Error {
	e := &Error{Pos: pos, Code: code, Msg: fmt.Sprintf(format, args...)}
	if !r.full() {
		r.errs = append(r.errs, e)
	}
	return e
}

// addDef notes a type after all those that it refers to.
func (r *resolver) addDef(def *TypeDef) {
	def.order = len(r.defs)
	r.defs = append(r.defs, def)
}

// full reports whether there are so many errors that no more are kept.
func (r *resolver) full() bool { return len(r.errs) == maxErrors }

// spend takes from what the load may make; the error comes once.
func (r *resolver) spend(pos Position, n int) bool {
	before := r.work
	r.work += n
	if before <= maxWork && r.work > maxWork {
		r.report(pos, CodeTooLarge, "worlds and includes amount to more than %d items", maxWork)
	}
	return r.work <= maxWork
}

// resolve turns the text of packages into the model.
func resolve(root *unit, units []*unit, features []string) (*Resolved, Errors) {
	r := &resolver{features: features, units: make(map[string]*unit)}
	for _, u := range units {
		if first := r.units[u.pkg.ID()]; first != nil {
			r.report(u.pkg.Pos, CodeDuplicate, "package %s is declared twice, first at %s", quoted(u.pkg.ID()), first.pkg.Pos)
			continue
		}
		r.units[u.pkg.ID()] = u
	}
	slices.SortFunc(units, func(a, b *unit) int { return compareIDs(a.pkg, b.pkg) })
	for _, u := range units {
		r.collect(u)
	}
	for _, u := range units {
		r.openFiles(u)
	}
	acyclic := r.sortUnits(units)
	for _, u := range r.order {
		acyclic = r.sortEntities(u) && acyclic
	}
	for _, u := range r.order {
		if acyclic {
			r.entities(u)
		}
	}
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	if r.limits(); len(r.errs) > 0 {
		return nil, r.errs
	}
	out := &Resolved{Root: root.pkg}
	for _, u := range r.order {
		out.Packages = append(out.Packages, u.pkg)
	}
	return out, nil
}

// compareIDs puts packages into an order that doesn't depend on where their
// files lie.
func compareIDs(a, b *Package) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
}

// entities resolves the interfaces and then the worlds of a package.
func (r *resolver) entities(u *unit) {
	for _, e := range u.order {
		if e.iface != nil {
			r.namedInterface(e)
		}
	}
	for _, e := range u.order {
		if e.world != nil {
			r.namedWorld(e)
		}
	}
	for _, s := range u.scopes {
		for _, e := range s.entities {
			switch {
			case e.off:
			case e.iface != nil:
				u.pkg.Interfaces = append(u.pkg.Interfaces, e.iface)
			default:
				u.pkg.Worlds = append(u.pkg.Worlds, e.world)
			}
		}
	}
}
