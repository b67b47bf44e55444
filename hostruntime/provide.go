package hostruntime

import (
	"context"
	"errors"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// Provide returns imports that the instance's own exports serve, those of one
// interface, or with an empty name the functions of the world itself: so one
// component uses another, each in a sandbox of its own, with its own limits.
//
// Values cross by way of the host. A resource of the instance's is a host
// resource for whoever imports the interface, and is destroyed when that one
// drops it. The instance must outlive its users' calls and serves one at a
// time: a user that is called by it in turn gets ErrBusy.
//
// Errors: *LinkError if there is no such interface with functions.
func (in *Instance) Provide(iface string) (Imports, error) {
	var imports Imports
	for i := range in.component.plan.Exports {
		e := &in.component.plan.Exports[i]
		if leftover(e) || e.Lifted < 0 || track(e.Interface) != track(iface) {
			continue
		}
		imports = append(imports, bind.Import{
			Interface: e.Interface, Name: e.Name, Type: e.Type.String(),
			Values: func(ctx context.Context, args []value.Value) (value.Value, error) { return in.provide(ctx, e, args) },
		})
	}
	if len(imports) == 0 {
		return nil, &LinkError{Item: "export " + iface, Reason: "the component has no functions there; it exports " + in.component.exportNames()}
	}
	return imports, nil
}

// provide serves one call.
func (in *Instance) provide(ctx context.Context, e *link.Export, args []value.Value) (value.Value, error) {
	for i := range args {
		args[i] = mapHandles(args[i], func(h value.Handle) value.Handle {
			if p, ok := h.Rep.(provided); ok && p.instance == in {
				return p.handle
			}
			return h // lowering it refuses it
		})
	}
	if err := in.begin(ctx, itemName(e.Interface, e.Name)); err != nil {
		return nil, err
	}
	result, err := in.callDynamic(e, args)
	if err := in.end(err); err != nil {
		return nil, err
	}
	return mapHandles(result, func(h value.Handle) value.Handle {
		h.Rep = provided{in, h}
		return h
	}), nil
}

// provided stands for a resource of another instance, in the one that uses it.
type provided struct {
	instance *Instance
	handle   value.Handle
}

// dropProvided is the destructor of resources that the host defines and gave
// no other: it ends what another instance provides.
func dropProvided(ctx context.Context, rep any) error {
	p, ok := rep.(provided)
	if !ok {
		return nil
	}
	err := p.instance.Drop(ctx, p.handle)
	if _, dead := errors.AsType[*DeadError](err); dead || errors.Is(err, ErrClosed) {
		return nil // the resource ended with its instance
	}
	return err
}

// mapHandles returns v with each handle in it replaced. Lists and records are
// changed in place.
func mapHandles(v value.Value, f func(value.Handle) value.Handle) value.Value {
	switch v := v.(type) {
	case value.Handle:
		return f(v)
	case value.List:
		for i := range v {
			v[i] = mapHandles(v[i], f)
		}
	case value.Tuple:
		for i := range v {
			v[i] = mapHandles(v[i], f)
		}
	case value.Record:
		for i := range v {
			v[i].Value = mapHandles(v[i].Value, f)
		}
	case value.Map:
		for i := range v {
			v[i].Value = mapHandles(v[i].Value, f)
		}
	case value.Variant:
		v.Payload = mapHandles(v.Payload, f)
		return v
	case value.Option:
		v.Some = mapHandles(v.Some, f)
		return v
	case value.Result:
		v.Payload = mapHandles(v.Payload, f)
		return v
	}
	return v
}
