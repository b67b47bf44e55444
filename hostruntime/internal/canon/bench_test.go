package canon_test

import (
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// arena returns a context whose realloc always gives the same block of mem, so
// that only the crossing itself is measured.
func arena(size int, encoding component.StringEncoding) *canon.Context {
	return &canon.Context{
		Encoding: encoding,
		Mem:      make([]byte, size),
		Realloc:  func(_, _, _, _ uint32) (uint32, error) { return 64, nil },
	}
}

// What generated code calls allocates its result and nothing else.
func TestPrimitivesAllocateOnlyResults(t *testing.T) {
	text := strings.Repeat("ascii and höher ", 64)
	data := []byte(text)
	for _, encoding := range []component.StringEncoding{utf8enc, utf16enc, latin1} {
		cx := arena(1<<16, encoding)
		cx.Budget = canon.NewBudget(1 << 40)
		ptr, tagged, err := cx.StoreString(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			want float64
			run  func()
		}{
			{"StoreString", 0, func() { _, _, _ = cx.StoreString(text) }},
			{"LoadString", 1, func() { _, _ = cx.LoadString(ptr, tagged) }},
			{"StoreBytes", 0, func() { _, _, _ = cx.StoreBytes(data) }},
			{"LoadBytes", 1, func() { _, _ = cx.LoadBytes(64, 512) }},
			{"lists", 0, func() {
				_ = cx.CheckList(64, 8, 4, 4)
				_, _ = cx.AllocList(8, 4, 4)
				_ = cx.Budget.ChargeList(8, 4)
			}},
		} {
			if got := testing.AllocsPerRun(100, test.run); got > test.want {
				t.Errorf("%s/%s: %v allocations, want %v", encoding, test.name, got, test.want)
			}
		}
	}
}

func BenchmarkLift(b *testing.B) {
	for _, bench := range benchValues() {
		b.Run(bench.name, func(b *testing.B) {
			g := newGuest(64)
			types := []*abi.Type{bench.ty}
			cx := g.context(bench.encoding)
			flat, err := cx.LowerFlat([]value.Value{bench.v}, types, nil, abi.MaxFlatParams, nil)
			if err != nil {
				b.Fatal(err)
			}
			cx.Budget = nil
			b.ReportAllocs()
			b.SetBytes(bench.bytes)
			for b.Loop() {
				if _, err := cx.LiftFlat(types, flat, abi.MaxFlatParams); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLower(b *testing.B) {
	for _, bench := range benchValues() {
		b.Run(bench.name, func(b *testing.B) {
			types, vals := []*abi.Type{bench.ty}, []value.Value{bench.v}
			cx := arena(1<<20, bench.encoding)
			flat := make([]uint64, 0, abi.MaxFlatParams)
			b.ReportAllocs()
			b.SetBytes(bench.bytes)
			for b.Loop() {
				if _, err := cx.LowerFlat(vals, types, flat, abi.MaxFlatParams, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type benchValue struct {
	name     string
	ty       *abi.Type
	v        value.Value
	encoding component.StringEncoding
	bytes    int64 // in the guest's memory, at most
}

func benchValues() []benchValue {
	const size = 64 << 10
	text := value.String(strings.Repeat("0123456789abcdef", size/16))
	numbers := make(value.List, size/8)
	for i := range numbers {
		numbers[i] = value.U64(i)
	}
	point := abi.NewRecord(abi.Field{Name: "x", Type: f64}, abi.Field{Name: "tag", Type: abi.NewOption(u32)})
	points := make(value.List, size/16)
	for i := range points {
		points[i] = value.Record{{Name: "x", Value: value.F64(i)}, {Name: "tag", Value: value.Option{Some: value.U32(i)}}}
	}
	return []benchValue{
		{"list-u8/64KiB", abi.NewList(u8), value.Bytes(text), utf8enc, size},
		{"string-utf8/64KiB", str, text, utf8enc, size},
		{"string-utf16/64KiB", str, text, utf16enc, 2 * size},
		{"string-latin1+utf16/64KiB", str, text, latin1, size},
		{"list-u64/64KiB", abi.NewList(u64), numbers, utf8enc, size},
		{"list-record/64KiB", abi.NewList(point), points, utf8enc, size},
	}
}
