package handle_test

import (
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
)

// stream stands for an entry that isn't a resource.
type stream struct{}

func (stream) Kind() string { return "stream" }

func add(t *testing.T, table *handle.Table, e handle.Entry) uint32 {
	t.Helper()
	i, err := table.Add(e)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func remove(t *testing.T, table *handle.Table, indices ...uint32) {
	t.Helper()
	for _, i := range indices {
		if _, err := table.Remove(i); err != nil {
			t.Fatal(err)
		}
	}
}

// One index space from 1 up, freed indices reused last in, first out: the
// order that the specification's handle-table.wast asserts.
func TestIndicesAreReusedLastInFirstOut(t *testing.T) {
	table := handle.NewTable(nil, 0)
	want := func(indices ...uint32) {
		t.Helper()
		for _, w := range indices {
			if got := add(t, table, stream{}); got != w {
				t.Fatalf("index %d, want %d", got, w)
			}
		}
	}
	want(1, 2, 3)
	remove(t, table, 2)
	want(2)
	remove(t, table, 1, 2, 3)
	if table.Len() != 0 {
		t.Fatalf("%d entries left", table.Len())
	}
	want(3, 2, 1, 4)
}

func TestUnknownIndices(t *testing.T) {
	table := handle.NewTable(nil, 0)
	add(t, table, stream{})
	remove(t, table, add(t, table, stream{}))
	for _, test := range []struct {
		name  string
		index uint32
	}{
		{"zero is never valid", 0},
		{"removed", 2},
		{"never given out", 3},
		{"largest", 1<<32 - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, use := range []func(uint32) (handle.Entry, error){table.Get, table.Remove} {
				_, err := use(test.index)
				var misuse *handle.Error
				if !errors.As(err, &misuse) || misuse.Index != test.index {
					t.Errorf("got %v, want a handle.Error for index %d", err, test.index)
				}
			}
		})
	}
	if table.Len() != 1 {
		t.Errorf("failed lookups changed the table: %d entries", table.Len())
	}
}

func TestTableLimit(t *testing.T) {
	table := handle.NewTable(nil, 2)
	add(t, table, stream{})
	second := add(t, table, stream{})
	var full *handle.FullError
	if _, err := table.Add(stream{}); !errors.As(err, &full) || full.Limit != 2 {
		t.Fatalf("third entry: %v, want a FullError", err)
	}
	remove(t, table, second)
	if got := add(t, table, stream{}); got != second {
		t.Errorf("after room was made: index %d, want %d", got, second)
	}
}

func TestDrainVisitsWhatIsLeft(t *testing.T) {
	table := handle.NewTable(nil, 0)
	rt := &handle.ResourceType{Name: "r"}
	for rep := range 3 {
		if _, err := table.LowerOwn(rt, rep); err != nil {
			t.Fatal(err)
		}
	}
	remove(t, table, 2)
	var reps []any
	table.Drain(func(e handle.Entry) { reps = append(reps, e.(*handle.ResourceHandle).Rep) })
	if len(reps) != 2 || reps[0] != 2 || reps[1] != 0 {
		t.Errorf("drained %v, want [2 0]", reps)
	}
	if _, err := table.Get(1); err == nil || table.Len() != 0 {
		t.Error("entries are left after Drain")
	}
}
