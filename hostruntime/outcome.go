package hostruntime

import (
	"context"
	"errors"
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
		case *Trap:
			if e.Cause != nil {
				return OutcomeHostError
			}
			return OutcomeTrap
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
	case LimitRequests, LimitConcurrentRequests, LimitConnections, LimitLookups, LimitSentBytes, LimitReceivedBytes,
		LimitRequestTime:
		return OutcomeNetwork
	}
	return OutcomeHandles
}
