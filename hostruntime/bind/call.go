package bind

import (
	"context"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// An Export names a function that a component exports and the type it must
// have there.
type Export struct {
	// Interface is the exporting interface's name, "ns:pkg/iface@1.0.0";
	// empty for a function that the world itself exports.
	Interface string
	// Name is the function's name in WIT.
	Name string
	// Type is its type with named types expanded, as abi.Func.String writes
	// it: `func(a: u32) -> record { b: bool }`.
	Type string
	// Handles are the slots of the resource types in Type, one for each place
	// where a handle stands, in order: see abi.Func.Handles.
	Handles []int
}

// An Import is one function, or resource type, that the host serves.
type Import struct {
	// Interface and Name are what the component imports; Interface is empty
	// for a function that the world itself imports.
	Interface, Name string
	// Type is the function's type, as for Export, and Handles are its slots.
	Type    string
	Handles []int
	// Serve lifts the arguments from c, runs the host's function, and lowers
	// its result. An error ends the guest's call with a trap of that cause.
	// The context is that of the call into the guest that led here.
	Serve func(ctx context.Context, c *Call) error
	// Values serves the function with dynamic values instead, when Serve is
	// nil; an empty Type then accepts any.
	Values func(ctx context.Context, args []value.Value) (value.Value, error)
	// Drop makes it a resource type of the host's instead of a function: it
	// is told when the guest drops an own handle, with what stands behind it.
	Drop func(ctx context.Context, rep any) error
}

// A Target is an export inside the runtime, as a Func drives it.
type Target interface {
	// Begin takes the instance for one call and prepares c: its context and
	// a Stack that holds the arguments or the results, whichever are more.
	Begin(ctx context.Context, c *Call) error
	// Invoke runs the core function: arguments from c.Stack, results to it.
	Invoke(c *Call) error
	// End runs post-return where the call succeeded, gives the instance
	// back, and returns err as the caller shall see it.
	End(c *Call, err error) error
}

// A Func is a bound export. It serves one call at a time, as its instance does.
type Func struct {
	target Target
	owner  any
	call   Call
}

// NewFunc returns a Func that drives target, with the handles of its type.
func NewFunc(target Target, handles Handles) *Func {
	f := &Func{target: target}
	f.call.fn, f.call.handles = f, handles
	return f
}

// Begin starts a call: the arguments are lowered through what it returns.
// It fails when the instance serves another call, has ended or is closed.
// Whoever got a Call must End it.
func (f *Func) Begin(ctx context.Context) (*Call, error) {
	// A second caller must not touch the call in progress: Begin of the
	// target decides who owns the instance before anything is written to it.
	if err := f.target.Begin(ctx, &f.call); err != nil {
		return nil, err
	}
	return &f.call, nil
}

// A Call is one crossing of the boundary, valid until it ends. It belongs to
// the goroutine that makes it.
type Call struct {
	// Stack holds the flat core arguments, and after Invoke the results.
	// Words are core values: an i32 has its upper half zero or ignored.
	Stack []uint64

	cx      *canon.Context
	fn      *Func
	handles Handles
	err     error
	refused bool
	// named is err once it has its field's or parameter's name; see Field.
	named error
}

// Reset prepares c for a crossing with the given context and stack. Only the
// runtime calls it.
func (c *Call) Reset(cx *canon.Context, stack []uint64) {
	c.cx, c.Stack, c.err, c.refused = cx, stack, nil, false
}

// Context is the canonical ABI's context of the crossing, for the runtime.
func (c *Call) Context() *canon.Context { return c.cx }

// Invoke runs the guest's function, and reports whether the call is still
// good: arguments lowered, no trap, no limit.
func (c *Call) Invoke() bool {
	if c.err == nil {
		c.err = c.fn.target.Invoke(c)
	}
	return c.err == nil
}

// End finishes the call and returns its first failure. The results are lifted
// by then: the guest may free them now.
func (c *Call) End() error { return c.fn.target.End(c, c.err) }

// Failed reports whether something went wrong already.
func (c *Call) Failed() bool { return c.err != nil }

// Err returns the first failure.
func (c *Call) Err() error { return c.err }

// Refuse says that the function returned its own result::err: a value like any
// other, but another outcome for the report.
func (c *Call) Refuse() { c.refused = true }

// Refused reports whether Refuse was called.
func (c *Call) Refused() bool { return c.refused }

// Fail makes err the call's failure, unless there is one already.
func (c *Call) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// Argument reports a Go value that has no component-model form: what path was
// given, what was wanted, what was met.
func (c *Call) Argument(path, want, got string) {
	c.Fail(&canon.ArgumentError{Path: path, Want: want, Got: got})
}
