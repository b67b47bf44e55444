//go:build guests

package subtasks

import (
	"context"
	"errors"
	"os"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/testsuite/subtasks/agent"
	"github.com/capsule-kit/capsule/wit/packages"
)

var files = map[string]string{guest.Python: ".py", guest.QuickJS: ".js"}

func load(t *testing.T, rt *hostruntime.Runtime, engine, world string) *hostruntime.Component {
	t.Helper()
	path := guest.Build(t, guest.Spec{WIT: "wit", World: world, Engine: engine, File: "sandbox/" + world + files[engine]})
	c, err := rt.LoadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func newRuntime(t *testing.T) *hostruntime.Runtime {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	return rt
}

// each runs f with an agent and a counter of every two languages.
func each(t *testing.T, f func(t *testing.T, caller, task *hostruntime.Component)) {
	rt := newRuntime(t)
	agents, counters := map[string]*hostruntime.Component{}, map[string]*hostruntime.Component{}
	for engine := range files {
		agents[engine], counters[engine] = load(t, rt, engine, "agent"), load(t, rt, engine, "counter")
	}
	for caller, a := range agents {
		for task, c := range counters {
			t.Run(caller+" starts "+task, func(t *testing.T) { f(t, a, c) })
		}
	}
}

// patience is for machines that are busy.
const patience = 2 * time.Minute

func policy(task *hostruntime.Component, limits hostruntime.Limits) hostruntime.Policy {
	return hostruntime.Policy{
		Limits: hostruntime.Limits{WallTime: patience, Fuel: 4 * hostruntime.FuelHigh, Tasks: hostruntime.Unlimited},
		Tasks:  []hostruntime.TaskGrant{{Interface: "demo:agents/words", Component: task, Policy: hostruntime.Policy{Limits: limits}}},
	}
}

func start(t *testing.T, c *hostruntime.Component, p hostruntime.Policy) *agent.Agent {
	t.Helper()
	a, err := agent.Instantiate(t.Context(), c, p, agent.Imports{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.Background()) })
	return a
}

// A task's result is typed on both sides, and so is its error; whatever ends it,
// its caller goes on, and knows why.
func TestAgentsHaveWordsCounted(t *testing.T) {
	each(t, func(t *testing.T, caller, task *hostruntime.Component) {
		a := start(t, caller, policy(task, hostruntime.Limits{MemoryBytes: 64 << 20}))
		ask := func(text string, fuel *uint64) (agent.Answer, hostruntime.Report) {
			t.Helper()
			var used hostruntime.Report
			answer, err := a.Report.Ask(hostruntime.WithReport(t.Context(), &used), text, fuel)
			if err != nil {
				t.Fatalf("%s: %v\n%s", text, err, used.Stderr)
			}
			if answer.Fuel != used.Tasks.Reports[0].Fuel || answer.Fuel > used.Fuel || used.Tasks.Started != 1 {
				t.Errorf("%s: the guest was told of %d units, the report says %d of %d", text, answer.Fuel, used.Tasks.Reports[0].Fuel, used.Fuel)
			}
			return answer, used
		}
		answer, used := ask("a rose is a rose", nil)
		want := []agent.Word{{Text: "a", Times: 2}, {Text: "rose", Times: 2}, {Text: "is", Times: 1}}
		if answer.Outcome != "ok" || answer.Problem != nil || !reflect.DeepEqual(answer.Words, want) {
			t.Errorf("%+v", answer)
		}
		if left := answer.FuelLeft; left == nil || *left > used.FuelLimit-answer.Fuel {
			t.Errorf("%v units are left of %d", left, used.FuelLimit)
		}
		answer, _ = ask("", nil)
		if _, ok := (*answer.Problem).(agent.ProblemEmpty); !ok || answer.Outcome != "guest-error" {
			t.Errorf("%+v", answer)
		}
		for text, want := range map[string]agent.Outcome{"spin": agent.OutcomeFuel, "raise": agent.OutcomeTrap, "eat": agent.OutcomeMemory} {
			answer, used := ask(text, new(uint64(hostruntime.FuelMedium)))
			if answer.Problem == nil {
				t.Errorf("%s: %+v", text, answer)
				continue
			}
			failed, ok := (*answer.Problem).(agent.ProblemFailed)
			if !ok || failed.Value.Outcome != want || answer.Outcome != want.String() || used.Tasks.Reports[0].Outcome != want.String() {
				t.Errorf("%s: %+v", text, answer)
			}
			t.Logf("%s: %+v", text, failed)
		}
		// What was asked for was for one task.
		if answer, _ := ask("again", nil); answer.Outcome != "ok" || len(answer.Words) != 1 {
			t.Errorf("%+v", answer)
		}
	})
}

