package canon_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// The tests named Checklist from 12 on: variants, flags, spilling and what is
// specialised. See checklist_test.go.

func TestChecklist12Discriminants(t *testing.T) {
	enum := func(n int) *abi.Type {
		names := make([]string, n)
		for i := range names {
			names[i] = "c" + strconv.Itoa(i)
		}
		return abi.NewEnum(names...)
	}
	for _, test := range []struct {
		cases int
		size  int
		last  []byte
	}{
		{1, 1, []byte{0}},
		{256, 1, []byte{0xff}},
		{257, 2, []byte{0, 1}},
		{65536, 2, []byte{0xff, 0xff}},
		{65537, 4, []byte{0, 0, 1, 0}},
	} {
		ty, last := enum(test.cases), value.Enum("c"+strconv.Itoa(test.cases-1))
		cx := reader(slices.Repeat([]byte{0xee}, 8))
		if err := cx.Store(last, ty, 0); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(cx.Mem, append(slices.Clone(test.last), slices.Repeat([]byte{0xee}, 8-test.size)...)) {
			t.Errorf("%d cases: memory % x", test.cases, cx.Mem)
		}
		if v, err := cx.Load(0, ty); err != nil || v != last {
			t.Errorf("%d cases: %v, %v", test.cases, v, err)
		}
	}
	// The payload sits where the widest case needs it, in every case.
	ty := abi.NewVariant(abi.Case{Name: "a", Type: u8}, abi.Case{Name: "b", Type: u64})
	cx := reader(slices.Repeat([]byte{0xee}, 16))
	if err := cx.Store(value.Variant{Case: "a", Payload: value.U8(5)}, ty, 0); err != nil {
		t.Fatal(err)
	}
	if cx.Mem[0] != 0 || cx.Mem[8] != 5 || cx.Mem[1] != 0xee || cx.Mem[9] != 0xee {
		t.Errorf("memory % x: the payload of a goes to byte 8, and padding stays", cx.Mem)
	}
}

func TestChecklist13FlagsAndCaseRange(t *testing.T) {
	names := make([]string, 32)
	for i := range names {
		names[i] = "f" + strconv.Itoa(i)
	}
	for _, test := range []struct {
		n    int
		size uint32
	}{{1, 1}, {8, 1}, {9, 2}, {16, 2}, {17, 4}, {32, 4}} {
		ty := abi.NewFlags(names[:test.n]...)
		all := value.Flags(names[:test.n])
		if ty.Size() != test.size {
			t.Errorf("%d flags take %d bytes", test.n, ty.Size())
		}
		got, err := reader([]byte{0xff, 0xff, 0xff, 0xff}).Load(0, ty)
		if err != nil || !value.Equal(got, all) {
			t.Errorf("%d flags: %v, %v", test.n, got, err)
		}
		cx := reader([]byte{0xee, 0xee, 0xee, 0xee})
		if err := cx.Store(all, ty, 0); err != nil {
			t.Fatal(err)
		}
		if want := uint32(1<<test.n - 1); cx.Mem[0] != byte(want) || test.size == 1 && cx.Mem[1] != 0xee {
			t.Errorf("%d flags: memory % x", test.n, cx.Mem)
		}
	}
	for _, ty := range []*abi.Type{
		abi.NewEnum("a", "b"), abi.NewOption(u8), abi.NewResult(nil, nil), abi.NewVariant(abi.Case{Name: "a"}),
	} {
		n := uint64(ty.CaseCount())
		_, err := reader(nil).LiftFlat([]*abi.Type{ty}, []uint64{n, 0}, 16)
		wantTrap(t, err, "invalid variant discriminant")
		_, err = reader([]byte{byte(n), 0}).Load(0, ty)
		wantTrap(t, err, "invalid variant discriminant")
	}
}

