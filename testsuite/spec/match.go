package spec

import (
	"math"
	"reflect"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// same reports whether two values are equal; every NaN equals every other of
// its width, as the Canonical ABI doesn't keep their bits.
func same(a, b value.Value) bool {
	if bytes, ok := a.(value.Bytes); ok {
		a = list(bytes)
	}
	if bytes, ok := b.(value.Bytes); ok {
		b = list(bytes)
	}
	switch a := a.(type) {
	case value.F32:
		b, ok := b.(value.F32)
		return ok && (a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b)
	case value.F64:
		b, ok := b.(value.F64)
		return ok && (a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b)
	case value.List:
		b, ok := b.(value.List)
		return ok && sameEach(a, b)
	case value.Tuple:
		b, ok := b.(value.Tuple)
		return ok && sameEach(a, b)
	case value.Map:
		b, ok := b.(value.Map)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i].Key, b[i].Key) || !same(a[i].Value, b[i].Value) {
				return false
			}
		}
		return true
	case value.Record:
		b, ok := b.(value.Record)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i].Name != b[i].Name || !same(a[i].Value, b[i].Value) {
				return false
			}
		}
		return true
	case value.Variant:
		b, ok := b.(value.Variant)
		return ok && a.Case == b.Case && same(a.Payload, b.Payload)
	case value.Option:
		b, ok := b.(value.Option)
		return ok && same(a.Some, b.Some)
	case value.Result:
		b, ok := b.(value.Result)
		return ok && a.IsError == b.IsError && same(a.Payload, b.Payload)
	case value.Flags:
		b, ok := b.(value.Flags)
		return ok && sameFlags(a, b)
	}
	return reflect.DeepEqual(a, b)
}

func sameEach(a, b []value.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameFlags compares sets: a script may write them in any order.
func sameFlags(a, b value.Flags) bool {
	set := map[string]bool{}
	for _, f := range a {
		set[f] = true
	}
	for _, f := range b {
		if !set[f] {
			return false
		}
	}
	return len(a) == len(b)
}

func list(bytes value.Bytes) value.List {
	l := make(value.List, len(bytes))
	for i, b := range bytes {
		l[i] = value.U8(b)
	}
	return l
}

// wordings are other words of ours for messages that the scripts expect. They
// are another runtime's, which words one rule in two ways: one where the host
// calls, one where a guest does.
var wordings = map[string][]string{
	"string pointer/length out of bounds of memory": {"string content out-of-bounds"},
	"incomplete utf-8 byte sequence":                {"invalid utf-8"},
	"unaligned pointer":                             {"realloc return: result not aligned"},
	"list content out-of-bounds":                    {"realloc return: beyond end of memory"},
	"cannot lift own resource from a borrow":        {"passed where an own is wanted"},
	"wasm `unreachable` instruction executed":       {"unreachable"},
}

// sameMessage reports whether a message of ours is the one a script expects.
func sameMessage(got, want string) bool {
	want = strings.TrimPrefix(want, "wasm trap: ")
	if before, _, ok := strings.Cut(want, ", expected guest-defined resource"); ok {
		want = before // we go on with the resource's name
	}
	for _, w := range append(wordings[want], want) {
		if strings.Contains(got, w) {
			return true
		}
	}
	return false
}
