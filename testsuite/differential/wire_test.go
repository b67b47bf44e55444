//go:build guests || conformance

package differential

import (
	"fmt"
	"math"
	"slices"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// wire returns v in the form that peer/wasmtime_peer.py describes, as
// encoding/json decodes it: equal values have equal forms, and all NaNs are.
func wire(v value.Value) any {
	switch v := v.(type) {
	case nil:
		return nil
	case value.Bool:
		return bool(v)
	case value.S8, value.S16, value.S32, value.S64, value.U8, value.U16, value.U32, value.U64:
		return fmt.Sprintf("%d", v)
	case value.F32:
		if v != v {
			return "nan"
		}
		return fmt.Sprintf("%08x", math.Float32bits(float32(v)))
	case value.F64:
		if v != v {
			return "nan"
		}
		return fmt.Sprintf("%016x", math.Float64bits(float64(v)))
	case value.Char:
		return string(rune(v))
	case value.String:
		return string(v)
	case value.Enum:
		return string(v)
	case value.Bytes:
		items := make([]any, len(v))
		for i, b := range v {
			items[i] = fmt.Sprintf("%d", b)
		}
		return items
	case value.List:
		return wires(v)
	case value.Tuple:
		return wires(v)
	case value.Record:
		fields := map[string]any{}
		for _, f := range v {
			fields[f.Name] = wire(f.Value)
		}
		return fields
	case value.Flags:
		items := make([]any, len(v))
		for i, name := range slices.Sorted(slices.Values(v)) {
			items[i] = name
		}
		return items
	case value.Variant:
		return wireCase(v.Case, v.Payload)
	case value.Option:
		if v.Some == nil {
			return wireCase("none", nil)
		}
		return wireCase("some", v.Some)
	case value.Result:
		if v.IsError {
			return wireCase("err", v.Payload)
		}
		return wireCase("ok", v.Payload)
	}
	panic(fmt.Sprintf("no wire form of a %T", v))
}

func wires(list []value.Value) []any {
	items := make([]any, len(list))
	for i, v := range list {
		items[i] = wire(v)
	}
	return items
}

func wireCase(tag string, payload value.Value) any {
	if payload == nil {
		return map[string]any{"tag": tag}
	}
	return map[string]any{"tag": tag, "val": wire(payload)}
}
