package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A call is what the instance knows of the call from the host that it serves.
type call struct {
	in     *Instance
	export string
	// outer is the caller's context.
	outer context.Context
	// hosted is what host functions are given, made for the first of them.
	hosted    *hostContext
	deadline  time.Time // of the limit, if it comes before the caller's
	limits    Limits
	started   time.Time
	report    *Report
	budget    canon.Budget
	hostCalls uint64
	builtins  uint64
	// liftedFuel is what has been paid for lifted values.
	liftedFuel uint64
	// liftedBefore is what had been lifted, and isn't counted in budget: in a
	// replay, where the journal says how much it was.
	liftedBefore uint64
	// failure is the first error of a host function or of the runtime while
	// guest code was running; the guest's own trap follows from it.
	failure error
	// result is what a dynamic call returned.
	result value.Value
	// refused says that the function returned its own result::err.
	refused bool
	tasks   callTasks
	sum     *usedSum // of the attempt, nil if it is none of Retry's
	// unhook lets go of the caller of a task.
	unhook func()
	// ends are what observers want to be told at the end.
	ends []func(*Report)
}

// lifted returns how many bytes of values the call has lifted.
func (c *call) lifted() uint64 { return c.budget.Used() + c.liftedBefore }

// recordedLifted makes lifted return n now.
func (c *call) recordedLifted(n uint64) { c.liftedBefore = n - c.budget.Used() }

func (c *call) fail(err error) {
	if c.failure == nil {
		c.failure = err
	}
}

// context returns the context for host functions.
func (c *call) context() context.Context {
	if c.hosted == nil {
		c.hosted = &hostContext{in: c.in, outer: c.outer, deadline: c.deadline}
	}
	return c.hosted
}

// over returns why the call must not go on, nil if it may.
//
// The deadline is compared with the clock rather than waited for: a timer needs
// a scheduler that the guest may be holding up.
func (c *call) over() error { return c.overAt(time.Now()) }

func (c *call) overAt(now time.Time) error {
	if err := c.outer.Err(); err != nil {
		return err
	}
	if !c.deadline.IsZero() && !now.Before(c.deadline) {
		return context.DeadlineExceeded
	}
	if c.in.task != nil {
		return c.in.task.scope.overAt(now)
	}
	return nil
}

// begin takes the instance for one call.
func (in *Instance) begin(ctx context.Context, export string) error {
	if !in.busy.CompareAndSwap(false, true) {
		if in.closed.Load() {
			return ErrClosed
		}
		return ErrBusy
	}
	if in.dead != nil {
		in.busy.Store(false)
		return &DeadError{Cause: in.dead}
	}
	if err := in.component.rt.beginCall(); err != nil {
		in.busy.Store(false)
		return err
	}
	c := &in.call
	*c = call{in: in, export: export, outer: ctx, limits: in.limits, started: time.Now()}
	if by, ok := ctx.Value(limitsKey{}).(*Limits); ok {
		c.limits = in.limits.narrow(*by)
	}
	c.report, _ = ctx.Value(reportKey{}).(*Report)
	if err := c.boundFuel(ctx); err != nil {
		return in.refuse(err)
	}
	if in.replayer != nil {
		if err := in.replayer.begin(); err != nil {
			in.dead = err
			return in.refuse(err)
		}
	}
	if in.task != nil {
		if err := in.task.scope.begin(in, c); err != nil {
			return in.refuse(err)
		}
	}
	if c.limits.WallTime < math.MaxInt64 {
		deadline := c.started.Add(c.limits.WallTime)
		if own, ok := ctx.Deadline(); !ok || deadline.Before(own) {
			c.deadline = deadline
		}
	}
	c.budget = canon.MakeBudget(c.limits.LiftedBytes)
	c.budget.Memory = in.chargeMemory
	in.memory.begin(c.limits.MemoryBytes)
	in.handles.Limit = uint32(min(c.limits.Handles, handle.MaxLength))
	in.output = outputQuota{limit: c.limits.WrittenBytes}
	in.lines.begin(c.limits.LogLines)
	in.stdout.start(c.limits.OutputBytes)
	in.stderr.start(c.limits.OutputBytes)
	in.network.beginCall()
	in.meter.begin(c.limits.Fuel, c.started)
	switch {
	case in.recorder != nil:
		in.recorder.begin()
	case in.replayer != nil:
		if err := in.replayer.begun(); err != nil {
			in.dead = err
			return in.refuse(err)
		}
	}
	if len(in.component.rt.observers) > 0 {
		c.outer, c.ends = in.observeCall(c.outer)
	}
	return nil
}

// refuse gives the instance back where a call doesn't even begin.
func (in *Instance) refuse(err error) error {
	in.call.outer = nil
	in.component.rt.endCall()
	in.busy.Store(false)
	return err
}

