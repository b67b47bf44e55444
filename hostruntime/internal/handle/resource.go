package handle

import (
	"context"
	"fmt"
)

// A ResourceType is one resource type of one instance. Its identity is the
// pointer's: two instances of one component have two types.
//
// Spec: CanonicalABI, "Resource State", ResourceType.
type ResourceType struct {
	// Name is what messages call it.
	Name string
	// Impl is the instance that defines the type, nil if the host does.
	Impl any
	// Dtor destroys what rep stands for; nil where nothing is to be done.
	// Drop doesn't call it: the runtime does, with its own checks around it.
	Dtor func(ctx context.Context, rep any) error
}

// A ResourceHandle is an own or borrow handle in an instance's table.
//
// Spec: CanonicalABI, "Resource State", ResourceHandle.
type ResourceHandle struct {
	// Type is the resource type.
	Type *ResourceType
	// Rep is what the handle stands for: a uint32 if an instance defines the
	// type, the host's own value if the host does.
	Rep any
	// Own says that dropping the handle destroys the resource.
	Own bool

	scope *Task // of a borrow: the call that must drop it
	lends int
}

// Kind returns "resource".
func (h *ResourceHandle) Kind() string { return "resource" }

func (h *ResourceHandle) form() string {
	if h.Own {
		return "owned"
	}
	return "borrowed"
}

// resource returns the handle at index i, which must be of type rt.
func (t *Table) resource(rt *ResourceType, i uint32) (*ResourceHandle, error) {
	e, err := t.Get(i)
	if err != nil {
		return nil, err
	}
	h, ok := e.(*ResourceHandle)
	if !ok {
		return nil, wrongType(rt, i, "a "+e.Kind())
	}
	if h.Type != rt {
		found := fmt.Sprintf("%q", h.Type.Name)
		if h.Type.Name == rt.Name {
			found = "a different resource of that name"
		}
		return nil, wrongType(rt, i, found)
	}
	return h, nil
}

func wrongType(rt *ResourceType, i uint32, found string) error {
	return &Error{Index: i, Reason: fmt.Sprintf(
		"handle index %d used with the wrong type, expected resource %q but found %s", i, rt.Name, found)}
}

func (t *Table) removable(rt *ResourceType, i uint32) (*ResourceHandle, error) {
	h, err := t.resource(rt, i)
	if err != nil {
		return nil, err
	}
	if h.lends != 0 {
		return nil, &Error{Index: i, Reason: fmt.Sprintf(
			"cannot remove %s resource while borrowed: handle index %d to %q", h.form(), i, rt.Name)}
	}
	return h, nil
}

// New makes an own handle of a resource that the table's instance defines.
//
// Spec: CanonicalABI, "canon resource.new".
func (t *Table) New(rt *ResourceType, rep uint32) (uint32, error) { return t.LowerOwn(rt, rep) }

// Rep returns what the handle at index i stands for.
//
// Errors: *Error for an unknown handle or one of another type.
//
// Spec: CanonicalABI, "canon resource.rep".
func (t *Table) Rep(rt *ResourceType, i uint32) (any, error) {
	h, err := t.resource(rt, i)
	if err != nil {
		return nil, err
	}
	return h.Rep, nil
}

// Drop takes the handle at index i out of the table and returns it. If it is
// an Own, the caller destroys the resource with Type.Dtor.
//
// Errors: *Error for an unknown handle, one of another type or one that is
// lent.
//
// Spec: CanonicalABI, "canon resource.drop".
func (t *Table) Drop(rt *ResourceType, i uint32) (*ResourceHandle, error) {
	h, err := t.removable(rt, i)
	if err != nil {
		return nil, err
	}
	if _, err := t.Remove(i); err != nil {
		return nil, err
	}
	if h.scope != nil {
		h.scope.borrows--
	}
	return h, nil
}

// LiftOwn takes the own handle at index i out of the table and returns its
// rep: ownership leaves the instance.
//
// Errors: *Error for an unknown handle, one of another type, one that is lent
// or a borrow.
//
// Spec: CanonicalABI, "Loading", lift_own.
func (t *Table) LiftOwn(rt *ResourceType, i uint32) (rep any, err error) {
	h, err := t.removable(rt, i)
	if err != nil {
		return nil, err
	}
	if !h.Own {
		return nil, &Error{Index: i, Reason: fmt.Sprintf(
			"handle index %d: a borrow of resource %q passed where an own is wanted", i, rt.Name)}
	}
	if _, err := t.Remove(i); err != nil {
		return nil, err
	}
	return h.Rep, nil
}

// LiftBorrow returns the rep of the handle at index i, own or borrow, and lends
// the handle to sub until sub ends.
//
// Errors: *Error for an unknown handle or one of another type.
//
// Spec: CanonicalABI, "Loading", lift_borrow.
func (t *Table) LiftBorrow(rt *ResourceType, i uint32, sub *Subtask) (rep any, err error) {
	h, err := t.resource(rt, i)
	if err != nil {
		return nil, err
	}
	sub.addLender(h)
	return h.Rep, nil
}

// LowerOwn gives the instance an own handle.
//
// Errors: those of Add.
//
// Spec: CanonicalABI, "Storing", lower_own.
func (t *Table) LowerOwn(rt *ResourceType, rep any) (uint32, error) {
	return t.Add(&ResourceHandle{Type: rt, Rep: rep, Own: true})
}

// LowerBorrow gives the instance a borrow for the duration of task, which must
// drop it before it returns. An instance that defines the type itself gets the
// rep instead, and nothing enters the table.
//
// Errors: those of Add.
//
// Spec: CanonicalABI, "Storing", lower_borrow.
func (t *Table) LowerBorrow(rt *ResourceType, rep any, task *Task) (uint32, error) {
	if rt.Impl != nil && rt.Impl == t.Instance {
		own, ok := rep.(uint32)
		if !ok {
			return 0, fmt.Errorf("handle: resource %q of an instance has a rep of type %T", rt.Name, rep)
		}
		return own, nil
	}
	i, err := t.Add(&ResourceHandle{Type: rt, Rep: rep, scope: task})
	if err != nil {
		return 0, err
	}
	task.borrows++
	return i, nil
}
