package component

import (
	"errors"
	"strings"
	"testing"
)

// A decodeCase is an input and what its error must contain, "" for none.
type decodeCase struct {
	name string
	src  []byte
	want string
}

func checkCases(t *testing.T, cases []decodeCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			_, err := Decode(c.src)
			if c.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatalf("accepted; an error with %q is expected", c.want)
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error is a %T, not an *Error", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %q, %q is expected in it", err, c.want)
			}
			if e.Offset < 0 || e.Offset > len(c.src) {
				t.Errorf("offset %d lies outside of the %d bytes", e.Offset, len(c.src))
			}
		})
	}
}

func mustDecode(t *testing.T, src []byte) *Component {
	t.Helper()
	c, err := Decode(src)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return c
}

func TestHeader(t *testing.T) {
	checkCases(t, []decodeCase{
		{"empty component", comp(), ""},
		{"empty input", nil, "the input is empty"},
		{"text", []byte("(component)"), "the magic header is missing"},
		{"short", []byte("\x00asm\x0d"), "the input ends after 5 bytes"},
		{"core module", coreMod(), "this is a core WebAssembly module, not a component"},
		{"unknown core version", []byte("\x00asm\x02\x00\x00\x00"), "core WebAssembly module of unknown version 2"},
		{"older version", []byte("\x00asm\x0c\x00\x01\x00"), "unknown component version 0xc"},
		{"unknown layer", []byte("\x00asm\x0d\x00\x02\x00"), "unknown layer 2"},
		{"core module as a nested component", comp(nestedSec(coreMod())), "this is a core WebAssembly module"},
		{"component as a core module", comp(moduleSec(comp())), "a core module is expected"},
	})
}

func TestFraming(t *testing.T) {
	checkCases(t, []decodeCase{
		{"custom section", comp(customSec("name", []byte{1, 2, 3})), ""},
		{"unknown section", comp(section(13, nil)), "unknown section id 0x0d"},
		{"trailing garbage", cat(comp(typeSec(tBool)), []byte("garbage")), "damaged, or followed by something else"},
		{"trailing zeros", cat(comp(typeSec(tBool)), make([]byte, 4)), "the name of a custom section is expected"},
		{"section beyond the end", comp([]byte{7, 100, 0}), "the input ends where the content of 100 bytes is expected"},
		{"bytes left in a section", comp(section(7, cat(vec(tBool), tBool))), "1 bytes left over"},
		{"count beyond the section", comp(section(7, u(200))), "200 definitions announced, 0 bytes left"},
		{"overlong count", comp(section(7, []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x00})), "too long for a 32-bit number"},
		{"padded count", comp(section(7, cat([]byte{0x81, 0x80, 0x80, 0x80, 0x00}, tBool))), ""},
		{"count above 32 bits", comp(section(7, []byte{0xff, 0xff, 0xff, 0xff, 0x1f})), "too large for a 32-bit number"},
		{"type index above 33 bits", comp(typeSec(option([]byte{0x80, 0x80, 0x80, 0x80, 0x2f}))), "too large for a 33-bit number"},
		{"overlong type index", comp(typeSec(option([]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x00}))), "too long for a 33-bit number"},
		{"name that is not UTF-8", comp(customSec("\xff\xfe", nil)), "not valid UTF-8"},
		{"surrogate in a name", comp(customSec("\xed\xa0\x80", nil)), "not valid UTF-8"},
		{"long name", comp(customSec(strings.Repeat("n", maxNameLength), nil)), ""},
		{"too long name", comp(customSec(strings.Repeat("n", maxNameLength+1), nil)), "the limit is 100000"},
	})
}

func TestErrorSaysWhere(t *testing.T) {
	src := comp(typeSec(tBool), typeSec(tBool, enum("a", "A")))
	_, err := Decode(src)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	want := strings.LastIndex(string(src), "\x01A")
	if e.Offset != want || e.Section != "type" {
		t.Errorf("error at %d in section %q, %d in section type is expected: %v", e.Offset, e.Section, want, err)
	}
	const text = `type section, offset 0x14: enum label name "A" conflicts with previous name "a"`
	if err.Error() != text {
		t.Errorf("error is %q\nexpected    %q", err, text)
	}
}

func TestErrorEscapesNames(t *testing.T) {
	_, err := Decode(comp(importSec(item("a\x1b[31m\u202eb", exSub))))
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\u202e") || !strings.Contains(err.Error(), `\x1b`) {
		t.Errorf("error is %v; control characters must be escaped", err)
	}
}

func TestCustomSections(t *testing.T) {
	c := mustDecode(t, comp(customSec("name", []byte{1, 2, 3}), typeSec(tBool), customSec("b", nil)))
	if len(c.Defs) != 1 {
		t.Errorf("%d definitions, 1 is expected: custom sections mean nothing", len(c.Defs))
	}
}

func TestDefinitionsInOrder(t *testing.T) {
	inner := comp(typeSec(tBool))
	src := comp(
		typeSec(fn(nil, nil)),
		importSec(item("f", exFunc(0))),
		nestedSec(inner),
		instanceSec(instantiate(0)),
		exportSec(export("g", sFunc, 0)),
	)
	c := mustDecode(t, src)
	if len(c.Defs) != 5 {
		t.Fatalf("%d definitions, 5 are expected", len(c.Defs))
	}
	imp, ok := c.Defs[1].(*Import)
	if !ok || imp.Name != "f" || imp.Type.Func == nil || c.Imports[0] != imp {
		t.Errorf("definition 1 is %#v", c.Defs[1])
	}
	nested, ok := c.Defs[2].(*Nested)
	if !ok || nested.Component.Size != len(inner) || string(src[nested.Pos():nested.Pos()+len(inner)]) != string(inner) {
		t.Errorf("definition 2 is %#v", c.Defs[2])
	}
	if in, ok := c.Defs[3].(*Instantiate); !ok || in.Type == nil {
		t.Errorf("definition 3 is %#v", c.Defs[3])
	}
	if e, ok := c.Defs[4].(*Export); !ok || e.Sort != SortFunc || c.Exports[0] != e || e.Type.Func != imp.Type.Func {
		t.Errorf("definition 4 is %#v", c.Defs[4])
	}
	last := -1
	for i, def := range c.Defs {
		if def.Pos() <= last {
			t.Errorf("definition %d is at %d, after one at %d", i, def.Pos(), last)
		}
		last = def.Pos()
	}
}
