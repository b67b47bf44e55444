package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A lifted function is a component function that guest code provides, in one
// instance.
type lifted struct {
	in    *Instance
	plan  *link.Lifted
	index int // in the plan
	flat  abi.FlatFunc
	// params are the types of the parameters.
	params      []*abi.Type
	core, after *coreFunc
	callback    *coreFunc // of an asynchronous function
	idle        *activation
}

// lift returns the plan's lifted function, made on first use.
func (in *Instance) lift(index int) *lifted {
	if f := in.lifted[index]; f != nil {
		return f
	}
	plan := &in.component.plan.Lifted[index]
	f := &lifted{
		in: in, plan: plan, index: index, flat: flattenLifted(plan.Type, &plan.Options), params: paramTypes(plan.Type),
		core: in.core(&plan.Core), after: in.core(plan.Options.PostReturn), callback: in.core(plan.Options.Callback),
	}
	in.lifted[index] = f
	return f
}

func paramTypes(f *abi.Func) []*abi.Type {
	types := make([]*abi.Type, len(f.Params))
	for i, p := range f.Params {
		types[i] = p.Type
	}
	return types
}

// host is the caller of a call that comes from outside of the component.
const host = -1

// An activation is one call into a lifted function: what the specification
// calls a task. Its state stays here, not on the Go stack, between the steps
// start, run and finish.
//
// Spec: CanonicalABI, "canon lift".
type activation struct {
	fn      *lifted
	cx      canon.Context
	task    handle.Task
	caller  int
	stack   []uint64 // arguments, then results
	results []uint64 // kept for post-return
	// outer is the task that was running in the instance.
	outer runningTask
	// result is that of an asynchronous function, from task.return.
	result    value.Value
	hasResult bool
	// journaled is its form for a journal.
	journaled []byte
}

// start enters the callee from the component instance caller.
//
// Errors: *canon.TrapError where the callee or an instance around it is
// running already and may not be entered again.
func (f *lifted) start(caller int) (*activation, error) {
	if err := f.in.burnCall(); err != nil {
		return nil, err
	}
	if err := f.in.enter(f.plan.Instance, caller); err != nil {
		return nil, err
	}
	a := f.idle
	f.idle = nil
	if a == nil {
		a = &activation{fn: f}
		a.stack = make([]uint64, max(len(f.flat.Params), len(f.flat.Results), callbackParams))
		a.results = make([]uint64, len(f.flat.Results))
		a.cx = f.in.context(f.plan.Instance, &f.plan.Options)
		a.cx.Handles.(*crossing).task = &a.task
	}
	a.caller, a.task = caller, handle.Task{}
	a.result, a.hasResult = nil, false
	a.outer = f.in.parts[f.plan.Instance].tasks.begin(runningTask{activation: a})
	a.cx.Budget = &f.in.call.budget
	a.cx.Mem = a.cx.Refresh()
	return a, nil
}

// run calls the core function with the arguments on the stack.
func (a *activation) run() error {
	in, plan := a.fn.in, a.fn.plan
	if plan.Type.Async && in.parts[plan.Instance].tasks.backpressure > 0 {
		return needsAsync("a call under backpressure")
	}
	if err := in.journalCalled(a); err != nil {
		return err
	}
	if plan.Options.Async {
		if err := a.runAsync(); err != nil {
			return err
		}
		return in.journalFinished(a)
	}
	if err := in.callCore(a.fn.core, a.stack); err != nil {
		return err
	}
	copy(a.results, a.stack)
	a.cx.Mem = a.cx.Refresh()
	return in.journalFinished(a)
}

// finish ends the call after its results were lifted: post-return, the check
// that borrows were dropped, and leaving the callee. ok says that everything
// went well so far; nothing of the guest's runs otherwise.
func (a *activation) finish(ok bool) error {
	f := a.fn
	var err error
	if ok {
		err = asTrap(a.task.Return())
	}
	if ok && err == nil {
		f.in.journalPays(a)
		err = f.in.burnLifted()
	}
	if ok && err == nil {
		err = f.in.journalReturned(a)
	}
	if ok && err == nil && f.after != nil {
		p := &f.in.parts[f.plan.Instance]
		p.mayLeave = false
		err = f.in.callCore(f.after, a.results)
		p.mayLeave = true
	}
	f.in.parts[f.plan.Instance].tasks.running = a.outer
	f.in.leave(f.plan.Instance, a.caller)
	f.idle = a
	return err
}

// enter marks the callee and the instances around it as running, except those
// around the caller.
//
// Spec: CanonicalABI, "Component Instance State", entering_set.
func (in *Instance) enter(callee, caller int) error {
	for i := callee; i >= 0 && !in.encloses(i, caller); i = in.parent(i) {
		if !in.parts[i].mayEnter {
			return trapf("cannot enter component instance: it is running already")
		}
	}
	in.setMayEnter(callee, caller, false)
	return nil
}

func (in *Instance) leave(callee, caller int) { in.setMayEnter(callee, caller, true) }

func (in *Instance) setMayEnter(callee, caller int, may bool) {
	for i := callee; i >= 0 && !in.encloses(i, caller); i = in.parent(i) {
		in.parts[i].mayEnter = may
	}
}

func (in *Instance) parent(i int) int { return in.component.plan.Instances[i].Parent }

// encloses reports whether outer is inner or contains it.
func (in *Instance) encloses(outer, inner int) bool {
	for i := inner; i >= 0; i = in.parent(i) {
		if i == outer {
			return true
		}
	}
	return false
}

// context returns the Canonical ABI's context for canonical options of a
// component instance. Mem and Budget are set for each call.
func (in *Instance) context(instance int, options *link.Options) canon.Context {
	memory := in.coreMemory(options.Memory)
	cx := canon.Context{
		Encoding: options.Encoding,
		Refresh:  func() []byte { return view(memory) },
		Handles:  &crossing{in: in, instance: instance},
	}
	if realloc := in.core(options.Realloc); realloc != nil {
		cx.Realloc = in.realloc(&in.parts[instance], realloc)
	}
	return cx
}

// realloc returns the guest's allocator as the Canonical ABI calls it.
func (in *Instance) realloc(p *part, f *coreFunc) func(oldPtr, oldSize, align, newSize uint32) (uint32, error) {
	var stack [4]uint64
	return func(oldPtr, oldSize, align, newSize uint32) (uint32, error) {
		if err := in.burnBytes(uint64(newSize)); err != nil {
			return 0, err
		}
		stack = [4]uint64{uint64(oldPtr), uint64(oldSize), uint64(align), uint64(newSize)}
		may := p.mayLeave
		p.mayLeave = false
		err := in.callCore(f, stack[:])
		p.mayLeave = may
		return uint32(stack[0]), err
	}
}
