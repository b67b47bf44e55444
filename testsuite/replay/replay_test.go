// Package replay records runs and repeats them without the outside world.
package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

const mib = 1 << 20

func load(t testing.TB, bytes []byte) *hostruntime.Component {
	t.Helper()
	rt, err := hostruntime.New(context.Background(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	c, err := rt.Load(context.Background(), bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// worker is a component that uses as much as it is told to.
func worker(t testing.TB) *hostruntime.Component {
	t.Helper()
	code, err := os.ReadFile("../limits/testdata/worker.wasm")
	if err != nil {
		t.Fatal(err)
	}
	return load(t, code)
}

// answers are an import of the worker's that never gives the same answer twice.
func answers() hostruntime.Imports {
	return hostruntime.Imports{hostruntime.HostFunc("test:limits/host", "ask",
		func(_ context.Context, args []value.Value) (value.Value, error) {
			if len(args[0].(value.Bytes)) == 13 {
				return nil, errors.New("the host has no answer")
			}
			return value.U32(rand.Uint32()), nil
		})}
}

// A run records calls on one instance.
type run struct {
	t       testing.TB
	in      *hostruntime.Instance
	journal bytes.Buffer
	reports []hostruntime.Report
}

func record(t testing.TB, c *hostruntime.Component, p hostruntime.Policy, imports ...hostruntime.Imports) *run {
	t.Helper()
	r := &run{t: t}
	p.Record = &r.journal
	var report hostruntime.Report
	in, err := c.Instantiate(hostruntime.WithReport(context.Background(), &report), p, imports...)
	if err != nil {
		t.Fatal(err)
	}
	r.in, r.reports = in, []hostruntime.Report{report}
	return r
}

// call makes a call, however it ends.
func (r *run) call(ctx context.Context, name string, args ...value.Value) (value.Value, error) {
	var report hostruntime.Report
	v, err := r.in.Call(hostruntime.WithReport(ctx, &report), name, args...)
	r.reports = append(r.reports, report)
	return v, err
}

// numbers are arguments of type u32.
func numbers(list ...uint32) []value.Value {
	var args []value.Value
	for _, n := range list {
		args = append(args, value.U32(n))
	}
	return args
}

// close ends the run, and returns the journal.
func (r *run) close() []byte {
	r.t.Helper()
	if err := r.in.Close(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	return r.journal.Bytes()
}

// repeats checks that a journal's replay reports what the run did, to the byte.
func (r *run) repeats(c *hostruntime.Component) {
	r.t.Helper()
	again, err := hostruntime.Replay(context.Background(), c, bytes.NewReader(r.close()), hostruntime.Policy{})
	if err != nil {
		r.t.Errorf("after %d calls: %v", len(again), err)
		return
	}
	if len(again) != len(r.reports) {
		r.t.Errorf("%d calls, recorded %d", len(again), len(r.reports))
		return
	}
	for i := range again {
		if was, is := text(r.t, r.reports[i]), text(r.t, again[i]); was != is {
			r.t.Errorf("recorded %s\nrepeated %s", was, is)
		}
	}
}

func text(t testing.TB, r hostruntime.Report) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// However calls end, they end so again: with the same figures, to the unit.
func TestEndings(t *testing.T) {
	c := worker(t)
	for _, row := range []struct {
		name, outcome string
		limits        hostruntime.Limits
		call          string
		args          []uint32
	}{
		{"ok", "ok", hostruntime.Limits{}, "spin", []uint32{1000}},
		{"imports", "ok", hostruntime.Limits{}, "ask", []uint32{100, 1000}},
		{"result", "ok", hostruntime.Limits{}, "give", []uint32{1000}},
		{"host's error", "host-error", hostruntime.Limits{}, "ask", []uint32{1, 13}},
		{"trap", "trap", hostruntime.Limits{}, "trap", nil},
		{"fuel", "fuel", hostruntime.Limits{Fuel: 123_456}, "spin", []uint32{1 << 31}},
		{"fuel before it begins", "fuel", hostruntime.Limits{Fuel: 50}, "spin", []uint32{1}},
		{"fuel in an import", "fuel", hostruntime.Limits{Fuel: 12_345}, "ask", []uint32{1 << 31, 100}},
		{"time", "timeout", hostruntime.Limits{WallTime: 30 * time.Millisecond}, "spin", []uint32{1 << 31}},
		{"time in a tree of calls", "timeout", hostruntime.Limits{WallTime: 30 * time.Millisecond}, "tree", []uint32{60}},
		{"time in bulk operations", "timeout", hostruntime.Limits{WallTime: 30 * time.Millisecond}, "fills", []uint32{50_000}},
		{"time between modules", "timeout", hostruntime.Limits{WallTime: 30 * time.Millisecond}, "ping", []uint32{1 << 31}},
		{"time between imports", "timeout", hostruntime.Limits{WallTime: 30 * time.Millisecond}, "ask", []uint32{1 << 31, 20}},
		{"growth", "ok", hostruntime.Limits{}, "grow", []uint32{100}},
		{"growth refused", "ok", hostruntime.Limits{MemoryBytes: 8 * mib}, "grow", []uint32{1000}},
		{"lifted", "memory", hostruntime.Limits{LiftedBytes: 1000}, "ask", []uint32{1, 2000}},
		{"lifted result", "memory", hostruntime.Limits{LiftedBytes: 1000}, "give", []uint32{2000}},
		{"memory of values", "memory", hostruntime.Limits{MemoryBytes: 8 * mib}, "give", []uint32{40 * mib}},
		{"handles", "handles", hostruntime.Limits{Handles: 100}, "hold", []uint32{1000}},
		{"depth", "depth", hostruntime.Limits{}, "recurse", []uint32{1 << 31}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := record(t, c, hostruntime.Policy{Limits: row.limits}, answers())
			if row.call == "give" {
				_, _ = r.call(t.Context(), "grow", value.U32(64))
			}
			_, _ = r.call(t.Context(), row.call, numbers(row.args...)...)
			if got := r.reports[len(r.reports)-1].Outcome; got != row.outcome {
				if !(row.name == "memory of values" && got == "trap") {
					t.Errorf("outcome %q, want %q", got, row.outcome)
				}
			}
			r.repeats(c)
		})
	}
}

func TestManyCallsAndCancelling(t *testing.T) {
	c := worker(t)
	r := record(t, c, hostruntime.Policy{}, answers())
	for i := range uint32(20) {
		_, _ = r.call(t.Context(), "ask", numbers(i+1, i*100)...)
	}
	narrow := hostruntime.WithLimits(t.Context(), hostruntime.Limits{Fuel: 10_000})
	_, _ = r.call(narrow, "spin", numbers(10)...)
	_, _ = r.call(t.Context(), "spin") // an argument is missing: the instance goes on
	_, _ = r.call(t.Context(), "spin", numbers(10)...)
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("the user went away")) })
	if _, err := r.call(ctx, "spin", numbers(1<<31)...); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.repeats(c)
}

// Replay by hand: the host makes the calls, and gets the recorded answers.
func TestByHand(t *testing.T) {
	c := worker(t)
	r := record(t, c, hostruntime.Policy{}, answers())
	_, _ = r.call(t.Context(), "ask", numbers(3, 100)...)
	given, _ := r.call(t.Context(), "give", numbers(10)...)
	journal := r.close()

	open := func() *hostruntime.Instance {
		in, err := c.Instantiate(t.Context(), hostruntime.Policy{Replay: bytes.NewReader(journal)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { in.Close(context.Background()) })
		return in
	}
	in := open()
	if _, err := in.Call(t.Context(), "ask", numbers(3, 100)...); err != nil {
		t.Error(err)
	}
	if got, err := in.Call(t.Context(), "give", numbers(10)...); err != nil || !value.Equal(got, given) {
		t.Error(got, err)
	}
	if _, err := in.Call(t.Context(), "give", numbers(10)...); !mismatch(err, "recorded the end of the journal, got a call of give") {
		t.Error(err)
	}

	for _, row := range []struct {
		call string
		args []value.Value
		want string
	}{
		{"ask", numbers(3, 101), "in ask: argument: size: recorded 100, got 101"},
		{"give", numbers(10), "recorded a call of ask, got a call of give"},
	} {
		in := open()
		_, err := in.Call(t.Context(), row.call, row.args...)
		if !mismatch(err, row.want) || hostruntime.Outcome(err) != hostruntime.OutcomeInvalid {
			t.Errorf("%v (%s), want %q", err, hostruntime.Outcome(err), row.want)
		}
		if _, err := in.Call(t.Context(), "give", numbers(10)...); err == nil {
			t.Error("the instance goes on after a mismatch")
		}
	}
}

func mismatch(err error, want string) bool {
	e, ok := errors.AsType[*hostruntime.ReplayError](err)
	return ok && e.Record > 0 && strings.Contains(e.Error(), want)
}

// A second component, and limits beyond what the replay may have.
func TestRefused(t *testing.T) {
	c := worker(t)
	r := record(t, c, hostruntime.Policy{}, answers())
	journal := r.close()
	relay, err := os.ReadFile("../limits/testdata/relay.wasm")
	if err != nil {
		t.Fatal(err)
	}
	_, err = hostruntime.Replay(t.Context(), load(t, relay), bytes.NewReader(journal), hostruntime.Policy{})
	if err == nil || !strings.Contains(err.Error(), "component, its SHA-256: recorded ") {
		t.Error(err)
	}
	_, err = hostruntime.Replay(t.Context(), c, bytes.NewReader(journal), hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: mib}})
	if err == nil || !strings.Contains(err.Error(), "limit of memory: recorded 256 MiB, got a policy that allows 1 MiB") {
		t.Error(err)
	}
	_, err = c.Instantiate(t.Context(), hostruntime.Policy{Record: &bytes.Buffer{}, Replay: bytes.NewReader(journal)})
	if err == nil {
		t.Error("a policy both records and replays")
	}
	_, err = hostruntime.NewHandler(c, hostruntime.HandlerOptions{Policy: hostruntime.Policy{Record: &bytes.Buffer{}}})
	if err == nil || !strings.Contains(err.Error(), "can't share a journal") {
		t.Error(err)
	}
}

