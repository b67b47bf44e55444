package hostile

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// Host functions that wait. The deadline ends one that heeds its context; one
// that doesn't holds up its call until it returns, and the guest goes no further
// than to its next check.
var (
	heeds    = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	swallows = func(ctx context.Context) error { <-ctx.Done(); return nil }
	ignores  = func(context.Context) error { time.Sleep(2 * brief.WallTime); return nil }
)

// waiting serves testdata/blocked.wat, and all that asks: wait is what a question
// waits for, and the closing of a file.
func waiting(wait func(context.Context) error) hostruntime.Imports {
	type file struct{}
	return hostruntime.Imports{
		hostruntime.HostFunc("", "ask", func(ctx context.Context, _ []value.Value) (value.Value, error) { return nil, wait(ctx) }),
		hostruntime.HostFunc("", "open", func(context.Context, []value.Value) (value.Value, error) {
			return value.Handle{Resource: "file", Rep: &file{}}, nil
		}),
		hostruntime.HostResource("", "file", func(ctx context.Context, _ any) error {
			if ctx.Done() == nil {
				return nil // the instance is being closed
			}
			return wait(ctx)
		}),
	}
}

// Calls of a host that doesn't answer, from wherever guest code runs.
var attacksOnAPatientHost = func() []attack {
	var attacks []attack
	add := func(how string, wait func(context.Context) error, want ending, file string, exports ...string) {
		for _, export := range exports {
			attacks = append(attacks, attack{name: export + " of a host that " + how, file: file, call: export, imports: waiting(wait), limits: brief, want: want})
		}
	}
	late := reaches(hostruntime.LimitWallTime)
	add("heeds the deadline", heeds, late, "blocked", "once", "for-ever", "in-destructor", "in-destructors", "closing", "closing-all")
	add("goes on after the deadline", swallows, late, "blocked", "for-ever", "in-destructors", "closing-all")
	add("ignores the deadline", ignores, late, "blocked", "for-ever", "in-destructors", "closing-all")
	add("heeds the deadline", heeds, limitAtStart(hostruntime.LimitWallTime), "start-asks", "run")
	add("ignores the deadline", ignores, limitAtStart(hostruntime.LimitWallTime), "start-asks", "run")
	// Their results come, if late.
	add("ignores the deadline", ignores, survives, "blocked", "once", "in-destructor", "closing")
	add("would wait", heeds, traps("leave"), "blocked", "after-return")
	attacks = append(attacks, attack{name: "in-realloc of a host that would wait", file: "blocked", call: "in-realloc", args: text, imports: waiting(heeds), limits: brief, want: traps("leave")})
	return attacks
}()

// After the deadline nothing of the host is called any more, however often the
// guest would. A replay ends where the call did.
func TestNothingIsCalledAfterTheDeadline(t *testing.T) {
	c := load(t, newRuntime(t), "blocked")
	for _, export := range []string{"for-ever", "in-destructors", "closing-all"} {
		calls, late := 0, 0
		var journal bytes.Buffer
		in, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: brief, Record: &journal}, waiting(func(ctx context.Context) error {
			calls++
			if ctx.Err() != nil {
				late++
			}
			time.Sleep(brief.WallTime / 4)
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		// Between the guest's check and the host's the deadline may come.
		var used hostruntime.Report
		if _, err := in.Call(hostruntime.WithReport(t.Context(), &used), export); !errors.Is(err, context.DeadlineExceeded) || late > 1 {
			t.Errorf("%s: %d of %d calls came after the deadline, and it ended with %v", export, late, calls, err)
		}
		if err := in.Close(t.Context()); err != nil {
			t.Error(err)
		}
		again, err := hostruntime.Replay(t.Context(), c, &journal, hostruntime.Policy{})
		if err != nil || len(again) != 2 || again[1].Outcome != used.Outcome || again[1].Fuel != used.Fuel || again[1].HostCalls != used.HostCalls {
			t.Errorf("%s: replayed as %+v, %v; it was %+v", export, again, err, used)
		}
	}
}

// A host function that doesn't return holds up its call, and nothing else.
func TestAHostFunctionThatDoesNotReturn(t *testing.T) {
	rt := newRuntime(t)
	c, bystander := load(t, rt, "blocked"), newBystander(t, rt)
	entered, release := make(chan struct{}), make(chan struct{})
	in, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: brief}, waiting(func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		<-release
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan error, 1)
	go func() { _, err := in.Call(t.Context(), "for-ever"); called <- err }()
	<-entered
	for range 3 {
		time.Sleep(brief.WallTime)
		bystander.check(t)
		if err := in.Close(t.Context()); err != hostruntime.ErrBusy {
			t.Errorf("closing: %v, want ErrBusy", err)
		}
	}
	select {
	case err := <-called:
		t.Errorf("the call ended with %v while the host's function ran", err)
	default:
	}
	close(release)
	if err := <-called; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended with %v, want the limit of wall time", err)
	}
	if err := in.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
