package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/tetratelabs/wazero/api"
)

// serveTrampoline returns the Go side of a core function that the plan makes:
// it finds the instance through the context, and turns errors into wazero's
// way of ending a guest, a panic.
func serveTrampoline(index int) api.GoModuleFunc {
	return func(ctx context.Context, _ api.Module, stack []uint64) {
		in := ctx.Value(instanceKey{}).(*Instance)
		if err := in.serveDirectly(index, stack); err != nil {
			in.call.fail(err)
			panic(err)
		}
	}
}

// serveDirectly runs a trampoline: arguments from stack, results to it.
func (in *Instance) serveDirectly(index int, stack []uint64) error {
	t := &in.component.plan.Trampolines[index]
	if t.Kind != link.LowerHost && t.Kind != link.LowerGuest {
		if err := in.burnBuiltin(t); err != nil {
			return err
		}
	}
	p := &in.parts[t.Instance]
	if !p.mayLeave && !staysInside(t.Kind) {
		return trapf("cannot leave component instance: it is in realloc or post-return")
	}
	switch t.Kind {
	case link.LowerHost:
		return in.serveHost(in.lower(index), stack)
	case link.LowerGuest:
		return in.serveGuest(t, stack)
	case link.ResourceNew:
		handle, err := p.handles.New(in.resources[t.Target], uint32(stack[0]))
		stack[0] = uint64(handle)
		return asTrap(err)
	case link.ResourceRep:
		rep, err := p.handles.Rep(in.resources[t.Target], uint32(stack[0]))
		if err != nil {
			return asTrap(err)
		}
		number, ok := rep.(uint32)
		if !ok {
			return fmt.Errorf("resource %q has a representation of type %T", t.Name, rep)
		}
		stack[0] = uint64(number)
		return nil
	case link.ResourceDrop:
		return in.dropResource(t.Instance, in.resources[t.Target], t.Target, uint32(stack[0]))
	case link.ContextGet:
		stack[0] = uint64(p.tasks.running.context[t.Target])
		return nil
	case link.ContextSet:
		p.tasks.running.context[t.Target] = uint32(stack[0])
		return nil
	case link.TaskReturn:
		return in.taskReturn(t, stack)
	case link.BackpressureInc:
		return p.tasks.addBackpressure(1)
	case link.BackpressureDec:
		return p.tasks.addBackpressure(-1)
	}
	return needsAsync(t.Name)
}

// staysInside reports whether a built-in touches only what belongs to the
// instance that calls it, so that it may be called from where it must not
// leave: realloc and post-return.
func staysInside(kind link.TrampolineKind) bool {
	switch kind {
	case link.ResourceRep, link.ContextGet, link.ContextSet, link.BackpressureInc, link.BackpressureDec:
		return true
	}
	return false
}

// A lowered function is a host function as one import of the guest calls it.
// The host can't be re-entered while it serves, so one context does.
type lowered struct {
	plan   *link.Trampoline
	flat   abi.FlatFunc
	params []*abi.Type
	// maxFlat is how many core values the parameters take up at most, if they
	// aren't in memory.
	maxFlat int
	cx      canon.Context
	call    bind.Call
	handles *handles // nil where generated code moves none
	failed  error    // why the function can't be served
}

// importSlots returns the slots that generated code gave an import's handles.
func (in *Instance) importSlots(t *link.Trampoline) []int {
	if t.Kind != link.LowerHost {
		return nil
	}
	return in.imports[t.Target].slots
}

func (in *Instance) lower(index int) *lowered {
	if l := in.lowered[index]; l != nil {
		return l
	}
	t := &in.component.plan.Trampolines[index]
	l := in.newLowered(t, in.context(t.Instance, &t.Options))
	in.lowered[index] = l
	return l
}

func (in *Instance) newLowered(t *link.Trampoline, cx canon.Context) *lowered {
	l := &lowered{plan: t, flat: t.Type.FlattenLower(), params: paramTypes(t.Type), cx: cx}
	if slots := in.importSlots(t); len(slots) > 0 {
		l.handles = &handles{in: in, x: l.cx.Handles.(*crossing)}
		l.failed = l.handles.resolve(t.Instance, t.Type, slots)
		l.call.SetHandles(l.handles)
	}
	return l
}

// serveHost runs a host function.
//
// Spec: CanonicalABI, "canon lower", with a callee that is the host's.
func (in *Instance) serveHost(l *lowered, stack []uint64) error {
	in.call.hostCalls++
	if err := in.stopped(); err != nil {
		return err
	}
	if err := in.burnCall(); err != nil {
		return err
	}
	switch {
	case in.replayer != nil:
		return in.replayer.serve(l, stack)
	case in.recorder != nil:
		return in.recorder.serve(l, stack)
	}
	return in.runHost(l, stack)
}

