package bind_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const listAt = 64 // where the guest's realloc puts everything

// newCall returns a crossing into a memory of byteLen bytes.
func newCall(byteLen int) (*bind.Call, *canon.Context) {
	mem := make([]byte, byteLen)
	cx := &canon.Context{
		Mem:     mem,
		Refresh: func() []byte { return mem },
		Realloc: func(_, _, _, _ uint32) (uint32, error) { return listAt, nil },
	}
	c := new(bind.Call)
	c.Reset(cx, nil)
	return c, cx
}

// Lists that move in one piece leave the bytes in memory, and come back as the
// values, that the reference gives.
func TestNumbersLikeTheReference(t *testing.T) {
	nan32, nan64 := math.Float32frombits(0xffc00001), math.Float64frombits(0xfff8000000000001)
	likeTheReference(t, abi.S8, func(x int8) value.Value { return value.S8(x) }, math.MinInt8, -1, 0, math.MaxInt8)
	likeTheReference(t, abi.S16, func(x int16) value.Value { return value.S16(x) }, math.MinInt16, -1, 0x102, math.MaxInt16)
	likeTheReference(t, abi.S32, func(x int32) value.Value { return value.S32(x) }, math.MinInt32, -1, 0x1020304, math.MaxInt32)
	likeTheReference(t, abi.S64, func(x int64) value.Value { return value.S64(x) }, math.MinInt64, -1, 0x102030405060708, math.MaxInt64)
	likeTheReference(t, abi.U16, func(x uint16) value.Value { return value.U16(x) }, 0, 0x102, math.MaxUint16)
	likeTheReference(t, abi.U32, func(x uint32) value.Value { return value.U32(x) }, 0, 0x1020304, math.MaxUint32)
	likeTheReference(t, abi.U64, func(x uint64) value.Value { return value.U64(x) }, 0, 0x102030405060708, math.MaxUint64)
	likeTheReference(t, abi.F32, func(x float32) value.Value { return value.F32(x) }, 0, -1.5, float32(math.Inf(1)), nan32)
	likeTheReference(t, abi.F64, func(x float64) value.Value { return value.F64(x) }, 0, -1.5, math.Inf(-1), nan64)
}

func likeTheReference[T bind.Number](t *testing.T, kind abi.Kind, dynamic func(T) value.Value, list ...T) {
	t.Run(kind.String(), func(t *testing.T) {
		want := make(value.List, len(list))
		for i, x := range list {
			want[i] = dynamic(x)
		}
		types := []*abi.Type{abi.NewList(abi.Primitive(kind))}
		_, reference := newCall(128)
		flat, err := reference.LowerFlat([]value.Value{want}, types, nil, abi.MaxFlatParams, nil)
		if err != nil {
			t.Fatal(err)
		}

		c, cx := newCall(128)
		ptr, n := bind.LowerNumbers(c, list)
		if c.Failed() || ptr != flat[0] || n != flat[1] {
			t.Fatalf("lowered to %d, %d, %v, want %d", ptr, n, c.Err(), flat)
		}
		if !bytes.Equal(cx.Mem, reference.Mem) {
			t.Errorf("memory\n%x\nwant\n%x", cx.Mem, reference.Mem)
		}

		// What a guest wrote: NaNs that aren't the canonical one among it.
		bind.StoreNumbers(c, 0, list)
		for i := range list {
			c.PutU32(listAt+uint32(4*i), 0xffffffff)
		}
		copy(reference.Mem, cx.Mem)
		lifted, err := reference.LiftFlat(types, flat, abi.MaxFlatParams)
		if err != nil {
			t.Fatal(err)
		}
		got := bind.LoadNumbers[T](c, 0)
		if c.Failed() || !bytes.Equal(encode(t, got), encode(t, lifted[0])) {
			t.Errorf("lifted %v, %v, want %v", got, c.Err(), lifted[0])
		}
	})
}

// encode returns the bits of a list of numbers, in which NaNs differ too.
func encode(t *testing.T, list any) []byte {
	t.Helper()
	if dynamic, ok := list.(value.List); ok {
		var all []byte
		for _, v := range dynamic {
			all = append(all, encode(t, v)...)
		}
		return all
	}
	b, err := binary.Append(nil, binary.LittleEndian, list)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNumbersRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		ptr, n uint64
		want   error
	}{
		{"misaligned", listAt + 4, 1, new(canon.TrapError)},
		{"ends after memory", 128 - 8, 2, new(canon.TrapError)},
		{"size wraps 32 bits", listAt, 1 << 29, new(canon.TrapError)},
		{"over budget", 0, 16, new(canon.BudgetError)},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, cx := newCall(128)
			cx.Budget = canon.NewBudget(64)
			if list := bind.LiftNumbers[float64](c, test.ptr, test.n); len(list) != 0 {
				t.Errorf("lifted %v", list)
			}
			if got := fmt.Sprintf("%T", c.Err()); got != fmt.Sprintf("%T", test.want) {
				t.Errorf("got %s: %v, want %T", got, c.Err(), test.want)
			}
		})
	}
}

// A call that failed earlier moves nothing and keeps its first error.
func TestNumbersAfterAFailure(t *testing.T) {
	c, cx := newCall(128)
	first := errors.New("first")
	c.Fail(first)
	if ptr, n := bind.LowerNumbers(c, []uint32{1}); ptr != 0 || n != 0 {
		t.Errorf("lowered to %d, %d", ptr, n)
	}
	bind.StoreNumbers(c, 0, []uint32{1})
	if got := bind.LoadNumbers[uint32](c, 0); len(got) != 0 {
		t.Errorf("lifted %v", got)
	}
	if c.Err() != first || !bytes.Equal(cx.Mem, make([]byte, 128)) {
		t.Errorf("error %v, memory %x", c.Err(), cx.Mem)
	}
}

func TestNumbersAllocateOnlyResults(t *testing.T) {
	c, _ := newCall(1 << 10)
	list := make([]float32, 64)
	if got := testing.AllocsPerRun(100, func() { bind.LowerNumbers(c, list) }); got != 0 {
		t.Errorf("lowering allocates %v times", got)
	}
	if got := testing.AllocsPerRun(100, func() { bind.LiftNumbers[float32](c, listAt, 64) }); got != 1 {
		t.Errorf("lifting allocates %v times, want once", got)
	}
}

func BenchmarkNumbers(b *testing.B) {
	const elemCount = 8 << 10
	c, _ := newCall(1 << 17)
	list := make([]float64, elemCount)
	b.Run("lower/list-f64/64KiB", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(8 * elemCount)
		for b.Loop() {
			bind.LowerNumbers(c, list)
		}
	})
	b.Run("lift/list-f64/64KiB", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(8 * elemCount)
		for b.Loop() {
			bind.LiftNumbers[float64](c, listAt, elemCount)
		}
	})
	// One element at a time, as lists of other types are lowered: the comparison.
	b.Run("one-by-one/list-f64/64KiB", func(b *testing.B) {
		b.SetBytes(8 * elemCount)
		for b.Loop() {
			base := c.LowerList(len(list), 8, 8)
			for i := range list {
				c.PutF64(base+uint32(i)*8, list[i])
			}
		}
	})
}
