package hostruntime

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestHostContextEndsWithItsCall(t *testing.T) {
	for _, looked := range []bool{false, true} {
		h := &hostContext{outer: context.Background(), deadline: time.Now().Add(time.Hour)}
		if looked {
			h.Done()
		}
		if err := h.Err(); err != nil {
			t.Fatal(err)
		}
		h.end()
		if err := h.Err(); err != context.Canceled {
			t.Errorf("looked at %v: error %v after the call", looked, err)
		}
		select {
		case <-h.Done():
		default:
			t.Errorf("looked at %v: not done after the call", looked)
		}
	}
}

func TestHostContextEndsAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h := &hostContext{outer: t.Context(), deadline: start.Add(time.Second)}
		unlooked := &hostContext{outer: t.Context(), deadline: start.Add(time.Second)}
		if deadline, ok := h.Deadline(); !ok || !deadline.Equal(h.deadline) {
			t.Errorf("deadline %v, %v", deadline, ok)
		}
		<-h.Done()
		if since := time.Since(start); since != time.Second {
			t.Errorf("done after %v", since)
		}
		for _, c := range []*hostContext{h, unlooked} {
			if err := c.Err(); err != context.DeadlineExceeded {
				t.Errorf("error %v", err)
			}
			c.end()
			if err := c.Err(); err != context.DeadlineExceeded {
				t.Errorf("error %v once the call is over too", err)
			}
			<-c.Done()
		}
	})
}

// The caller's values and its cancellation, with its cause, come through.
func TestHostContextIsTheCallers(t *testing.T) {
	type key struct{}
	cause := errors.New("enough")
	outer, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, 7))
	h := &hostContext{outer: outer}
	child, stop := context.WithCancel(h)
	defer stop()
	if h.Value(key{}) != 7 || child.Value(key{}) != 7 {
		t.Error("the caller's value is missing")
	}
	if _, ok := h.Deadline(); ok {
		t.Error("a deadline that nobody set")
	}
	cancel(cause)
	<-child.Done()
	if err := h.Err(); err != context.Canceled {
		t.Errorf("error %v", err)
	}
	if got := context.Cause(child); got != cause {
		t.Errorf("cause %v", got)
	}
}

// The error of a call says why its caller cancelled it, for whoever gave a
// cause.
func TestCancelledCallsTellTheCause(t *testing.T) {
	ctx := t.Context()
	c := loaded(t, "../testsuite/observe/testdata/talker.wasm")
	cause := errors.New("shutting down")
	for want, cancel := range map[string]func(context.CancelCauseFunc){
		"hostruntime: spin: context canceled: shutting down": func(cancel context.CancelCauseFunc) { cancel(cause) },
		"hostruntime: spin: context canceled":                func(cancel context.CancelCauseFunc) { cancel(nil) },
	} {
		in, err := c.Instantiate(ctx, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancelCause(ctx)
		time.AfterFunc(time.Millisecond, func() { cancel(stop) })
		_, err = in.Call(ctx, "spin")
		if err == nil || err.Error() != want || !errors.Is(err, context.Canceled) || Outcome(err) != OutcomeCancelled {
			t.Errorf("got %v, outcome %s, want %s", err, Outcome(err), want)
		}
		if told := errors.Is(err, cause); told != strings.Contains(want, "shutting") {
			t.Errorf("the cause is told: %t", told)
		}
		if err := in.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
