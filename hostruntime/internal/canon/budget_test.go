package canon_test

import (
	"math"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Few bytes of guest memory can stand for very much on the host: a list whose
// elements all point at one place, small elements with large Go forms. The
// budget ends each before it is allocated.
func TestAmplificationStopsAtTheBudget(t *testing.T) {
	const memSize, limit = 1 << 20, 1 << 20
	same := make([]byte, memSize) // 2^17 pairs (8, 2^19): each element is half of memory
	for i := 0; i < memSize; i += 8 {
		same[i], same[i+6] = 8, 8
	}
	flags := abi.NewFlags("a", "b", "c", "d", "e", "f", "g", "h")
	ones := make([]byte, memSize)
	for i := range ones {
		ones[i] = 0xff
	}
	for _, test := range []struct {
		name string
		elem *abi.Type
		mem  []byte
		n    uint64
	}{
		{"byte lists at one place", abi.NewList(u8), same, memSize / 8},
		{"strings at one place", str, same, memSize / 8},
		{"lists of lists at one place", abi.NewList(abi.NewList(u8)), same, memSize / 8},
		{"booleans", boolean, ones, memSize},
		{"tuples of one", abi.NewTuple(abi.NewTuple(abi.NewTuple(u8))), ones, memSize},
		{"enums", abi.NewEnum("a"), make([]byte, memSize), memSize},
		{"none", abi.NewOption(u8), make([]byte, memSize), memSize / 2},
		{"flags", flags, ones, memSize},
		{"fixed-length lists", abi.NewFixedList(boolean, 256), ones, memSize / 256},
	} {
		t.Run(test.name, func(t *testing.T) {
			cx := &canon.Context{Mem: test.mem, Budget: canon.NewBudget(limit)}
			var err error
			got := allocated(func() {
				_, err = cx.LiftFlat([]*abi.Type{abi.NewList(test.elem)}, []uint64{0, test.n}, 16)
			})
			wantBudget(t, err, "bytes of lifted values: limit 1048576")
			if got > 2*limit {
				t.Errorf("%d bytes allocated with a budget of %d", got, limit)
			}
		})
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What is charged covers what lifting allocates. Go rounds small blocks up to a
// size class, by a quarter at most for those that occur here.
func TestChargeCoversAllocation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := []*abi.Type{abi.NewList(valuegen.Types(4).Draw(t, "type"))}
		vals := valuegen.Values(types[0])
		g := newGuest(1024)
		cx := g.context(0)
		flat, err := cx.LowerFlat([]value.Value{vals.Draw(t, "value")}, types, nil, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		cx.Budget = canon.NewBudget(math.MaxUint64)
		const often = 16
		got := allocated(func() {
			for range often {
				if _, err := cx.LiftFlat(types, flat, 16); err != nil {
					t.Fatal(err)
				}
			}
		})
		// The constant is for what the test machinery allocates meanwhile.
		if charged := cx.Budget.Used(); got > charged+charged/4+32<<10 {
			t.Errorf("%s: %d bytes allocated, %d charged", types[0], got/often, charged/often)
		}
	})
}

func TestBudget(t *testing.T) {
	b := canon.NewBudget(10)
	if err := b.Charge(10); err != nil {
		t.Error(err)
	}
	wantBudget(t, b.Charge(1), "limit 10, needed 11")
	wantBudget(t, b.Charge(math.MaxUint64), "limit 10, needed 18446744073709551615")
	if b.Charge(0) != nil || b.Used() != 10 {
		t.Errorf("used %d after refused charges", b.Used())
	}
	var none *canon.Budget
	if none.Charge(math.MaxUint64) != nil || none.Used() != 0 {
		t.Error("a nil budget ran out")
	}
	wantBudget(t, canon.NewBudget(1<<30).ChargeList(math.MaxUint32, math.MaxUint32), "limit 1073741824")
}

func TestDepth(t *testing.T) {
	ty := u8
	for range 9 {
		ty = abi.NewOption(ty)
	}
	cx := reader(make([]byte, 64))
	cx.MaxDepth = 10
	if _, err := cx.Load(0, ty); err != nil {
		t.Errorf("10 levels: %v", err)
	}
	deeper := abi.NewOption(ty)
	_, err := cx.Load(0, deeper)
	wantBudget(t, err, "nesting of a value: limit 10, needed 11")
	_, err = cx.LiftFlat([]*abi.Type{u8, deeper}, make([]uint64, 20), 16)
	wantBudget(t, err, "nesting of a value")
	wantBudget(t, cx.Store(nil, deeper, 0), "nesting of a value")
	_, err = cx.LowerFlat(nil, []*abi.Type{deeper}, nil, 16, nil)
	wantBudget(t, err, "nesting of a value")
	for range canon.DefaultMaxDepth {
		ty = abi.NewOption(ty)
	}
	_, err = reader(make([]byte, 256)).Load(0, ty)
	wantBudget(t, err, "nesting of a value: limit 128")
}
