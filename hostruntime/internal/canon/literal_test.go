package canon_test

import (
	"errors"
	"math"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

var (
	literalU8     = abi.Primitive(abi.U8)
	literalString = abi.Primitive(abi.String)
)

// literals are values as the specification encodes them.
var literals = []struct {
	bytes string
	typ   *abi.Type
	want  value.Value
}{
	{"\x01", abi.Primitive(abi.Bool), value.Bool(true)},
	{"\xff", literalU8, value.U8(255)},
	{"\xff", abi.Primitive(abi.S8), value.S8(-1)},
	{"\xff\xff\x03", abi.Primitive(abi.U16), value.U16(65535)},
	{"\x80\x80\x7e", abi.Primitive(abi.S16), value.S16(-32768)},
	{"\x7f", abi.Primitive(abi.S32), value.S32(-1)},
	{"\xff\xff\xff\xff\x0f", abi.Primitive(abi.U32), value.U32(math.MaxUint32)},
	{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", abi.Primitive(abi.S64), value.S64(math.MinInt64)},
	{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", abi.Primitive(abi.U64), value.U64(math.MaxUint64)},
	{"\x00\x00\xc0\x7f", abi.Primitive(abi.F32), value.F32(math.NaN())},
	{"\x00\x00\x00\x00\x00\x00\xf8\xbf", abi.Primitive(abi.F64), value.F64(-1.5)},
	{"\xe2\x82\xac", abi.Primitive(abi.Char), value.Char('€')},
	{"\x03abc", literalString, value.String("abc")},
	{"\x02\x01\x02", abi.NewList(literalU8), value.Bytes{1, 2}},
	{"\x02\x01a\x00", abi.NewList(literalString), value.List{value.String("a"), value.String("")}},
	{"\x01a\x01b", abi.NewFixedList(literalString, 2), value.List{value.String("a"), value.String("b")}},
	{"\x01\x05\x01x", abi.NewMap(literalU8, literalString), value.Map{{Key: value.U8(5), Value: value.String("x")}}},
	{"\x01\x02", abi.NewTuple(literalU8, literalU8), value.Tuple{value.U8(1), value.U8(2)}},
	{"\x01\x01x", abi.NewRecord(abi.Field{Name: "a", Type: literalU8}, abi.Field{Name: "b", Type: literalString}),
		value.Record{{Name: "a", Value: value.U8(1)}, {Name: "b", Value: value.String("x")}}},
	{"\x05\x01", abi.NewFlags("a", "b", "c", "d", "e", "f", "g", "h", "i"), value.Flags{"a", "c", "i"}},
	{"\x01", abi.NewEnum("a", "b"), value.Enum("b")},
	{"\x01\x09", abi.NewVariant(abi.Case{Name: "a"}, abi.Case{Name: "b", Type: literalU8}), value.Variant{Case: "b", Payload: value.U8(9)}},
	{"\x00", abi.NewOption(literalU8), value.Option{}},
	{"\x01\x07", abi.NewOption(literalU8), value.Option{Some: value.U8(7)}},
	{"\x01\x01x", abi.NewResult(nil, literalString), value.Result{IsError: true, Payload: value.String("x")}},
	{"\x00", abi.NewResult(nil, literalString), value.Result{}},
}

func TestLiteral(t *testing.T) {
	for _, c := range literals {
		got, err := canon.Literal([]byte(c.bytes), c.typ, canon.NewBudget(1<<20))
		if err != nil || !value.Equal(got, c.want) {
			t.Errorf("%x as %s: got %v, %v; want %v", c.bytes, c.typ, got, err, c.want)
		}
		if err := canon.Check(got, c.typ); err != nil {
			t.Errorf("%x as %s: %v", c.bytes, c.typ, err)
		}
		for n := range c.bytes {
			if got, err := canon.Literal([]byte(c.bytes[:n]), c.typ, nil); err == nil {
				t.Errorf("%x as %s: got %v for the first %d bytes", c.bytes, c.typ, got, n)
			}
		}
		if _, err := canon.Literal([]byte(c.bytes+"\x00"), c.typ, nil); err == nil {
			t.Errorf("%x as %s: a byte more is accepted", c.bytes, c.typ)
		}
		if _, err := canon.Literal([]byte(c.bytes), c.typ, canon.NewBudget(7)); !isBudget(err) {
			t.Errorf("%x as %s: got %v with next to no budget", c.bytes, c.typ, err)
		}
	}
}

func isBudget(err error) bool {
	_, ok := errors.AsType[*canon.BudgetError](err)
	return ok
}

// FuzzLiteral reads any bytes as a value of any of the types above, and of all
// of them together.
func FuzzLiteral(f *testing.F) {
	var types []*abi.Type
	for i, c := range literals {
		types = append(types, c.typ)
		f.Add(uint8(i), []byte(c.bytes))
	}
	types = append(types, abi.NewList(abi.NewTuple(types...)))
	f.Fuzz(func(t *testing.T, index uint8, bytes []byte) {
		typ := types[int(index)%len(types)]
		budget := canon.NewBudget(1 << 20)
		v, err := canon.Literal(bytes, typ, budget)
		if err != nil {
			return
		}
		if err := canon.Check(v, typ); err != nil {
			t.Errorf("%x as %s: %v", bytes, typ, err)
		}
		if budget.Used() < uint64(len(bytes))/64 {
			t.Errorf("%d bytes cost %d", len(bytes), budget.Used())
		}
	})
}
