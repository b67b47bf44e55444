package hostruntime_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// recordedRun returns a component, and the records of a journal of its run.
func recordedRun(t testing.TB, observers ...hostruntime.Observer) (*hostruntime.Component, []journal.Record) {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{Observers: observers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(ctx) })
	code, err := os.ReadFile("../testsuite/limits/testdata/worker.wasm")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rt.Load(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	in, err := c.Instantiate(ctx, hostruntime.Policy{Record: &out, Limits: hostruntime.Limits{MemoryBytes: 8 << 20}},
		hostruntime.Imports{hostruntime.HostFunc("test:limits/host", "ask",
			func(context.Context, []value.Value) (value.Value, error) { return value.U32(7), nil })})
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct {
		name string
		args []value.Value
	}{
		{"ask", []value.Value{value.U32(3), value.U32(100)}},
		{"give", []value.Value{value.U32(50)}},
		{"take", []value.Value{value.Bytes("some bytes")}},
		{"grow", []value.Value{value.U32(1000)}},
		{"hold", []value.Value{value.U32(3)}},
		{"spin", []value.Value{value.String("no number")}},
		{"trap", nil},
	} {
		_, _ = in.Call(ctx, call.name, call.args...)
	}
	if err := in.Close(ctx); err != nil {
		t.Fatal(err)
	}
	r := journal.NewReader(&out)
	if err := r.Begin(); err != nil {
		t.Fatal(err)
	}
	var records []journal.Record
	for r.More() {
		record, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
	return c, records
}

// signed is a journal of records, with the sums that they need.
func signed(records []journal.Record) []byte {
	var out bytes.Buffer
	w := journal.NewWriter(&out)
	for _, r := range records {
		_ = w.Write(r.Kind, r.Body)
	}
	_ = w.Flush()
	return out.Bytes()
}

// A journal whose sums are right and whose contents are anything is replayed,
// or is an error; it is nothing else, and it is shown.
func FuzzReplay(f *testing.F) {
	c, records := recordedRun(f)
	for i, r := range records {
		f.Add(uint8(i), byte(r.Kind), r.Body)
	}
	f.Fuzz(func(t *testing.T, at uint8, kind byte, body []byte) {
		changed := append([]journal.Record(nil), records...)
		changed[int(at)%len(changed)] = journal.Record{Kind: journal.Kind(kind), Body: body}
		bad := signed(changed)
		policy := hostruntime.Policy{Limits: hostruntime.Limits{WallTime: 500 * time.Millisecond, MemoryBytes: 64 << 20}}
		_, err := hostruntime.Replay(t.Context(), c, bytes.NewReader(bad), policy)
		if _, ok := errors.AsType[*hostruntime.ReplayError](err); err != nil && !ok && hostruntime.Outcome(err) != hostruntime.OutcomeTimeout {
			t.Errorf("replay: %v", err)
		}
		err = hostruntime.PrintJournal(&bytes.Buffer{}, bytes.NewReader(bad), 100)
		if _, ok := errors.AsType[*hostruntime.ReplayError](err); err != nil && !ok {
			t.Errorf("print: %v", err)
		}
	})
}

// What a journal can be changed to without a wrong sum is still said with its
// place.
func TestReplayOfAnotherAnswer(t *testing.T) {
	c, records := recordedRun(t)
	for i, r := range records {
		if i > 0 && records[i-1].Kind == journal.KindCall && journal.NewBody(records[i-1].Body).Call().Kind == journal.Failed {
			continue // of such a call there is nothing but its end
		}
		changed := append([]journal.Record(nil), records...)
		for _, other := range records[:len(records)-1] {
			if other.Kind != r.Kind || bytes.Equal(other.Body, r.Body) || r.Kind == journal.KindFunc {
				continue
			}
			changed[i] = other
			_, err := hostruntime.Replay(t.Context(), c, bytes.NewReader(signed(changed)), hostruntime.Policy{})
			if e, ok := errors.AsType[*hostruntime.ReplayError](err); !ok || e.Record == 0 || e.Error() == "" {
				t.Errorf("record %d (%s) is another: %v", i, r.Kind, err)
			}
		}
	}
}

// A replay goes by the name that its policy gives it, and without one logs none.
func TestReplaysAreLoggedByName(t *testing.T) {
	var log bytes.Buffer
	c, records := recordedRun(t, hostruntime.LogCalls(slog.New(slog.NewTextHandler(&log, nil))))
	for name, want := range map[string]string{"": " msg=\"guest called\" export=ask ", "again": " name=again export=ask "} {
		log.Reset()
		if _, err := hostruntime.Replay(t.Context(), c, bytes.NewReader(signed(records)), hostruntime.Policy{Name: name}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), want) {
			t.Errorf("want %q in\n%s", want, &log)
		}
	}
}
