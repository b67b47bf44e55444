package hostruntime

import (
	"context"
	"time"
)

// A Report says what one call used. It is filled when the call returns,
// however it ended.
type Report struct {
	// Export is the function that was called.
	Export string
	// Outcome is how it ended: see the Outcome constants.
	Outcome string
	// WallTime is how long the call took, host functions included.
	WallTime time.Duration
	// Fuel is how much the call used, an exact count, and FuelLimit how much
	// it had. FuelModel is the version of the unit: see the constant.
	Fuel, FuelLimit uint64
	FuelModel       int
	// MemoryBytes is the size of the instance's linear memories and tables
	// after the call. They never shrink, so it is also the peak so far.
	MemoryBytes uint64
	// LiftedBytes is what the values that the call moved out of the guest
	// take in the host, an upper estimate.
	LiftedBytes uint64
	// HostCalls counts the host functions that the guest called.
	HostCalls uint64
	// Network is what the call did over the network.
	Network NetworkReport
	// Files is what the call did in the granted folders.
	Files FileReport
	// Stdout and Stderr are what the guest wrote during the call, up to the
	// output limit: beginning and end, the cut marked. The text is the
	// guest's own: see EscapeText.
	Stdout, Stderr string
	// StdoutBytes and StderrBytes count all that was written.
	StdoutBytes, StderrBytes uint64
}

// The outcomes of a call.
const (
	OutcomeOK          = "ok"
	OutcomeGuestError  = "guest-error" // the function's own result::err
	OutcomeTrap        = "trap"
	OutcomeFuel        = "fuel"
	OutcomeTimeout     = "timeout"
	OutcomeMemory      = "memory"
	OutcomeHandles     = "handles"
	OutcomeNetwork     = "network"
	OutcomeCancelled   = "cancelled"
	OutcomeBadArgument = "bad-argument"
	OutcomeExit        = "exit" // wasi:cli/exit
	OutcomeHostError   = "host-error"
)

type reportKey struct{}

// WithReport returns a context whose calls fill r. It is not for concurrent
// use: give each goroutine a context of its own.
//
// A call that never started (the instance was busy, closed or dead) leaves r
// as it was.
func WithReport(ctx context.Context, r *Report) context.Context {
	return context.WithValue(ctx, reportKey{}, r)
}
