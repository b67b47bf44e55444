package canon_test

import (
	"math"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// The tests named Checklist go through what component runtimes get wrong in
// the Canonical ABI, one number each. Where a number is a table of its own, the
// comment says where.

// 1, encodings and the tag bit: TestStoreString, TestRelayedStringReallocs.
// 2, invalid strings: TestLoadStringTraps, TestStoreStringRefusesInvalidUTF8.
// 3, the realloc calls of strings: TestStoreString.

func TestChecklist04LengthsAreCheckedBeforeMultiplying(t *testing.T) {
	cx := reader(make([]byte, 64))
	for _, test := range []struct{ n, elemSize uint32 }{
		{1 << 28, 1},
		{1 << 29, 8},         // 2^32 bytes: 0 in 32 bits
		{1<<29 + 1, 8},       // 8 bytes in 32 bits
		{math.MaxUint32, 16}, // the largest count
		{1 << 27, 2},
	} {
		wantTrap(t, cx.CheckList(0, test.n, test.elemSize, 1), "list too long")
	}
	wantTrap(t, cx.CheckList(0, 1<<28-1, 1, 1), "list content out-of-bounds")
	_, err := cx.LiftFlat([]*abi.Type{abi.NewList(u64)}, []uint64{0, 1<<29 + 1}, 16)
	wantTrap(t, err, "list too long")
	_, err = cx.AllocList(1<<28, 1, 1)
	wantArgument(t, err, "want a list of at most 268435455 bytes")
	_, err = cx.AllocList(1<<61, 8, 8)
	wantArgument(t, err, "want a list of at most 268435455 bytes")
}

// 5. The guest's allocator in these tests always moves memory; this row makes
// the move visible: the first field was written before the second allocates.
func TestChecklist05ReallocMovesMemory(t *testing.T) {
	ty := abi.NewRecord(abi.Field{Name: "a", Type: u32}, abi.Field{Name: "b", Type: str}, abi.Field{Name: "c", Type: u32})
	g := newGuest(64)
	cx := g.context(utf8enc)
	v := value.Record{{Name: "a", Value: value.U32(1)}, {Name: "b", Value: value.String("x")}, {Name: "c", Value: value.U32(3)}}
	if err := cx.Store(v, ty, 0); err != nil {
		t.Fatal(err)
	}
	if got, want := cx.Mem[:17], []byte{1, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 'x'}; !slices.Equal(got, want) {
		t.Errorf("memory % x, want % x", got, want)
	}
}

// 6. Empty lists and strings call realloc with zero bytes, at the element's
// alignment, and the pointer is checked all the same.
func TestChecklist06ReallocForNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		ty    *abi.Type
		v     value.Value
		align uint32
	}{
		{"bytes", abi.NewList(u8), value.Bytes{}, 1},
		{"list of u64", abi.NewList(u64), value.List{}, 8},
		{"map", abi.NewMap(u8, u16), value.Map{}, 2},
		{"string", str, value.String(""), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			types, vals := []*abi.Type{test.ty}, []value.Value{test.v}
			g := newGuest(64)
			if _, err := g.context(utf8enc).LowerFlat(vals, types, nil, 16, nil); err != nil {
				t.Fatal(err)
			}
			if want := [][4]uint32{{0, 0, test.align, 0}}; !slices.Equal(g.calls, want) {
				t.Errorf("realloc calls %v, want %v", g.calls, want)
			}
			g.answer = func(int) (uint32, error) { return 72, nil }
			_, err := g.context(utf8enc).LowerFlat(vals, types, nil, 16, nil)
			wantTrap(t, err, "realloc return: beyond end of memory")
			if test.align > 1 {
				g.answer = func(int) (uint32, error) { return 17, nil }
				_, err := g.context(utf8enc).LowerFlat(vals, types, nil, 16, nil)
				wantTrap(t, err, "realloc return: result not aligned")
			}
		})
	}
}

