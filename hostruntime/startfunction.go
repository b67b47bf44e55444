package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// act does what the plan says to do at instantiation after step after-1.
func (in *Instance) act(after int) error {
	for ; in.acted < len(in.component.plan.Actions); in.acted++ {
		a := &in.component.plan.Actions[in.acted]
		if a.After > after {
			break
		}
		if err := in.stopped(); err != nil {
			return err
		}
		if a.Start != nil {
			if err := in.runStart(a.Start); err != nil {
				return err
			}
		} else if !value.Equal(in.values[a.A], in.values[a.B]) {
			return &LinkError{Item: a.Name, Reason: "the value is not the one that the component's type says it equals"}
		}
	}
	return nil
}

// runStart calls a start function.
func (in *Instance) runStart(s *link.Start) error {
	args := make([]value.Value, len(s.Args))
	for i, arg := range s.Args {
		args[i] = in.values[arg]
	}
	var result value.Value
	var err error
	if s.Lifted < 0 {
		result, err = in.callHost(s.Instance, s.Import, args)
	} else {
		result, err = in.callLifted(s.Lifted, s.Instance, args)
	}
	if err == nil && s.Result >= 0 {
		in.values[s.Result] = result
	}
	return err
}

// callLifted calls a function that the guest provides from component instance
// caller.
func (in *Instance) callLifted(index, caller int, args []value.Value) (value.Value, error) {
	a, err := in.lift(index).start(caller)
	if err != nil {
		return nil, err
	}
	result, err := a.callDynamic(args)
	if e := a.finish(err == nil); err == nil {
		err = e
	}
	return result, err
}

// callHost calls import index as component instance caller would by way of its
// own memory; here a scratch memory takes its place.
func (in *Instance) callHost(caller, index int, args []value.Value) (value.Value, error) {
	f := in.component.plan.Imports[index].Type
	memory := &scratch{budget: &in.call.budget}
	t := &link.Trampoline{Kind: link.LowerHost, Instance: caller, Target: index, Type: f}
	l := in.newLowered(t, canon.Context{
		Refresh: memory.view, Realloc: memory.realloc, Budget: &in.call.budget,
		Handles: &crossing{in: in, instance: caller},
	})
	stack, err := l.cx.LowerFlat(args, l.params, make([]uint64, 0, abi.MaxFlatParams+1), abi.MaxFlatParams, nil)
	if err != nil {
		return nil, err
	}
	if l.flat.ResultInMemory {
		ptr, err := l.cx.Allocate(f.Result.Align(), f.Result.Size())
		if err != nil {
			return nil, err
		}
		stack = append(stack, uint64(ptr))
	}
	// What the result is lifted from: the pointer that went in, or the core
	// value that comes out first.
	stack = stack[:max(len(stack), 1)]
	out := stack[:1]
	if l.flat.ResultInMemory {
		out = []uint64{stack[len(stack)-1]}
	}
	if err := in.serveHost(l, stack); err != nil || f.Result == nil {
		return nil, err
	}
	l.cx.Mem = memory.view()
	results, err := l.cx.LiftFlat([]*abi.Type{f.Result}, out, abi.MaxFlatResults)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// A scratch is a memory of the host's own that only grows; what it takes is
// charged as lifted values are.
type scratch struct {
	bytes  []byte
	budget *canon.Budget
}

func (s *scratch) view() []byte { return s.bytes }

func (s *scratch) realloc(oldPtr, oldSize, align, newSize uint32) (uint32, error) {
	at := (uint64(len(s.bytes)) + uint64(align) - 1) &^ (uint64(align) - 1)
	end := at + uint64(newSize)
	if err := s.budget.Charge(end - uint64(len(s.bytes))); err != nil {
		return 0, err
	}
	if end > abi.MaxElemSize {
		return 0, trapf("the arguments of a start function take more than %d bytes", abi.MaxElemSize)
	}
	s.bytes = append(s.bytes, make([]byte, end-uint64(len(s.bytes)))...)
	copy(s.bytes[at:], s.bytes[oldPtr:oldPtr+min(oldSize, newSize)])
	return uint32(at), nil
}
