package hostile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

// large is a component that takes a while to compile.
func large() []byte {
	bodies := make([][]byte, 4_000)
	body := append([]byte{0}, make([]byte, 0, 400)...)
	for range 100 {
		body = append(body, 0x41, 1, 0x41, 2, 0x6a, 0x1a) // i32.const 1, i32.const 2, i32.add, drop
	}
	body = append(body, 0x0b)
	for i := range bodies {
		bodies[i] = append(u(len(body)), body...)
	}
	return runnable(1, coreModule(
		coreSec(1, []byte{1, 0x60, 0, 0}),
		coreSec(3, vec(times(len(bodies), []byte{0}))),
		coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})),
		coreSec(10, vec(bodies))))
}

// Two loads share the work; that one of them is cancelled must not be the
// other's failure.
func TestALoadSurvivesTheCancellationOfAnother(t *testing.T) {
	rt, bytes := newRuntime(t), large()
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() { _, err := rt.Load(ctx, bytes); first <- err }()
		time.Sleep(10 * time.Millisecond) // for the first one to be at it
		time.AfterFunc(20*time.Millisecond, cancel)
		c, err := rt.Load(t.Context(), bytes)
		if err != nil {
			t.Fatalf("the load that nobody cancelled: %v", err)
		}
		if err := <-first; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the load that was cancelled: %v", err)
		}
		c.Close(t.Context())
	}
}

// Everything at once, for the race detector: loads, instances, calls that
// spin until they are cancelled, and closing in the middle of calls.
func TestConcurrentUse(t *testing.T) {
	ctx := context.Background()
	rt := newRuntime(t)
	bytes, err := os.ReadFile(filepath.Join("testdata", "spin.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				c, err := rt.Load(ctx, bytes)
				if err != nil {
					t.Error(err)
					return
				}
				in, err := c.Instantiate(ctx, hostruntime.Policy{})
				if err != nil {
					t.Error(err)
					return
				}
				var calls sync.WaitGroup
				calling, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
				for range 3 {
					calls.Go(func() {
						_, err := in.Call(calling, "run")
						_, dead := errors.AsType[*hostruntime.DeadError](err)
						if !dead && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, hostruntime.ErrBusy) && !errors.Is(err, hostruntime.ErrClosed) {
							t.Errorf("call: %v", err)
						}
					})
				}
				calls.Go(func() {
					if err := in.Close(ctx); err != nil && !errors.Is(err, hostruntime.ErrBusy) {
						t.Errorf("closing: %v", err)
					}
				})
				calls.Wait()
				cancel()
				if err := in.Close(ctx); err != nil {
					t.Errorf("closing again: %v", err)
				}
				if err := c.Close(ctx); err != nil {
					t.Errorf("closing the component: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
