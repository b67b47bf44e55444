package hostile

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

// A noticed context says when it is looked into, as a call does once it has
// begun.
type noticed struct {
	context.Context
	once  *sync.Once
	begun chan struct{}
}

func (n noticed) Value(key any) any {
	n.once.Do(func() { close(n.begun) })
	return n.Context.Value(key)
}

// Closing what a guest runs on, while it runs, would leave a guest that nothing
// stops.
func TestClosingDuringACallIsRefused(t *testing.T) {
	ctx := t.Context()
	rt := newRuntime(t)
	c := load(t, rt, "spin")
	in, err := c.Instantiate(ctx, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: patience}})
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	defer cancel()
	calling := noticed{Context: cancelled, once: &sync.Once{}, begun: make(chan struct{})}
	called := make(chan error, 1)
	go func() { _, err := in.Call(calling, "run"); called <- err }()
	<-calling.begun
	for what, close := range map[string]func(context.Context) error{"runtime": rt.Close, "component": c.Close} {
		if err := close(ctx); err != hostruntime.ErrBusy {
			t.Errorf("closing the %s: %v, want ErrBusy", what, err)
		}
	}
	for range 3 {
		runtime.GC() // whatever was freed shows now
	}
	cancel()
	if err := <-called; !errors.Is(err, context.Canceled) {
		t.Errorf("the call: %v", err)
	}
	if _, err := c.Instantiate(ctx, hostruntime.Policy{}); !errors.Is(err, hostruntime.ErrClosed) {
		t.Errorf("instantiating after the component was closed: %v", err)
	}
	for range 2 {
		if err := errors.Join(c.Close(ctx), rt.Close(ctx)); err != nil {
			t.Error(err)
		}
	}
	if _, err := in.Call(ctx, "run"); !errors.Is(err, hostruntime.ErrClosed) {
		t.Errorf("a call after everything was closed: %v", err)
	}
}

// Instances that ended badly leave nothing behind when they are closed.
func TestNothingLeaks(t *testing.T) {
	ctx := t.Context()
	rt := newRuntime(t)
	components := []*hostruntime.Component{load(t, rt, "spin"), load(t, rt, "destructor-recursion")}
	round := func() {
		for range 100 {
			for _, c := range components {
				in, err := c.Instantiate(ctx, hostruntime.Policy{})
				if err != nil {
					t.Fatal(err)
				}
				calling, cancel := context.WithTimeout(ctx, 100*time.Microsecond)
				if _, err = in.Call(calling, "run"); err == nil {
					t.Error("the call came back")
				}
				cancel()
				if err := in.Close(ctx); err != nil {
					t.Error(err)
				}
			}
		}
	}
	round()
	goroutines, heap := runtime.NumGoroutine(), heapBytes()
	round()
	if n, h := runtime.NumGoroutine(), heapBytes(); n > goroutines+5 || h > heap+(8<<20) {
		t.Errorf("%d goroutines and %d KiB of heap, %d and %d before", n, h>>10, goroutines, heap>>10)
	}
}
