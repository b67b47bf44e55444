package hostruntime

import (
	"context"
	"sync"
	"time"
)

type instanceKey struct{}

// A guestContext is what wazero is given to run an instance's code with: the
// context of the call in progress, and in it the instance, for trampolines to
// find. Nothing but wazero and trampolines see it, and only during a call, so
// one serves all calls of the instance and none of them allocates.
//
// It isn't what stops the guest: see stopped.
type guestContext struct{ in *Instance }

var _ context.Context = guestContext{}

func (g guestContext) Deadline() (time.Time, bool) { return g.in.call.outer.Deadline() }
func (g guestContext) Done() <-chan struct{}       { return g.in.call.outer.Done() }
func (g guestContext) Err() error                  { return g.in.call.outer.Err() }

func (g guestContext) Value(key any) any {
	if key == (instanceKey{}) {
		return g.in
	}
	return g.in.call.outer.Value(key)
}

// A hostContext is what the host's functions are given: the caller's context
// with the policy's deadline, which ends with the call. A host function may
// keep it, so each call has its own; calls that never reach the host have none.
//
// It has a timer and a channel only from the first look at Done on.
type hostContext struct {
	in       *Instance
	outer    context.Context
	deadline time.Time // the policy's; zero if the caller's own comes first

	mu     sync.Mutex
	err    error
	inner  context.Context // with the timer and the channel; made by Done
	cancel context.CancelFunc
}

var _ context.Context = (*hostContext)(nil)

// Deadline returns the policy's deadline or the caller's, whichever is first.
func (h *hostContext) Deadline() (time.Time, bool) {
	if h.deadline.IsZero() {
		return h.outer.Deadline()
	}
	return h.deadline, true
}

// Done returns a channel that is closed when the call is over or has to be.
func (h *hostContext) Done() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inner == nil {
		if h.deadline.IsZero() {
			h.inner, h.cancel = context.WithCancel(h.outer)
		} else {
			h.inner, h.cancel = context.WithDeadline(h.outer, h.deadline)
		}
		if h.err != nil {
			h.cancel()
		}
	}
	return h.inner.Done()
}

// Err returns why the call is over, nil while it isn't.
func (h *hostContext) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		switch {
		case h.inner != nil:
			h.err = h.inner.Err()
		case h.outer.Err() != nil:
			h.err = h.outer.Err()
		case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
			h.err = context.DeadlineExceeded
		}
	}
	return h.err
}

// Value returns the caller's value. Of a context that has been looked at, the
// context package finds its own in it, and needs no goroutine for its children.
func (h *hostContext) Value(key any) any {
	if key == (hostedKey{}) {
		return h
	}
	h.mu.Lock()
	inner := h.inner
	h.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	return h.outer.Value(key)
}

// end is called when the call is over.
func (h *hostContext) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = context.Canceled
	}
	if h.cancel != nil {
		h.cancel()
	}
}
