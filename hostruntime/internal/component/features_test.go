package component

import (
	"strings"
	"testing"
)

// What is gated is refused by default, and accepted where it is asked for.
func TestFeatures(t *testing.T) {
	memory := coreMod(section(5, vec([]byte{4, 1})), section(7, vec(cat(str("mem"), []byte{2, 0}))))
	lowered := func(memory64 bool) []byte { // the signature follows the memory
		want := coreFn([]byte{i32, i32, i32}, nil)
		if memory64 {
			want = coreFn([]byte{i64, i64, i64}, nil)
		}
		user := coreMod(section(1, vec(want)), section(2, vec(cat(str(""), str("f"), []byte{0, 0}))))
		return comp(
			typeSec(tuple(tString, tU32), list(ix(0)), fn(params(labelled("a", tString), labelled("b", ix(1))), nil)),
			importSec(item("f", exFunc(2))),
			moduleSec(memory), coreInstanceSec(instantiate(0)), aliasSec(aliasCore(2, 0, "mem")),
			canonSec(lower(0, optMem(0))),
			moduleSec(user),
			coreInstanceSec(coreBundle("f", 0)),
			coreInstanceSec(cat([]byte{0}, u(1), vec(cat(str(""), []byte{0x12, 1})))),
		)
	}
	all := Features{Memory64: true, NestedNames: true, MoreAsync: true}
	for _, c := range []struct {
		name      string
		component []byte
		// without is what the decoder says where features lack the one asked
		// for, and with what it says with all.
		features      Features
		without, with string
	}{
		{"64-bit memory", lowered(true), Features{}, "64-bit memories of canonical definitions are not supported", "expected [i64 i64 i64] -> [], found [i64 i64 i64 i64] -> []"},
		{"64-bit memory, 32-bit pointers", lowered(false), Features{}, "64-bit memories of canonical definitions are not supported", "expected [i32 i32 i32] -> [], found [i64 i64 i64 i64] -> []"},
		{"resource of i64", comp(typeSec([]byte{0x3f, i64, 0})), Features{}, "represented by i64 are not supported", ""},
		{"context of i64", comp(canonSec([]byte{0x0a, i64, 0})), Features{}, "context.get of i64 are not supported", ""},
		{"contexts of both types", comp(canonSec([]byte{0x0a, i64, 0}, []byte{0x0b, i32, 0})), Features{}, "not supported", "must match the previous context type"},
		{"nested names", comp(typeSec(instanceType()), importSec(item("a:b:c/d/e@1.0.0", exInstance(0)))), Features{}, "nested namespaces", ""},
		{"async cancel", comp(typeSec(stream(tU8)), canonSec([]byte{0x11, 0, 1})), Features{}, "async options of stream.cancel-read are not supported", ""},
	} {
		check := func(features Features, want string) {
			_, err := DecodeWith(c.component, features)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s with %+v: got %v, want %q", c.name, features, err, want)
			}
		}
		check(c.features, c.without)
		check(all, c.with)
	}
}

// coreBundle is a core instance that exports one core function.
func coreBundle(name string, f int) []byte {
	return cat([]byte{1}, vec(cat(str(name), []byte{0}, u(f))))
}