// A journal that was changed, by accident or not, is an error with its place.
func TestDamage(t *testing.T) {
	c := worker(t)
	r := record(t, c, hostruntime.Policy{}, answers())
	_, _ = r.call(t.Context(), "ask", numbers(5, 50)...)
	journal := r.close()
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		bad := bytes.Clone(journal)
		if random.IntN(4) == 0 {
			bad = bad[:random.IntN(len(bad))]
		} else {
			bad[random.IntN(len(bad))] ^= byte(1 + random.IntN(255))
		}
		for what, err := range map[string]error{
			"replay": func() error {
				_, err := hostruntime.Replay(t.Context(), c, bytes.NewReader(bad), hostruntime.Policy{})
				return err
			}(),
			"print": hostruntime.PrintJournal(&bytes.Buffer{}, bytes.NewReader(bad), 0),
		} {
			if _, ok := errors.AsType[*hostruntime.ReplayError](err); !ok {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
}

// Journals of one stream are those of instances, one after the other.
func TestSeveralInstances(t *testing.T) {
	c := worker(t)
	var journal bytes.Buffer
	for i := range uint32(3) {
		r := record(t, c, hostruntime.Policy{}, answers())
		_, _ = r.call(t.Context(), "ask", numbers(i+1, 10)...)
		journal.Write(r.close())
	}
	reports, err := hostruntime.Replay(t.Context(), c, &journal, hostruntime.Policy{})
	if err != nil || len(reports) != 6 {
		t.Errorf("%d reports, %v", len(reports), err)
	}
}

// A journal that can't be written ends the call.
func TestWriterFails(t *testing.T) {
	in, err := worker(t).Instantiate(t.Context(), hostruntime.Policy{Record: full{}}, answers())
	if in != nil || err == nil || !strings.Contains(err.Error(), "writing the journal: the disk is full") {
		t.Error(in, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
