package value_test

import (
	"math"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

type row struct {
	v          value.Value
	wave, json string
}

var rows = []row{
	{value.Bool(true), "true", "true"},
	{value.S8(-128), "-128", "-128"},
	{value.U8(255), "255", "255"},
	{value.S16(-1), "-1", "-1"},
	{value.U16(1), "1", "1"},
	{value.S32(math.MinInt32), "-2147483648", "-2147483648"},
	{value.U32(math.MaxUint32), "4294967295", "4294967295"},
	{value.S64(1<<53 - 1), "9007199254740991", "9007199254740991"},
	{value.S64(-1 << 53), "-9007199254740992", `"-9007199254740992"`},
	{value.U64(1 << 53), "9007199254740992", `"9007199254740992"`},
	{value.U64(math.MaxUint64), "18446744073709551615", `"18446744073709551615"`},
	{value.F32(0.1), "0.1", "0.1"},
	{value.F32(math.MaxFloat32), "3.4028235e+38", "3.4028235e+38"},
	{value.F64(1), "1", "1"},
	{value.F64(math.Copysign(0, -1)), "-0", "-0"},
	{value.F64(1e21), "1e+21", "1e+21"},
	{value.F64(1e20), "100000000000000000000", "100000000000000000000"},
	{value.F64(math.NaN()), "nan", `"nan"`},
	{value.F32(math.Inf(1)), "inf", `"inf"`},
	{value.F64(math.Inf(-1)), "-inf", `"-inf"`},
	{value.Char('x'), "'x'", `"x"`},
	{value.Char('\''), `'\''`, `"'"`},
	{value.Char('"'), `'"'`, `"\""`},
	{value.Char('\n'), `'\n'`, `"\n"`},
	{value.Char(0x202e), `'\u{202e}'`, `"\u202e"`},
	{value.String("a\"'\\\t\r\n"), `"a\"'\\\t\r\n"`, `"a\"'\\\t\u000d\n"`},
	{value.String("☃ 🍰 é"), `"☃ 🍰 é"`, `"☃ 🍰 é"`},
	{value.String("\x1b[31m\u202e\u200b\u00a0\ufeff\U000e0001\x7f\u0085"),
		`"\u{1b}[31m\u{202e}\u{200b}\u{a0}\u{feff}\u{e0001}\u{7f}\u{85}"`,
		`"\u001b[31m\u202e\u200b\u00a0\ufeff\udb40\udc01\u007f\u0085"`},
	{value.String("bad \xff"), `"bad �"`, `"bad �"`},
	{value.Bytes{1, 2}, "[1, 2]", "[1, 2]"},
	{value.Bytes(nil), "[]", "[]"},
	{value.List{value.String("a"), value.String("b")}, `["a", "b"]`, `["a", "b"]`},
	{value.Map{{Key: value.String("k"), Value: value.U8(1)}, {Key: value.String("l"), Value: value.U8(2)}}, `{"k": 1, "l": 2}`, `[["k", 1], ["l", 2]]`},
	{value.Map{}, "{}", "[]"},
	{value.Record{{Name: "a", Value: value.U8(1)}, {Name: "none", Value: value.Option{}}}, "{a: 1, none: none}", `{"a": 1, "none": null}`},
	{value.Tuple{value.U8(1), value.Bool(false)}, "(1, false)", "[1, false]"},
	{value.Variant{Case: "dot"}, "dot", `{"tag": "dot"}`},
	{value.Variant{Case: "ok", Payload: value.U8(1)}, "%ok(1)", `{"tag": "ok", "val": 1}`},
	{value.Enum("left"), "left", `"left"`},
	{value.Enum("none"), "%none", `"none"`},
	{value.Enum("\x1b"), `\u{1b}`, `"\u001b"`},
	{value.Option{}, "none", "null"},
	{value.Option{Some: value.U8(1)}, "some(1)", "1"},
	{value.Option{Some: value.Option{}}, "some(none)", `{"tag": "some", "val": null}`},
	{value.Option{Some: value.Option{Some: value.U8(1)}}, "some(some(1))", `{"tag": "some", "val": 1}`},
	{value.Result{}, "ok", `{"tag": "ok"}`},
	{value.Result{Payload: value.String("x")}, `ok("x")`, `{"tag": "ok", "val": "x"}`},
	{value.Result{IsError: true, Payload: value.U8(2)}, "err(2)", `{"tag": "err", "val": 2}`},
	{value.Flags{"read", "some"}, "{read, %some}", `["read", "some"]`},
	{value.Flags{}, "{}", "[]"},
	{value.Handle{Resource: "file"}, "<own file>", `{"resource": "file", "borrowed": false}`},
	{value.Handle{Resource: "a\x1bb", Borrowed: true}, `<borrow a\u{1b}b>`, `{"resource": "a\u001bb", "borrowed": true}`},
}

func TestFormat(t *testing.T) {
	for _, r := range rows {
		if got := value.Format(r.v); got != r.wave {
			t.Errorf("%#v: %s, want %s", r.v, got, r.wave)
		}
	}
	if got := value.Format(value.List{nil}); got != "[<nothing>]" {
		t.Errorf("a value missing: %s", got)
	}
}

func TestJSON(t *testing.T) {
	for _, r := range rows {
		if got, err := value.JSON(r.v); err != nil || string(got) != r.json {
			t.Errorf("%#v: %s, %v; want %s", r.v, got, err, r.json)
		}
	}
	for _, v := range []value.Value{
		nil, value.List{nil}, value.Map{{}}, value.Record{{}}, value.Variant{Case: "a", Payload: value.Tuple{nil}},
	} {
		if got, err := value.JSON(v); err == nil {
			t.Errorf("%#v: %s, want an error", v, got)
		}
	}
}

// Neither writer recurses without bound.
func TestDeepValues(t *testing.T) {
	var v value.Value = value.U8(1)
	for range value.MaxDepth {
		v = value.Option{Some: v}
	}
	if _, err := value.JSON(v); err != nil {
		t.Errorf("%d levels: %v", value.MaxDepth, err)
	}
	for range 100000 {
		v = value.List{v}
	}
	if _, err := value.JSON(v); err == nil {
		t.Error("JSON wrote a very deep value")
	}
	if got := value.Format(v); len(got) > 10*value.MaxDepth {
		t.Errorf("Format wrote %d bytes of a very deep value", len(got))
	}
}

func TestEqual(t *testing.T) {
	nan := math.Float32frombits(0x7fc12345)
	rep := new(int)
	for i, a := range rows {
		for j, b := range rows {
			// Rows that are the same value in two Go forms.
			same := i == j || value.Format(a.v) == value.Format(b.v) && a.json == b.json && sameKind(a.v, b.v)
			if got := value.Equal(a.v, b.v); got != same {
				t.Errorf("Equal(%#v, %#v) = %v", a.v, b.v, got)
			}
		}
	}
	for _, test := range []struct {
		a, b value.Value
		want bool
	}{
		{nil, nil, true},
		{nil, value.U8(0), false},
		{value.F32(nan), value.F32(math.NaN()), true},
		{value.F32(nan), value.F64(math.NaN()), false},
		{value.F64(0), value.F64(math.Copysign(0, -1)), false},
		{value.Bytes{1}, value.List{value.U8(1)}, true},
		{value.List{value.U8(1)}, value.Bytes{1}, true},
		{value.Bytes{1}, value.List{value.U16(1)}, false},
		{value.Bytes{1}, value.List{}, false},
		{value.Flags{"a", "b"}, value.Flags{"b", "a"}, true},
		{value.Flags{"a"}, value.Flags{"b", "a"}, false},
		{value.Handle{Rep: rep}, value.Handle{Rep: rep}, true},
		{value.Handle{Rep: rep}, value.Handle{Rep: new(int)}, false},
		{value.Handle{Rep: rep}, value.Handle{Rep: rep, Borrowed: true}, false},
		{value.Handle{Rep: []int{1}}, value.Handle{Rep: []int{1}}, false},
		{value.Record{{Name: "a", Value: value.U8(1)}}, value.Record{{Name: "b", Value: value.U8(1)}}, false},
		{value.Variant{Case: "a"}, value.Enum("a"), false},
	} {
		if got := value.Equal(test.a, test.b); got != test.want {
			t.Errorf("Equal(%#v, %#v) = %v", test.a, test.b, got)
		}
	}
}

func sameKind(a, b value.Value) bool {
	_, bytesA := a.(value.Bytes)
	_, bytesB := b.(value.Bytes)
	return bytesA && bytesB
}
