package hostruntime

import (
	"context"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/wit/abi"
)

// handles moves handles for generated code, which knows resource types by
// number: what a number means is found once, in the function's own type.
type handles struct {
	in    *Instance
	x     *crossing
	types []*handle.ResourceType // by slot
	// given are the handles that the instance got for the call being
	// prepared; see takeBack.
	given []givenHandle
}

// A givenHandle is one that was lowered.
type givenHandle struct {
	rt    *handle.ResourceType
	index uint32
	guest *GuestResource // that was given away; nil for any other
}

var _ bind.Handles = (*handles)(nil)

// resolve finds the resource types that slots stand for in the type of a
// function of a component instance.
func (h *handles) resolve(instance int, f *abi.Func, slots []int) error {
	places := f.Handles()
	if len(places) != len(slots) {
		return fmt.Errorf("its type has %d handles, the host was made for %d", len(places), len(slots))
	}
	known := h.in.component.plan.Instances[instance].Resources
	for i, slot := range slots {
		index, ok := known[places[i]]
		if !ok {
			return fmt.Errorf("resource type %q is unknown to the component instance", places[i].Name)
		}
		rt := h.in.resources[index]
		for len(h.types) <= slot {
			h.types = append(h.types, nil)
		}
		if h.types[slot] != nil && h.types[slot] != rt {
			return fmt.Errorf("the component has two resource types %q where the host was made for one", rt.Name)
		}
		h.types[slot] = rt
	}
	return nil
}

// guestResourceCost is what a *GuestResource and the generated value around it
// take in Go memory.
const guestResourceCost = 96

// LiftOwn takes an own handle out of the instance.
func (h *handles) LiftOwn(slot int, index uint32) (any, error) {
	if err := h.in.call.budget.Charge(guestResourceCost); err != nil {
		return nil, err
	}
	v, err := h.x.liftOwn(h.types[slot], index)
	return h.wrap(slot, v), err
}

// LiftBorrow lends a handle of the instance for the duration of the call.
func (h *handles) LiftBorrow(slot int, index uint32) (any, error) {
	v, err := h.x.liftBorrow(h.types[slot], index)
	return h.wrap(slot, v), err
}

// LowerOwn gives the instance an own handle.
func (h *handles) LowerOwn(slot int, v any) (uint32, error) {
	rt, v, err := h.unwrap(slot, v)
	if err != nil {
		return 0, err
	}
	index, err := h.x.lowerOwn(rt, v, rt.Name)
	if err == nil {
		guest, _ := v.(*GuestResource)
		h.given = append(h.given, givenHandle{rt, index, guest})
	}
	return index, err
}

// LowerBorrow gives the instance a borrow for the duration of its task.
func (h *handles) LowerBorrow(slot int, v any) (uint32, error) {
	rt, v, err := h.unwrap(slot, v)
	if err != nil {
		return 0, err
	}
	index, err := h.x.lowerBorrow(rt, v, rt.Name)
	if err == nil && rt.Impl != h.x.table().Instance { // else it is no handle
		h.given = append(h.given, givenHandle{rt: rt, index: index})
	}
	return index, err
}

// takeBack undoes what lowering did for a call that doesn't take place, because
// another argument has no form: the host has what it had.
func (h *handles) takeBack() {
	for _, g := range h.given {
		if _, err := h.x.table().Drop(g.rt, g.index); err == nil && g.guest != nil {
			g.guest.gone = ""
		}
	}
	h.given = h.given[:0]
}

// wrap keeps the runtime's own values from the host.
func (h *handles) wrap(slot int, v any) any {
	if rt := h.types[slot]; h.in.wasiTypes[rt] && v != nil {
		return &WASIResource{rt, v}
	}
	return v
}

// unwrap is the reverse of wrap. It refuses a nil, which generated types allow
// and WIT has no form for.
func (h *handles) unwrap(slot int, v any) (*handle.ResourceType, any, error) {
	rt := h.types[slot]
	if v == nil {
		return nil, nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "nil"}
	}
	if !h.in.wasiTypes[rt] {
		return rt, v, nil
	}
	w, ok := v.(*WASIResource)
	if !ok || w.resource != rt {
		return nil, nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "one of another instance or type"}
	}
	return rt, w.rep, nil
}

// A WASIResource is a resource of the runtime's own, such as a stream of WASI's,
// that a guest gave or lent to the host. It can be passed on to the instance
// that it came from; the host has no other use for it.
type WASIResource struct {
	resource *handle.ResourceType
	rep      any
}

// Handle returns what generated code passes on: nil for a nil r.
func (r *WASIResource) Handle() any {
	if r == nil {
		return nil
	}
	return r
}

// Close ends a resource that the host was given, and owns.
func (r *WASIResource) Close(ctx context.Context) error { return r.resource.Dtor(ctx, r.rep) }
