package cost_test

import (
	"bytes"
	"context"
	"runtime"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/bindings/cost"
)

// forms are the other forms of value: what each holds of its own is allocated,
// once, and nothing for the call.
func forms(t testing.TB, task *cost.Cost) []use {
	f := &task.Forms
	counter, err := f.NewCounter(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	number, text := uint32(7), "text"
	var circle, label cost.Shape = cost.ShapeCircle{Value: 0.5}, cost.ShapeLabel{Value: text}
	words := []string{"one", "two", "three"}
	entries := []cost.Entry{{Name: "first", Size: 1}, {Name: "second", Size: 2}}
	return []use{
		{"enum-flags-tuple", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Paint(ctx, cost.ColorBlue, cost.MarksThin)
			return err
		}},
		{"option-none", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Maybe(ctx, nil)
			return err
		}},
		{"option-some", 1, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Maybe(ctx, &number)
			return err
		}},
		// The string, and what the pointer points to.
		{"option-string", 2, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.MaybeText(ctx, &text)
			return err
		}},
		{"variant-empty", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Reshape(ctx, cost.ShapeEmpty{})
			return err
		}},
		// A variant is an interface, whose value Go allocates.
		{"variant-number", 1, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Reshape(ctx, circle)
			return err
		}},
		{"variant-string", 2, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Reshape(ctx, label)
			return err
		}},
		{"result-ok", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Check(ctx, hostruntime.Result[uint32, string]{OK: 3})
			return err
		}},
		// The slice, and each string.
		{"list-string", 1 + 3, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Words(ctx, words)
			return err
		}},
		{"list-record-string", 1 + 2, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Entries(ctx, entries)
			return err
		}},
		{"resource-method", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := counter.Add(ctx, 3)
			return err
		}},
		{"resource-borrow", 0, 0, func(ctx context.Context, _ *cost.Cost) error {
			_, err := f.Look(ctx, counter)
			return err
		}},
		// What the host keeps of a resource, made and closed.
		{"resource-new", 5, 0, func(ctx context.Context, _ *cost.Cost) error {
			it, err := f.NewCounter(ctx, 1)
			if err != nil {
				return err
			}
			return it.Close(ctx)
		}},
	}
}

// A list of bytes is copied once: its result is as large as it, and nothing
// else is allocated.
func TestBytesAreCopiedOnce(t *testing.T) {
	task := start(t)
	data := bytes.Repeat([]byte{7}, 1<<20)
	call := func() {
		if _, err := task.Values.Bytes(t.Context(), data); err != nil {
			t.Fatal(err)
		}
	}
	call()
	const calls = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(calls*(len(data)+64<<10)); got > most {
		t.Errorf("%d calls allocated %d bytes, want at most %d", calls, got, most)
	}
}
