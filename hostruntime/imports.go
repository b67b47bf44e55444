package hostruntime

import (
	"context"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// Imports are functions that the host serves to a guest. Generated packages
// make them from a Go interface; HostFunc makes single ones.
type Imports []bind.Import

// HostFunc serves a function with dynamic values, for tools and tests. iface
// and name are what the component imports, with a version of the same semver
// track if it has one ("ns:pkg/iface@1.0.0"); iface is empty for a function that
// the world itself imports. The function's type is the component's own. An
// instance within an imported one is called "outer#inner".
//
// An error ends the guest's call with a trap of that cause; the error case of
// a `result` is a value.Result. ctx ends with the call's time and with the call:
// nothing else can interrupt serve, which the call waits for.
func HostFunc(iface, name string, serve func(ctx context.Context, args []value.Value) (value.Value, error)) bind.Import {
	return bind.Import{Interface: iface, Name: name, Values: serve}
}

// A hostFunc is what stands behind one import of an instance; none of the
// fields set means that nothing does.
type hostFunc struct {
	static  func(ctx context.Context, c *bind.Call) error
	slots   []int // of the handles in the function's type, for static
	dynamic func(ctx context.Context, args []value.Value) (value.Value, error)
	wasi    *wasi.Func
}

// supplied are what the host serves, by the names of interface and item; what
// serves a semver track has the track's name too.
type supplied map[string]*bind.Import

func supply(imports []Imports) supplied {
	own := supplied{}
	for _, list := range imports {
		for i := range list {
			own[itemName(track(list[i].Interface), list[i].Name)] = &list[i]
		}
	}
	// Exact names come last: the name of a track, "a:b/c@1", can be one.
	for _, list := range imports {
		for i := range list {
			own[itemName(list[i].Interface, list[i].Name)] = &list[i]
		}
	}
	return own
}

// find returns what serves an import: of exactly its version if there is one,
// else of its semver track, so that a guest built against 0.2.0 runs with
// 0.2.9's host. nil if nothing does.
func (s supplied) find(iface, name string) *bind.Import {
	if imp := s[itemName(iface, name)]; imp != nil {
		return imp
	}
	return s[itemName(track(iface), name)]
}

// resolveImports finds what serves each import of the plan: the host's own
// functions first, then WASI. An instance that implements an interface under
// another name is served by that name, else as the interface. What nothing
// serves is no error: it traps when called, and names itself.
func (c *Component) resolveImports(imports []Imports) ([]hostFunc, map[int]*bind.Import, error) {
	own := supply(imports)
	resolved := make([]hostFunc, len(c.plan.Imports))
	for i, imp := range c.plan.Imports {
		supplied := own.find(imp.Interface, imp.Name)
		if supplied == nil && imp.Implements != "" {
			supplied = own.find(imp.Implements, imp.Name)
		}
		if supplied != nil {
			if supplied.Type != "" && supplied.Type != c.importTypes[i] {
				return nil, nil, &LinkError{
					Item:   "import " + itemName(imp.Interface, imp.Name),
					Reason: typeMismatch(c.importTypes[i], supplied.Type),
				}
			}
			resolved[i] = hostFunc{static: supplied.Serve, slots: supplied.Handles, dynamic: supplied.Values}
			continue
		}
		if f := c.wasiFuncs[i]; f.mismatch != nil {
			return nil, nil, f.mismatch
		}
		resolved[i].wasi = c.wasiFuncs[i].fn
	}
	values, err := c.resolveValues(own)
	return resolved, values, err
}

// A wasiFunc is what WASI has for an import: nothing, a function, or one of
// another type.
type wasiFunc struct {
	fn       *wasi.Func
	mismatch error
}

// resolveWASI finds what WASI has for each import of the plan. It is the same
// for all instances, and types are long.
func (c *Component) resolveWASI() {
	c.wasiFuncs = make([]wasiFunc, len(c.plan.Imports))
	for i, imp := range c.plan.Imports {
		iface, ok := lookupWASI(imp.Interface, imp.Implements)
		if !ok {
			continue
		}
		f, ok := iface.Funcs[imp.Name]
		if !ok {
			continue
		}
		c.wasiFuncs[i].fn = f
		if want := f.Type.String(); want != c.importTypes[i] {
			c.wasiFuncs[i].mismatch = &LinkError{
				Item:   "import " + itemName(imp.Interface, imp.Name),
				Reason: typeMismatch(c.importTypes[i], want),
			}
		}
	}
}

// lookupWASI returns the WASI interface that an imported instance is, or says it
// implements.
func lookupWASI(name, implements string) (*wasi.Interface, bool) {
	if iface, ok := wasi.Lookup(name); ok {
		return iface, true
	}
	return wasi.Lookup(implements)
}

// typeMismatch says how a component's function type and the host's differ.
func typeMismatch(has, want string) string {
	const most = 2000 // a component's type can be megabytes of text
	if len(has) > most {
		has = has[:most] + "…"
	}
	return "the component has type " + has + ", the host was made for " + want
}

// track returns an interface name with its version reduced to what semver
// compatibility looks at: the major version, or 0.minor, or 0.0.patch.
//
// Spec: Explainer, "Import and Export Definitions", canonversion.
func track(name string) string {
	base, version, ok := strings.Cut(name, "@")
	if !ok {
		return name
	}
	version, _, _ = strings.Cut(version, "+")
	if strings.ContainsRune(version, '-') {
		return base + "@" + version // a pre-release is compatible with nothing
	}
	parts := strings.SplitN(version, ".", 3)
	switch {
	case len(parts) != 3:
		return name
	case parts[0] != "0":
		return base + "@" + parts[0]
	case parts[1] != "0":
		return base + "@0." + parts[1]
	}
	return base + "@" + version
}