// runHost runs the function that the host supplied.
func (in *Instance) runHost(l *lowered, stack []uint64) (err error) {
	imp := &in.component.plan.Imports[l.plan.Target]
	f := &in.imports[l.plan.Target]
	defer func() {
		if r := recover(); r != nil {
			err = &HostPanic{Func: itemName(imp.Interface, imp.Name), Value: r, Stack: debug.Stack()}
		}
	}()
	in.serving.Store(serving)
	defer func() {
		if ended := in.endTasks(); err == nil {
			err = ended
		}
	}()
	x := l.cx.Handles.(*crossing)
	defer x.lends.DeliverResolve()
	budget := &in.call.budget
	defer budget.Release(budget.Live())
	l.cx.Budget = budget
	l.cx.Mem = l.cx.Refresh()
	if f.static != nil {
		if l.failed != nil {
			return hostError(imp, l.failed)
		}
		l.call.Reset(&l.cx, stack)
		if l.handles != nil {
			l.handles.given = l.handles.given[:0]
		}
		if err := f.static(in.call.context(), &l.call); err != nil {
			return hostError(imp, err)
		}
		if err := unfit(imp, l.call.Err()); err != nil {
			return err
		}
		return in.burnLifted()
	}
	serve := f.dynamic
	if f.wasi != nil {
		serve = func(ctx context.Context, args []value.Value) (value.Value, error) {
			return f.wasi.Call(ctx, in.wasi, args)
		}
	}
	if serve == nil {
		return trapf("the guest called %s, which the host does not provide", itemName(imp.Interface, imp.Name))
	}
	args, err := l.cx.LiftFlat(l.params, stack[:len(l.flat.Params)], abi.MaxFlatParams)
	if err != nil {
		return err
	}
	if err := in.burnLifted(); err != nil {
		return err
	}
	result, err := serve(in.call.context(), args)
	// Before the guest goes on, by way of its realloc.
	if ended := in.endTasks(); err == nil && ended != nil {
		return ended
	}
	if err != nil {
		return hostError(imp, err)
	}
	return unfit(imp, l.storeResult(result, stack))
}

// storeResult lowers a function's result to where the caller wants it.
func (l *lowered) storeResult(result value.Value, stack []uint64) error {
	t := l.plan.Type.Result
	if t == nil {
		return nil
	}
	if l.flat.ResultInMemory {
		out := uint32(stack[len(l.flat.Params)-1])
		_, err := l.cx.LowerFlat([]value.Value{result}, []*abi.Type{t}, nil, 0, &out)
		return err
	}
	_, err := l.cx.LowerFlat([]value.Value{result}, []*abi.Type{t}, stack[:0], abi.MaxFlatResults, nil)
	return err
}

// hostError names the host function that an error came from. An error of the
// runtime's own, such as a limit or an exit, goes up as it is.
func hostError(imp *link.HostFunc, err error) error {
	return &hostFuncError{name: itemName(imp.Interface, imp.Name), err: err}
}

// unfit makes a result that doesn't fit its type the host function's failure:
// an argument error is for the caller of an export only.
func unfit(imp *link.HostFunc, err error) error {
	if argument, ok := errors.AsType[*canon.ArgumentError](err); ok {
		return hostError(imp, errors.New("its result: "+argument.Error()))
	}
	return err
}

type hostFuncError struct {
	name string
	err  error
}

func (e *hostFuncError) Error() string { return "host function " + e.name + ": " + e.err.Error() }
func (e *hostFuncError) Unwrap() error { return e.err }

// serveGuest calls a function that another component instance provides: the
// arguments are lifted out of the caller and lowered into the callee.
//
// Spec: CanonicalABI, "canon lower", with a callee made by "canon lift".
func (in *Instance) serveGuest(t *link.Trampoline, stack []uint64) error {
	caller := &lowered{plan: t, params: paramTypes(t.Type), cx: in.context(t.Instance, &t.Options)}
	caller.flat, caller.maxFlat = flattenLowered(t.Type, &t.Options)
	budget := &in.call.budget
	defer budget.Release(budget.Live())
	caller.cx.Budget, caller.cx.Relay = budget, true
	caller.cx.Mem = caller.cx.Refresh()
	x := caller.cx.Handles.(*crossing)
	defer x.lends.DeliverResolve()

	f := in.lift(t.Target)
	a, err := f.start(t.Instance)
	if err != nil {
		return err
	}
	result, err := a.serve(caller, stack)
	if err == nil {
		// Before the caller is given anything, by way of its realloc.
		err = asTrap(a.task.Return())
	}
	if err == nil && result != nil {
		caller.cx.Mem = caller.cx.Refresh()
		err = caller.storeResult(result, stack)
	}
	if e := a.finish(err == nil); err == nil {
		err = e
	}
	if t.Options.Async {
		stack[0] = subtaskReturned
	}
	return err
}

// serve moves the arguments over, runs the callee and lifts its result.
func (a *activation) serve(caller *lowered, stack []uint64) (value.Value, error) {
	f := a.fn
	a.cx.Relay = true
	defer func() { a.cx.Relay = false }()
	args, err := caller.cx.LiftFlat(caller.params, stack[:len(caller.flat.Params)], caller.maxFlat)
	if err != nil {
		return nil, err
	}
	if err := a.lowerArgs(args); err != nil {
		return nil, err
	}
	if err := a.run(); err != nil {
		return nil, err
	}
	if f.plan.Type.Result == nil {
		return nil, nil
	}
	return a.liftResult()
}

// lowerArgs lowers dynamic arguments onto the stack.
func (a *activation) lowerArgs(args []value.Value) error {
	flat, err := a.cx.LowerFlat(args, a.fn.params, a.stack[:0], abi.MaxFlatParams, nil)
	if err != nil {
		return err
	}
	copy(a.stack, flat) // the same array, unless it had to grow
	return nil
}

// liftResult lifts the function's result from the stack.
func (a *activation) liftResult() (value.Value, error) {
	if a.fn.plan.Options.Async {
		return a.result, nil
	}
	results, err := a.cx.LiftFlat([]*abi.Type{a.fn.plan.Type.Result}, a.stack[:len(a.fn.flat.Results)], abi.MaxFlatResults)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}
