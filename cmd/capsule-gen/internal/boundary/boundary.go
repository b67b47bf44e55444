// Package boundary describes what lies on which side of a sandbox, and what
// may cross: for people, as text and as a picture, and for programs, as JSON.
package boundary

import (
	"fmt"
	"slices"
	"strings"
)

// A Side says whose code a file is, and how far it is trusted.
type Side string

// The sides.
const (
	// Host is the host program's own code, trusted.
	Host Side = "host"
	// Generated is code that capsule-gen wrote from the WIT; it is part of the
	// host program, and trusted as capsule-gen is.
	Generated Side = "generated"
	// Contract is the WIT: what both sides agreed on.
	Contract Side = "contract"
	// Stub is what capsule-gen wrote for the guest's author: types for editors
	// and checkers, which run nowhere.
	Stub Side = "stub"
	// Sandboxed is the guest's own source: all that runs in the sandbox, with
	// its language's engine.
	Sandboxed Side = "sandboxed"
)

// A Boundary is what lies on either side of one task's sandbox.
type Boundary struct {
	Task   string `json:"task"`
	World  string `json:"world"`
	Engine string `json:"engine"`
	// Component is the file that build writes, and Built whether it is there.
	// Without it Exports and Imports hold what the world declares, and Asks is
	// empty.
	Component string `json:"component"`
	Built     bool   `json:"built"`
	Files     []File `json:"files"`
	// Packages are those that the guest brings along.
	Packages []Package `json:"packages"`
	// Exports are the functions that the host can call in the guest, and
	// Imports those of the host that the guest can call, without WASI's.
	Exports []Function `json:"exports"`
	Imports []Function `json:"imports"`
	// Asks are what the component could do with the system's interfaces that
	// it imports, with what the task grants of it.
	Asks   []Ask   `json:"asks"`
	Limits []Limit `json:"limits"`
	// Differences are sentences on where the files, the component and the task
	// don't agree.
	Differences []string `json:"differences"`
}

// A File is one source file.
type File struct {
	Path string `json:"path"` // relative to the current folder where it can be
	Side Side   `json:"side"`
}

// A Package is somebody else's code that runs in the sandbox with the guest's.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Files are those that a JavaScript guest imports of it, as paths of a File
	// are. A Python guest's packages aren't in its folder, and are taken whole.
	Files []string `json:"files,omitempty"`
}

// sandboxed returns the files that run in the sandbox, and the packages.
func (b *Boundary) sandboxed() []File {
	files := b.on(Sandboxed)
	for _, p := range b.Packages {
		text := strings.TrimSuffix("package "+p.Name+" "+p.Version, " ")
		switch len(p.Files) {
		case 0:
		case 1:
			text += " (1 file)"
		default:
			text += fmt.Sprintf(" (%d files)", len(p.Files))
		}
		files = append(files, File{text, Sandboxed})
	}
	return files
}

// A Function crosses the boundary.
type Function struct {
	// Interface is empty for the world's own functions.
	Interface string `json:"interface,omitempty"`
	Name      string `json:"name"`
	// Type is built up to its last part, as in a component.
	Type string `json:"type"`
	// WIT is how the world declares it; empty where the world has no such
	// function, or one of another type.
	WIT string `json:"wit,omitempty"`
}

// text is how the function is shown: a resource's as "cart.add: func()".
func (f Function) text() string {
	if f.WIT == "" {
		return f.Name + ": " + f.Type
	}
	kind, name, found := strings.Cut(f.Name, "]")
	if !found || !strings.HasPrefix(kind, "[") {
		return f.WIT
	}
	resource, _, _ := strings.Cut(name, ".")
	return resource + "." + f.WIT
}

// String returns "interface#name".
func (f Function) String() string {
	if f.Interface == "" {
		return f.Name
	}
	return f.Interface + "#" + f.Name
}

// An Ask is one kind of access that a component asks for.
type Ask struct {
	Name       string   `json:"name"`
	Interfaces []string `json:"interfaces"`
	// Granted says whether the guest gets anything of the outside by it, and
	// Grant what.
	Granted bool   `json:"granted"`
	Grant   string `json:"grant"`
}

// A Limit is one of the task's limits.
type Limit struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Default says that the task doesn't set it.
	Default bool `json:"default,omitempty"`
}

// on returns the files of some sides.
func (b *Boundary) on(sides ...Side) []File {
	var files []File
	for _, f := range b.Files {
		if slices.Contains(sides, f.Side) {
			files = append(files, f)
		}
	}
	return files
}
