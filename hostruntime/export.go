package hostruntime

import (
	"context"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Call calls an export with dynamic values. name is the function's name, or
// "ns:pkg/iface@1.0.0#name" where that is not enough; the version may be left
// out. The result is nil for a function without one; a `result` is a
// value.Result, its error case included.
//
// Errors: *LinkError for an unknown or ambiguous name, *ArgumentError, *Trap,
// *LimitError, *ExitError, *DeadError, ErrBusy, ErrClosed, ctx's error.
func (in *Instance) Call(ctx context.Context, name string, args ...value.Value) (value.Value, error) {
	export, err := in.component.findExport(name)
	if err != nil {
		return nil, err
	}
	if err := in.begin(ctx, itemName(export.Interface, export.Name)); err != nil {
		return nil, err
	}
	result, err := in.callDynamic(export, args)
	if r, ok := result.(value.Result); ok && export.Type.Result.Kind == abi.Result {
		in.call.refused = r.IsError
	}
	if err == nil {
		in.call.result = result
	}
	if err := in.end(err); err != nil {
		return nil, err
	}
	return result, nil
}

func (in *Instance) callDynamic(export *link.Export, args []value.Value) (value.Value, error) {
	if got, want := len(args), len(export.Type.Params); got != want {
		return nil, &canon.ArgumentError{Want: fmt.Sprintf("%d arguments", want), Got: fmt.Sprintf("%d", got)}
	}
	result, err := in.callLifted(export.Lifted, host, args)
	if argument, ok := err.(*canon.ArgumentError); ok && argument.Arg < len(export.Type.Params) {
		argument.Path = export.Type.Params[argument.Arg].Name + argument.Path
	}
	return result, err
}

func (a *activation) callDynamic(args []value.Value) (value.Value, error) {
	if err := a.lowerArgs(args); err != nil {
		return nil, err
	}
	if err := a.run(); err != nil {
		return nil, err
	}
	if a.fn.plan.Type.Result == nil {
		return nil, nil
	}
	return a.liftResult()
}

// findExport finds an export by full or short name.
func (c *Component) findExport(name string) (*link.Export, error) {
	iface, short := splitName(name)
	full := iface != ""
	var found, other *link.Export
	for i := range c.plan.Exports {
		e := &c.plan.Exports[i]
		if leftover(e) || e.Name != short || (full && e.Interface != iface && withoutVersion(e.Interface) != iface) {
			continue
		}
		if !full && e.Interface == "" {
			found, other = e, nil // the world's own function needs no qualification
			break
		}
		if found == nil {
			found = e
		} else {
			other = e
		}
	}
	if other != nil {
		return nil, &LinkError{Item: name, Reason: fmt.Sprintf(
			"several exports have this name: %s and %s", itemName(found.Interface, found.Name), itemName(other.Interface, other.Name))}
	}
	if found == nil {
		return nil, &LinkError{Item: name, Reason: "the component exports no such function; it exports " + c.exportNames()}
	}
	if found.Lifted < 0 {
		return nil, &LinkError{Item: name, Reason: "the component exports an import of its own again; call the host's function directly"}
	}
	return found, nil
}

func withoutVersion(iface string) string {
	base, _, _ := strings.Cut(iface, "@")
	return base
}

// exportNames lists what can be called, for messages.
func (c *Component) exportNames() string {
	const most = 20
	var names []string
	for _, e := range c.description.Exports {
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, e.String())
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// Bind finds exports for generated code and checks that the component has
// them with exactly the types that the code was generated for.
//
// Errors: *LinkError naming the export and both types.
func (in *Instance) Bind(exports ...bind.Export) ([]*bind.Func, error) {
	bound := make([]*bind.Func, len(exports))
	for i, want := range exports {
		f, err := in.bind(want)
		if err != nil {
			return nil, err
		}
		bound[i] = f
	}
	return bound, nil
}

func (in *Instance) bind(want bind.Export) (*bind.Func, error) {
	name := itemName(want.Interface, want.Name)
	for i := range in.component.plan.Exports {
		e := &in.component.plan.Exports[i]
		if e.Name != want.Name || track(e.Interface) != track(want.Interface) || e.Lifted < 0 {
			continue
		}
		if has := e.Type.String(); has != want.Type {
			return nil, &LinkError{Item: "export " + name, Reason: typeMismatch(has, want.Type)}
		}
		if in.component.plan.Lifted[e.Lifted].Options.Async {
			return nil, &LinkError{Item: "export " + name, Reason: "it is asynchronous, which bindings don't support yet"}
		}
		return in.bindFunc(name, e.Lifted, want.Handles)
	}
	return nil, &LinkError{Item: "export " + name, Reason: "the component has no such export; it exports " + in.component.exportNames()}
}

func (in *Instance) bindFunc(name string, lifted int, slots []int) (*bind.Func, error) {
	f := in.lift(lifted)
	target := &boundExport{in: in, name: name, lifted: f}
	if len(slots) == 0 {
		return bind.NewFunc(target, nil), nil
	}
	target.handles = &handles{in: in}
	if err := target.handles.resolve(f.plan.Instance, f.plan.Type, slots); err != nil {
		return nil, &LinkError{Item: "export " + name, Reason: err.Error()}
	}
	return bind.NewFunc(target, target.handles), nil
}

// A boundExport is an export as generated code drives it.
type boundExport struct {
	in     *Instance
	name   string
	lifted *lifted
	active *activation
	// handles is nil where the function's type has none.
	handles *handles
}

var _ bind.Target = (*boundExport)(nil)

// Begin takes the instance and enters the guest.
func (b *boundExport) Begin(ctx context.Context, c *bind.Call) error {
	if err := b.in.begin(ctx, b.name); err != nil {
		return err
	}
	a, err := b.lifted.start(host)
	if err != nil {
		return b.in.end(err)
	}
	b.active = a
	if b.handles != nil {
		b.handles.x = a.cx.Handles.(*crossing)
	}
	c.Reset(&a.cx, a.stack)
	return nil
}

// Invoke runs the core function.
func (b *boundExport) Invoke(*bind.Call) error {
	if b.handles != nil {
		b.handles.given = b.handles.given[:0]
	}
	return b.active.run()
}

// End finishes the call and gives the instance back.
func (b *boundExport) End(c *bind.Call, err error) error {
	b.in.call.refused = c.Refused()
	if b.handles != nil {
		b.handles.takeBack()
	}
	if e := b.active.finish(err == nil); err == nil {
		err = e
	}
	b.active = nil
	return b.in.end(err)
}
