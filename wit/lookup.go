package wit

import (
	"slices"
	"strings"
)

// World returns a world by name. A plain name, "review", is of the root
// package; a path, "demo:quakes/review" or "demo:quakes/review@0.1.0", of any,
// where the version may be left out if there is only one. An empty name picks
// the root package's only world.
//
// Spec: WIT, "Specifying a World".
func (r *Resolved) World(name string) (*World, error) {
	worlds := r.Root.Worlds
	switch {
	case strings.Contains(name, ":"):
		return r.worldAt(name)
	case name == "" && len(worlds) == 1:
		return worlds[0], nil
	case len(worlds) == 0:
		return nil, &Error{Code: CodeNoWorld, Msg: r.Root.ID() + " has no world"}
	}
	names := make([]string, len(worlds))
	for i, w := range worlds {
		if name == w.Name {
			return w, nil
		}
		names[i] = w.Name
	}
	list := strings.Join(names, ", ")
	if name == "" {
		return nil, &Error{Code: CodeNoWorld, Msg: r.Root.ID() + " has several worlds, name one of: " + list}
	}
	e := &Error{Code: CodeNoWorld, Msg: "world " + quoted(name) + " not found in " + r.Root.ID() + "; it has: " + list}
	e.suggest(name, names)
	return nil, e
}

// worldAt returns the world with the given path.
func (r *Resolved) worldAt(path string) (*World, error) {
	var found, known []string
	var world *World
	for _, p := range r.Packages {
		for _, w := range p.Worlds {
			id := w.ID()
			if id == path {
				return w, nil
			}
			known = append(known, id)
			if plain, _, _ := strings.Cut(id, "@"); plain == path {
				found, world = append(found, id), w
			}
		}
	}
	switch len(found) {
	case 1:
		return world, nil
	case 0:
		e := &Error{Code: CodeNoWorld, Msg: "world " + quoted(path) + " not found"}
		e.suggest(path, known)
		return nil, e
	}
	slices.Sort(found)
	return nil, &Error{Code: CodeNoWorld, Msg: "there are several worlds " + quoted(path) + ", name one of: " + strings.Join(found, ", ")}
}

// ID returns the world's full name: "ns:pkg/name@1.2.3".
func (w *World) ID() string { return w.Package.qualify(w.Name) }
