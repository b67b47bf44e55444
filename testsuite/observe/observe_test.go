// Package observe has a guest made by hand, testdata/talker.wat, called while
// logs, traces and metrics are kept of it. Any wat2wasm that knows components
// makes its binary.
package observe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// talker loads the guest into a runtime of its own.
func talker(t testing.TB, observers ...hostruntime.Observer) *hostruntime.Component {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true, Observers: observers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	c, err := rt.LoadFile(ctx, "testdata/talker.wasm")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func start(t testing.TB, c *hostruntime.Component, policy hostruntime.Policy, ask func(context.Context)) *hostruntime.Instance {
	t.Helper()
	in, err := c.Instantiate(t.Context(), policy, hostruntime.Imports{
		hostruntime.HostFunc("test:observe/host", "ask", func(ctx context.Context, _ []value.Value) (value.Value, error) {
			if ask != nil {
				ask(ctx)
			}
			return nil, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(context.Background()) })
	return in
}

func call(t testing.TB, ctx context.Context, in *hostruntime.Instance, export string, texts ...string) {
	t.Helper()
	var args []value.Value
	for _, text := range texts {
		args = append(args, value.String(text))
	}
	if _, err := in.Call(ctx, export, args...); err != nil {
		t.Fatal(err)
	}
}

// Observers are told in order, and at the end in the reverse one; the context
// that the last one returns is the host functions'.
func TestObserversAreTold(t *testing.T) {
	var told []string
	type key struct{}
	note := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	observer := func(name string) hostruntime.Observer {
		return hostruntime.Observer{
			Load: func(ctx context.Context, byteLen int) (context.Context, func(error)) {
				note("%s loads, %t", name, byteLen > 1000)
				return ctx, func(err error) { note("%s loaded: %v", name, err) }
			},
			Call: func(ctx context.Context, call hostruntime.CallInfo) (context.Context, func(*hostruntime.Report)) {
				note("%s calls %s of %s, %t", name, call.Export, call.Name, call.Instantiation)
				path, _ := ctx.Value(key{}).(string)
				return context.WithValue(ctx, key{}, path+name), func(r *hostruntime.Report) {
					note("%s: %s is %s", name, r.Export, r.Outcome)
				}
			},
			Instance: func(of string) func() {
				note("%s has %s", name, of)
				return func() { note("%s has %s no more", name, of) }
			},
		}
	}
	c := talker(t, observer("a"), hostruntime.Observer{}, observer("b"))
	in := start(t, c, hostruntime.Policy{Name: "talk"}, func(ctx context.Context) { note("asked by %v", ctx.Value(key{})) })
	call(t, t.Context(), in, "ask")
	if _, err := in.Call(t.Context(), "trap"); err == nil {
		t.Error("no trap")
	}
	if _, err := in.Call(t.Context(), "ask"); err == nil {
		t.Error("the dead instance served a call") // which is none, for observers
	}
	if err := in.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a loads, true", "b loads, true", "b loaded: <nil>", "a loaded: <nil>",
		"a calls instantiation of talk, true", "b calls instantiation of talk, true",
		"b: instantiation is ok", "a: instantiation is ok", "a has talk", "b has talk",
		"a calls ask of talk, false", "b calls ask of talk, false", "asked by ab", "b: ask is ok", "a: ask is ok",
		"a calls trap of talk, false", "b calls trap of talk, false", "b: trap is trap", "a: trap is trap",
		"b has talk no more", "a has talk no more",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// What doesn't start is told of as a call, and never as an instance; what can't
// be loaded is told of with its error.
func TestFailuresAreTold(t *testing.T) {
	var outcomes []string
	var loading error
	instances := 0
	c := talker(t, hostruntime.Observer{
		Load: func(ctx context.Context, _ int) (context.Context, func(error)) {
			return ctx, func(err error) { loading = err }
		},
		Call: func(ctx context.Context, _ hostruntime.CallInfo) (context.Context, func(*hostruntime.Report)) {
			return ctx, func(r *hostruntime.Report) { outcomes = append(outcomes, r.Outcome) }
		},
		Instance: func(string) func() { instances++; return nil },
	})
	_, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: 1000}})
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitMemory {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(outcomes, []string{"memory"}) || instances != 0 || loading != nil {
		t.Errorf("told of %q, %d instances, %v", outcomes, instances, loading)
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true, Observers: []hostruntime.Observer{{
		Load: func(ctx context.Context, _ int) (context.Context, func(error)) {
			return ctx, func(err error) { loading = err }
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(t.Context())
	if _, err := rt.Load(t.Context(), []byte("no component")); err == nil || loading != err {
		t.Errorf("told of %v, got %v", loading, err)
	}
}

// A host's own report and the observer's are two: neither sees what is done to
// the other.
func TestReportsAreApart(t *testing.T) {
	var seen *hostruntime.Report
	c := talker(t, hostruntime.Observer{
		Call: func(ctx context.Context, _ hostruntime.CallInfo) (context.Context, func(*hostruntime.Report)) {
			return ctx, func(r *hostruntime.Report) { seen = r }
		},
	})
	var own hostruntime.Report
	call(t, hostruntime.WithReport(t.Context(), &own), start(t, c, hostruntime.Policy{}, nil), "print", "hello\n")
	if seen == &own || own.Stdout != "hello\n" || seen.Stdout != own.Stdout || seen.Fuel != own.Fuel {
		t.Errorf("seen %+v\nown %+v", seen, own)
	}
}

// records reads what a JSON handler wrote.
func records(t *testing.T, text *bytes.Buffer) []map[string]any {
	t.Helper()
	var list []map[string]any
	for decoder := json.NewDecoder(text); decoder.More(); {
		var record map[string]any
		if err := decoder.Decode(&record); err != nil {
			t.Fatal(err)
		}
		delete(record, "time")
		list = append(list, record)
	}
	return list
}

func TestCallsAreLogged(t *testing.T) {
	var text bytes.Buffer
	c := talker(t, hostruntime.LogCalls(slog.New(slog.NewJSONHandler(&text, nil))))
	in := start(t, c, hostruntime.Policy{Name: "talk", Limits: hostruntime.Limits{Fuel: 100_000}}, nil)
	call(t, t.Context(), in, "refuse")
	if _, err := in.Call(t.Context(), "spin"); err == nil {
		t.Error("spun for nothing")
	}
	var got []string
	for _, r := range records(t, &text) {
		got = append(got, fmt.Sprint(r["level"], " ", r["msg"], " ", r["name"], " ", r["export"], " ", r["outcome"], " ", r["error"]))
	}
	want := []string{
		"INFO component loaded <nil> <nil> ok <nil>",
		"INFO guest called talk instantiation ok <nil>",
		"INFO guest called talk refuse guest-error <nil>",
		"WARN guest called talk spin fuel hostruntime: spin: fuel limit of 100000 reached",
	}
	if !slices.Equal(got, want) {
		t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// logged has a guest print, and returns its report and the records.
func logged(t *testing.T, policy hostruntime.Policy, calls ...func(context.Context, *hostruntime.Instance)) (hostruntime.Report, []map[string]any) {
	t.Helper()
	var text bytes.Buffer
	policy.Name, policy.Log = "talk", slog.New(slog.NewJSONHandler(&text, nil))
	var used hostruntime.Report
	in := start(t, talker(t), policy, nil)
	for _, one := range calls {
		one(hostruntime.WithReport(t.Context(), &used), in)
	}
	return used, records(t, &text)
}

func TestOutputLinesAreRecords(t *testing.T) {
	long := strings.Repeat("é", 3000) // its 4096th byte is the first half of one
	_, got := logged(t, hostruntime.Policy{},
		func(ctx context.Context, in *hostruntime.Instance) {
			call(t, ctx, in, "print", "one\ntwo\r\n\nmsg=\"guest called\"\n\x1b[31mred\u202e\nthe rest")
		},
		func(ctx context.Context, in *hostruntime.Instance) { call(t, ctx, in, "complain", long) },
	)
	var lines []string
	for _, r := range got {
		if r["msg"] != "guest output" || r["level"] != "INFO" || r["name"] != "talk" {
			t.Errorf("%v", r)
		}
		if r["stream"] == "stderr" {
			if line := r["line"].(string); line != strings.Repeat("é", 2048) || r["cutBytes"] != 6000.0-4096 || r["export"] != "complain" {
				t.Errorf("%d bytes, %v cut", len(line), r["cutBytes"])
			}
			continue
		}
		lines = append(lines, r["line"].(string))
	}
	want := []string{"one", "two", "", `msg="guest called"`, `\x1b[31mred\u202e`, "the rest"}
	if !slices.Equal(lines, want) || len(got) != len(want)+1 {
		t.Errorf("lines %q, want %q", lines, want)
	}
}

// What is cut in two by its 4096th byte is left out.
func TestCutLinesAreWholeCharacters(t *testing.T) {
	_, got := logged(t, hostruntime.Policy{}, func(ctx context.Context, in *hostruntime.Instance) {
		call(t, ctx, in, "print", "x"+strings.Repeat("é", 3000)+"\n"+"y"+strings.Repeat("é", 3000))
	})
	for i, first := range []string{"x", "y"} {
		if line := got[i]["line"]; line != first+strings.Repeat("é", 2047) || got[i]["cutBytes"] != 6001.0-4095 {
			t.Errorf("%.5q… %v", line, got[i]["cutBytes"])
		}
	}
}

// A replay logs nothing, and reports what was logged.
func TestLogLinesAreReplayed(t *testing.T) {
	var journal bytes.Buffer
	used, _ := logged(t, hostruntime.Policy{Limits: hostruntime.Limits{LogLines: 3}, Record: &journal}, func(ctx context.Context, in *hostruntime.Instance) {
		call(t, ctx, in, "print", "1\n2\n3\n4\n5\n")
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	again, err := hostruntime.Replay(t.Context(), talker(t), &journal, hostruntime.Policy{})
	if err != nil || len(again) != 2 || again[1].LogLines != 3 || again[1].LogLinesDropped != 2 || used.LogLines != 3 {
		t.Errorf("recorded %+v, replayed %+v, %v", used, again, err)
	}
}

func TestLogLinesAreLimited(t *testing.T) {
	print := func(n int) func(context.Context, *hostruntime.Instance) {
		return func(ctx context.Context, in *hostruntime.Instance) {
			call(t, ctx, in, "print", strings.Repeat("line\n", n))
		}
	}
	// One just at the limit, one above it; the limit is a call's.
	for n, dropped := range map[int]uint64{3: 0, 4: 1, 100: 97} {
		used, got := logged(t, hostruntime.Policy{Limits: hostruntime.Limits{LogLines: 3}}, print(n), print(n))
		if len(got) != 6 || used.LogLines != 3 || used.LogLinesDropped != dropped {
			t.Errorf("%d lines: %d records, report %d and %d dropped", n, len(got), used.LogLines, used.LogLinesDropped)
		}
		text, err := json.Marshal(used)
		if err != nil || strings.Contains(string(text), `"logLinesDropped":`) != (dropped > 0) || !strings.Contains(string(text), `"logLines":3`) {
			t.Errorf("%s, %v", text, err)
		}
	}
	// WithLimits narrows it, and can't widen it.
	used, got := logged(t, hostruntime.Policy{Limits: hostruntime.Limits{LogLines: 3}},
		func(ctx context.Context, in *hostruntime.Instance) {
			print(5)(hostruntime.WithLimits(ctx, hostruntime.Limits{LogLines: 2}), in)
		},
		func(ctx context.Context, in *hostruntime.Instance) {
			print(5)(hostruntime.WithLimits(ctx, hostruntime.Limits{LogLines: 9}), in)
		},
	)
	if len(got) != 5 || used.LogLinesDropped != 2 {
		t.Errorf("%d records, %d dropped", len(got), used.LogLinesDropped)
	}
	if used, _ := logged(t, hostruntime.Policy{}, print(1001)); used.LogLines != 1000 || used.LogLinesDropped != 1 {
		t.Errorf("by default %d, and %d dropped", used.LogLines, used.LogLinesDropped)
	}
}

// Lines of tasks are lines of those who started them, so that nobody gets more
// by starting tasks, one after the other or side by side.
func TestLogLinesOfTasksAreTheirCallers(t *testing.T) {
	var text bytes.Buffer
	policy := hostruntime.Policy{Name: "talk", Log: slog.New(slog.NewJSONHandler(&text, nil)), Limits: hostruntime.Limits{LogLines: 10}}
	task := policy
	task.Limits.LogLines = 7
	task.Limits.WrittenBytes = 1 << 10 // of what is set aside there must be some for all at once
	c := talker(t)
	lines := strings.Repeat("line\n", 5)
	var ended [6]hostruntime.Report
	started := func(ctx context.Context, i int) {
		in, err := c.Instantiate(hostruntime.AsTask(ctx), task)
		if err != nil {
			t.Error(err)
			return
		}
		defer in.Close(ctx)
		if _, err := in.Call(hostruntime.WithReport(ctx, &ended[i]), "print", value.String(lines)); err != nil {
			t.Error(err)
		}
	}
	in := start(t, c, policy, func(ctx context.Context) {
		started(ctx, 0)
		var group sync.WaitGroup
		for i := range ended[1:] {
			group.Go(func() { started(ctx, i+1) })
		}
		group.Wait()
	})
	var used hostruntime.Report
	call(t, hostruntime.WithReport(t.Context(), &used), in, "ask")
	if got := len(records(t, &text)); got != 10 || used.LogLines != 10 || used.LogLinesDropped != 20 {
		t.Errorf("%d records, the report says %d and %d dropped", got, used.LogLines, used.LogLinesDropped)
	}
	if ended[0].LogLines != 5 || ended[0].LogLinesDropped != 0 {
		t.Errorf("the first task logged %d lines, %d dropped", ended[0].LogLines, ended[0].LogLinesDropped)
	}
	var together uint64
	for _, r := range ended {
		if together += r.LogLines; r.LogLines+r.LogLinesDropped != 5 {
			t.Errorf("a task logged %d lines, %d dropped", r.LogLines, r.LogLinesDropped)
		}
	}
	if together != 10 {
		t.Errorf("the tasks logged %d lines", together)
	}
}

// Secrets are out of the output before it is logged.
func TestLogLinesHaveNoSecrets(t *testing.T) {
	policy := hostruntime.Policy{Network: hostruntime.Network{
		Secrets: []hostruntime.Secret{{Placeholder: "placeholder", Value: "the real one", Hosts: []string{"api.example.org"}}},
	}}
	_, got := logged(t, policy, func(ctx context.Context, in *hostruntime.Instance) {
		call(t, ctx, in, "print", "it is the real one\nand the re")
	})
	if len(got) != 2 || got[0]["line"] != "it is placeholder" || got[1]["line"] != "and the re" {
		t.Errorf("%v", got)
	}
}

// Whoever observes nothing pays nothing.
func TestNothingObservedAllocatesNothing(t *testing.T) {
	in := start(t, talker(t), hostruntime.Policy{}, nil)
	ctx := context.Background()
	base := testing.AllocsPerRun(100, func() { call(t, ctx, in, "refuse") })
	observed := start(t, talker(t, hostruntime.LogCalls(slog.New(slog.DiscardHandler))), hostruntime.Policy{}, nil)
	if got := testing.AllocsPerRun(100, func() { call(t, ctx, observed, "refuse") }); got <= base {
		t.Errorf("%v allocations without, %v with an observer: the test sees no difference", base, got)
	}
	// A dynamic call takes some; with observers in the way there would be more.
	if base > 8 {
		t.Errorf("a call takes %v allocations", base)
	}
}
