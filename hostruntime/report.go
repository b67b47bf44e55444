package hostruntime

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A Report says what one call used. It is filled when the call returns,
// however it ended. Its JSON form is described at MarshalJSON.
type Report struct {
	// Export is the function that was called.
	Export string
	// Outcome is how it ended: see the Outcome constants.
	Outcome string
	// Error is the text of the call's error, empty if it had none or it was the
	// function's own error case; Limit is the LimitError's, empty if no limit
	// ended the call.
	Error, Limit string
	// ExitCode is the status with which the guest ended itself.
	ExitCode int
	// Value is what Instance.Call returned. It is nil after a typed call: its
	// caller has the value in a type of its own, and to lift it a second time
	// would take time and memory that no limit counts.
	Value value.Value
	// Exception is the guest's uncaught exception, one line, and Stack the core
	// functions that were running: see Trap.
	Exception string
	Stack     []string
	// WallTime is how long the call took, host functions included, and
	// WallTimeLimit how long it might; negative is without limit.
	WallTime, WallTimeLimit time.Duration
	// Fuel is how much the call used, an exact count, and FuelLimit how much
	// it had. FuelModel is the version of the unit: see the constant.
	Fuel, FuelLimit uint64
	FuelModel       int
	// MemoryBytes is the most that the instance held at one time during the
	// call, of what Limits.MemoryBytes counts, and MemoryLimit that limit.
	MemoryBytes, MemoryLimit uint64
	// LiftedBytes is what all the values that the call moved out of the guest
	// took in the host, an upper estimate.
	LiftedBytes uint64
	// HostCalls counts the host functions that the guest called.
	HostCalls uint64
	// Network is what the call did over the network.
	Network NetworkReport
	// Files is what the call did in the granted folders.
	Files FileReport
	// Tasks is what the tasks did that the call started. What they used is in the
	// call's own figures too: fuel, memory, network.
	Tasks TasksReport
	// Attempts is how many there were, this one included, and Earlier how the
	// others ended, the first 100; 0 and nil without Retry.
	Attempts int
	Earlier  []Attempt
	// Stdout and Stderr are what the guest wrote during the call, up to the
	// output limit: beginning and end, the cut marked. The text is the
	// guest's own: see EscapeText.
	Stdout, Stderr string
	// StdoutBytes and StderrBytes count all that was written.
	StdoutBytes, StderrBytes uint64
	// LogLines counts the lines of output that went to Policy.Log, those of tasks
	// included, and LogLinesDropped those beyond the limit. A replay's report has
	// the recorded ones.
	LogLines, LogLinesDropped uint64
}

type reportKey struct{}

// WithReport returns a context whose calls fill r. It is not for concurrent
// use: give each goroutine a context of its own.
//
// A call that never started (the instance was busy, closed or dead) leaves r
// as it was.
func WithReport(ctx context.Context, r *Report) context.Context {
	return context.WithValue(ctx, reportKey{}, r)
}

// report tells of the call that ends now, with err as its caller sees it.
func (in *Instance) report(err error, files FileReport) Report {
	c := &in.call
	r := Report{
		Export: c.export, Outcome: c.outcome(err), Value: c.result,
		WallTime: time.Since(c.started), WallTimeLimit: c.limits.WallTime,
		Fuel: in.meter.used(), FuelLimit: c.limits.Fuel, FuelModel: FuelModel,
		MemoryBytes: in.memory.peak.Load(), MemoryLimit: c.limits.MemoryBytes,
		LiftedBytes: c.lifted(), HostCalls: c.hostCalls,
		Network: in.network.report(), Files: files, Tasks: in.taskReport(),
		Stdout: in.stdout.String(), Stderr: in.readable(in.stderr.String()),
		StdoutBytes: in.stdout.total, StderrBytes: in.stderr.total,
		LogLines: in.lines.logged.Load(), LogLinesDropped: in.lines.dropped.Load(),
	}
	if c.limits.WallTime == math.MaxInt64 {
		r.WallTimeLimit = -1
	}
	r.setError(err)
	return r
}

// Unstarted returns the report of a call that came to nothing before it began,
// since loading or instantiating failed, say: err's outcome, and what there is
// to tell of it. It has no figures.
func Unstarted(export string, err error) Report {
	r := Report{Export: export, Outcome: Outcome(err), FuelModel: FuelModel}
	r.setError(err)
	return r
}

// Failed reports whether the call ended as it shouldn't. A function's own error
// case is an answer, and an exit with status 0 an end.
func (r *Report) Failed() bool {
	switch r.Outcome {
	case OutcomeOK, OutcomeGuestError:
		return false
	case OutcomeExit:
		return r.ExitCode != 0
	}
	return true
}

// setError fills in what a report tells of an error, but for Outcome.
func (r *Report) setError(err error) {
	if err == nil {
		return
	}
	r.Error = err.Error()
	if limit, ok := errors.AsType[*LimitError](err); ok {
		r.Limit = limit.Limit
	}
	if exit, ok := errors.AsType[*ExitError](err); ok {
		r.ExitCode = exit.Code
	}
	if trap, ok := errors.AsType[*Trap](err); ok {
		r.Exception, r.Stack = trap.Exception, trap.Stack
	}
}