func TestChecklist07Lists(t *testing.T) {
	padded := abi.NewRecord(abi.Field{Name: "a", Type: u32}, abi.Field{Name: "b", Type: u8})
	list := abi.NewList(padded)
	elem := func(a uint32, b uint8) value.Value {
		return value.Record{{Name: "a", Value: value.U32(a)}, {Name: "b", Value: value.U8(b)}}
	}
	g := newGuest(64)
	cx := g.context(utf8enc)
	flat, err := cx.LowerFlat([]value.Value{value.List{elem(1, 2), elem(3, 4)}}, []*abi.Type{list}, nil, 16, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := [][4]uint32{{0, 0, 4, 16}}; !slices.Equal(g.calls, want) {
		t.Errorf("realloc calls %v, want %v: the stride has padding", g.calls, want)
	}
	if got, want := cx.Mem[flat[0]:][:13], []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4}; !slices.Equal(got, want) {
		t.Errorf("memory % x, want % x", got, want)
	}
	for _, test := range []struct {
		ptr, n uint64
		want   string
	}{
		{18, 1, "unaligned pointer"},
		{2, 0, "unaligned pointer"},
		{68, 0, "list content out-of-bounds"},
		{60, 1, "list content out-of-bounds"},
		{0xfffffff8, 1, "list content out-of-bounds"},
	} {
		_, err := reader(make([]byte, 64)).LiftFlat([]*abi.Type{list}, []uint64{test.ptr, test.n}, 16)
		wantTrap(t, err, test.want)
	}
}

// 8, leaving an instance while it reallocates, is for whoever makes the call;
// what comes back from it passes through unchanged.
func TestChecklist08ErrorOfTheReallocCall(t *testing.T) {
	g := newGuest(64)
	cause := &canon.TrapError{Reason: "cannot leave component instance"}
	g.answer = func(int) (uint32, error) { return 0, cause }
	if _, _, err := g.context(utf8enc).StoreString("x"); err != cause {
		t.Errorf("got %v, want the error of the call", err)
	}
	cx := reader(make([]byte, 64))
	_, _, err := cx.StoreString("x")
	wantTrap(t, err, "no realloc")
}

func TestChecklist09NaN(t *testing.T) {
	for _, bits := range []uint32{0x7fc00000, 0x7f800001, 0xffc00000, 0xffffffff, 0x7fa00000} {
		if got := math.Float32bits(canon.LiftF32(uint64(bits))); got != abi.CanonicalNaN32 {
			t.Errorf("lifting %#x gave %#x", bits, got)
		}
		if got := canon.LowerF32(math.Float32frombits(bits)); got != abi.CanonicalNaN32 {
			t.Errorf("lowering %#x gave %#x", bits, got)
		}
	}
	for _, bits := range []uint64{0x7ff8000000000000, 0x7ff0000000000001, 0xfff8000000000000, math.MaxUint64} {
		if got := math.Float64bits(canon.LiftF64(bits)); got != abi.CanonicalNaN64 {
			t.Errorf("lifting %#x gave %#x", bits, got)
		}
		if got := canon.LowerF64(math.Float64frombits(bits)); got != abi.CanonicalNaN64 {
			t.Errorf("lowering %#x gave %#x", bits, got)
		}
	}
	for _, bits := range []uint32{0, 0x80000000, 0x7f800000, 0xff800000, 1, 0x7f7fffff} {
		if got := uint32(canon.LowerF32(canon.LiftF32(uint64(bits)))); got != bits {
			t.Errorf("%#x came back as %#x", bits, got)
		}
	}
	for _, bits := range []uint64{0, 1 << 63, 0x7ff0000000000000, 0xfff0000000000000, 1} {
		if got := canon.LowerF64(canon.LiftF64(bits)); got != bits {
			t.Errorf("%#x came back as %#x", bits, got)
		}
	}
	// Through a joined slot and through memory too.
	got, err := reader([]byte{1, 0, 0x80, 0xff}).Load(0, f32)
	if err != nil || math.Float32bits(float32(got.(value.F32))) != abi.CanonicalNaN32 {
		t.Errorf("from memory: %v, %v", got, err)
	}
}

