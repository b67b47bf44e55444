package hostruntime

import (
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

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

// LiftOwn takes an own handle out of the instance.
func (x *crossing) LiftOwn(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	rep, err := x.liftOwn(rt, index)
	return value.Handle{Resource: rt.Name, Rep: rep}, err
}

// LiftBorrow lends a handle of the instance for the duration of the call.
func (x *crossing) LiftBorrow(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	rep, err := x.liftBorrow(rt, index)
	return value.Handle{Borrowed: true, Resource: rt.Name, Rep: rep}, err
}

// LowerOwn gives the instance an own handle.
func (x *crossing) LowerOwn(r *abi.Resource, h value.Handle) (uint32, error) {
	rt, err := x.resource(r)
	if err != nil {
		return 0, err
	}
	return x.lowerOwn(rt, h.Rep, h.Resource)
}

// LowerBorrow gives the instance a borrow for the duration of its task.
func (x *crossing) LowerBorrow(r *abi.Resource, h value.Handle) (uint32, error) {
	rt, err := x.resource(r)
	if err != nil {
		return 0, err
	}
	return x.lowerBorrow(rt, h.Rep, h.Resource)
}

// liftOwn takes an own handle out of the instance: the host's own value, or a
// *GuestResource.
func (x *crossing) liftOwn(rt *handle.ResourceType, index uint32) (any, error) {
	rep, err := x.table().LiftOwn(rt, index)
	if err != nil {
		return nil, asTrap(err)
	}
	return x.wrap(rt, rep), nil
}

func (x *crossing) liftBorrow(rt *handle.ResourceType, index uint32) (any, error) {
	rep, err := x.table().LiftBorrow(rt, index, &x.lends)
	if err != nil {
		return nil, asTrap(err)
	}
	return x.wrap(rt, rep), nil
}

// lowerOwn gives the instance what stands for a resource on the host's side.
// called is its type's name there, for messages.
func (x *crossing) lowerOwn(rt *handle.ResourceType, v any, called string) (uint32, error) {
	rep, err := unwrap(rt, v, called)
	if err != nil {
		return 0, err
	}
	index, err := x.table().LowerOwn(rt, rep)
	if guest, ok := v.(*GuestResource); ok && err == nil {
		guest.gone = "was given away"
	}
	return index, asTrap(err)
}

func (x *crossing) lowerBorrow(rt *handle.ResourceType, v any, called string) (uint32, error) {
	rep, err := unwrap(rt, v, called)
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