// A guest that asks for more than it may have gets what it may have, and one
// that asks for nothing gets nothing.
func TestForgedRequestsWidenNothing(t *testing.T) {
	each(t, func(t *testing.T, caller, task *hostruntime.Component) {
		a := start(t, caller, policy(task, hostruntime.Limits{Fuel: hostruntime.FuelMedium}))
		for fuel, most := range map[uint64]uint64{0: 0, 1: 1, 1 << 52: hostruntime.FuelMedium} {
			var used hostruntime.Report
			answer, err := a.Report.Ask(hostruntime.WithReport(t.Context(), &used), "spin", &fuel)
			if err != nil || answer.Outcome != "fuel" || answer.Fuel > most {
				t.Errorf("%d: %+v, %v", fuel, answer, err)
			}
			for _, r := range used.Tasks.Reports {
				if r.FuelLimit > most {
					t.Errorf("%d: the task had %d units", fuel, r.FuelLimit)
				}
			}
		}
	})
}

// A cancelled agent ends, and its task with it.
func TestAgentsAreCancelledInTheirTasks(t *testing.T) {
	each(t, func(t *testing.T, caller, task *hostruntime.Component) {
		p := policy(task, hostruntime.Limits{})
		p.Limits.Fuel = hostruntime.Unlimited
		a := start(t, caller, p)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		var used hostruntime.Report
		_, err := a.Report.Ask(hostruntime.WithReport(ctx, &used), "spin", nil)
		if !errors.Is(err, context.Canceled) || used.Outcome != hostruntime.OutcomeCancelled {
			t.Errorf("%v, outcome %s", err, used.Outcome)
		}
	})
}

// Equal agents with equal seeds are equal, tasks included.
func TestDeterministicAgents(t *testing.T) {
	each(t, func(t *testing.T, caller, task *hostruntime.Component) {
		var first hostruntime.Report
		for i := range 3 {
			p := policy(task, hostruntime.Limits{})
			p.Deterministic = &hostruntime.Deterministic{Seed: 1}
			var used hostruntime.Report
			a := start(t, caller, p)
			if _, err := a.Report.Ask(hostruntime.WithReport(t.Context(), &used), "one two", nil); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = used
			}
			if used.Fuel != first.Fuel || used.MemoryBytes != first.MemoryBytes || used.Tasks.Reports[0].Fuel != first.Tasks.Reports[0].Fuel {
				t.Errorf("%d units and %d bytes, then %d and %d", first.Fuel, first.MemoryBytes, used.Fuel, used.MemoryBytes)
			}
		}
	})
}

// Hundreds of tasks leave nothing behind, whatever their end.
func TestTasksLeaveNothing(t *testing.T) {
	rt := newRuntime(t)
	caller, task := load(t, rt, guest.QuickJS, "agent"), load(t, rt, guest.QuickJS, "counter")
	a := start(t, caller, policy(task, hostruntime.Limits{MemoryBytes: 16 << 20, Fuel: hostruntime.FuelLow}))
	round := func(n int) (goroutines int, heap uint64) {
		t.Helper()
		for i := range n {
			if _, err := a.Report.Ask(t.Context(), []string{"a b c", "raise", "eat", ""}[i%4], nil); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return runtime.NumGoroutine(), stats.HeapAlloc
	}
	goroutines, heap := round(40)
	after, heapAfter := round(400)
	t.Logf("%d goroutines and %d KiB, after 400 more tasks %d and %d KiB", goroutines, heap>>10, after, heapAfter>>10)
	if after > goroutines || heapAfter > heap+4<<20 {
		t.Error("that grows")
	}
}

// The copy of capsule:tasks among these files is the one that the project ships.
func TestTasksPackage(t *testing.T) {
	text, err := os.ReadFile("wit/deps/capsule-tasks/tasks.wit")
	if err != nil || string(text) != packages.Tasks {
		t.Errorf("the copy differs: %v", err)
	}
}
