package value

import (
	"bytes"
	"reflect"
	"slices"
)

// Equal reports whether a and b are the same component-model value. All NaNs
// of a type are equal, since crossing the boundary may change one for another;
// 0 and -0 differ. Bytes equals a List of the same U8 values. Flags compare as
// sets and records field by field in order; a map is its entries in order.
// Handles are equal if what they stand for is the same, and a rep that Go
// cannot compare equals nothing.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case F32:
		b, ok := b.(F32)
		return ok && (a == b && sign(float64(a)) == sign(float64(b)) || a != a && b != b)
	case F64:
		b, ok := b.(F64)
		return ok && (a == b && sign(float64(a)) == sign(float64(b)) || a != a && b != b)
	case Bytes:
		if b, ok := b.(Bytes); ok {
			return bytes.Equal(a, b)
		}
		list, ok := b.(List)
		return ok && bytesEqualList(a, list)
	case List:
		if b, ok := b.(Bytes); ok {
			return bytesEqualList(b, a)
		}
		b, ok := b.(List)
		return ok && slices.EqualFunc(a, b, Equal)
	case Map:
		b, ok := b.(Map)
		return ok && slices.EqualFunc(a, b, func(x, y Entry) bool {
			return Equal(x.Key, y.Key) && Equal(x.Value, y.Value)
		})
	case Record:
		b, ok := b.(Record)
		return ok && slices.EqualFunc(a, b, func(x, y Field) bool {
			return x.Name == y.Name && Equal(x.Value, y.Value)
		})
	case Tuple:
		b, ok := b.(Tuple)
		return ok && slices.EqualFunc(a, b, Equal)
	case Variant:
		b, ok := b.(Variant)
		return ok && a.Case == b.Case && Equal(a.Payload, b.Payload)
	case Option:
		b, ok := b.(Option)
		return ok && Equal(a.Some, b.Some)
	case Result:
		b, ok := b.(Result)
		return ok && a.IsError == b.IsError && Equal(a.Payload, b.Payload)
	case Flags:
		b, ok := b.(Flags)
		return ok && sameSet(a, b)
	case Handle:
		b, ok := b.(Handle)
		return ok && a.Borrowed == b.Borrowed && a.Resource == b.Resource && sameRep(a.Rep, b.Rep)
	}
	// The rest are Go scalars, or nothing at all.
	return a == b
}

func sign(f float64) bool { return 1/f < 0 }

func bytesEqualList(b Bytes, list List) bool {
	if len(b) != len(list) {
		return false
	}
	for i, e := range list {
		if e != U8(b[i]) {
			return false
		}
	}
	return true
}

func sameSet(a, b Flags) bool {
	for _, name := range a {
		if !slices.Contains(b, name) {
			return false
		}
	}
	for _, name := range b {
		if !slices.Contains(a, name) {
			return false
		}
	}
	return true
}

func sameRep(a, b any) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}
