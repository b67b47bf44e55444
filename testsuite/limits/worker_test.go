// Package limits has guests misbehave, and looks at what the host sees: real
// ones, and a worker made by hand, testdata/worker.wat, whose binary any
// wat2wasm makes that knows components.
package limits

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// patience is how long a stop may take before a test calls it a hang. It is
// no measure of speed: machines are shared.
const patience = time.Minute

func instantiate(ctx context.Context, t *testing.T, c *hostruntime.Component, p hostruntime.Policy, imports ...hostruntime.Imports) *hostruntime.Instance {
	t.Helper()
	in, err := c.Instantiate(ctx, p, imports...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(ctx); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return in
}

func errorAs[E error](err error) E {
	e, _ := errors.AsType[E](err)
	return e
}

// worker loads the worker into a runtime of its own.
func worker(t testing.TB, load hostruntime.LoadLimits) (*hostruntime.Component, error) {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true, Load: load})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	return rt.LoadFile(ctx, "testdata/worker.wasm")
}

func mustWorker(t testing.TB) *hostruntime.Component {
	t.Helper()
	c, err := worker(t, hostruntime.LoadLimits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer serves the worker's import.
var answer = hostruntime.Imports{
	hostruntime.HostFunc("test:limits/host", "ask", func(_ context.Context, args []value.Value) (value.Value, error) {
		return value.U32(len(args[0].(value.Bytes))), nil
	}),
}

// once calls a function of a new worker with numbers, and returns the report.
func once(t testing.TB, c *hostruntime.Component, limits hostruntime.Limits, name string, args ...uint32) (hostruntime.Report, error) {
	t.Helper()
	ctx := t.Context()
	in, err := c.Instantiate(ctx, hostruntime.Policy{}, answer)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(ctx)
	return work(hostruntime.WithLimits(ctx, limits), in, name, args...)
}

// work calls a function of a worker with numbers.
func work(ctx context.Context, in *hostruntime.Instance, name string, args ...uint32) (hostruntime.Report, error) {
	values := make([]value.Value, len(args))
	for i, n := range args {
		values[i] = value.U32(n)
	}
	var used hostruntime.Report
	_, err := in.Call(hostruntime.WithReport(ctx, &used), name, values...)
	return used, err
}

// reached checks that a limit ended a call, and which.
func reached(t testing.TB, err error, limit string, used *hostruntime.Report, outcome string) *hostruntime.LimitError {
	t.Helper()
	e := errorAs[*hostruntime.LimitError](err)
	if e == nil || e.Limit != limit || used != nil && (used.Outcome != outcome || used.Limit != limit) {
		t.Fatalf("got %v, want the limit of %s; report %+v", err, limit, used)
	}
	return e
}

var unlimited = hostruntime.Limits{WallTime: math.MaxInt64}
