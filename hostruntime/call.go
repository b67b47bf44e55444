package hostruntime

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// A call is what the instance knows of the call from the host that it serves.
type call struct {
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
	// failure is the first error of a host function or of the runtime while
	// guest code was running; the guest's own trap follows from it.
	failure error
	// refused says that the function returned its own result::err.
	refused bool
}

func (c *call) fail(err error) {
	if c.failure == nil {
		c.failure = err
	}
}

// context returns the context for host functions.
func (c *call) context() context.Context {
	if c.hosted == nil {
		c.hosted = &hostContext{outer: c.outer, deadline: c.deadline}
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
	*c = call{export: export, outer: ctx, limits: in.limits, started: time.Now()}
	if by, ok := ctx.Value(limitsKey{}).(*Limits); ok {
		c.limits = in.limits.narrow(*by)
	}
	c.report, _ = ctx.Value(reportKey{}).(*Report)
	if c.limits.WallTime < math.MaxInt64 {
		deadline := c.started.Add(c.limits.WallTime)
		if own, ok := ctx.Deadline(); !ok || deadline.Before(own) {
			c.deadline = deadline
		}
	}
	c.budget = canon.MakeBudget(c.limits.LiftedBytes)
	in.memory.limit, in.memory.refused = c.limits.MemoryBytes, 0
	in.handles.Limit = uint32(min(c.limits.Handles, handle.MaxLength))
	in.stdout.start(c.limits.OutputBytes)
	in.stderr.start(c.limits.OutputBytes)
	in.meter.begin(c.limits.Fuel, c.started)
	return nil
}

// end gives the instance back, fills the report, and returns err as the
// caller shall see it. Every error but a bad argument ends the instance.
func (in *Instance) end(err error) error {
	c := &in.call
	if c.hosted != nil {
		c.hosted.end()
	}
	in.network.endCall()
	files := in.wasi.TakeFileChanges()
	if err != nil {
		err = in.public(err)
		if _, ok := err.(*ArgumentError); !ok {
			in.dead = err
		}
	}
	if r := c.report; r != nil {
		*r = Report{
			Export: c.export, Outcome: c.outcome(err), WallTime: time.Since(c.started),
			Fuel: in.meter.used(), FuelLimit: c.limits.Fuel, FuelModel: FuelModel,
			MemoryBytes: in.memory.used, LiftedBytes: c.budget.Used(), HostCalls: c.hostCalls,
			Network: in.network.report(), Files: FileReport(files),
			Stdout:  in.stdout.String(), Stderr: in.stderr.String(),
			StdoutBytes: in.stdout.total, StderrBytes: in.stderr.total,
		}
	}
	c.outer, c.hosted, c.report = nil, nil, nil
	in.component.rt.endCall()
	in.busy.Store(false)
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
	return &Trap{Reason: reason, Stack: stack}
}

// ended is the error for a context that is over: the policy's limit, or the
// caller's own doing.
func (in *Instance) ended(err error) error {
	c := &in.call
	if c.outer.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return &LimitError{
			Limit: LimitWallTime, Max: uint64(c.limits.WallTime), cause: context.DeadlineExceeded,
		}
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
func (in *Instance) public(err error) error {
	c := &in.call
	if argument, ok := errors.AsType[*canon.ArgumentError](err); ok {
		return &ArgumentError{Export: c.export, Path: argument.Path, Want: argument.Want, Got: argument.Got}
	}
	if exit, ok := errors.AsType[*wasi.ExitError](err); ok {
		return &ExitError{Export: c.export, Code: int(exit.Status)}
	}
	if full, ok := errors.AsType[*handle.FullError](err); ok {
		return &LimitError{Export: c.export, Limit: LimitHandles, Max: uint64(full.Limit)}
	}
	if full, ok := errors.AsType[*wasi.LimitError](err); ok {
		limit := full.What
		if limit == "open resources" {
			limit = LimitHandles
		}
		return &LimitError{Export: c.export, Limit: limit, Max: full.Limit, Attempt: full.Attempt}
	}
	if passed, ok := errors.AsType[*egress.LimitError](err); ok {
		return &LimitError{Export: c.export, Limit: passed.What, Max: passed.Limit, Attempt: passed.Attempt}
	}
	if budget, ok := errors.AsType[*canon.BudgetError](err); ok {
		return &LimitError{Export: c.export, Limit: LimitLifted, Max: budget.Limit, Attempt: budget.Need}
	}
	if over := c.over(); over != nil && errors.Is(err, over) {
		err = in.ended(over)
	}
	if limit, ok := err.(*LimitError); ok {
		limit.Export = c.export
		return limit
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
	trap.Export, trap.Stderr = c.export, in.stderr.String()
	trap.Exception = exception(trap.Stderr)
	if in.memory.refused > 0 {
		// Most engines can do nothing but trap when they run out of memory.
		return &LimitError{
			Export: c.export, Limit: LimitMemory, Max: in.memory.limit, Attempt: in.memory.refused, cause: trap,
		}
	}
	return trap
}
