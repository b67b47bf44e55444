package bind

import (
	"context"
	"fmt"
)

// Handles moves the handles of resources across one function's boundary, for
// Call. slot numbers the resource types that generated code knows. A host
// resource is the host's own value; a guest's is what LiftOwn returned.
type Handles interface {
	LiftOwn(slot int, index uint32) (any, error)
	LiftBorrow(slot int, index uint32) (any, error)
	LowerOwn(slot int, v any) (uint32, error)
	LowerBorrow(slot int, v any) (uint32, error)
}

// SetHandles says how handles cross. Only the runtime calls it, once.
func (c *Call) SetHandles(h Handles) { c.handles = h }

// SetOwner notes what the exports of one world belong to, so that a guest's
// resource finds the methods of its instance. It is called once, before the
// first call.
func SetOwner(funcs []*Func, owner any) {
	for _, f := range funcs {
		f.owner = owner
	}
}

// Owner returns what SetOwner noted of the function that is being called.
func Owner[T any](c *Call) T { return c.fn.owner.(T) }

// LiftOwn takes an own handle out of the guest: what it stands for is the
// host's from now on.
func LiftOwn[T any](c *Call, slot int, index uint64) T {
	if c.err != nil {
		var none T
		return none
	}
	v, err := c.handles.LiftOwn(slot, uint32(index))
	return lifted[T](c, v, err)
}

// LiftBorrow returns what a borrow handle stands for, until the call ends.
func LiftBorrow[T any](c *Call, slot int, index uint64) T {
	if c.err != nil {
		var none T
		return none
	}
	v, err := c.handles.LiftBorrow(slot, uint32(index))
	return lifted[T](c, v, err)
}

// A foreignError says that something else than expected stands behind a handle.
type foreignError struct{ got any }

func (e *foreignError) Error() string {
	return fmt.Sprintf("a handle stands for a %T, which generated code didn't put there", e.got)
}

// lifted gives a value its type. Another type is possible where handles were
// put into the instance by other code than this.
func lifted[T any](c *Call, v any, err error) T {
	typed, ok := v.(T)
	if err == nil && !ok {
		err = &foreignError{v}
	}
	if err != nil {
		c.Fail(err)
	}
	return typed
}

// Drop returns the destructor of a host resource whose values are closed.
func Drop[T any](end func(T, context.Context) error) func(ctx context.Context, rep any) error {
	return func(ctx context.Context, rep any) error {
		if v, ok := rep.(T); ok {
			return end(v, ctx)
		}
		return nil // put there by other code than this
	}
}

// LowerOwn gives the guest what v stands for.
func (c *Call) LowerOwn(slot int, v any) uint64 {
	if c.err != nil {
		return 0
	}
	index, err := c.handles.LowerOwn(slot, v)
	if err != nil {
		c.Fail(err)
	}
	return uint64(index)
}

// LowerBorrow lends the guest what v stands for, until the call ends.
func (c *Call) LowerBorrow(slot int, v any) uint64 {
	if c.err != nil {
		return 0
	}
	index, err := c.handles.LowerBorrow(slot, v)
	if err != nil {
		c.Fail(err)
	}
	return uint64(index)
}
