package hostruntime

import (
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A journalForm makes the canonical form of what crosses an instance's border,
// from the core values that the guest gave or was given: so it is the same
// whether generated code, WASI or dynamic values are behind a function.
type journalForm struct {
	in *Instance
	// budget pays for values until they are encoded.
	budget canon.Budget
	buf    []byte
	held   int64 // of buf, charged
}

// begin starts over. What was encoded before is gone.
func (f *journalForm) begin() { f.buf = f.buf[:0] }

// lift appends the values of the given types that flat, or the memory it
// points to, holds. handles says what handles are written as.
func (f *journalForm) lift(cx canon.Context, handles canon.Handles, types []*abi.Type, flat []uint64, maxFlat int) error {
	cx.Handles, cx.Budget, cx.Relay = handles, &f.budget, false
	cx.Mem = cx.Refresh()
	defer f.budget.Release(0)
	values, err := cx.LiftFlat(types, flat, maxFlat)
	if err != nil {
		return err
	}
	return f.append(values, types)
}

// append appends values that have been charged to the budget.
func (f *journalForm) append(values []value.Value, types []*abi.Type) error {
	// What is encoded is never longer than what it was charged for.
	if err := f.reserve(int(f.budget.Live())); err != nil {
		return err
	}
	var err error
	for i, v := range values {
		if f.buf, err = journal.AppendValue(f.buf, v, types[i]); err != nil {
			return err
		}
	}
	return nil
}

// reserve makes room for n more bytes.
func (f *journalForm) reserve(n int) error {
	if cap(f.buf)-len(f.buf) >= n {
		return nil
	}
	if f.budget.Memory == nil {
		return nil // append grows it
	}
	most := int64(2*cap(f.buf) + n)
	if !f.budget.Memory(most) {
		return &canon.BudgetError{What: canon.LiftedMemory, Need: uint64(n)}
	}
	f.buf = slices.Grow(f.buf, cap(f.buf)-len(f.buf)+n)
	f.budget.Memory(int64(-most - f.held + int64(cap(f.buf))))
	f.held = int64(cap(f.buf))
	return nil
}

// importResult lifts what a host function's result was lowered to. out is where
// the guest wanted it, if that is in memory.
func (f *journalForm) importResult(l *lowered, stack []uint64, out uint64) error {
	t := l.plan.Type.Result
	if t == nil {
		return nil
	}
	numbers := &handleNumbers{x: l.cx.Handles.(*crossing)}
	if !l.flat.ResultInMemory {
		return f.lift(l.cx, numbers, []*abi.Type{t}, stack[:1], abi.MaxFlatResults)
	}
	cx := l.cx
	cx.Handles, cx.Budget, cx.Relay = numbers, &f.budget, false
	cx.Mem = cx.Refresh()
	defer f.budget.Release(0)
	v, err := cx.Load(uint32(out), t)
	if err != nil {
		return err
	}
	return f.append([]value.Value{v}, []*abi.Type{t})
}

// result lifts an exported function's result.
func (f *journalForm) result(a *activation) error {
	t := a.fn.plan.Type.Result
	if t == nil {
		return nil
	}
	if a.fn.plan.Options.Async {
		f.buf = append(f.buf, a.journaled...)
		return nil
	}
	numbers := &handleNumbers{x: a.cx.Handles.(*crossing)}
	return f.lift(a.cx, numbers, []*abi.Type{t}, a.stack[:len(a.fn.flat.Results)], abi.MaxFlatResults)
}

// args lifts the arguments that a function was called with, as the guest has
// them.
func (f *journalForm) args(a *activation) error {
	numbers := &handleNumbers{x: a.cx.Handles.(*crossing), lowered: true}
	return f.lift(a.cx, numbers, a.fn.params, a.stack[:len(a.fn.flat.Params)], abi.MaxFlatParams)
}

// A handleNumbers looks at handles without moving them.
type handleNumbers struct {
	x *crossing
	// lowered says that the guest has been given what is looked at: then a
	// borrow of its own resource is no handle any more.
	lowered bool
}

var _ canon.Handles = (*handleNumbers)(nil)

func (n *handleNumbers) LiftOwn(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := n.x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	number, err := n.number(rt, index)
	return value.Handle{Resource: rt.Name, Rep: number}, err
}

func (n *handleNumbers) LiftBorrow(r *abi.Resource, index uint32) (value.Handle, error) {
	rt, err := n.x.resource(r)
	if err != nil {
		return value.Handle{}, err
	}
	number := journal.Handle(index)
	if !n.lowered || rt.Impl != n.x.table().Instance {
		number, err = n.number(rt, index)
	}
	return value.Handle{Borrowed: true, Resource: rt.Name, Rep: number}, err
}

// number is the representation of a resource of the guest's, else the handle.
func (n *handleNumbers) number(rt *handle.ResourceType, index uint32) (journal.Handle, error) {
	rep, err := n.x.table().Rep(rt, index)
	if err != nil {
		return 0, asTrap(err)
	}
	if rt.Impl == nil {
		return journal.Handle(index), nil
	}
	own, ok := rep.(uint32)
	if !ok {
		return 0, fmt.Errorf("resource %q has a representation of type %T", rt.Name, rep)
	}
	return journal.Handle(own), nil
}

func (*handleNumbers) LowerOwn(*abi.Resource, value.Handle) (uint32, error) {
	return 0, fmt.Errorf("hostruntime: a journal lowers no handle")
}

func (n *handleNumbers) LowerBorrow(r *abi.Resource, h value.Handle) (uint32, error) {
	return n.LowerOwn(r, h)
}

// journaled returns the form in which the result of an asynchronous function
// goes into the journal, as task.return gives it.
func (in *Instance) journaled(a *activation, stack []uint64) ([]byte, error) {
	if (in.recorder == nil && in.replayer == nil) || a.caller != host || a.fn.plan.Type.Result == nil {
		return nil, nil
	}
	f := journalForm{in: in, budget: canon.MakeBudget(in.call.limits.LiftedBytes)}
	numbers := &handleNumbers{x: a.cx.Handles.(*crossing)}
	err := f.lift(a.cx, numbers, []*abi.Type{a.fn.plan.Type.Result}, stack, abi.MaxFlatParams)
	return f.buf, err
}
