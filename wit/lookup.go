package wit

import "strings"

// World returns a world of the root package by name: "review",
// "demo:quakes/review" or "demo:quakes/review@0.1.0". An empty name picks the
// root package's only world.
func (r *Resolved) World(name string) (*World, error) {
	worlds := r.Root.Worlds
	if name == "" && len(worlds) == 1 {
		return worlds[0], nil
	}
	if len(worlds) == 0 {
		return nil, &Error{Code: CodeNoWorld, Msg: r.Root.ID() + " has no world"}
	}
	names := make([]string, len(worlds))
	for i, w := range worlds {
		if name != "" && (name == w.Name || name == w.ID() || name == w.Package.Namespace+":"+w.Package.Name+"/"+w.Name) {
			return w, nil
		}
		names[i] = w.Name
	}
	list := strings.Join(names, ", ")
	if name == "" {
		return nil, &Error{Code: CodeNoWorld, Msg: r.Root.ID() + " has several worlds, name one of: " + list}
	}
	return nil, &Error{Code: CodeNoWorld, Msg: `world "` + name + `" not found in ` + r.Root.ID() + "; it has: " + list}
}

// ID returns the world's full name: "ns:pkg/name@1.2.3".
func (w *World) ID() string { return w.Package.qualify(w.Name) }
