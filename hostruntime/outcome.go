package hostruntime

import (
	"context"
	"errors"
)

// The outcomes of a call.
const (
	OutcomeOK          = "ok"
	OutcomeGuestError  = "guest-error" // the function's own result::err
	OutcomeTrap        = "trap"        // uncaught exceptions are traps
	OutcomeExit        = "exit"        // wasi:cli/exit
	OutcomeFuel        = "fuel"
	OutcomeTimeout     = "timeout"
	OutcomeMemory      = "memory"
	OutcomeOutput      = "output"
	OutcomeNetwork     = "network"
	OutcomeFiles       = "files" // a trap after a folder's quota was met
	OutcomeHandles     = "handles"
	OutcomeDepth       = "depth" // of calls, or of a value
	OutcomeTasks       = "tasks" // how many it starts, or how deep
	OutcomeCancelled   = "cancelled"
	OutcomeBadArgument = "bad-argument"
	OutcomeHostError   = "host-error"
	OutcomeInvalid     = "invalid" // the component, or what it and the host don't agree on
)

// Outcome names how a call ended, from its error: one of the Outcome constants.
func Outcome(err error) string {
	if err == nil {
		return OutcomeOK
	}
	// The outermost of the documented types counts: a trap's cause may be the
	// failure of another instance, which is that one's outcome.
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e := e.(type) {
		case interface{ IsResultError() }:
			return OutcomeGuestError
		case *LimitError:
			return e.outcome()
		case *ExitError:
			return OutcomeExit
		case *ArgumentError:
			return OutcomeBadArgument
		case *FormatError, *UnsupportedError, *LinkError, *ReplayError:
			return OutcomeInvalid
		case *Trap:
			if e.Cause != nil {
				return OutcomeHostError
			}
			return OutcomeTrap
		case interface{ Unwrap() []error }:
			// What came after the first, such as Close's, is no news.
			if list := e.Unwrap(); len(list) > 0 {
				return Outcome(list[0])
			}
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return OutcomeTimeout
	case errors.Is(err, context.Canceled):
		return OutcomeCancelled
	}
	return OutcomeHostError
}

func (e *LimitError) outcome() string {
	switch e.Limit {
	case LimitFuel:
		return OutcomeFuel
	case LimitWallTime:
		return OutcomeTimeout
	case LimitMemory, LimitLifted:
		return OutcomeMemory
	case LimitOutput:
		return OutcomeOutput
	case LimitFiles:
		return OutcomeFiles
	case LimitDepth, LimitNesting:
		return OutcomeDepth
	case LimitTasks, LimitTaskDepth:
		return OutcomeTasks
	case LimitRequests, LimitConcurrentRequests, LimitConnections, LimitLookups, LimitSentBytes, LimitReceivedBytes,
		LimitRequestTime:
		return OutcomeNetwork
	}
	if e.load {
		return OutcomeInvalid
	}
	return OutcomeHandles
}
