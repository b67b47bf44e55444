// Package valuegen draws random component-model types, and values of a type,
// for property tests. Only tests import it.
package valuegen

import (
	"fmt"
	"math"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// labels are the names that types draw from: ordinary ones, and every word that
// WAVE gives a meaning of its own.
var labels = []string{
	"a", "b", "id", "user-name", "x1", "URL-of-it", "very-long-label-with-many-words",
	"true", "false", "some", "none", "ok", "err", "error", "inf", "nan",
}

var primitives = []abi.Kind{
	abi.Bool, abi.S8, abi.U8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64,
	abi.F32, abi.F64, abi.Char, abi.String,
}

// Types returns a generator of value types that nest up to depth levels and
// have no handles, streams or futures in them.
func Types(depth int) *rapid.Generator[*abi.Type] {
	return rapid.Custom(func(t *rapid.T) *abi.Type { return drawType(t, depth) })
}

func drawType(t *rapid.T, depth int) *abi.Type {
	if depth <= 1 || rapid.IntRange(0, 3).Draw(t, "primitive") == 0 {
		return abi.Primitive(rapid.SampledFrom(primitives).Draw(t, "kind"))
	}
	part := func() *abi.Type { return drawType(t, depth-1) }
	maybe := func() *abi.Type {
		if rapid.Bool().Draw(t, "payload") {
			return part()
		}
		return nil
	}
	switch rapid.IntRange(0, 9).Draw(t, "shape") {
	case 0:
		return abi.NewList(part())
	case 1:
		return abi.NewFixedList(part(), rapid.Uint32Range(1, 4).Draw(t, "length"))
	case 2:
		keys := append([]abi.Kind(nil), primitives...)
		return abi.NewMap(abi.Primitive(rapid.SampledFrom(keys).Draw(t, "key")), part())
	case 3:
		var fields []abi.Field
		for _, name := range drawLabels(t, 5) {
			fields = append(fields, abi.Field{Name: name, Type: part()})
		}
		return abi.NewRecord(fields...)
	case 4:
		elems := make([]*abi.Type, rapid.IntRange(1, 5).Draw(t, "elements"))
		for i := range elems {
			elems[i] = part()
		}
		return abi.NewTuple(elems...)
	case 5:
		var cases []abi.Case
		for _, name := range drawLabels(t, 5) {
			cases = append(cases, abi.Case{Name: name, Type: maybe()})
		}
		return abi.NewVariant(cases...)
	case 6:
		return abi.NewEnum(drawManyLabels(t, 300)...)
	case 7:
		return abi.NewOption(part())
	case 8:
		return abi.NewResult(maybe(), maybe())
	}
	return abi.NewFlags(drawManyLabels(t, abi.MaxFlags)...)
}

func drawLabels(t *rapid.T, most int) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(labels), 1, most, rapid.ID[string]).Draw(t, "labels")
}

// drawManyLabels numbers what labels doesn't have, so that discriminants and
// flags of more than one byte turn up.
func drawManyLabels(t *rapid.T, most int) []string {
	if rapid.IntRange(0, 3).Draw(t, "few") > 0 {
		return drawLabels(t, len(labels))
	}
	many := make([]string, rapid.IntRange(1, most).Draw(t, "count"))
	for i := range many {
		many[i] = fmt.Sprintf("n%d", i)
	}
	return many
}

// Values returns a generator of values of type t, in the form in which lifting
// gives them: edge values often, NaN with its canonical bits only.
func Values(t *abi.Type) *rapid.Generator[value.Value] {
	return rapid.Custom(func(r *rapid.T) value.Value { return drawValue(r, t) })
}