func TestChecklist14JoinedVariants(t *testing.T) {
	all := abi.NewVariant(
		abi.Case{Name: "int", Type: u32}, abi.Case{Name: "float", Type: f32}, abi.Case{Name: "signed", Type: s8},
		abi.Case{Name: "long", Type: u64}, abi.Case{Name: "double", Type: f64}, abi.Case{Name: "pair", Type: abi.NewTuple(f32, u8)},
		abi.Case{Name: "nothing"},
	)
	narrow := abi.NewVariant(abi.Case{Name: "int", Type: u32}, abi.Case{Name: "float", Type: f32})
	one32, one64 := uint64(math.Float32bits(1)), math.Float64bits(1)
	for _, test := range []struct {
		ty   *abi.Type
		v    value.Variant
		flat []uint64
	}{
		{all, value.Variant{Case: "int", Payload: value.U32(7)}, []uint64{0, 7, 0}},
		{all, value.Variant{Case: "float", Payload: value.F32(1)}, []uint64{1, one32, 0}},
		{all, value.Variant{Case: "signed", Payload: value.S8(-1)}, []uint64{2, 0xffffffff, 0}},
		{all, value.Variant{Case: "long", Payload: value.U64(1 << 40)}, []uint64{3, 1 << 40, 0}},
		{all, value.Variant{Case: "double", Payload: value.F64(1)}, []uint64{4, one64, 0}},
		{all, value.Variant{Case: "pair", Payload: value.Tuple{value.F32(1), value.U8(9)}}, []uint64{5, one32, 9}},
		{all, value.Variant{Case: "nothing"}, []uint64{6, 0, 0}},
		{narrow, value.Variant{Case: "float", Payload: value.F32(1)}, []uint64{1, one32}},
	} {
		types := []*abi.Type{test.ty}
		flat, err := reader(nil).LowerFlat([]value.Value{test.v}, types, nil, 16, nil)
		if err != nil || !slices.Equal(flat, test.flat) {
			t.Errorf("%v: flat %#x, %v; want %#x", test.v, flat, err, test.flat)
		}
		// Lifting wraps an i64 slot to 32 bits and ignores the slots beyond.
		junk := slices.Clone(test.flat)
		if c := test.v.Case; c != "long" && c != "double" {
			junk[1] |= 0xffffffff << 32
		}
		if test.v.Case != "pair" && len(junk) > 2 {
			junk[2] = math.MaxUint64
		}
		got, err := reader(nil).LiftFlat(types, junk, 16)
		if err != nil || !value.Equal(got[0], test.v) {
			t.Errorf("%v: lifted %v, %v", test.v, got, err)
		}
	}
}

func TestChecklist15Spilling(t *testing.T) {
	sixteen, seventeen := make([]*abi.Type, 16), make([]*abi.Type, 17)
	vals := make([]value.Value, 17)
	for i := range seventeen {
		seventeen[i], vals[i] = u32, value.U32(i)
		if i < 16 {
			sixteen[i] = u32
		}
	}
	g := newGuest(256)
	if flat, err := g.context(utf8enc).LowerFlat(vals[:16], sixteen, nil, abi.MaxFlatParams, nil); err != nil || len(flat) != 16 || len(g.calls) != 0 {
		t.Errorf("16 parameters: %d core values, %d realloc calls, %v", len(flat), len(g.calls), err)
	}
	cx := g.context(utf8enc)
	flat, err := cx.LowerFlat(vals, seventeen, []uint64{99}, abi.MaxFlatParams, nil)
	if err != nil || len(flat) != 2 || flat[0] != 99 || !slices.Equal(g.calls, [][4]uint32{{0, 0, 4, 68}}) {
		t.Fatalf("17 parameters: %v, realloc calls %v, %v", flat, g.calls, err)
	}
	if got, err := cx.LiftFlat(seventeen, flat[1:], abi.MaxFlatParams); err != nil || !value.Equal(value.Tuple(got), value.Tuple(vals)) {
		t.Errorf("lifted %v, %v", got, err)
	}
	// A result goes to the caller's pointer, and none is appended.
	pair, two := []*abi.Type{abi.NewTuple(u8, u64)}, []value.Value{value.Tuple{value.U8(1), value.U64(2)}}
	out := uint32(32)
	flat, err = cx.LowerFlat(two, pair, nil, abi.MaxFlatResults, &out)
	if err != nil || len(flat) != 0 || cx.Mem[32] != 1 || cx.Mem[40] != 2 || len(g.calls) != 1 {
		t.Errorf("result: flat %v, memory % x, %v", flat, cx.Mem[32:48], err)
	}
	for _, test := range []struct {
		ptr  uint32
		want string
	}{{33, "unaligned pointer"}, {36, "unaligned pointer"}, {uint32(len(cx.Mem)) - 8, "out of bounds"}, {0xfffffff8, "out of bounds"}} {
		_, err := cx.LowerFlat(two, pair, nil, abi.MaxFlatResults, &test.ptr)
		wantTrap(t, err, test.want)
		_, err = cx.LiftFlat(pair, []uint64{uint64(test.ptr)}, abi.MaxFlatResults)
		wantTrap(t, err, test.want)
	}
}

