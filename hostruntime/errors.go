package hostruntime

import (
	"errors"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// ErrBusy is returned when an instance is called while it serves another
// call: from another goroutine, or by a host function that the call itself
// runs. An instance serves one call at a time.
var ErrBusy = errors.New("hostruntime: the instance is serving another call")

// ErrClosed is returned for a Runtime, Component or Instance that was closed.
var ErrClosed = errors.New("hostruntime: the runtime, component or instance was closed")

// A FormatError says why bytes are not a component that this runtime accepts.
type FormatError struct {
	// Offset is the byte offset in the input.
	Offset int
	// Section says in which part of the component the offset lies.
	Section string
	Reason  string
}

func (e *FormatError) Error() string {
	where := fmt.Sprintf("at offset %d", e.Offset)
	if e.Section != "" {
		where += " (" + e.Section + ")"
	}
	return "hostruntime: invalid component: " + where + ": " + e.Reason
}

// An UnsupportedError says why this runtime can't run a component that is
// valid: it needs a feature that is missing here, or unfolds to more than the
// limits allow.
type UnsupportedError struct {
	// Offset is the byte offset in the input.
	Offset int
	Reason string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("hostruntime: unsupported component: at offset %d: %s", e.Offset, e.Reason)
}

// A LinkError says what a component and the host don't agree on: an export
// that the bindings want and the component lacks, or a type that differs.
type LinkError struct {
	// Item is the import or export concerned: "demo:pkg/iface@1.0.0#func".
	Item   string
	Reason string
}

func (e *LinkError) Error() string { return "hostruntime: " + e.Item + ": " + e.Reason }

// An ArgumentError says which argument has no form in the function's type.
type ArgumentError struct {
	// Export is the function called.
	Export string
	// Path leads to the value: "quakes[3].id"; Want and Got describe it.
	Path, Want, Got string
}

func (e *ArgumentError) Error() string {
	text := "hostruntime: " + e.Export + ": "
	if e.Path != "" {
		text += e.Path + ": "
	}
	return text + "want " + e.Want + ", got " + e.Got
}

// A Trap says that a guest broke a rule or gave up: a wasm trap, a violation
// of the Canonical ABI, an uncaught exception, an error of a host function.
// The instance has ended.
type Trap struct {
	// Export is the function that was called, or what ran at instantiation.
	Export string
	// Reason is one line.
	Reason string
	// Stack is the stack of core functions, innermost first; may be empty. Frames
	// that repeat themselves are told once, and then how often. Names in it are
	// the component's own text: see EscapeText.
	Stack []string
	// Stderr is the end of what the guest wrote to its standard error during
	// the call: engines put their traceback there, in which frames that repeat
	// themselves are told once. It is the guest's own text: escape it before
	// showing it on a terminal.
	Stderr string
	// Exception is the uncaught exception that Stderr tells of: a line for
	// people, found on a best effort, empty if there is none. Guest's text too.
	Exception string
	// Cause is the host function's error, if one caused the trap.
	Cause error
}

func (e *Trap) Error() string {
	var b strings.Builder
	b.WriteString("hostruntime: ")
	if e.Export != "" {
		b.WriteString(e.Export + ": ")
	}
	b.WriteString("trap: " + e.Reason)
	if e.Exception != "" {
		b.WriteString(": " + EscapeText(e.Exception))
	}
	return b.String()
}

// Unwrap returns the host function's error.
func (e *Trap) Unwrap() error { return e.Cause }

// A HostPanic is the cause of a trap that a panicking host function ended in:
// a bug of the host's.
type HostPanic struct {
	// Func is the import that the function serves.
	Func string
	// Value is what it panicked with, Stack where.
	Value any
	Stack []byte
}

func (e *HostPanic) Error() string {
	return fmt.Sprintf("host function %s panicked: %v", e.Func, e.Value)
}

// The limits that a LimitError can name.
const (
	LimitFuel     = "fuel"
	LimitMemory   = "memory"
	LimitWallTime = "wall time"
	LimitLifted   = "lifted bytes"
	LimitHandles  = "handles"
	LimitOutput   = "written bytes"
	LimitFiles    = "folder quota"
	LimitDepth    = "call depth"
	LimitNesting  = "nesting of a value"
	// LimitTasks is of Limits.Tasks, LimitTaskDepth of Limits.TaskDepth.
	LimitTasks     = "tasks"
	LimitTaskDepth = "task depth"

	LimitRequests           = egress.LimitRequests
	LimitConcurrentRequests = egress.LimitConcurrentRequests
	LimitConnections        = egress.LimitConnections
	LimitLookups            = egress.LimitLookups
	LimitSentBytes          = egress.LimitSentBytes
	LimitReceivedBytes      = egress.LimitReceivedBytes
	LimitRequestTime        = egress.LimitRequestTime
)

// A LimitError says which limit of the policy ended a call or an
// instantiation, and with it the instance; or which one of Config.Load refused
// a component.
type LimitError struct {
	// Export is the function that was called, "instantiation" if none was; empty
	// where a component was refused.
	Export string
	// Limit is one of the Limit constants, or says in words which bound of
	// WASI's host it was: "pollables in one poll".
	Limit string
	// Max is the limit and Attempt what was asked for, both in the limit's
	// unit: a number, bytes, or nanoseconds for times. Each is 0 if unknown.
	Max, Attempt uint64
	// load says that it was a component that was refused.
	load  bool
	cause error
	// owner is the instance that the limit ends, where a host function may
	// return it; nil for others, a host function's error is no more than that.
	owner *Instance
}

// of names the call that a limit ended.
func (e *LimitError) of(export string) *LimitError {
	e.Export = export
	return e
}

func (e *LimitError) Error() string {
	text := "hostruntime: "
	if e.Export != "" {
		text += e.Export + ": "
	}
	text += e.Limit + " limit"
	if e.Max > 0 {
		text += " of " + amount(e.Limit, e.Max)
	}
	text += " reached"
	if e.Attempt > 0 {
		text += ", " + amount(e.Limit, e.Attempt) + " asked for"
	}
	return text
}

// Unwrap returns context.DeadlineExceeded for a limit of wall time or compile
// time, and the *Trap that followed where a guest could not do without what it
// was refused.
func (e *LimitError) Unwrap() error { return e.cause }

// An ExitError says that the guest ended itself through wasi:cli/exit. The
// instance has ended.
type ExitError struct {
	// Export is the function that was called.
	Export string
	// Code is the exit status: 0 for success.
	Code int
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("hostruntime: %s: the guest exited with status %d", e.Export, e.Code)
}

// A DeadError is returned by every call to an instance that has ended.
type DeadError struct {
	// Cause is what ended it.
	Cause error
}

func (e *DeadError) Error() string {
	return "hostruntime: the instance has ended and serves no more calls; it ended with: " + e.Cause.Error()
}

// Unwrap returns what ended the instance.
func (e *DeadError) Unwrap() error { return e.Cause }
