package wasi

import (
	"context"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An Interface is one WASI interface.
type Interface struct {
	// Name is the interface without its version: "wasi:io/streams".
	Name string
	// Funcs are the functions by extern name: "poll",
	// "[method]output-stream.write", "[constructor]fields",
	// "[static]fields.from-list".
	Funcs map[string]*Func
	// Resources are the resource types by the names under which the interface
	// exports them: its own, and those it takes over from other interfaces
	// with `use` or `type`, which are the same *Resource everywhere.
	Resources map[string]*Resource
}

// A Func is one host function.
type Func struct {
	// Type is what a component's import must be equal to, resources by name.
	Type *abi.Func
	// Call runs the function. Its arguments must be values of Type's
	// parameters; an own handle among them now belongs to the host. Byte lists
	// may be the guest's memory: nothing keeps them when Call has returned. An
	// error is a trap with that cause; *ExitError ends the instance.
	Call func(ctx context.Context, h *Host, args []value.Value) (value.Value, error)
}

// A Resource is one host resource type.
type Resource struct {
	// Interface and Name say where it is defined: "wasi:io/streams" and
	// "input-stream".
	Interface, Name string
	// Type is the resource in the types of this package.
	Type *abi.Resource
	// Drop ends the resource behind rep, which a handle of this type carried.
	// An error is a trap. After Host.Close it does nothing.
	Drop func(h *Host, rep any) error
}

var interfaces = index(
	cliEnvironment(), cliExit(), cliStdin(), cliStdout(), cliStderr(),
	cliTerminalInput(), cliTerminalOutput(), cliTerminalStdin(), cliTerminalStdout(), cliTerminalStderr(),
	clocksWallClock(), clocksMonotonicClock(),
	randomRandom(), randomInsecure(), randomInsecureSeed(),
	ioError(), ioPoll(), ioStreams(),
	filesystemTypes(), filesystemPreopens(),
	socketsNetwork(), socketsInstanceNetwork(), socketsTCP(), socketsTCPCreate(),
	socketsUDP(), socketsUDPCreate(), socketsNameLookup(),
	httpTypes(), httpOutgoingHandler(),
)

func index(list ...*Interface) map[string]*Interface {
	m := make(map[string]*Interface, len(list))
	for _, i := range list {
		m[i.Name] = i
	}
	return m
}

// Lookup returns the interface that a component imports as importName:
// "wasi:io/streams@0.2.9", or any other version of the 0.2 track. Later
// versions of a track only add to it. Pre-releases are not on the track.
//
// Spec: Explainer, "Import and Export Definitions", canonversion.
func Lookup(importName string) (*Interface, bool) {
	name, version, ok := strings.Cut(importName, "@")
	if !ok || !onTrack(version) {
		return nil, false
	}
	i, ok := interfaces[name]
	return i, ok
}

// onTrack reports whether a version is 0.2, or 0.2.N with or without build
// metadata.
func onTrack(version string) bool {
	version, _, _ = strings.Cut(version, "+")
	if version == "0.2" {
		return true
	}
	patch, ok := strings.CutPrefix(version, "0.2.")
	if !ok || patch == "" || (patch[0] == '0' && patch != "0") {
		return false
	}
	return strings.Trim(patch, "0123456789") == ""
}

func newInterface(name string) *Interface {
	return &Interface{Name: name, Funcs: map[string]*Func{}, Resources: map[string]*Resource{}}
}

// uses adds resource types under the names they have where they are defined.
func (i *Interface) uses(resources ...*Resource) {
	for _, r := range resources {
		i.Resources[r.Name] = r
	}
}

// A call is one call of a host function.
type call struct {
	context.Context
	*Host
	args []value.Value
}

// arg returns argument n. Arguments were lifted by the function's own type, so
// another type here is a bug of the runtime.
func arg[T value.Value](c *call, n int) T { return c.args[n].(T) }

// argRep returns what stands behind argument n, a handle.
func argRep[T rep](c *call, n int) T { return arg[value.Handle](c, n).Rep.(T) }

// newResource returns a resource type whose handles carry T.
func newResource[T rep](iface, name string) *Resource {
	return &Resource{
		Interface: iface,
		Name:      name,
		Type:      &abi.Resource{Name: name},
		Drop: func(h *Host, r any) error {
			it, ok := r.(T)
			if !ok {
				return fmt.Errorf("wasi: %s/%s: dropped a %T", iface, name, r)
			}
			return it.drop(h)
		},
	}
}

// define adds a function that is not a method.
func (i *Interface) define(name string, t *abi.Func, run func(*call) (value.Value, error)) {
	i.Funcs[name] = &Func{Type: t, Call: func(ctx context.Context, h *Host, args []value.Value) (value.Value, error) {
		if len(args) != len(t.Params) {
			return nil, fmt.Errorf("wasi: %s#%s: %d arguments, want %d", i.Name, name, len(args), len(t.Params))
		}
		result, err := run(&call{ctx, h, args})
		if limit := h.failed(); limit != nil {
			// Whatever became of this call, the instance has ended: what broke
			// off because of a limit is no failure for the guest to handle.
			return nil, limit
		}
		return result, err
	}}
}

// method adds a method of r, whose type t leaves out the self parameter.
func method[T rep](i *Interface, r *Resource, name string, t *abi.Func, run func(*call, T) (value.Value, error)) {
	params := append([]abi.Param{{Name: "self", Type: abi.NewBorrow(r.Type)}}, t.Params...)
	name = "[method]" + r.Name + "." + name
	i.define(name, &abi.Func{Params: params, Result: t.Result}, func(c *call) (value.Value, error) {
		self, ok := arg[value.Handle](c, 0).Rep.(T)
		if !ok {
			return nil, fmt.Errorf("wasi: %s#%s: called on a %T", i.Name, name, c.args[0].(value.Handle).Rep)
		}
		return run(c, self)
	})
}
