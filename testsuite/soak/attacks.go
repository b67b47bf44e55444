package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// An attack is one call of a component of testsuite/hostile/testdata, or of
// the worker of testsuite/limits.
type attack struct {
	// file is the component; call is the export that is called with args.
	file, call string
	args       []value.Value
	limits     hostruntime.Limits
	// within is how long the call may take, if not 0. Starting the instance
	// may take longer: machines are shared.
	within time.Duration
	// cancel ends the call from outside.
	cancel bool
	// want is the outcome, also where the component is refused, or fails as it
	// starts.
	want string
}

func (a attack) name() string { return fmt.Sprintf("%s %s: %s", filepath.Base(a.file), a.call, a.want) }

// few are limits within which an attack is over quickly.
var few = hostruntime.Limits{Fuel: 5_000_000, MemoryBytes: 64 << 20, WallTime: time.Minute}

// briefly is for what never ends by itself.
const briefly = 50 * time.Millisecond

func attacks() []attack {
	unmetered := few
	unmetered.Fuel = hostruntime.Unlimited
	var list []attack
	add := func(limits hostruntime.Limits, want, file string, calls ...string) {
		for _, call := range calls {
			list = append(list, attack{file: filepath.Join(components, file+".wasm"), call: call, limits: limits, want: want})
		}
	}
	brief := func(file string, calls ...string) {
		for _, call := range calls {
			list = append(list, attack{file: filepath.Join(components, file+".wasm"), call: call, limits: unmetered, within: briefly, want: hostruntime.OutcomeTimeout})
		}
	}
	spins := []string{"empty-loop", "br-table", "nested-loops", "exponential-calls", "memory-fill", "refused-growth", "table-grow"}
	add(few, hostruntime.OutcomeFuel, "spins", spins...)
	brief("spins", spins...)
	for _, call := range spins {
		list = append(list, attack{file: filepath.Join(components, "spins.wasm"), call: call, cancel: true, limits: unmetered, want: hostruntime.OutcomeCancelled})
	}
	add(few, hostruntime.OutcomeFuel, "host-calls", "ask", "tell", "fetch")
	brief("host-calls", "ask", "tell", "sum", "fetch")
	add(few, hostruntime.OutcomeTrap, "host-calls", "lies", "result-area")
	add(few, hostruntime.OutcomeTrap, "results", "pointer-out-of-range", "string-too-long", "invalid-utf8", "list-wraps", "char-out-of-range")
	lifted := few
	lifted.LiftedBytes, lifted.Fuel = 2<<20, hostruntime.FuelLow
	add(lifted, hostruntime.OutcomeMemory, "results", "same-bytes-many-times")
	add(few, hostruntime.OutcomeTrap, "forged-handles", "zero", "negative", "dropped-twice", "file-as-own-type")
	add(few, hostruntime.OutcomeHandles, "forged-handles", "hoards", "hoards-its-own")
	add(few, hostruntime.OutcomeTrap, "destructors", "traps")
	add(few, hostruntime.OutcomeFuel, "destructors", "spins")
	add(few, hostruntime.OutcomeOK, "destructors", "leaves", "gives")
	add(few, hostruntime.OutcomeDepth, "recursion", "direct", "mutual", "wide")
	add(few, hostruntime.OutcomeDepth, "call-recursion", "run")
	add(few, hostruntime.OutcomeOK, "greed", "memory", "table", "all-at-once")
	add(few, hostruntime.OutcomeMemory, "greed", "memory-and-traps")
	add(few, hostruntime.OutcomeOutput, "wasi", "splice-for-ever")
	add(few, hostruntime.OutcomeHandles, "wasi", "pollables")
	brief("wasi", "wait")
	add(few, hostruntime.OutcomeFuel, "start-spins", "run")
	add(few, hostruntime.OutcomeTrap, "start-traps", "run")
	add(few, hostruntime.OutcomeDepth, "start-recurses", "run")
	add(few, hostruntime.OutcomeMemory, "giant-memory", "run")
	add(few, hostruntime.OutcomeInvalid, "giant-table", "run")
	add(few, hostruntime.OutcomeInvalid, "tail-calls", "run")
	add(few, hostruntime.OutcomeTrap, "unserved-import", "run")

	worker := func(want, call string, args ...value.Value) {
		list = append(list, attack{file: workerFile, call: call, args: args, limits: few, want: want})
	}
	worker(hostruntime.OutcomeOK, "spin", value.U32(1000))
	worker(hostruntime.OutcomeFuel, "spin", value.U32(1<<31))
	worker(hostruntime.OutcomeBadArgument, "spin", value.String("many"))
	worker(hostruntime.OutcomeTrap, "trap")
	worker(hostruntime.OutcomeHandles, "hold", value.U32(20_000))
	worker(hostruntime.OutcomeHostError, "ask", value.U32(1), value.U32(7))
	return list
}

// prepare returns the task: a component of its own, loaded, run once, closed.
func (a attack) prepare(rt *hostruntime.Runtime) (func(context.Context, *rand.Rand) (string, error), error) {
	bytes, err := os.ReadFile(a.file)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, _ *rand.Rand) (string, error) {
		early := func(err error) (string, error) {
			if got := hostruntime.Outcome(err); got != a.want {
				return got, fmt.Errorf("%s, want %s: %w", got, a.want, err)
			}
			return a.want, nil
		}
		c, err := rt.Load(ctx, bytes)
		if err != nil {
			return early(err)
		}
		defer c.Close(ctx)
		in, err := c.Instantiate(ctx, hostruntime.Policy{Limits: a.limits, Stdin: endless{}}, host())
		if err != nil {
			return early(err)
		}
		calling, cancel := context.WithCancel(hostruntime.WithLimits(ctx, hostruntime.Limits{WallTime: a.within}))
		defer cancel()
		if a.cancel {
			defer time.AfterFunc(10*time.Millisecond, cancel).Stop()
		}
		_, err = in.Call(calling, a.call, a.args...)
		return expect(ctx, in, err, a.want)
	}, nil
}

// endless is an input without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// host serves what the components and the hostile guests import. Nothing of it
// does anything.
func host() hostruntime.Imports {
	type file struct{}
	serve := func(result func() value.Value) func(context.Context, []value.Value) (value.Value, error) {
		return func(context.Context, []value.Value) (value.Value, error) { return result(), nil }
	}
	nothing := serve(func() value.Value { return nil })
	return hostruntime.Imports{
		hostruntime.HostFunc("", "ask", nothing),
		hostruntime.HostFunc("", "tell", nothing),
		hostruntime.HostFunc("", "sum", serve(func() value.Value { return value.U32(0) })),
		hostruntime.HostFunc("", "fetch", serve(func() value.Value { return value.String("some text") })),
		hostruntime.HostFunc("", "open", serve(func() value.Value { return value.Handle{Resource: "file", Rep: &file{}} })),
		hostruntime.HostFunc("", "read", nothing),
		hostruntime.HostFunc("", "close", nothing),
		hostruntime.HostFunc("", "copy", nothing),
		hostruntime.HostFunc("test:hostile/host@0.1.0", "ask", nothing),
		hostruntime.HostFunc("test:hostile/host@0.1.0", "tell", nothing),
		hostruntime.HostFunc("test:hostile/host@0.1.0", "[constructor]file", serve(func() value.Value { return value.Handle{Resource: "file", Rep: &file{}} })),
		hostruntime.HostFunc("test:limits/host", "ask", func(context.Context, []value.Value) (value.Value, error) {
			return nil, errOfHost
		}),
	}
}

var errOfHost = errors.New("the host refuses")
