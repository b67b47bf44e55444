package hostruntime

import (
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
	return h.x.liftOwn(h.types[slot], index)
}

// LiftBorrow lends a handle of the instance for the duration of the call.
func (h *handles) LiftBorrow(slot int, index uint32) (any, error) {
	return h.x.liftBorrow(h.types[slot], index)
}

// LowerOwn gives the instance an own handle.
func (h *handles) LowerOwn(slot int, v any) (uint32, error) {
	rt, err := h.present(slot, v)
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
	rt, err := h.present(slot, v)
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

// present refuses a nil, which generated types allow and WIT has no form for.
func (h *handles) present(slot int, v any) (*handle.ResourceType, error) {
	rt := h.types[slot]
	if v == nil {
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "nil"}
	}
	return rt, nil
}
