package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/wit/abi"
)

// taskState is what one component instance keeps of its tasks.
type taskState struct {
	running runningTask
	// backpressure counts the reasons not to start asynchronous tasks.
	backpressure int
}

// A runningTask is the task that an instance runs. A call into the instance
// puts its own in place of it.
type runningTask struct {
	// activation is nil in a start function or a destructor.
	activation *activation
	// context is what context.get and context.set address.
	context [contextSlots]uint32
}

// contextSlots is how many values a task keeps.
//
// Spec: CanonicalABI, "canon context.get".
const contextSlots = 2

// begin makes t the running task, and returns the one before it.
func (s *taskState) begin(t runningTask) (outer runningTask) {
	outer, s.running = s.running, t
	return outer
}

// maxBackpressure is where the counter overflows.
//
// Spec: CanonicalABI, "canon backpressure.{inc,dec}".
const maxBackpressure = 1 << 16

// addBackpressure counts up or down by one.
func (s *taskState) addBackpressure(n int) error {
	s.backpressure += n
	if s.backpressure < 0 || s.backpressure == maxBackpressure {
		return trapf("backpressure counter overflow")
	}
	return nil
}

// needsAsync is the trap for a function or built-in, what, that only an
// asynchronous runtime could run.
func needsAsync(what string) error {
	return trapf("%s needs async, which is not supported yet: build the guest with synchronous functions", what)
}

// What an asynchronous function's callback, and the function itself, return in
// the low bits.
//
// Spec: CanonicalABI, "canon lift", CallbackCode.
const (
	callbackExit  = 0
	callbackYield = 1
	callbackWait  = 2
	callbackBits  = 4
)

// callbackParams is how many core parameters a callback has: an event.
const callbackParams = 3

// subtaskReturned is what an asynchronous call that is over returns.
//
// Spec: CanonicalABI, "Subtask State", RETURNED.
const subtaskReturned = 2

// maxFlatAsyncParams is the number of core parameters above which those of an
// asynchronous call travel in memory.
//
// Spec: CanonicalABI, "Flattening", MAX_FLAT_ASYNC_PARAMS.
const maxFlatAsyncParams = 4

// flattenLowered returns the signature of the core function that `canon lower`
// makes with the given options, and how many core values its parameters may
// take up outside of memory.
func flattenLowered(f *abi.Func, options *link.Options) (flat abi.FlatFunc, maxFlat int) {
	flat = f.FlattenLower()
	if !options.Async {
		return flat, abi.MaxFlatParams
	}
	n := 0
	for _, p := range f.Params {
		n = min(n+p.Type.FlatCount(), maxFlatAsyncParams+1)
	}
	if flat.ParamsInMemory = n > maxFlatAsyncParams; flat.ParamsInMemory {
		n = 1
	}
	if flat.ResultInMemory = f.Result != nil; flat.ResultInMemory {
		n++
	}
	// Only the number of parameters matters to who reads them.
	flat.Params, flat.Results = make([]abi.CoreType, n), []abi.CoreType{abi.I32}
	return flat, maxFlatAsyncParams
}

// flattenLifted returns the signature of the core function under `canon lift`
// with the given options.
func flattenLifted(f *abi.Func, options *link.Options) abi.FlatFunc {
	flat := f.FlattenLift()
	if options.Async {
		flat.Results, flat.ResultInMemory = nil, false
		if options.Callback != nil {
			flat.Results = []abi.CoreType{abi.I32}
		}
	}
	return flat
}

// runAsync runs a function with the asynchronous ABI to its end. There is
// nothing yet that it could wait for.
//
// Spec: CanonicalABI, "canon lift", the asynchronous part of thread_func.
func (a *activation) runAsync() error {
	in := a.fn.in
	if err := in.callCore(a.fn.core, a.stack); err != nil {
		return err
	}
	for a.fn.callback != nil {
		code := uint32(a.stack[0])
		switch code & (1<<callbackBits - 1) {
		case callbackExit:
			return a.returned()
		case callbackYield:
		case callbackWait:
			return needsAsync("the wait of an asynchronous function for an event")
		default:
			return trapf("unsupported callback code: %d", code)
		}
		// The event: none.
		a.stack[0], a.stack[1], a.stack[2] = 0, 0, 0
		if err := in.callCore(a.fn.callback, a.stack); err != nil {
			return err
		}
	}
	return a.returned()
}

func (a *activation) returned() error {
	if !a.hasResult {
		return trapf("async-lifted export failed to produce a result")
	}
	return nil
}

// taskReturn is `canon task.return`.
//
// Spec: CanonicalABI, "canon task.return".
func (in *Instance) taskReturn(t *link.Trampoline, stack []uint64) error {
	a := in.parts[t.Instance].tasks.running.activation
	if a == nil || !a.fn.plan.Options.Async {
		return trapf("task.return outside of an asynchronous task")
	}
	if a.hasResult {
		return trapf("task.return called more than once in one task")
	}
	if !sameResult(t.Type, a.fn.plan.Type) || !sameLift(&t.Options, &a.fn.plan.Options) {
		return trapf("invalid task.return signature and/or options for current task")
	}
	a.cx.Mem = a.cx.Refresh()
	var err error
	if a.journaled, err = in.journaled(a, stack); err != nil {
		return err
	}
	if len(t.Type.Params) > 0 {
		results, err := a.cx.LiftFlat([]*abi.Type{t.Type.Params[0].Type}, stack, abi.MaxFlatParams)
		if err != nil {
			return err
		}
		a.result = results[0]
	}
	a.hasResult = true
	return asTrap(a.task.Return())
}

// sameResult reports whether the parameter of task.return has the type that
// the function returns.
func sameResult(taskReturn, f *abi.Func) bool {
	if f.Result == nil || len(taskReturn.Params) == 0 {
		return f.Result == nil && len(taskReturn.Params) == 0
	}
	if taskReturn.Params[0].Type == f.Result {
		return true
	}
	// A text that was cut says nothing of what follows.
	text := taskReturn.Params[0].Type.String()
	return text == f.Result.String() && len(text) < abi.MaxText
}

// sameLift reports whether two sets of options lift values in the same way.
func sameLift(a, b *link.Options) bool {
	if a.Encoding != b.Encoding || (a.Memory == nil) != (b.Memory == nil) {
		return false
	}
	return a.Memory == nil || *a.Memory == *b.Memory
}
