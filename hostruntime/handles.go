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
	return h.x.lowerOwn(rt, v, rt.Name)
}

// LowerBorrow gives the instance a borrow for the duration of its task.
func (h *handles) LowerBorrow(slot int, v any) (uint32, error) {
	rt, err := h.present(slot, v)
	if err != nil {
		return 0, err
	}
	return h.x.lowerBorrow(rt, v, rt.Name)
}

// present refuses a nil, which generated types allow and WIT has no form for.
func (h *handles) present(slot int, v any) (*handle.ResourceType, error) {
	rt := h.types[slot]
	if v == nil {
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "nil"}
	}
	return rt, nil
}
