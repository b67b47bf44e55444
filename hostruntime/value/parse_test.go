package value_test

import (
	"math"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

func prim(k abi.Kind) *abi.Type { return abi.Primitive(k) }

var (
	u8, u32, s8, s64 = prim(abi.U8), prim(abi.U32), prim(abi.S8), prim(abi.S64)
	f32, f64         = prim(abi.F32), prim(abi.F64)
	boolean, char    = prim(abi.Bool), prim(abi.Char)
	str              = prim(abi.String)

	basic = abi.NewRecord(abi.Field{Name: "required", Type: u8}, abi.Field{Name: "optional", Type: abi.NewOption(u8)})
	loose = abi.NewRecord(abi.Field{Name: "a", Type: abi.NewOption(u8)}, abi.Field{Name: "b", Type: abi.NewOption(u8)})
	words = abi.NewRecord(abi.Field{Name: "true", Type: boolean}, abi.Field{Name: "none", Type: abi.NewOption(u8)},
		abi.Field{Name: "ok", Type: abi.NewResult(nil, nil)}, abi.Field{Name: "nan", Type: f32})
	shape = abi.NewVariant(abi.Case{Name: "dot"}, abi.Case{Name: "poly", Type: abi.NewList(abi.NewTuple(f64, f64))}, abi.Case{Name: "none"})
	hand  = abi.NewEnum("left", "right", "err")
	perms = abi.NewFlags("read", "write", "some")
	deep  = abi.NewOption(abi.NewOption(u8))
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		ty   *abi.Type
		want value.Value
	}{
		{"true", boolean, value.Bool(true)},
		{" false // as usual", boolean, value.Bool(false)},
		{"255", u8, value.U8(255)},
		{"-128", s8, value.S8(-128)},
		{"-0", s8, value.S8(0)},
		{"-9223372036854775808", s64, value.S64(math.MinInt64)},
		{"18446744073709551615", prim(abi.U64), value.U64(math.MaxUint64)},
		{"1", f64, value.F64(1)},
		{"-0.0", f64, value.F64(math.Copysign(0, -1))},
		{"6.022E+23", f64, value.F64(6.022e23)},
		{"0e0", f32, value.F32(0)},
		{"0.000e100", f32, value.F32(0)},
		{"-100000", f32, value.F32(-100000)},
		{"3.4028234664e39", f32, value.F32(math.Inf(1))},
		{"1.4012984643e-46", f32, value.F32(0)},
		{"nan", f32, value.F32(math.NaN())},
		{"-inf", f64, value.F64(math.Inf(-1))},
		{"'x'", char, value.Char('x')},
		{`'"'`, char, value.Char('"')},
		{`'\''`, char, value.Char('\'')},
		{`'\u{002603}'`, char, value.Char('☃')},
		{"'🌊'", char, value.Char('🌊')},
		{`""`, str, value.String("")},
		{`"WAVE🌊"`, str, value.String("WAVE🌊")},
		{`"\\\'\"\t\n\r"`, str, value.String("\\'\"\t\n\r")},
		{`"'//\u{27}"`, str, value.String("'//'")},
		{"\"\"\"\n\"\"\"", str, value.String("")},
		{"\"\"\"\r\n  a\r\n    b \"\" \\\"\\u{2603}\n\n  \"\"\"", str, value.String("a\n  b \"\" \"☃\n")},
		{"\"\"\"\n\nx\n\n\"\"\"", str, value.String("\nx\n")},
		{"[]", abi.NewList(u32), value.List{}},
		{"[1, 2,]", abi.NewList(u32), value.List{value.U32(1), value.U32(2)}},
		{"[1,2]", abi.NewList(u8), value.Bytes{1, 2}},
		{"[1, 2]", abi.NewFixedList(u8, 2), value.Bytes{1, 2}},
		{"[true]", abi.NewFixedList(boolean, 1), value.List{value.Bool(true)}},
		{"{}", abi.NewMap(str, u8), value.Map{}},
		{"{ : }", abi.NewMap(str, u8), value.Map{}},
		{`{"a": 1, "a": 2,}`, abi.NewMap(str, u8), value.Map{{Key: value.String("a"), Value: value.U8(1)}, {Key: value.String("a"), Value: value.U8(2)}}},
		{`("x", 1)`, abi.NewTuple(str, u8), value.Tuple{value.String("x"), value.U8(1)}},
		{`(1,)`, abi.NewTuple(u8), value.Tuple{value.U8(1)}},
		{"{ required: 1 }", basic, value.Record{{Name: "required", Value: value.U8(1)}, {Name: "optional", Value: value.Option{}}}},
		{"{optional: some(2), required: 1,}", basic, value.Record{{Name: "required", Value: value.U8(1)}, {Name: "optional", Value: value.Option{Some: value.U8(2)}}}},
		{"{optional: 2, %required: 1}", basic, value.Record{{Name: "required", Value: value.U8(1)}, {Name: "optional", Value: value.Option{Some: value.U8(2)}}}},
		{"{:}", loose, value.Record{{Name: "a", Value: value.Option{}}, {Name: "b", Value: value.Option{}}}},
		{"{true: true, none: none, ok: ok, nan: nan}", words, value.Record{{Name: "true", Value: value.Bool(true)}, {Name: "none", Value: value.Option{}}, {Name: "ok", Value: value.Result{}}, {Name: "nan", Value: value.F32(math.NaN())}}},
		{"dot", shape, value.Variant{Case: "dot"}},
		{"%dot", shape, value.Variant{Case: "dot"}},
		{"%none", shape, value.Variant{Case: "none"}},
		{"poly([(0, 1.5)])", shape, value.Variant{Case: "poly", Payload: value.List{value.Tuple{value.F64(0), value.F64(1.5)}}}},
		{"left", hand, value.Enum("left")},
		{"%err", hand, value.Enum("err")},
		{"none", abi.NewOption(hand), value.Option{}},
		{"left", abi.NewOption(hand), value.Option{Some: value.Enum("left")}},
		{"%none", abi.NewOption(shape), value.Option{Some: value.Variant{Case: "none"}}},
		{"none", deep, value.Option{}},
		{"some(none)", deep, value.Option{Some: value.Option{}}},
		{"some(3)", deep, value.Option{Some: value.Option{Some: value.U8(3)}}},
		{"ok", abi.NewResult(nil, u8), value.Result{}},
		{"err(3)", abi.NewResult(nil, u8), value.Result{IsError: true, Payload: value.U8(3)}},
		{"3", abi.NewResult(u8, nil), value.Result{Payload: value.U8(3)}},
		{"ok(none)", abi.NewResult(abi.NewOption(u8), nil), value.Result{Payload: value.Option{}}},
		{"{}", perms, value.Flags{}},
		{"{ write, read, }", perms, value.Flags{"read", "write"}},
		{"{some, %read}", perms, value.Flags{"read", "some"}},
	} {
		got, err := value.Parse(test.text, test.ty)
		if err != nil || !value.Equal(got, test.want) {
			t.Errorf("%s as %s: %#v, %v; want %#v", test.text, test.ty, got, err, test.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tower := u8
	for range value.MaxDepth {
		tower = abi.NewOption(tower)
	}
	long := abi.NewRecord(abi.Field{Name: "a-very-long-field-name-that-fills-the-line", Type: u8}, abi.Field{Name: "b", Type: u8})
	for _, test := range []struct {
		text string
		ty   *abi.Type
		want string
	}{
		{"", u8, "column 1: want u8, got the end of the text"},
		{"  abc", u32, "column 3: want u32, got abc"},
		{`"abc"`, u32, `column 1: want u32, got "abc"`},
		{"256", u8, "column 1: want u8, got 256"},
		{"-1", u8, "column 1: want u8, got -1"},
		{"01", u8, "column 1: want u8, got 01"},
		{"+1", u8, "column 1: want u8, got +1"},
		{"1.0", u8, "column 1: want u8, got 1.0"},
		{"0x10", u8, "column 1: want u8, got 0x10"},
		{"1 2", u8, "column 3: want the end of the text, got 2"},
		{"1\x00", u8, `column 2: want the end of the text, got \u{0}`},
		{"True", boolean, "column 1: want bool, got True"},
		{"-nan", f32, "column 1: want f32, got -nan"},
		{"Infinity", f64, "column 1: want f64, got Infinity"},
		{"1.", f64, "column 1: want f64, got 1."},
		{".5", f64, "column 1: want f64, got .5"},
		{"1e", f64, "column 1: want f64, got 1e"},
		{"1_0", f64, "column 1: want f64, got 1_0"},
		{"''", char, "column 1: want one character between '…', got ''"},
		{"'ab'", char, "column 1: want one character between '…', got 'ab'"},
		{"'\n'", char, `column 1: want one character between '…', got '\u{a}'`},
		{"'x", char, "column 1: want one character between '…', got 'x"},
		{`'\x1f'`, char, `column 2: want an escape: \\ \' \" \t \n \r or \u{hex digits of a character}, got \`},
		{`'\u{}'`, char, "column 2: want an escape"},
		{`'\u{D800}'`, char, "column 2: want an escape"},
		{`'\u{110000}'`, char, "column 2: want an escape"},
		{`'\u{1f'`, char, "column 2: want an escape"},
		{`"\u{12345678123456781234567812345678}"`, str, "column 2: want an escape"},
		{`"\u{+1}"`, str, "column 2: want an escape"},
		{`"abc`, str, `column 1: want a string that ends on its line, got "abc`},
		{"\"a\nb\"", str, `column 1: want a string that ends on its line, got "a\u{a}b"`},
		{"\"a\xff\"", str, "column 3: want valid UTF-8"},
		{`"\`, str, `column 2: want an escape, got \`},
		{`"""x"""`, str, `column 4: want a line break after """, got x`},
		{"\"\"\"\nx\"\"\"", str, `column 6: want the closing """ on a line of its own`},
		{"\"\"\"\n  \"\"\"\n  \"\"\"", str, `column 13: want the end of the text`},
		{"\"\"\"\nx\n  \"\"\"", str, `column 5: want a line indented like the closing """, got x`},
		{"\"\"\"\nx\n\"\"", str, `column 1: want a closing """`},
		{"1", abi.NewList(u8), "column 1: want list<u8>, got 1"},
		{"[1 2]", abi.NewList(u8), "column 4: want , or ], got 2"},
		{"[1,,2]", abi.NewList(u8), "column 4: want u8, got ,"},
		{"[1", abi.NewList(u8), "column 3: want , or ], got the end of the text"},
		{"[1]", abi.NewFixedList(u8, 2), "column 3: want element 2 of 2, got ]"},
		{"[1,2,3]", abi.NewFixedList(u8, 2), "column 6: want ] after 2 elements, got 3"},
		{"(1)", abi.NewTuple(u8, str), "column 3: want element 2 of 2, string, got )"},
		{"(1, 2)", abi.NewTuple(u8), "column 5: want ) after 1 element, got 2"},
		{"{1 2}", abi.NewMap(u8, u8), "column 4: want : after a key, got 2"},
		{"{:1}", abi.NewMap(u8, u8), "column 3: want } after {:, got 1"},
		{"{optional: none}", basic, "column 16: want field required: u8, got }"},
		{"{required: 1, required: 2}", basic, "column 15: want each field once, got required"},
		{"{other: 1}", basic, "column 2: want a field of the record: required, optional, got other"},
		{"{required 1}", basic, "column 11: want : after a field's name, got 1"},
		{"{}", loose, "column 2: want a field, or {:} for a record whose fields are all left out, got }"},
		{"7", long, "column 1: want record, got 7"},
		{"circle", shape, "column 1: want one of dot, poly, none, got circle"},
		{"none", shape, "column 1: want %none, since the case is called like a keyword, got none"},
		{"dot(1)", shape, "column 4: want no payload for dot, got ("},
		{"poly", shape, "column 5: want (list<tuple<f64, f64>>) after poly, got the end of the text"},
		{"poly([(0, x)])", shape, "column 11: want f64, got x"},
		{"some", abi.NewOption(u8), "column 5: want (u8) after some"},
		{"some(some(0))", abi.NewOption(u8), "column 6: want u8, got some"},
		{"none()", abi.NewOption(u8), "column 5: want no payload for none"},
		{"3", deep, "column 1: want some(...) or none, got 3"},
		{"ok", abi.NewResult(u8, nil), "column 3: want (u8) after ok"},
		{"ok(0)", abi.NewResult(nil, nil), "column 3: want no payload for ok"},
		{"3", abi.NewResult(nil, nil), "column 1: want ok or err, got 3"},
		{"{read, read}", perms, "column 8: want each flag once, got read"},
		{"{execute}", perms, "column 2: want one of read, write, some, got execute"},
		{"1", abi.NewOwn(&abi.Resource{Name: "file"}), "column 1: want nothing: a value of type own<file> cannot be written, got 1"},
		{"1", tower, "column 1: want a type nested at most 128 deep"},
		{strings.Repeat("x", 100), u8, "got xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"},
		{"\"\u202eabc\"", u8, `got "\u{202e}abc"`},
		{"\"" + strings.Repeat("é", 40), u8, `got "ééééééééééééééé…`},
	} {
		v, err := value.Parse(test.text, test.ty)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q as %s: %v, %v; want %q", test.text, test.ty, v, err, test.want)
		}
	}
}

func TestParseCall(t *testing.T) {
	params := []abi.Param{{Name: "query", Type: str}, {Name: "limit", Type: u32}, {Name: "page", Type: abi.NewOption(u8)}}
	for _, test := range []struct {
		text, name, want string
	}{
		{`find("x", 3, none)`, "find", `("x", 3, none)`},
		{`find("x", 3)`, "find", `("x", 3, none)`},
		{" find ( \"x\"\n, 3 , 4, ) // done", "find", `("x", 3, some(4))`},
		{`demo:shop/prices@1.2.0#[method]list.find("(", 0)`, "demo:shop/prices@1.2.0#[method]list.find", `("(", 0, none)`},
	} {
		call, err := value.ParseCall(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		args, err := call.Args(params)
		if got := value.Format(value.Tuple(args)); err != nil || call.Name != test.name || got != test.want {
			t.Errorf("%s: %q, %s, %v", test.text, call.Name, got, err)
		}
	}
	for _, test := range []struct{ text, want string }{
		{"find", "column 5: want a call: a function's name and its arguments in parentheses, `name(...)`, got the end of the text"},
		{"(1)", "column 1: want a function's name, got ("},
		{`"find" (1)`, `column 1: want ( after the function's name, got "find"`},
		{"find now(1)", "column 6: want ( after the function's name, got now"},
		{`find("x", "abc")`, `argument 2 ("limit"), column 11: want u32, got "abc"`},
		{`find("x")`, `argument 2 ("limit"), column 9: want u32, got )`},
		{`find()`, `argument 1 ("query"), column 6: want string, got )`},
		{`find("x" 3)`, `argument 1 ("query"), column 10: want , or ), got 3`},
		{`find("x", 3, 4, 5)`, "column 17: want ) after 3 arguments, got 5"},
		{`find("x", 3`, `argument 2 ("limit"), column 12: want , or ), got the end of the text`},
		{`find("x", 3) 4`, "column 14: want the end of the text after the call, got 4"},
	} {
		call, err := value.ParseCall(test.text)
		if err == nil {
			_, err = call.Args(params)
		}
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.text, err, test.want)
		}
	}
	call, err := value.ParseCall("now()")
	if err != nil {
		t.Fatal(err)
	}
	if args, err := call.Args(nil); err != nil || len(args) != 0 {
		t.Errorf("no parameters: %v, %v", args, err)
	}
}