func drawValue(r *rapid.T, t *abi.Type) value.Value {
	switch t.Kind {
	case abi.Bool:
		return value.Bool(rapid.Bool().Draw(r, "bool"))
	case abi.S8:
		return value.S8(rapid.Int8().Draw(r, "s8"))
	case abi.U8:
		return value.U8(rapid.Uint8().Draw(r, "u8"))
	case abi.S16:
		return value.S16(rapid.Int16().Draw(r, "s16"))
	case abi.U16:
		return value.U16(rapid.Uint16().Draw(r, "u16"))
	case abi.S32:
		return value.S32(rapid.Int32().Draw(r, "s32"))
	case abi.U32:
		return value.U32(rapid.Uint32().Draw(r, "u32"))
	case abi.S64:
		return value.S64(rapid.Int64().Draw(r, "s64"))
	case abi.U64:
		return value.U64(rapid.Uint64().Draw(r, "u64"))
	case abi.F32:
		return value.F32(drawF32(r))
	case abi.F64:
		return value.F64(drawF64(r))
	case abi.Char:
		return value.Char(drawChar(r))
	case abi.String:
		return value.String(drawString(r))
	case abi.List:
		return drawList(r, t)
	case abi.Map:
		m := make(value.Map, rapid.IntRange(0, 3).Draw(r, "entries"))
		for i := range m {
			m[i] = value.Entry{Key: drawValue(r, t.Key), Value: drawValue(r, t.Elem)}
		}
		return m
	case abi.Record:
		record := make(value.Record, len(t.Fields))
		for i, f := range t.Fields {
			record[i] = value.Field{Name: f.Name, Value: drawValue(r, f.Type)}
		}
		return record
	case abi.Tuple:
		tuple := make(value.Tuple, len(t.Fields))
		for i, f := range t.Fields {
			tuple[i] = drawValue(r, f.Type)
		}
		return tuple
	case abi.Flags:
		flags := make(value.Flags, 0)
		for _, label := range t.Labels {
			if rapid.Bool().Draw(r, label) {
				flags = append(flags, label)
			}
		}
		return flags
	}
	return drawVariant(r, t)
}

func drawList(r *rapid.T, t *abi.Type) value.Value {
	n := int(t.Length)
	if n == 0 {
		n = rapid.IntRange(0, 5).Draw(r, "length")
	}
	if t.Elem.Kind == abi.U8 {
		return value.Bytes(rapid.SliceOfN(rapid.Byte(), n, n).Draw(r, "bytes"))
	}
	list := make(value.List, n)
	for i := range list {
		list[i] = drawValue(r, t.Elem)
	}
	return list
}

func drawVariant(r *rapid.T, t *abi.Type) value.Value {
	index := rapid.IntRange(0, t.CaseCount()-1).Draw(r, "case")
	var payload value.Value
	if c := t.CaseType(index); c != nil {
		payload = drawValue(r, c)
	}
	switch t.Kind {
	case abi.Enum:
		return value.Enum(t.Cases[index].Name)
	case abi.Option:
		return value.Option{Some: payload}
	case abi.Result:
		return value.Result{IsError: index == 1, Payload: payload}
	case abi.Variant:
		return value.Variant{Case: t.Cases[index].Name, Payload: payload}
	}
	panic("valuegen: no values of type " + t.String())
}

func drawF32(r *rapid.T) float32 {
	f := rapid.OneOf(
		rapid.Float32(),
		rapid.Map(rapid.Uint32(), math.Float32frombits),
		rapid.SampledFrom([]float32{
			float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)),
			math.Float32frombits(abi.CanonicalNaN32), math.MaxFloat32, math.SmallestNonzeroFloat32,
		}),
	).Draw(r, "f32")
	if f != f {
		return math.Float32frombits(abi.CanonicalNaN32)
	}
	return f
}

func drawF64(r *rapid.T) float64 {
	f := rapid.OneOf(
		rapid.Float64(),
		rapid.Map(rapid.Uint64(), math.Float64frombits),
		rapid.SampledFrom([]float64{
			math.Inf(1), math.Inf(-1), math.Copysign(0, -1),
			math.Float64frombits(abi.CanonicalNaN64), math.MaxFloat64, math.SmallestNonzeroFloat64,
		}),
	).Draw(r, "f64")
	if f != f {
		return math.Float64frombits(abi.CanonicalNaN64)
	}
	return f
}

// edgeChars sit at the borders of the encodings: UTF-8 lengths, Latin-1, the
// surrogates, the largest; and at those of text shown to people.
var edgeChars = []rune{
	0, '\t', '\n', '\r', 0x1b, ' ', '"', '\'', '\\', '{', '%', 0x7e, 0x7f, 0x80, 0x9f, 0xff, 0x100, 0x7ff, 0x800,
	0x200b, 0x2028, 0x202e, 0x2066, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f370, 0x10ffff,
}

func drawChar(r *rapid.T) rune {
	return rapid.OneOf(
		rapid.SampledFrom(edgeChars),
		rapid.Rune(),
		rapid.Int32Range(0x20, 0x17f),
	).Draw(r, "char")
}

func drawString(r *rapid.T) string {
	switch rapid.IntRange(0, 3).Draw(r, "script") {
	case 0:
		return rapid.StringMatching(`[ -~]{0,12}`).Draw(r, "ascii")
	case 1: // Latin-1, which one encoding treats apart
		return string(rapid.SliceOfN(rapid.Int32Range(0, 0xff), 0, 8).Draw(r, "latin1"))
	}
	n := rapid.IntRange(0, 6).Draw(r, "chars")
	s := make([]rune, n)
	for i := range s {
		s[i] = drawChar(r)
	}
	return string(s)
}
