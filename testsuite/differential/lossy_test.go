//go:build guests || conformance

package differential

import (
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/wit/abi"
)

// lossy says why an engine may change a value; it changes in wasmtime too, and
// in the same way.
func lossy(engine string, t *abi.Type, v value.Value) string {
	switch {
	case engine == guest.QuickJS && holds(v, beyondDouble):
		return "64-bit integers are JavaScript numbers there: exact up to 2^53 only, and those that round to 2^64 trap"
	case engine == guest.StarlingMonkey && holds(v, beyondInt32):
		return "as core values, u32 loses bits from about 2^31 on and a negative s64 aborts"
	case engine == guest.StarlingMonkey && holds(v, marked):
		return "a byte order mark at the start of a string is lost"
	case engine == guest.StarlingMonkey && sharesWideSlot(t):
		return "payloads that share a 64-bit core value abort"
	}
	return ""
}

// beyondDouble reports whether v is an integer beyond those that a float64 has
// all.
func beyondDouble(v value.Value) bool {
	const exact = 1 << 53
	switch v := v.(type) {
	case value.S64:
		return v > exact || v < -exact
	case value.U64:
		return v > exact
	}
	return false
}

func beyondInt32(v value.Value) bool {
	switch v := v.(type) {
	case value.U32:
		return v >= 1<<31-1<<10
	case value.S64:
		return v < 0
	}
	return false
}

// marked reports whether v is a string that begins with a byte order mark.
func marked(v value.Value) bool {
	s, _ := v.(value.String)
	return strings.HasPrefix(string(s), "\ufeff")
}

// holds reports whether test is true of v or a value within it.
func holds(v value.Value, test func(value.Value) bool) bool {
	return test(v) || slices.ContainsFunc(parts(v), func(part value.Value) bool { return holds(part, test) })
}

// sharesWideSlot reports whether a variant in t has cases whose payloads share
// a 64-bit core value though they are of different core types.
func sharesWideSlot(t *abi.Type) bool {
	if t == nil {
		return false
	}
	for _, f := range t.Fields {
		if sharesWideSlot(f.Type) {
			return true
		}
	}
	if sharesWideSlot(t.Elem) {
		return true
	}
	slots := t.Flatten(nil)
	for i := range t.CaseCount() {
		c := t.CaseType(i)
		if sharesWideSlot(c) {
			return true
		}
		if c == nil {
			continue
		}
		for j, core := range c.Flatten(nil) {
			if slots[1+j] == abi.I64 && core != abi.I64 {
				return true
			}
		}
	}
	return false
}

// parts are the values that v directly consists of.
func parts(v value.Value) []value.Value {
	var some value.Value
	switch v := v.(type) {
	case value.List:
		return v
	case value.Tuple:
		return v
	case value.Record:
		var fields []value.Value
		for _, f := range v {
			fields = append(fields, f.Value)
		}
		return fields
	case value.Variant:
		some = v.Payload
	case value.Option:
		some = v.Some
	case value.Result:
		some = v.Payload
	}
	if some == nil {
		return nil
	}
	return []value.Value{some}
}
