package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const agents = "testsuite/subtasks"

// texts are what agents have counted by a task of theirs, and how that ends.
var texts = map[string]string{
	"a rose is a rose": hostruntime.OutcomeOK,
	"":                 hostruntime.OutcomeGuestError,
	"spin":             hostruntime.OutcomeFuel,
	"raise":            hostruntime.OutcomeTrap,
	"eat":              hostruntime.OutcomeMemory,
}

// loadAgents builds guests in dir that start tasks, and those tasks, and returns
// what they do by whether it is hostile.
func loadAgents(ctx context.Context, rt *hostruntime.Runtime, dir string) (ordinary, hostile []task, err error) {
	loaded := map[string]*hostruntime.Component{}
	engines := map[string]string{guest.Python: ".py", guest.QuickJS: ".js"}
	for engine, extension := range engines {
		for _, world := range []string{"agent", "counter"} {
			path := filepath.Join(dir, world+"-"+engine+".wasm")
			message, err := guest.Compile(guest.Spec{WIT: agents + "/wit", World: world, Engine: engine, File: agents + "/sandbox/" + world + extension}, path)
			if err != nil {
				return nil, nil, fmt.Errorf("%w\n%s", err, message)
			}
			if loaded[world+engine], err = rt.LoadFile(ctx, path); err != nil {
				return nil, nil, err
			}
		}
	}
	for caller := range engines {
		for counter := range engines {
			for text, want := range texts {
				t := task{name: fmt.Sprintf("%s starts %s: %q", caller, counter, text), run: started(loaded["agent"+caller], loaded["counter"+counter], text, want)}
				if want == hostruntime.OutcomeOK || want == hostruntime.OutcomeGuestError {
					ordinary = append(ordinary, t)
				} else {
					t.hostile = true
					hostile = append(hostile, t)
				}
			}
		}
	}
	return ordinary, hostile, nil
}

// started has an agent start one task, whose ending is the outcome.
func started(agent, counter *hostruntime.Component, text, want string) func(context.Context, *rand.Rand) (string, error) {
	policy := hostruntime.Policy{
		Limits: hostruntime.Limits{Fuel: 4 * hostruntime.FuelHigh, WallTime: 10 * time.Minute, Tasks: 1},
		Tasks: []hostruntime.TaskGrant{{
			Interface: "demo:agents/words", Component: counter,
			Policy: hostruntime.Policy{Limits: hostruntime.Limits{Fuel: hostruntime.FuelMedium, MemoryBytes: 64 << 20}},
		}},
	}
	return func(ctx context.Context, _ *rand.Rand) (string, error) {
		in, err := agent.Instantiate(ctx, policy)
		if err != nil {
			return "none", err
		}
		defer in.Close(ctx)
		var report hostruntime.Report
		if _, err := in.Call(hostruntime.WithReport(ctx, &report), "demo:agents/report#ask", value.String(text), value.Option{}); err != nil {
			return hostruntime.Outcome(err), err
		}
		if n := len(report.Tasks.Reports); n != 1 {
			return "none", fmt.Errorf("%d tasks were started", n)
		}
		if got := report.Tasks.Reports[0].Outcome; got != want {
			return got, fmt.Errorf("the task's %s, want %s: %s", got, want, report.Tasks.Reports[0].Error)
		}
		return want, in.Close(ctx)
	}
}
