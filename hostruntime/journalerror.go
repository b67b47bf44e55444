package hostruntime

import (
	"context"
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
)

// ownDoing reports whether a guest that is told the same ends with err by
// itself, at the same unit of fuel: for running out of fuel and for traps. All
// else depends on time, on memory that the host took, on the machine or on what
// host functions did.
func ownDoing(err error) bool {
	switch err := err.(type) {
	case *Trap:
		return err.Cause == nil
	case *LimitError:
		_, trapped := err.cause.(*Trap)
		return err.Limit == LimitFuel || trapped && err.Limit != LimitDepth
	}
	return false
}

// The errors that journals have a form for.
const (
	errorOther = iota + 1
	errorLimit
	errorExit
	errorTrap
	errorCancelled
	errorLink
	errorArgument
)

// appendError appends the form of a call's error; nothing for nil.
func appendError(b []byte, err error) []byte {
	text := func(kind byte, texts ...string) []byte {
		b = append(b, kind)
		for _, t := range texts {
			b = journal.AppendBytes(b, t)
		}
		return b
	}
	switch e := err.(type) {
	case nil:
		return b
	case *LimitError:
		text(errorLimit, e.Limit)
		b = journal.AppendUint(journal.AppendUint(b, e.Max), e.Attempt)
		b = journal.AppendBool(b, errors.Is(e, context.DeadlineExceeded))
		trap, trapped := e.cause.(*Trap)
		if b = journal.AppendBool(b, trapped); trapped {
			b = appendTrap(b, trap)
		}
		return b
	case *ExitError:
		return journal.AppendInt(text(errorExit), int64(e.Code))
	case *Trap:
		text(errorTrap)
		return appendTrap(b, e)
	case *cancelled:
		text(errorCancelled, e.err.Error())
		return journal.AppendBool(b, errors.Is(e, context.DeadlineExceeded))
	case *LinkError:
		return text(errorLink, e.Item, e.Reason)
	case *ArgumentError:
		return text(errorArgument, e.Path, e.Want, e.Got)
	}
	return text(errorOther, err.Error())
}

func appendTrap(b []byte, e *Trap) []byte {
	b = journal.AppendBytes(b, e.Reason)
	if b = journal.AppendBool(b, e.Cause != nil); e.Cause != nil {
		b = journal.AppendBytes(b, e.Cause.Error())
	}
	b = journal.AppendUint(b, uint64(len(e.Stack)))
	for _, frame := range e.Stack {
		b = journal.AppendBytes(b, frame)
	}
	return b
}

// A RecordedError stands in a replay for an error of the host's, such as a host
// function's, of which the journal knows the text.
type RecordedError struct{ Text string }

func (e *RecordedError) Error() string { return e.Text }

// A recordedStop is a RecordedError that was the context's.
type recordedStop struct {
	RecordedError
	cause error
}

func (e *recordedStop) Unwrap() error { return e.cause }

// recordedError returns the error that a journal tells of, as the call's caller
// saw it.
func (in *Instance) recordedError(form []byte) (error, error) {
	b := journal.NewBody(form)
	export := in.call.export
	var err error
	switch kind := b.Byte(); kind {
	case errorLimit:
		limit := &LimitError{Export: export, Limit: b.Text(), Max: b.Uint(), Attempt: b.Uint()}
		if b.Bool() {
			limit.cause = context.DeadlineExceeded
		}
		if b.Bool() {
			limit.cause = in.recordedTrap(b)
		}
		err = limit
	case errorExit:
		err = &ExitError{Export: export, Code: int(b.Int())}
	case errorTrap:
		err = in.recordedTrap(b)
	case errorCancelled:
		stop := &recordedStop{RecordedError{b.Text()}, context.Canceled}
		if b.Bool() {
			stop.cause = context.DeadlineExceeded
		}
		err = &cancelled{export: export, err: stop}
	case errorLink:
		err = &LinkError{Item: b.Text(), Reason: b.Text()}
	case errorArgument:
		err = &ArgumentError{Export: export, Path: b.Text(), Want: b.Text(), Got: b.Text()}
	case errorOther:
		err = &RecordedError{b.Text()}
	default:
		return nil, fmt.Errorf("an error of unknown sort %d", kind)
	}
	return err, b.End()
}

func (in *Instance) recordedTrap(b *journal.Body) *Trap {
	trap := &Trap{Reason: b.Text()}
	if b.Bool() {
		trap.Cause = &RecordedError{b.Text()}
	}
	for range b.Count() {
		trap.Stack = append(trap.Stack, b.Text())
	}
	in.describe(trap)
	return trap
}

// A ReplayError says where a replay and its journal part ways, or what is wrong
// with the journal. The instance has ended.
type ReplayError struct {
	// Record is the number of the journal's record, from 0, the header, and
	// Offset where it starts in the stream, in bytes.
	Record int
	Offset int64
	// Call is the call from the host that was replayed, empty before the first.
	Call string
	// Item is what in it was: "import wasi:random/random@0.2.0#get-random-u64",
	// "result", "argument".
	Item string
	// Path leads into the value that differs: "headers[3].name"; empty if it is
	// no part of one.
	Path string
	// Recorded and Got are what the journal has there and what came. Values are
	// in WAVE, cut if they are long. Got is empty where the journal itself is
	// at fault, and Recorded then says what is wrong.
	Recorded, Got string
}

func (e *ReplayError) Error() string {
	text := fmt.Sprintf("hostruntime: replay: record %d, at offset %d", e.Record, e.Offset)
	if e.Call != "" {
		text += ", in " + oneLine(e.Call)
	}
	if e.Item != "" {
		text += ": " + oneLine(e.Item)
	}
	if e.Path != "" {
		text += ": " + oneLine(e.Path)
	}
	if e.Got == "" {
		return text + ": " + oneLine(e.Recorded)
	}
	return text + ": recorded " + oneLine(e.Recorded) + ", got " + oneLine(e.Got)
}
