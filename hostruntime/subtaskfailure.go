package hostruntime

import (
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// outcomes are the cases of the enum outcome in capsule:tasks/types.
var outcomes = []string{
	OutcomeOK, OutcomeGuestError, OutcomeTrap, OutcomeExit, OutcomeFuel, OutcomeTimeout, OutcomeMemory,
	OutcomeOutput, OutcomeNetwork, OutcomeFiles, OutcomeHandles, OutcomeDepth, OutcomeTasks, OutcomeCancelled,
	OutcomeBadArgument, OutcomeHostError, OutcomeInvalid,
}

// The types of capsule:tasks/types.
var (
	outcomeType = abi.NewEnum(outcomes...)
	failureType = abi.NewRecord(
		abi.Field{Name: "outcome", Type: outcomeType},
		abi.Field{Name: "message", Type: abi.Primitive(abi.String)},
	)
	failureText = failureType.String()
)

// failureResult returns the error case of t that tells how a task failed; false
// if t has none that could.
func failureResult(t *abi.Type, used *Report) (value.Value, bool) {
	if t == nil || t.Kind != abi.Result {
		return nil, false
	}
	const errCase = 1
	payload, ok := failureValue(t.CaseType(errCase), used)
	if !ok {
		return nil, false
	}
	return value.Result{IsError: true, Payload: payload}, true
}

// failureValue returns a value of type t that tells how a task failed.
func failureValue(t *abi.Type, used *Report) (value.Value, bool) {
	switch {
	case t == nil:
		return nil, true
	case t.Kind == abi.String:
		return value.String("the task failed: " + used.Outcome + ": " + used.failure()), true
	case isFailure(t):
		return used.failureRecord(), true
	case t.Kind != abi.Variant:
		return nil, false
	}
	for i, c := range t.Cases {
		if payload := t.CaseType(i); payload != nil && isFailure(payload) {
			return value.Variant{Case: c.Name, Payload: used.failureRecord()}, true
		}
	}
	return nil, false
}

// isFailure reports whether t is the record failure: by its form, as types have
// no names at run time.
func isFailure(t *abi.Type) bool {
	return t.Kind == abi.Record && len(t.Fields) == len(failureType.Fields) && t.String() == failureText
}

func (r *Report) failureRecord() value.Value {
	return value.Record{
		{Name: "outcome", Value: value.Enum(r.Outcome)},
		{Name: "message", Value: value.String(r.failure())},
	}
}

// maxFailureBytes bounds a failure's message.
const maxFailureBytes = 1 << 10

// failure says how the call failed, for the guest that made it. What the host's
// own functions say is for the host.
func (r *Report) failure() string {
	text := ""
	switch {
	case r.Outcome == OutcomeHostError:
		text = "a function that serves the task failed"
	case r.Exception != "":
		text = r.Exception
	case r.Limit != "":
		text = "the limit of " + r.Limit + " was reached"
	default:
		text = strings.TrimPrefix(r.Error, "hostruntime: ")
	}
	return cutText(EscapeText(text), maxFailureBytes)
}
