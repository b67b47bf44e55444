package component

import (
	"math"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/wit/abi"
)

// value reads a value definition.
//
// Spec: Binary, "Value Definitions".
func (d *decoder) value(r *reader, s *scope) Def {
	def := &Value{Position: Position(r.item)}
	def.Type = d.valType(r, s)
	size := r.u32("the size of a value")
	sub := r.sub(size, r.section)
	sub.item = r.item
	if r.err != nil {
		return def
	}
	def.Bytes = sub.src[sub.pos:sub.end]
	d.literal(sub, def.Type)
	if sub.err == nil && sub.left() > 0 {
		sub.fail(sub.pos, "%d bytes left over at the end of a value", sub.left())
	}
	r.err = sub.err
	def.ID = s.newValue(def.Type)
	return def
}

// literal reads one value of type t. Every value takes at least a byte, so
// the work is bounded by the bytes, and the depth by that of types.
func (d *decoder) literal(r *reader, t *abi.Type) {
	if r.err != nil {
		return
	}
	start := r.pos
	switch t.Kind {
	case abi.Bool:
		r.flag("a bool")
	case abi.S8, abi.U8:
		r.byte("a value")
	case abi.S16:
		r.signed(16, "a value")
	case abi.U16:
		r.unsigned(16, "a value")
	case abi.S32:
		r.signed(32, "a value")
	case abi.U32:
		r.unsigned(32, "a value")
	case abi.S64:
		r.signed(64, "a value")
	case abi.U64:
		r.unsigned(64, "a value")
	case abi.F32:
		var bits uint32
		for i, b := range r.bytes(4, "a value") {
			bits |= uint32(b) << (8 * i)
		}
		if f := math.Float32frombits(bits); f != f && bits != abi.CanonicalNaN32 {
			r.fail(start, "the NaN is not the canonical one")
		}
	case abi.F64:
		var bits uint64
		for i, b := range r.bytes(8, "a value") {
			bits |= uint64(b) << (8 * i)
		}
		if f := math.Float64frombits(bits); f != f && bits != abi.CanonicalNaN64 {
			r.fail(start, "the NaN is not the canonical one")
		}
	case abi.Char:
		c, size := utf8.DecodeRune(r.src[r.pos:r.end])
		if c == utf8.RuneError && size <= 1 {
			r.fail(start, "a char is not valid UTF-8")
		}
		r.pos += size
	case abi.String:
		r.name("a string")
	case abi.Record, abi.Tuple:
		for i := range t.Fields {
			d.literal(r, t.Fields[i].Type)
		}
	case abi.List, abi.Map:
		d.elements(r, t)
	case abi.Flags:
		r.bytes(uint32(len(t.Labels)+7)/8, "a value")
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		var i uint32
		if t.Kind == abi.Option || t.Kind == abi.Result {
			i = uint32(r.byte("a value"))
		} else {
			i = r.u32("a value")
		}
		if uint64(i) >= uint64(t.CaseCount()) {
			r.fail(start, "case %d of a type with %d cases", i, t.CaseCount())
			return
		}
		if c := t.CaseType(int(i)); c != nil {
			d.literal(r, c)
		}
	default:
		r.fail(start, "a value of type %s cannot be defined", t.Kind)
	}
}

func (d *decoder) elements(r *reader, t *abi.Type) {
	n := t.Length
	if n == 0 {
		n = uint32(r.count(math.MaxInt32, "elements"))
	}
	for range n {
		if t.Key != nil {
			d.literal(r, t.Key)
		}
		d.literal(r, t.Elem)
		if r.err != nil {
			return
		}
	}
}
