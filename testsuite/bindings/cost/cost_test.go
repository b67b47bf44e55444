package cost_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/bindings/cost"
	"github.com/capsule-kit/capsule/testsuite/internal/component"
)

// A host returns what it is given; it allocates nothing itself.
type host struct{}

var _ cost.Values = host{}

func (host) Sum(_ context.Context, a uint32, b int64, c float64) (float64, error) {
	return float64(a) + float64(b) + c, nil
}
func (host) Text(_ context.Context, s string) (string, error)               { return s, nil }
func (host) Bytes(_ context.Context, b []byte) ([]byte, error)              { return b, nil }
func (host) Points(_ context.Context, p []cost.Point) ([]cost.Point, error) { return p, nil }

func start(t testing.TB) *cost.Cost {
	t.Helper()
	core, err := os.ReadFile("testdata/echo.wat")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	comp, err := rt.Load(t.Context(), component.New(t, "wit", "cost", core))
	if err != nil {
		t.Fatal(err)
	}
	task, err := cost.Instantiate(t.Context(), comp, hostruntime.Policy{}, cost.Imports{Values: host{}})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// A use is one call, with what it may allocate.
type use struct {
	name string
	// allocs is the promise; byteLen the size of the values, for figures.
	allocs  float64
	byteLen int64
	call    func(ctx context.Context, task *cost.Cost) error
}

// imported is how often the guest calls the host in one use: what a call costs
// once is in the difference to 0.
const imported = 10

func uses() []use {
	text := strings.Repeat("é", 500)
	data := bytes.Repeat([]byte{7}, 64<<10)
	points := make([]cost.Point, 1000)
	return []use{
		{"numbers", 0, 0, func(ctx context.Context, task *cost.Cost) error {
			_, err := task.Values.Sum(ctx, 1, -2, 0.5)
			return err
		}},
		{"string", 1, 1000, func(ctx context.Context, task *cost.Cost) error {
			_, err := task.Values.Text(ctx, text)
			return err
		}},
		{"list-u8", 1, 64 << 10, func(ctx context.Context, task *cost.Cost) error {
			_, err := task.Values.Bytes(ctx, data)
			return err
		}},
		{"list-record", 1, 24000, func(ctx context.Context, task *cost.Cost) error {
			_, err := task.Values.Points(ctx, points)
			return err
		}},
		// The host's functions are given a context of the call's, made once.
		{"import-numbers", 1, 0, func(ctx context.Context, task *cost.Cost) error { return task.ImportSum(ctx, imported) }},
		{"import-string", 1 + imported, 1000 * imported, func(ctx context.Context, task *cost.Cost) error {
			return task.ImportText(ctx, text, imported)
		}},
		{"import-list-u8", 1 + imported, imported * 64 << 10, func(ctx context.Context, task *cost.Cost) error {
			return task.ImportBytes(ctx, data, imported)
		}},
	}
}

// Numbers allocate nothing; a string, a list<u8> and a list of records allocate
// the result alone, in one piece.
func TestAllocations(t *testing.T) {
	task := start(t)
	type key struct{}
	contexts := []struct {
		name string
		ctx  context.Context
	}{
		{"background", context.Background()},
		{"value", context.WithValue(context.Background(), key{}, 1)},
		{"cancel", t.Context()},
	}
	for _, c := range contexts {
		for _, u := range append(uses(), forms(t, task)...) {
			t.Run(c.name+"/"+u.name, func(t *testing.T) {
				got := testing.AllocsPerRun(100, func() {
					if err := u.call(c.ctx, task); err != nil {
						t.Fatal(err)
					}
				})
				if got != u.allocs {
					t.Errorf("%v allocations, want %v", got, u.allocs)
				}
			})
		}
	}
}

func BenchmarkCall(b *testing.B) {
	task := start(b)
	for _, u := range append(uses(), forms(b, task)...) {
		b.Run(u.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(u.byteLen)
			for b.Loop() {
				if err := u.call(b.Context(), task); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
