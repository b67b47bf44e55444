//go:build guests || conformance

package differential

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// drawValue draws a value of type t, often at a border.
func drawValue(r *rand.Rand, t *abi.Type) value.Value {
	switch t.Kind {
	case abi.Bool:
		return value.Bool(r.IntN(2) == 0)
	case abi.S8:
		return value.S8(drawBits(r))
	case abi.U8:
		return value.U8(drawBits(r))
	case abi.S16:
		return value.S16(drawBits(r))
	case abi.U16:
		return value.U16(drawBits(r))
	case abi.S32:
		return value.S32(drawBits(r))
	case abi.U32:
		return value.U32(drawBits(r))
	case abi.S64:
		return value.S64(drawBits(r))
	case abi.U64:
		v := drawBits(r)
		// Fewer of those near 2^64, where one engine traps.
		if v >= 1<<63 && r.IntN(4) > 0 {
			v = -v
		}
		return value.U64(v)
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
		flags := value.Flags{}
		for _, label := range t.Labels {
			if r.IntN(2) == 0 {
				flags = append(flags, label)
			}
		}
		return flags
	}
	return drawCase(r, t)
}

func drawCase(r *rand.Rand, t *abi.Type) value.Value {
	index := r.IntN(t.CaseCount())
	if r.IntN(4) == 0 {
		index = t.CaseCount() - 1
	}
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
	panic("no values of type " + t.String())
}

func drawList(r *rand.Rand, t *abi.Type) value.Value {
	n := r.IntN(5)
	// Not of strings, which may be long: guests have a limit on memory here.
	if t.Elem.Depth() == 1 && t.Elem.Kind != abi.String && r.IntN(8) == 0 {
		n = r.IntN(3000)
	}
	if t.Elem.Kind == abi.U8 {
		bytes := make(value.Bytes, n)
		for i := range bytes {
			bytes[i] = byte(drawBits(r))
		}
		return bytes
	}
	list := make(value.List, n)
	for i := range list {
		list[i] = drawValue(r, t.Elem)
	}
	return list
}

// drawBits draws an integer for any width to cut: near 0 or near a power of
// two, of either sign, or anything.
func drawBits(r *rand.Rand) uint64 {
	near := uint64(r.IntN(3)) - 1
	switch r.IntN(4) {
	case 0:
		return near
	case 1:
		return 1<<r.IntN(64) + near
	case 2:
		return -(1<<r.IntN(64) + near)
	}
	return r.Uint64() >> r.IntN(64)
}

var (
	edgeF32 = []float32{
		0, 1, -0.5, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.MaxFloat32, math.SmallestNonzeroFloat32, 1 << 24, 1<<24 - 1, 0.1,
	}
	edgeF64 = []float64{
		0, 1, -0.5, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(),
		math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, 1<<53 - 1, 0.1, math.MaxFloat32, 1e300,
	}
	// edgeChars sit at the borders of the encodings.
	edgeChars = []rune{
		0, '\t', '\n', '\r', ' ', '"', '\'', '\\', 0x7e, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800,
		0x2028, 0x202e, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f370, 0x10ffff,
	}
)

func drawF32(r *rand.Rand) float32 {
	if r.IntN(2) == 0 {
		return edgeF32[r.IntN(len(edgeF32))]
	}
	return math.Float32frombits(r.Uint32())
}

func drawF64(r *rand.Rand) float64 {
	if r.IntN(2) == 0 {
		return edgeF64[r.IntN(len(edgeF64))]
	}
	return math.Float64frombits(r.Uint64())
}

func drawChar(r *rand.Rand) rune {
	switch r.IntN(3) {
	case 0:
		return edgeChars[r.IntN(len(edgeChars))]
	case 1:
		return rune(r.IntN(0x180))
	}
	c := rune(r.IntN(0x110000 - 0x800))
	if c >= 0xd800 {
		c += 0x800
	}
	return c
}

func drawString(r *rand.Rand) string {
	n := r.IntN(8)
	// Rarely long, and then longer than what a guest allocates at once.
	times := 1
	if r.IntN(16) == 0 {
		times = 1 + r.IntN(20_000)
	}
	var s strings.Builder
	for range n {
		if times == 1 || r.IntN(2) == 0 {
			s.WriteRune(drawChar(r))
		} else {
			s.WriteByte('x')
		}
	}
	return strings.Repeat(s.String(), times)
}
