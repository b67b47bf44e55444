package value_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// What Format writes, Parse reads as the same value, of any type.
func TestFormatParse(t *testing.T) { rapid.Check(t, formatParse) }

func FuzzFormatParse(f *testing.F) { f.Fuzz(rapid.MakeFuzz(formatParse)) }

func formatParse(t *rapid.T) {
	ty := valuegen.Types(4).Draw(t, "type")
	v := valuegen.Values(ty).Draw(t, "value")
	text := value.Format(v)
	got, err := value.Parse(text, ty)
	if err != nil {
		t.Fatalf("%s\n%s\n%v", ty, text, err)
	}
	if !value.Equal(v, got) {
		t.Fatalf("%s\n%s\nread back as %s", ty, text, value.Format(got))
	}
	for _, r := range text {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			t.Fatalf("%q has U+%04X in it", text, r)
		}
	}
	data, err := value.JSON(v)
	if err != nil || !json.Valid(data) {
		t.Fatalf("JSON %s, %v", data, err)
	}
}

// A call's arguments are its values, with commas between them.
func TestFormatParseCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var params []abi.Param
		var args value.Tuple
		for _, ty := range rapid.SliceOfN(valuegen.Types(3), 0, 4).Draw(t, "types") {
			params = append(params, abi.Param{Name: "p", Type: ty})
			args = append(args, valuegen.Values(ty).Draw(t, "value"))
		}
		text := "ns:pkg/iface@1.2.3#run" + value.Format(args)
		call, err := value.ParseCall(text)
		if err != nil {
			t.Fatal(text, err)
		}
		got, err := call.Args(params)
		if err != nil || call.Name != "ns:pkg/iface@1.2.3#run" || !value.Equal(value.Tuple(got), args) {
			t.Fatalf("%s\n%q, %v, %v", text, call.Name, got, err)
		}
	})
}

// Any text is read as any type, or refused with an error that points into it.
func FuzzParse(f *testing.F) {
	types := []*abi.Type{
		abi.Primitive(abi.String), abi.Primitive(abi.Char), abi.Primitive(abi.F64), abi.Primitive(abi.S8),
		abi.NewList(abi.Primitive(abi.U8)), abi.NewFixedList(abi.NewOption(abi.Primitive(abi.Bool)), 2),
		abi.NewMap(abi.Primitive(abi.String), abi.NewList(abi.Primitive(abi.F32))),
		abi.NewRecord(abi.Field{Name: "a", Type: abi.Primitive(abi.U64)}, abi.Field{Name: "none", Type: abi.NewOption(abi.Primitive(abi.String))}),
		abi.NewVariant(abi.Case{Name: "none"}, abi.Case{Name: "b", Type: abi.NewTuple(abi.Primitive(abi.Char), abi.Primitive(abi.String))}),
		abi.NewResult(abi.NewFlags("r", "w"), abi.NewResult(nil, nil)),
	}
	for _, seed := range []string{
		`"a\u{1f370}"`, "\"\"\"\n  x\n  \"\"\"", `'\''`, "-1.5e+3", "[1, 2,]", "[some(true), none]", `{"k": [nan, -inf]}`,
		"{a: 1}", "{:}", "%none", "b(('x', \"y\"))", "ok({r})", "err(err)", "// x\n\"y\"", "f(1, \"x\")", "\x00", "\xff",
	} {
		for i := range types {
			f.Add(seed, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		ty := types[int(which)%len(types)]
		v, err := value.Parse(text, ty)
		if err == nil {
			if again, err := value.Parse(value.Format(v), ty); err != nil || !value.Equal(v, again) {
				t.Fatalf("%q is %#v, then %#v, %v", text, v, again, err)
			}
		} else if e, ok := err.(*value.ParseError); !ok || e.Column < 1 || e.Column > len(text)+1 {
			t.Fatalf("%q: %v", text, err)
		}
		if call, err := value.ParseCall(text); err == nil {
			_, _ = call.Args([]abi.Param{{Name: "p", Type: ty}})
		}
	})
}
