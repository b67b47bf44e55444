package hostruntime

import (
	"context"
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// makeResources gives the instance its resource types. Imports of one WASI
// resource, under several names and versions, are one type.
func (in *Instance) makeResources(plan *link.Plan) {
	in.resources = make([]*handle.ResourceType, len(plan.Resources))
	shared := map[*wasi.Resource]*handle.ResourceType{}
	for i := range plan.Resources {
		r := &plan.Resources[i]
		if r.Instance >= 0 {
			in.resources[i] = &handle.ResourceType{Name: r.Name, Impl: &in.parts[r.Instance]}
			continue
		}
		if iface, ok := wasi.Lookup(r.Import); ok {
			if known, ok := iface.Resources[r.Name]; ok {
				if shared[known] == nil {
					shared[known] = &handle.ResourceType{
						Name: r.Name,
						Dtor: func(_ context.Context, rep any) error { return known.Drop(in.wasi, rep) },
					}
				}
				in.resources[i] = shared[known]
				continue
			}
		}
		in.resources[i] = &handle.ResourceType{Name: r.Name}
	}
}

// A GuestResource stands for a resource that a guest defines, in a
// value.Handle. It can be handed back to the instance that it came from.
type GuestResource struct {
	resource *handle.ResourceType
	rep      any
}

// crossing moves handles through the table of one component instance.
type crossing struct {
	in       *Instance
	instance int
	task     *handle.Task   // scope of borrows that the instance is given
	lends    handle.Subtask // what the instance lends to the call it makes
}

var _ canon.Handles = (*crossing)(nil)

func (x *crossing) resource(r *abi.Resource) (*handle.ResourceType, error) {
	index, ok := x.in.component.plan.Instances[x.instance].Resources[r]
	if !ok {
		return nil, fmt.Errorf("resource type %q is unknown to the component instance", r.Name)
	}
	return x.in.resources[index], nil
}

func (x *crossing) table() *handle.Table { return x.in.parts[x.instance].handles }

// lifted wraps a rep for the host's side: a host resource is the host's own
// value, a guest's is opaque.
func wrap(rt *handle.ResourceType, rep any, borrowed bool) value.Handle {
	if rt.Impl != nil {
		rep = &GuestResource{rt, rep}
	}
	return value.Handle{Borrowed: borrowed, Resource: rt.Name, Rep: rep}
}

func unwrap(rt *handle.ResourceType, h value.Handle) (any, error) {
	guest, ok := h.Rep.(*GuestResource)
	if rt.Impl == nil {
		if ok {
			return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "a handle of " + guest.resource.Name}
		}
		return h.Rep, nil
	}
	if !ok || guest.resource != rt {
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "a handle of " + h.Resource}
	}
	return guest.rep, nil
}

// LiftOwn takes an own handle out of the instance.
func (x *crossing) LiftOwn(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	rep, err := x.table().LiftOwn(rt, index)
	if err != nil {
		return value.Handle{}, asTrap(err)
	}
	return wrap(rt, rep, false), nil
}

// LiftBorrow lends a handle of the instance for the duration of the call.
func (x *crossing) LiftBorrow(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	rep, err := x.table().LiftBorrow(rt, index, &x.lends)
	if err != nil {
		return value.Handle{}, asTrap(err)
	}
	return wrap(rt, rep, true), nil
}

// LowerOwn gives the instance an own handle.
func (x *crossing) LowerOwn(r *abi.Resource, h value.Handle) (uint32, error) {
	rt, err := x.resource(r)
	if err != nil {
		return 0, err
	}
	rep, err := unwrap(rt, h)
	if err != nil {
		return 0, err
	}
	index, err := x.table().LowerOwn(rt, rep)
	return index, asTrap(err)
}

// LowerBorrow gives the instance a borrow for the duration of its task.
func (x *crossing) LowerBorrow(r *abi.Resource, h value.Handle) (uint32, error) {
	rt, err := x.resource(r)
	if err != nil {
		return 0, err
	}
	rep, err := unwrap(rt, h)
	if err != nil {
		return 0, err
	}
	if x.task == nil {
		return 0, fmt.Errorf("a borrow of %s can't be a result", rt.Name)
	}
	index, err := x.table().LowerBorrow(rt, rep, x.task)
	return index, asTrap(err)
}

// asTrap makes a misuse of handles a trap; a limit stays one.
func asTrap(err error) error {
	if misuse, ok := errors.AsType[*handle.Error](err); ok {
		return &canon.TrapError{Reason: misuse.Reason}
	}
	return err
}

// dropResource is `canon resource.drop`, called by component instance caller.
//
// Spec: CanonicalABI, "canon resource.drop".
func (in *Instance) dropResource(caller int, rt *handle.ResourceType, resource int, index uint32) error {
	h, err := in.parts[caller].handles.Drop(rt, index)
	if err != nil {
		return asTrap(err)
	}
	if !h.Own {
		return nil
	}
	if rt.Dtor != nil {
		return rt.Dtor(in.call.ctx, h.Rep)
	}
	plan := &in.component.plan.Resources[resource]
	if plan.Instance == host || plan.Dtor == nil {
		return nil
	}
	rep, ok := h.Rep.(uint32)
	if !ok {
		return fmt.Errorf("resource %q has a representation of type %T", rt.Name, h.Rep)
	}
	if err := in.enter(plan.Instance, caller); err != nil {
		return err
	}
	defer in.leave(plan.Instance, caller)
	if plan.Instance != caller {
		// A destructor of another instance is a task of its own there.
		tasks := &in.parts[plan.Instance].tasks
		outer := tasks.begin(runningTask{})
		defer func() { tasks.running = outer }()
	}
	stack := [1]uint64{uint64(rep)}
	return in.callCore(in.core(plan.Dtor), stack[:])
}

// dropLeftovers ends what the guest still holds of the host's resources.
func (in *Instance) dropLeftovers() error {
	var errs []error
	for i := range in.parts {
		in.parts[i].handles.Drain(func(e handle.Entry) {
			if h, ok := e.(*handle.ResourceHandle); ok && h.Own && h.Type.Dtor != nil {
				errs = append(errs, h.Type.Dtor(context.Background(), h.Rep))
			}
		})
	}
	return errors.Join(errs...)
}
