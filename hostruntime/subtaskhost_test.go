package hostruntime_test

import (
	"context"
	"math"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// hosting returns a host function that starts tasks itself.
func hosting(f func(ctx context.Context) error) hostruntime.Imports {
	return hostruntime.Imports{hostruntime.HostFunc("a:b/work", "spin", func(ctx context.Context, _ []value.Value) (value.Value, error) {
		return nil, f(ctx)
	})}
}

// A host function's tasks are the call's, side by side too, and end with the
// function.
func TestHostFunctionsStartTasks(t *testing.T) {
	tt := newTasks(t)
	var left *hostruntime.Instance
	_, used, err := tt.callWith(t.Context(), hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 1_000_000}}, hosting(func(ctx context.Context) error {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				in, err := tt.component.Instantiate(hostruntime.AsTask(ctx), hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 50_000}})
				if err != nil {
					t.Error(err)
					return
				}
				defer in.Close(ctx)
				for range 2 {
					if _, err := in.Call(ctx, "a:b/work#spin", value.U32(10_000)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		var err error
		left, err = tt.component.Instantiate(hostruntime.AsTask(ctx), hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 500_000}})
		if err != nil {
			return err
		}
		began := make(chan struct{})
		go func() {
			close(began)
			_, _ = left.Call(context.Background(), "a:b/work#spin", value.U32(math.MaxUint32))
		}()
		<-began
		return nil
	}), "spawn", value.U32(1), value.U32(0))
	if err != nil {
		t.Fatal(err)
	}
	if used.Tasks.Started != 5 || used.Fuel < 80_000 || used.Fuel > 1_000_000 {
		t.Errorf("%d tasks, %d units, %d reports", used.Tasks.Started, used.Fuel, len(used.Tasks.Reports))
	}
	if _, err := left.Call(t.Context(), "a:b/work#spin", value.U32(1)); err != hostruntime.ErrClosed {
		t.Errorf("a task outlives the function that started it: %v", err)
	}
}

// A host function's context is good for that function only, and for the call
// that it belongs to.
func TestAsTaskElsewhere(t *testing.T) {
	tt := newTasks(t)
	if _, err := tt.component.Instantiate(hostruntime.AsTask(t.Context()), hostruntime.Policy{}); err == nil {
		t.Error("a task of nobody's")
	}
	var kept context.Context
	_, _, err := tt.callWith(t.Context(), hostruntime.Policy{}, hosting(func(ctx context.Context) error {
		kept = hostruntime.AsTask(ctx)
		return nil
	}), "spawn", value.U32(1), value.U32(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tt.component.Instantiate(kept, hostruntime.Policy{}); err == nil {
		t.Error("a task of a call that is over")
	}
	// An instance that a task's host function starts without AsTask is none.
	_, used, err := tt.callWith(t.Context(), hostruntime.Policy{}, hosting(func(ctx context.Context) error {
		task, err := tt.component.Instantiate(hostruntime.AsTask(ctx), hostruntime.Policy{}, hosting(func(ctx context.Context) error {
			other, err := tt.component.Instantiate(ctx, hostruntime.Policy{})
			if err != nil {
				return err
			}
			return other.Close(ctx)
		}))
		if err != nil {
			return err
		}
		_, err = task.Call(hostruntime.AsTask(ctx), "spawn", value.U32(1), value.U32(0))
		return err
	}), "spawn", value.U32(1), value.U32(0))
	if err != nil || used.Tasks.Started != 1 || used.Tasks.Reports[0].Tasks.Started != 0 {
		t.Errorf("%v, %+v", err, used.Tasks)
	}
}