// end gives the instance back, fills the report, and returns err as the
// caller shall see it. Every error but a bad argument ends the instance.
func (in *Instance) end(err error) error {
	c := &in.call
	if in.task != nil {
		defer in.task.scope.running.Done()
	}
	if c.hosted != nil {
		c.hosted.end()
	}
	if failure := in.network.endCall(); failure != nil && err == nil {
		err, c.result = failure, nil
	}
	files := in.wasi.TakeFileChanges()
	switch {
	case in.replayer != nil:
		err = in.replayer.ends(err)
	case err != nil:
		err = in.public(err, files.Refused > 0)
	}
	in.stdout.end()
	in.stderr.end()
	if err != nil {
		if _, ok := err.(*ArgumentError); !ok {
			in.dead = err
		}
	}
	ends, told := c.ends, (*Report)(nil)
	if len(ends) > 0 || c.report != nil || in.task != nil || in.recorder != nil {
		r := in.report(err, FileReport(files))
		if in.recorder != nil {
			err = in.recorder.end(&r, err)
		}
		if in.replayer != nil {
			in.replayer.fill(&r)
		}
		if c.report != nil {
			*c.report = r
		}
		if in.task != nil {
			in.task.scope.end(in, c, r)
		}
		if len(ends) > 0 {
			told = new(r)
		}
	}
	if in.replayer != nil {
		in.replayer.passed()
	}
	in.memory.give(c.tasks.charged)
	if c.sum != nil {
		c.sum.fuel.Add(in.meter.used())
	}
	in.clock.before += in.meter.used()
	if len(in.values) == 0 || c.export != instantiation {
		c.budget.Release(0) // the values of instantiation stay
	}
	_ = in.chargeStacks() // what has shrunk is given back; there is no other time to refuse
	c.outer, c.hosted, c.report, c.result = nil, nil, nil, nil
	c.unhook, c.tasks, c.sum, c.ends = nil, callTasks{}, nil, nil
	in.component.rt.endCall()
	in.busy.Store(false)
	for _, ended := range slices.Backward(ends) {
		ended(told)
	}
	return err
}

// outcome is that of the error, except that a function's own result::err is no
// error here.
func (c *call) outcome(err error) string {
	if err == nil && c.refused {
		return OutcomeGuestError
	}
	return Outcome(err)
}

// failed explains an error that came out of running core code.
func (in *Instance) failed(err error) error {
	if f := in.call.failure; f != nil {
		return f
	}
	reason, stack := splitTrap(rewrite.Symbolize(err.Error(), in.component.traced))
	trap := &Trap{Reason: reason, Stack: stack}
	if reason == "stack overflow" {
		return &LimitError{Limit: LimitDepth, cause: trap}
	}
	return trap
}

// ended is the error for a context that is over: the policy's limit, or the
// caller's own doing, with the cause that it gave.
func (in *Instance) ended(err error) error {
	c := &in.call
	if c.outer.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return &LimitError{
			Limit: LimitWallTime, Max: uint64(c.limits.WallTime), cause: context.DeadlineExceeded,
		}
	}
	if cause := context.Cause(c.outer); c.in.task == nil && cause != nil && cause != err {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return &cancelled{export: c.export, err: err}
}

// cancelled says that the caller's context ended a call.
type cancelled struct {
	export string
	err    error
}

func (e *cancelled) Error() string { return "hostruntime: " + e.export + ": " + e.err.Error() }
func (e *cancelled) Unwrap() error { return e.err }

// public turns an error from inside the runtime into one of the documented
// ones, with the call's circumstances.
//
// overQuota says that a folder's quota was met under way.
func (in *Instance) public(err error, overQuota bool) error {
	c := &in.call
	if argument, ok := errors.AsType[*canon.ArgumentError](err); ok {
		return &ArgumentError{Export: c.export, Path: argument.Path, Want: argument.Want, Got: argument.Got}
	}
	if exit, ok := errors.AsType[*wasi.ExitError](err); ok {
		return &ExitError{Export: c.export, Code: int(exit.Status)}
	}
	if full, ok := errors.AsType[*handle.FullError](err); ok {
		if full.Memory {
			return in.memory.error().of(c.export)
		}
		return &LimitError{Export: c.export, Limit: LimitHandles, Max: uint64(full.Limit)}
	}
	if full, ok := errors.AsType[*wasi.LimitError](err); ok {
		limit := full.What
		switch limit {
		case "open resources":
			limit = LimitHandles
		case wasi.HeldBytes:
			if in.memory.refused.Load() > 0 {
				return in.memory.error().of(c.export)
			}
			limit = LimitMemory
		}
		return &LimitError{Export: c.export, Limit: limit, Max: full.Limit, Attempt: full.Attempt}
	}
	if passed, ok := errors.AsType[*egress.LimitError](err); ok {
		return &LimitError{Export: c.export, Limit: passed.What, Max: passed.Limit, Attempt: passed.Attempt}
	}
	if budget, ok := errors.AsType[*canon.BudgetError](err); ok {
		switch budget.What {
		case canon.LiftedMemory:
			return in.memory.error().of(c.export)
		case canon.ValueNesting:
			return &LimitError{Export: c.export, Limit: LimitNesting, Max: budget.Limit, Attempt: budget.Need}
		}
		return &LimitError{Export: c.export, Limit: LimitLifted, Max: budget.Limit, Attempt: budget.Need}
	}
	if limit, ok := errors.AsType[*LimitError](err); ok && limit.owner == in {
		return limit.of(c.export)
	}
	if over := c.over(); over != nil && errors.Is(err, over) {
		err = in.ended(over)
	}
	if limit, ok := err.(*LimitError); ok {
		if trap, ok := limit.cause.(*Trap); ok {
			in.describe(trap)
		}
		return limit.of(c.export)
	}
	switch err.(type) {
	case *cancelled, *LinkError:
		return err
	}
	trap, ok := err.(*Trap)
	if !ok {
		trap = &Trap{Reason: err.Error(), Cause: err}
		if t, ok := errors.AsType[*canon.TrapError](err); ok {
			trap.Reason, trap.Cause = t.Error(), t.Cause
		}
	}
	in.describe(trap)
	switch {
	case in.memory.refused.Load() > 0:
		// Most engines can do nothing but trap when they run out of memory.
		limit := in.memory.error()
		limit.cause = trap
		return limit.of(c.export)
	case overQuota:
		return &LimitError{Export: c.export, Limit: LimitFiles, cause: trap}
	}
	return trap
}

// describe adds the call's circumstances to a trap.
func (in *Instance) describe(trap *Trap) {
	trap.Export, trap.Stderr = in.call.export, foldFrames(in.readable(in.stderr.String()))
	trap.Exception = exception(trap.Stderr)
}