func TestChecklist16Specialised(t *testing.T) {
	nested := abi.NewOption(abi.NewOption(u8))
	for _, test := range []struct {
		ty   *abi.Type
		v    value.Value
		flat []uint64
	}{
		{nested, value.Option{}, []uint64{0, 0, 0}},
		{nested, value.Option{Some: value.Option{}}, []uint64{1, 0, 0}},
		{nested, value.Option{Some: value.Option{Some: value.U8(7)}}, []uint64{1, 1, 7}},
		{abi.NewResult(nil, nil), value.Result{}, []uint64{0}},
		{abi.NewResult(nil, nil), value.Result{IsError: true}, []uint64{1}},
		{abi.NewResult(nil, u8), value.Result{}, []uint64{0, 0}},
		{abi.NewResult(nil, u8), value.Result{IsError: true, Payload: value.U8(3)}, []uint64{1, 3}},
		{abi.NewTuple(u8, boolean), value.Tuple{value.U8(1), value.Bool(true)}, []uint64{1, 1}},
		{abi.NewEnum("a", "b"), value.Enum("b"), []uint64{1}},
		{abi.NewFixedList(u16, 3), value.List{value.U16(1), value.U16(2), value.U16(3)}, []uint64{1, 2, 3}},
		{abi.NewFixedList(u8, 2), value.Bytes{8, 9}, []uint64{8, 9}},
	} {
		types := []*abi.Type{test.ty}
		flat, err := reader(nil).LowerFlat([]value.Value{test.v}, types, nil, 16, nil)
		if err != nil || !slices.Equal(flat, test.flat) {
			t.Errorf("%s: flat %v, %v; want %v", test.ty, flat, err, test.flat)
		}
		got, err := reader(nil).LiftFlat(types, test.flat, 16)
		if err != nil || !value.Equal(got[0], test.v) {
			t.Errorf("%s: lifted %v, %v; want %v", test.ty, got, err, test.v)
		}
	}
}

// 17. Maps are lists of tuples: order and repeated keys are kept as they are.
func TestChecklist17Maps(t *testing.T) {
	ty := []*abi.Type{abi.NewMap(u8, u16)}
	v := value.Map{{Key: value.U8(2), Value: value.U16(20)}, {Key: value.U8(1), Value: value.U16(10)}, {Key: value.U8(2), Value: value.U16(21)}}
	g := newGuest(64)
	cx := g.context(utf8enc)
	flat, err := cx.LowerFlat([]value.Value{v}, ty, nil, 16, nil)
	if err != nil || flat[1] != 3 {
		t.Fatal(flat, err)
	}
	if got, want := cx.Mem[flat[0]:][:12], []byte{2, 0, 20, 0, 1, 0, 10, 0, 2, 0, 21, 0}; !slices.Equal(got, want) {
		t.Errorf("memory % x, want % x", got, want)
	}
	if got, err := cx.LiftFlat(ty, flat, 16); err != nil || !value.Equal(got[0], v) {
		t.Errorf("lifted %v, %v", got, err)
	}
	huge := abi.NewFixedList(u64, 1<<26)
	_, err = cx.Load(0, huge)
	wantTrap(t, err, "type is larger than 268435455 bytes")
}
