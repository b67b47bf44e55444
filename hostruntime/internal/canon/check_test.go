package canon_test

import (
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A wrong value is refused with the path to it, and the guest never hears of
// it.
func TestArgumentErrors(t *testing.T) {
	point := abi.NewRecord(abi.Field{Name: "x", Type: u32}, abi.Field{Name: "name", Type: str})
	shape := abi.NewVariant(abi.Case{Name: "dot"}, abi.Case{Name: "poly", Type: abi.NewList(point)})
	at := func(x value.Value) value.Record {
		return value.Record{{Name: "x", Value: x}, {Name: "name", Value: value.String("n")}}
	}
	resource := &abi.Resource{Name: "file"}
	for _, test := range []struct {
		ty   *abi.Type
		v    value.Value
		want string
	}{
		{u32, nil, "want u32, got nothing"},
		{u32, value.U64(1), "want u32, got u64"},
		{str, value.Bytes("x"), "want string, got list<u8>"},
		{boolean, value.String("true"), "want bool, got string"},
		{abi.NewList(u16), value.Bytes{1}, "want list<u16>, got list<u8>"},
		{abi.NewList(u8), value.List{value.U8(1), value.U16(1)}, "[1]: want u8, got u16"},
		{abi.NewFixedList(u8, 2), value.Bytes{1}, "want list<u8, 2>, got 1 elements"},
		{abi.NewMap(u8, str), value.Map{{Key: value.U8(1), Value: value.U8(1)}}, "[0].value: want string, got u8"},
		{abi.NewMap(u8, str), value.Map{{Key: value.U16(1)}}, "[0].key: want u8, got u16"},
		{abi.NewMap(u8, str), value.List{}, "got a list"},
		{shape, value.Variant{Case: "poly", Payload: value.List{at(value.U32(1)), at(value.S32(1))}}, ".poly[1].x: want u32, got s32"},
		{shape, value.Variant{Case: "circle"}, `got variant case "circle"`},
		{shape, value.Variant{Case: "poly"}, `got variant case "poly" without its payload`},
		{shape, value.Variant{Case: "dot", Payload: value.U8(1)}, `got a payload in variant case "dot", which has none`},
		{shape, value.Enum("dot"), `got enum case "dot"`},
		{abi.NewEnum("a"), value.Variant{Case: "a"}, `want enum { a }, got variant case "a"`},
		{abi.NewEnum("a"), value.Enum("b"), `want enum { a }, got enum case "b"`},
		{abi.NewOption(u8), value.U8(1), "want option<u8>, got u8"},
		{abi.NewOption(u8), value.Option{Some: value.U16(1)}, ".some: want u8, got u16"},
		{abi.NewResult(u8, str), value.Result{Payload: value.String("")}, ".ok: want u8, got string"},
		{abi.NewResult(u8, str), value.Result{IsError: true, Payload: value.U8(1)}, ".error: want string, got u8"},
		{abi.NewResult(u8, nil), value.Result{}, "got a result without its payload"},
		{point, value.Record{{Name: "x", Value: value.U32(1)}}, `got a record without field "name"`},
		{point, append(at(value.U32(1)), value.Field{Name: "y", Value: value.U8(1)}), "got a record of 3 fields"},
		{point, append(at(value.U32(1)), value.Field{Name: "x", Value: value.U32(1)}), "got a record of 3 fields"},
		{point, value.Tuple{}, "got a tuple of 0"},
		{abi.NewTuple(u8, u8), value.Tuple{value.U8(1)}, "want tuple<u8, u8>, got a tuple of 1"},
		{abi.NewTuple(u8, u8), value.Tuple{value.U8(1), value.S8(1)}, ".1: want u8, got s8"},
		{abi.NewFlags("r", "w"), value.Flags{"r", "x"}, `want flags { r, w }, got flag "x"`},
		{abi.NewFlags("r", "w"), value.Enum("r"), `got enum case "r"`},
		{abi.NewOwn(resource), value.Handle{Borrowed: true}, "want own<file>, got a borrow"},
		{abi.NewBorrow(resource), value.U32(1), "want borrow<file>, got u32"},
		{u8, value.Handle{}, "want u8, got a handle"},
		{abi.NewStream(u8), value.U32(1), "want stream"},
		{u32, value.Flags{}, "want u32, got flags"},
		{u32, value.Map{}, "got a map"},
		{u32, value.Record{}, "got a record"},
		{u32, value.Option{}, "got an option"},
	} {
		t.Run(test.want, func(t *testing.T) {
			g := newGuest(64)
			cx := g.context(utf8enc)
			_, err := cx.LowerFlat([]value.Value{value.String("first"), test.v}, []*abi.Type{str, test.ty}, nil, 16, nil)
			wantArgument(t, err, test.want)
			var arg *canon.ArgumentError
			if errors.As(err, &arg) && arg.Arg != 1 {
				t.Errorf("argument %d, want 1", arg.Arg)
			}
			wantArgument(t, cx.Store(test.v, test.ty, 0), test.want)
			if len(g.calls) > 0 {
				t.Errorf("realloc was called: %v", g.calls)
			}
		})
	}
	_, err := reader(nil).LowerFlat(nil, []*abi.Type{u8}, nil, 16, nil)
	wantArgument(t, err, "want 1 values, got 0")
}

func TestFieldsInAnyOrder(t *testing.T) {
	ty := abi.NewRecord(abi.Field{Name: "a", Type: u8}, abi.Field{Name: "b", Type: u16})
	v := value.Record{{Name: "b", Value: value.U16(2)}, {Name: "a", Value: value.U8(1)}}
	flat, err := reader(nil).LowerFlat([]value.Value{v}, []*abi.Type{ty}, nil, 16, nil)
	if err != nil || flat[0] != 1 || flat[1] != 2 {
		t.Errorf("flat %v, %v", flat, err)
	}
	cx := reader(make([]byte, 4))
	if err := cx.Store(v, ty, 0); err != nil || cx.Mem[0] != 1 || cx.Mem[2] != 2 {
		t.Errorf("memory % x, %v", cx.Mem, err)
	}
}

func TestLoadAndStoreCheckTheirPointer(t *testing.T) {
	cx := reader(make([]byte, 16))
	for _, test := range []struct {
		ty   *abi.Type
		v    value.Value
		ptr  uint32
		want string
	}{
		{u64, value.U64(1), 4, "unaligned pointer"},
		{u64, value.U64(1), 16, "out of bounds"},
		{u64, value.U64(1), 0xfffffff8, "out of bounds"},
		{str, value.String(""), 12, "out of bounds"},
		{u8, value.U8(1), 16, "out of bounds"},
	} {
		_, err := cx.Load(test.ptr, test.ty)
		wantTrap(t, err, test.want)
		wantTrap(t, cx.Store(test.v, test.ty, test.ptr), test.want)
	}
}