func TestChecklist10NarrowTypes(t *testing.T) {
	for _, test := range []struct {
		ty   *abi.Type
		flat uint64
		want value.Value
	}{
		{boolean, 0, value.Bool(false)},
		{boolean, 2, value.Bool(true)},
		{boolean, 0x80000000, value.Bool(true)},
		{boolean, 1 << 32, value.Bool(false)},
		{u8, 0x1ff, value.U8(0xff)},
		{s8, 0x80, value.S8(-128)},
		{s8, 0xffffff7f, value.S8(127)},
		{u16, 0xabcd1234, value.U16(0x1234)},
		{s16, 0xffff, value.S16(-1)},
		{u32, 0xdeadbeef_00000001, value.U32(1)},
		{s64, math.MaxUint64, value.S64(-1)},
		{char, 0x10ffff, value.Char(0x10ffff)},
		{char, 0xd7ff, value.Char(0xd7ff)},
		{char, 0xe000, value.Char(0xe000)},
	} {
		got, err := reader(nil).LiftFlat([]*abi.Type{test.ty}, []uint64{test.flat}, 16)
		if err != nil || got[0] != test.want {
			t.Errorf("%s of %#x: %v, %v; want %v", test.ty, test.flat, got, err, test.want)
		}
	}
	for _, c := range []uint32{0xd800, 0xdfff, 0x110000, math.MaxUint32} {
		_, err := reader(nil).LiftFlat([]*abi.Type{char}, []uint64{uint64(c)}, 16)
		wantTrap(t, err, "invalid `char` bit pattern")
		_, err = reader([]byte{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)}).Load(0, char)
		wantTrap(t, err, "invalid `char` bit pattern")
		_, err = newGuest(64).context(utf8enc).LowerFlat([]value.Value{value.Char(c)}, []*abi.Type{char}, nil, 16, nil)
		wantArgument(t, err, "want a Unicode scalar value")
	}
	cx := reader([]byte{0xff, 0xff, 7, 0xff})
	if v, err := cx.Load(2, boolean); err != nil || v != value.Bool(true) {
		t.Errorf("bool of 7: %v, %v", v, err)
	}
	if err := cx.Store(value.Bool(true), boolean, 2); err != nil || !slices.Equal(cx.Mem, []byte{0xff, 0xff, 1, 0xff}) {
		t.Errorf("memory % x, %v: a bool is one byte, exactly 1", cx.Mem, err)
	}
	// Signed numbers lower to the low 32 bits of their slot.
	flat, err := cx.LowerFlat([]value.Value{value.S8(-1), value.S64(-1)}, []*abi.Type{s8, s64}, nil, 16, nil)
	if err != nil || !slices.Equal(flat, []uint64{0xffffffff, math.MaxUint64}) {
		t.Errorf("got %#x, %v", flat, err)
	}
}

func TestChecklist11UpperHalvesAreJunk(t *testing.T) {
	const junk = 0xabcdef01 << 32
	cx := reader([]byte("hello world, and"))
	got, err := cx.LiftFlat([]*abi.Type{str, abi.NewOption(u8)}, []uint64{junk | 6, junk | 5, junk | 1, junk | 9}, 16)
	if err != nil || !value.Equal(value.Tuple(got), value.Tuple{value.String("world"), value.Option{Some: value.U8(9)}}) {
		t.Errorf("got %v, %v", got, err)
	}
	pair := []*abi.Type{abi.NewTuple(u8, u8)}
	if got, err = cx.LiftFlat(pair, []uint64{junk | 1}, 1); err != nil || !value.Equal(got[0], value.Tuple{value.U8('e'), value.U8('l')}) {
		t.Errorf("tuple behind a pointer: %v, %v", got, err)
	}
}
