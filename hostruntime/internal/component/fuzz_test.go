package component

import (
	"bytes"
	"errors"
	"testing"
)

// seeds are components that together have every section and most forms.
func seeds() [][]byte {
	handles := comp(
		withLibc(coreFn([]byte{i32}, nil), coreRealloc, coreFn([]byte{i32, i32, i32}, []byte{i32})),
		typeSec([]byte{0x3f, 0x7f, 1, 0}),
		exportSec(export("r", sType, 0)),
		typeSec(own(1), borrow(1), fn(params(labelled("self", ix(3)), labelled("s", tString)), tU8), fn(nil, ix(2))),
		canonSec([]byte{2, 0}, []byte{3, 1}, []byte{4, 0}),
		canonSec(lift(2, 4, optMem(0), optRea(1))),
		exportSec(export("[method]r.m", sFunc, 0)),
	)
	return [][]byte{
		comp(),
		handles,
		comp(
			customSec("name", []byte{0, 1, 2}),
			typeSec(record(labelled("a", tU8)), variant(vcase("a", ix(0)), vcase("b", nil)), flags("x"), enum("e"),
				option(tString), result(tU8, nil), mapOf(tString, tU8), fixedList(tU8, 3), stream(tU8), future(nil)),
			importSec(item("t", exEq(0)), item("a:b/c@1.2.3", exSub)),
			typeSec(instanceType(declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("[constructor]r", exFunc(2)))), usesResource),
			importSec(item("i", exInstance(12)), item("c", exComponent(13))),
			aliasSec(aliasExport(sType, 0, "r"), aliasExport(sFunc, 0, "[constructor]r")),
			instanceSec(instantiate(0, with("r", sType, 14)), bundle(bundled("f", sFunc, 0))),
			exportSec(exportAs("q", sType, 14, exSub)),
			canonSec(lower(0)),
		),
		comp(nestedSec(definesResource), nestedSec(handles), instanceSec(instantiate(0), instantiate(1)), exportSec(export("x", sInstance, 0))),
		comp(moduleSec(everything), coreTypeSec(coreNone, cat([]byte{0x50}, vec(cat([]byte{2, 0x10, 1}, u(1), u(0)), cat([]byte{3}, str("f"), []byte{0, 0}))))),
		comp(typeSec(tuple(tU8, tString)), valueSec(cat(ix(0), u(3), []byte{1}, str("a"))), typeSec(fn(params(labelled("a", ix(0))), nil)),
			importSec(item("f", exFunc(1))), startSec(0, vec(u(0)), u(0))),
	}
}

func TestSeedsAreValid(t *testing.T) {
	for i, src := range seeds() {
		if _, err := Decode(src); err != nil {
			t.Errorf("seed %d is refused: %v", i, err)
		}
	}
}

// Whatever is cut off, the rest is either a shorter component or refused with
// an offset inside of it.
func TestTruncation(t *testing.T) {
	for i, src := range seeds() {
		accepted := 0
		for n := range src {
			_, err := Decode(src[:n:n])
			if err == nil {
				accepted++
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > n {
				t.Fatalf("seed %d cut to %d bytes: %v", i, n, err)
			}
		}
		// Only a cut between two sections can be valid.
		if accepted > 12 {
			t.Errorf("seed %d is accepted cut at %d places", i, accepted)
		}
	}
}

// Each byte in turn takes some other values.
func TestDamage(t *testing.T) {
	for _, src := range seeds() {
		for n := range src {
			for _, b := range []byte{0x00, 0x01, 0x7f, 0x80, 0xff, src[n] + 1, src[n] ^ 0x40} {
				damaged := bytes.Clone(src)
				damaged[n] = b
				check(t, damaged)
			}
		}
	}
}

// check decodes src, which may be anything, and uses what comes out of it.
func check(t *testing.T, src []byte) {
	t.Helper()
	before := bytes.Clone(src)
	c, err := Decode(src)
	if !bytes.Equal(src, before) {
		t.Fatal("the input was changed")
	}
	if err != nil {
		var e *Error
		if c != nil || !errors.As(err, &e) || e.Msg == "" || e.Offset < 0 || e.Offset > len(src) {
			t.Fatalf("component %v with error %#v", c, err)
		}
		return
	}
	checkComponent(t, c)
}

func checkComponent(t *testing.T, c *Component) {
	t.Helper()
	for _, def := range c.Defs {
		switch def := def.(type) {
		case *Nested:
			checkComponent(t, def.Component)
		case *CoreModule:
			if def.Type == nil {
				t.Fatal("a core module without a type")
			}
		case *Instantiate:
			_ = def.Type.String()
		case *InlineExports:
			_ = def.Type.String()
		case *TypeDef:
			if def.Type.String() == "" {
				t.Fatal("a type without text")
			}
		case *Canon:
			if def.Op != CanonLift && def.Core == nil || def.Name == "" {
				t.Fatalf("canonical definition %+v", def)
			}
		case *Import:
			_ = def.Type.String()
		case *Export:
			_ = def.Type.String()
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, src := range seeds() {
		f.Add(src)
	}
	f.Fuzz(check)
}
