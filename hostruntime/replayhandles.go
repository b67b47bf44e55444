package hostruntime

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A handleGiver gives the guest the handles of a recorded result: inert ones in
// place of the host's.
type handleGiver struct {
	x    *crossing
	r    *replayer
	item string
}

var _ canon.Handles = (*handleGiver)(nil)

func (g *handleGiver) LowerOwn(r *abi.Resource, h value.Handle) (uint32, error) {
	rt, err := g.x.resource(r)
	if err != nil {
		return 0, err
	}
	number := h.Rep.(journal.Handle)
	if rt.Impl != nil {
		index, err := g.x.table().LowerOwn(rt, uint32(number))
		return index, asTrap(err)
	}
	index, err := g.x.table().LowerOwn(rt, inert{})
	if err == nil && index != uint32(number) {
		return 0, g.r.wrong(g.item+": result", fmt.Sprint("handle ", number), fmt.Sprint("handle ", index))
	}
	return index, asTrap(err)
}

func (*handleGiver) LowerBorrow(r *abi.Resource, _ value.Handle) (uint32, error) {
	return 0, fmt.Errorf("a borrow of %s can't be a result", r.Name)
}

func (*handleGiver) LiftOwn(*abi.Resource, uint32) (value.Handle, error) {
	return value.Handle{}, fmt.Errorf("hostruntime: a result's handles aren't lifted")
}

func (g *handleGiver) LiftBorrow(r *abi.Resource, index uint32) (value.Handle, error) {
	return g.LiftOwn(r, index)
}
