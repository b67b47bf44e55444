package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/determinism/programs"
)

// repeated runs a program that is recorded, with real clocks and randomness, and
// replays the journal: both must end alike, at the same unit of fuel.
func repeated(p programs.Program, c *hostruntime.Component) func(context.Context, *rand.Rand) (string, error) {
	return func(ctx context.Context, _ *rand.Rand) (string, error) {
		console := hostruntime.HostFunc("demo:eval/console@0.1.0", "print", func(context.Context, []value.Value) (value.Value, error) { return nil, nil })
		var journal bytes.Buffer
		limits := hostruntime.Limits{Fuel: 30_000_000, MemoryBytes: 64 << 20, WallTime: 10 * time.Minute}
		in, err := c.Instantiate(ctx, hostruntime.Policy{Limits: limits, Record: &journal}, hostruntime.Imports{console})
		if err != nil {
			return "none", err
		}
		defer in.Close(ctx)
		var first hostruntime.Report
		if _, err := in.Call(hostruntime.WithReport(ctx, &first), "evaluate", value.String(p.Source)); first.Outcome == "" {
			return "none", err
		}
		if err := in.Close(ctx); err != nil {
			return "none", err
		}
		again, err := hostruntime.Replay(ctx, c, &journal, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: limits.WallTime}})
		if err != nil {
			return "none", err
		}
		if last := again[len(again)-1]; last.Outcome != first.Outcome || last.Fuel != first.Fuel {
			return last.Outcome, fmt.Errorf("replayed: %s and %d units, recorded: %s and %d", last.Outcome, last.Fuel, first.Outcome, first.Fuel)
		}
		return first.Outcome, nil
	}
}
