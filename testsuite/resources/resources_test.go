package resources

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/component"
	"github.com/capsule-kit/capsule/testsuite/resources/resources"
	"github.com/capsule-kit/capsule/wit"
)

// The package in resources is what the generator makes of the world.
func TestGeneratedIsCurrent(t *testing.T) {
	r, err := wit.Load(t.Context(), "wit", wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := r.World("resources")
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(world, codegen.Options{Go: &codegen.GoOptions{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		has, err := os.ReadFile("resources/" + f.Path)
		if err != nil || !bytes.Equal(has, f.Data) {
			t.Errorf("%s is stale (%v): go run ./cmd/capsule-gen generate --wit testsuite/resources/wit --go testsuite/resources/resources", f.Path, err)
		}
	}
}

func TestWithoutAnEngine(t *testing.T) {
	core, err := os.ReadFile("testdata/guest.wat")
	if err != nil {
		t.Fatal(err)
	}
	comp, err := runtime(t).Load(t.Context(), component.New(t, "wit", "resources", core))
	if err != nil {
		t.Fatal(err)
	}
	everything(t, comp)
}

func runtime(t *testing.T) *hostruntime.Runtime {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	return rt
}

// What not every engine can do.
const (
	moves = "counters move"
	lends = "logs are lent"
)

// everything runs all tests with one guest, whatever it is written in.
func everything(t *testing.T, comp *hostruntime.Component, except ...string) {
	tests := []struct {
		name string
		test func(t *testing.T, comp *hostruntime.Component)
	}{
		{"counters", testCounters},
		{moves, testMoves},
		{"misuse", testMisuse},
		{"taken back", testTakeBack},
		{lends, testLends},
		{"own logs", testOwnLogs},
	}
	for _, test := range tests {
		if !slices.Contains(except, test.name) {
			t.Run(test.name, func(t *testing.T) { test.test(t, comp) })
		}
	}
}

func start(t *testing.T, comp *hostruntime.Component) (*resources.Resources, *host) {
	t.Helper()
	h := &host{}
	task, err := resources.Instantiate(t.Context(), comp, hostruntime.Policy{}, resources.Imports{Logs: h})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { task.Close(context.Background()) })
	return task, h
}

// must returns a value where there is no error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func testCounters(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, _ := start(t, comp)
	counters := &task.Counters
	counter, number := must[*resources.Counter](t), must[uint32](t)

	a := counter(counters.NewCounter(ctx, 5))
	if got := number(a.Step(ctx, 3)); got != 8 {
		t.Errorf("step: %d", got)
	}
	b := counter(counters.CounterParse(ctx, "12"))
	if got := number(b.Value(ctx)); got != 12 {
		t.Errorf("value: %d", got)
	}
	_, err := counters.CounterParse(ctx, "x")
	if refused, ok := errors.AsType[*resources.CounterParseError](err); !ok || refused.Value != "no number" {
		t.Errorf("parse: %v", err)
	}
	if got := number(counters.Sum(ctx, []*resources.Counter{a, b, a})); got != 28 {
		t.Errorf("sum: %d", got)
	}
	d := counter(counters.NewCounter(ctx, 4))
	if err := d.CallClose(ctx); err != nil {
		t.Error(err)
	}
	if got := number(d.Value(ctx)); got != 0 {
		t.Errorf("after the guest's own close: %d", got)
	}
	if err := d.Close(ctx); err != nil {
		t.Error(err)
	}
}

// Counters that the host gives to the guest are the guest's.
func testMoves(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, _ := start(t, comp)
	counters := &task.Counters
	counter, number := must[*resources.Counter](t), must[uint32](t)
	a, b := counter(counters.NewCounter(ctx, 8)), counter(counters.NewCounter(ctx, 12))
	c := counter(counters.Join(ctx, resources.Pair{Left: a, Right: b}))
	if got := number(c.Value(ctx)); got != 20 {
		t.Errorf("join: %d", got)
	}
	_, err := a.Value(ctx)
	refused(t, "use after giving away", err, "self", "was given away")
	if err := a.Close(ctx); err != nil {
		t.Error(err)
	}
	c = counter(counters.Join(ctx, resources.Pair{Left: c}))
	c = counter(counters.Even(ctx, c))
	if c == nil {
		t.Fatal("20 is even")
	}
	number(c.Step(ctx, 1))
	if odd := counter(counters.Even(ctx, c)); odd != nil {
		t.Error("21 is even")
	}
}

func refused(t *testing.T, what string, err error, path, got string) {
	t.Helper()
	argument, ok := errors.AsType[*hostruntime.ArgumentError](err)
	if !ok || argument.Path != path || !strings.Contains(argument.Got, got) {
		t.Errorf("%s: %v", what, err)
	}
}

// Handles that are gone, nil or another instance's are refused before the
// guest runs, and Close does nothing more.
func testMisuse(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, _ := start(t, comp)
	other, _ := start(t, comp)
	counter := must[*resources.Counter](t)
	closed := counter(task.Counters.NewCounter(ctx, 1))
	for range 3 {
		if err := closed.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	_, err := closed.Value(ctx)
	refused(t, "use after close", err, "self", "was dropped")

	foreign := counter(other.Counters.NewCounter(ctx, 3))
	_, err = task.Counters.Sum(ctx, []*resources.Counter{foreign})
	refused(t, "another instance's", err, "all[0]", "another instance")
	_, err = task.Counters.Sum(ctx, []*resources.Counter{nil})
	refused(t, "nil", err, "all[0]", "nil")
	_, err = task.Counters.Join(ctx, resources.Pair{})
	refused(t, "nil in a record", err, "both.left", "nil")
	refused(t, "nil of the host's", task.Note(ctx, nil, ""), "to", "nil")

	if err := other.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := foreign.Close(ctx); err != nil {
		t.Errorf("close after the instance's: %v", err)
	}
	if _, err := foreign.Value(ctx); !errors.Is(err, hostruntime.ErrClosed) {
		t.Errorf("use after the instance's close: %v", err)
	}
	var none *resources.Counter
	if err := none.Close(ctx); err != nil {
		t.Error(err)
	}
}

// A call that is refused for its last argument leaves the first ones the
// host's.
func testTakeBack(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, h := start(t, comp)
	counter := must[*resources.Counter](t)
	left, closed := counter(task.Counters.NewCounter(ctx, 7)), counter(task.Counters.NewCounter(ctx, 8))
	if err := closed.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := task.Counters.Join(ctx, resources.Pair{Left: left, Right: closed}); err == nil {
		t.Fatal("a closed counter was taken")
	}
	if got := must[uint32](t)(left.Value(ctx)); got != 7 {
		t.Errorf("value %d", got)
	}
	a := h.newLog("a")
	if err := task.Note(ctx, a, "\xff"); err == nil {
		t.Error("an invalid string was taken")
	}
	if _, err := task.Merged(ctx, a, nil); err == nil {
		t.Error("a nil log was taken")
	}
	if err := task.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if a.closed > 0 {
		t.Error("a borrow was closed")
	}
}

// Logs that the host lends stay its own.
func testLends(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, h := start(t, comp)
	a, b := h.newLog("a"), h.newLog("b")
	for _, line := range []string{"one", "two"} {
		if err := task.Note(ctx, a, line); err != nil {
			t.Fatal(err)
		}
	}
	b.lines = []string{"three"}
	lines := must[[]string](t)(task.Merged(ctx, a, b))
	if !slices.Equal(lines, []string{"one", "two", "three"}) {
		t.Errorf("merged: %q", lines)
	}
	if a.closed > 0 || b.closed > 0 {
		t.Error("the host closes what it lends or is given back")
	}
	if merged := h.made[2]; merged.closed != 1 {
		t.Errorf("the guest's log was closed %d times", merged.closed)
	}
}

// Logs that the guest owns are closed once: when it drops them, and at the
// latest with the instance.
func testOwnLogs(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, h := start(t, comp)
	a := h.newLog("a")
	_, err := task.Find(ctx, "nowhere")
	if refused, ok := errors.AsType[*resources.FindError](err); !ok || refused.Value != "no log nowhere" {
		t.Errorf("find: %v", err)
	}
	if got := must[resources.Log](t)(task.Find(ctx, "a")); got != resources.Log(a) {
		t.Errorf("find: %v", got)
	}
	made := must[resources.Log](t)(task.Make(ctx, "fresh")).(*log)
	if made != h.made[1] || !slices.Equal(made.lines, []string{"fresh"}) || made.closed != 0 {
		t.Errorf("made %+v", made)
	}
	first, second, third := h.newLog("first"), h.newLog("second"), h.newLog("third")
	if err := task.Keep(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := task.Keep(ctx, second); err != nil {
		t.Fatal(err)
	}
	if first.closed != 1 || second.closed != 0 {
		t.Errorf("closed %d and %d times", first.closed, second.closed)
	}
	if got := must[resources.Log](t)(task.Give(ctx)); got != resources.Log(second) {
		t.Errorf("given %v", got)
	}
	if got := must[resources.Log](t)(task.Give(ctx)); got != nil {
		t.Errorf("given %v", got)
	}
	if err := task.Keep(ctx, third); err != nil {
		t.Fatal(err)
	}
	if err := task.Keep(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := task.Keep(ctx, made); err != nil {
		t.Fatal(err)
	}
	if third.closed != 1 || made.closed != 0 {
		t.Errorf("closed %d and %d times", third.closed, made.closed)
	}
	if err := task.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if made.closed != 1 || second.closed != 0 {
		t.Errorf("closed %d and %d times with the instance", made.closed, second.closed)
	}
}
