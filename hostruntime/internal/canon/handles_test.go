package canon_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// tableHandles is canon.Handles over a real table, for one resource type.
type tableHandles struct {
	table *handle.Table
	rt    *handle.ResourceType
	task  handle.Task
	sub   handle.Subtask
}

func (h *tableHandles) LiftOwn(_ *abi.Resource, i uint32) (value.Handle, error) {
	rep, err := h.table.LiftOwn(h.rt, i)
	return value.Handle{Resource: h.rt.Name, Rep: rep}, err
}

func (h *tableHandles) LiftBorrow(_ *abi.Resource, i uint32) (value.Handle, error) {
	rep, err := h.table.LiftBorrow(h.rt, i, &h.sub)
	return value.Handle{Borrowed: true, Resource: h.rt.Name, Rep: rep}, err
}

func (h *tableHandles) LowerOwn(_ *abi.Resource, v value.Handle) (uint32, error) {
	return h.table.LowerOwn(h.rt, v.Rep)
}

func (h *tableHandles) LowerBorrow(_ *abi.Resource, v value.Handle) (uint32, error) {
	return h.table.LowerBorrow(h.rt, v.Rep, &h.task)
}

func TestHandlesCross(t *testing.T) {
	handles := &tableHandles{table: handle.NewTable(nil, 0), rt: &handle.ResourceType{Name: "file"}}
	resource := &abi.Resource{Name: "file"}
	own, borrow := abi.NewOwn(resource), abi.NewBorrow(resource)
	g := newGuest(64)
	cx := g.context(utf8enc)
	cx.Handles = handles

	a, b := value.Handle{Resource: "file", Rep: "a"}, value.Handle{Resource: "file", Rep: "b"}
	flat, err := cx.LowerFlat([]value.Value{a, value.List{b}, b}, []*abi.Type{own, abi.NewList(own), borrow}, nil, 16, nil)
	if err != nil || flat[0] != 1 || flat[3] != 3 || cx.Mem[flat[1]] != 2 || handles.task.Return() == nil {
		t.Fatalf("flat %v, memory % x, %v", flat, cx.Mem, err)
	}
	got, err := cx.LiftFlat([]*abi.Type{own, abi.NewList(borrow)}, flat, 16)
	want := []value.Value{a, value.List{value.Handle{Borrowed: true, Resource: "file", Rep: "b"}}}
	if err != nil || !slices.EqualFunc(got, want, value.Equal) {
		t.Fatalf("lifted %v, %v", got, err)
	}
	_, err = cx.LiftFlat([]*abi.Type{own}, flat, 16)
	var misuse *handle.Error
	if !errors.As(err, &misuse) || misuse.Reason != "unknown handle index 1" {
		t.Errorf("lifting an own twice: %v", err)
	}
	if _, err = cx.Load(uint32(flat[1]), own); !errors.As(err, &misuse) {
		t.Errorf("lifting a lent own: %v", err)
	}
}

func TestHandlesWithoutATable(t *testing.T) {
	own := []*abi.Type{abi.NewOwn(&abi.Resource{Name: "file"})}
	_, err := reader(nil).LiftFlat(own, []uint64{1}, 16)
	wantTrap(t, err, "no handle table")
	_, err = reader(nil).LowerFlat([]value.Value{value.Handle{}}, own, nil, 16, nil)
	wantTrap(t, err, "no handle table")
	_, err = reader(nil).LiftFlat([]*abi.Type{abi.NewStream(u8)}, []uint64{1}, 16)
	wantTrap(t, err, "a value of type stream has no dynamic form")
}

var _ canon.Handles = (*tableHandles)(nil)
