// Package hostile gives the runtime components that mean harm, and guests that
// do.
//
// TestAttacks and, with tag guests, TestGuests, TestWeb, TestTasks and
// TestWebByTasks are tables of named attacks, each with the ending that it must have, made while the host's memory,
// goroutines, files and answers to others are watched; TestTiming and
// TestTimingByGuests are tables of those that measure the host's time. named says
// where to find what. The other files hold attacks of several steps. Each testdata/x.wasm is x.wat in binary: after a change, run the
// command that TestAssembled of the folder above names.
package hostile

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

// patience is how long a stop may take before a test calls it a hang. It is
// no measure of speed: machines are shared.
const patience = time.Minute

func newRuntime(t *testing.T) *hostruntime.Runtime {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	return rt
}

func load(t *testing.T, rt *hostruntime.Runtime, name string) *hostruntime.Component {
	t.Helper()
	c, err := rt.LoadFile(t.Context(), filepath.Join("testdata", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run calls the export "run" of a new instance, whose memory is measured
// before it is closed.
func run(t *testing.T, name string, limits hostruntime.Limits) (heap uint64, err error) {
	t.Helper()
	in, err := load(t, newRuntime(t), name).Instantiate(t.Context(), hostruntime.Policy{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(t.Context())
	_, err = in.Call(t.Context(), "run")
	return heapBytes(), err
}

func heapBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func wantTrap(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*hostruntime.Trap](err); !ok {
		t.Errorf("got %v, want a trap", err)
	}
}
