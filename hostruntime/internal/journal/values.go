package journal

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A Handle is what a journal knows of a handle: value.Handle.Rep of values that
// are written and read.
type Handle uint32

// AppendValue appends v, a value of type t as lifting makes it, whose handles
// have a Handle for Rep.
//
// Errors: for a value that isn't of type t; b may then have a part of it.
func AppendValue(b []byte, v value.Value, t *abi.Type) ([]byte, error) {
	switch v := v.(type) {
	case value.Bool:
		return AppendBool(b, bool(v)), nil
	case value.S8:
		return append(b, byte(v)), nil
	case value.U8:
		return append(b, byte(v)), nil
	case value.S16:
		return AppendInt(b, int64(v)), nil
	case value.U16:
		return AppendUint(b, uint64(v)), nil
	case value.S32:
		return AppendInt(b, int64(v)), nil
	case value.U32:
		return AppendUint(b, uint64(v)), nil
	case value.S64:
		return AppendInt(b, int64(v)), nil
	case value.U64:
		return AppendUint(b, uint64(v)), nil
	case value.F32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v))), nil
	case value.F64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v))), nil
	case value.Char:
		return AppendUint(b, uint64(v)), nil
	case value.String:
		return AppendBytes(b, v), nil
	case value.Bytes:
		if t.Length > 0 {
			return append(b, v...), nil
		}
		return AppendBytes(b, v), nil
	case value.List:
		if t.Length == 0 {
			b = AppendUint(b, uint64(len(v)))
		}
		return appendParts(b, v, func(e value.Value, _ int) (value.Value, *abi.Type) { return e, t.Elem })
	case value.Map:
		b = AppendUint(b, uint64(len(v)))
		for _, e := range v {
			var err error
			if b, err = AppendValue(b, e.Key, t.Key); err == nil {
				b, err = AppendValue(b, e.Value, t.Elem)
			}
			if err != nil {
				return b, err
			}
		}
		return b, nil
	case value.Record:
		if len(v) == len(t.Fields) {
			return appendParts(b, v, func(f value.Field, i int) (value.Value, *abi.Type) { return f.Value, t.Fields[i].Type })
		}
	case value.Tuple:
		if len(v) == len(t.Fields) {
			return appendParts(b, v, func(e value.Value, i int) (value.Value, *abi.Type) { return e, t.Fields[i].Type })
		}
	case value.Variant:
		return appendCase(b, t.CaseIndex(v.Case), v.Payload, t)
	case value.Enum:
		return appendCase(b, t.CaseIndex(string(v)), nil, t)
	case value.Option:
		if v.Some == nil {
			return appendCase(b, 0, nil, t)
		}
		return appendCase(b, 1, v.Some, t)
	case value.Result:
		if v.IsError {
			return appendCase(b, 1, v.Payload, t)
		}
		return appendCase(b, 0, v.Payload, t)
	case value.Flags:
		bits := uint64(0)
		for i, label := range t.Labels {
			if slices.Contains(v, label) {
				bits |= 1 << i
			}
		}
		return AppendUint(b, bits), nil
	case value.Handle:
		if h, ok := v.Rep.(Handle); ok {
			return AppendUint(b, uint64(h)), nil
		}
	}
	return b, fmt.Errorf("journal: a %T as %s", v, t.Kind)
}

func appendParts[E any](b []byte, parts []E, part func(E, int) (value.Value, *abi.Type)) ([]byte, error) {
	for i := range parts {
		v, t := part(parts[i], i)
		var err error
		if b, err = AppendValue(b, v, t); err != nil {
			return b, err
		}
	}
	return b, nil
}

func appendCase(b []byte, index int, payload value.Value, t *abi.Type) ([]byte, error) {
	if index < 0 || index >= t.CaseCount() {
		return b, fmt.Errorf("journal: no such case of %s", t.Kind)
	}
	b = AppendUint(b, uint64(index))
	if c := t.CaseType(index); c != nil {
		return AppendValue(b, payload, c)
	}
	return b, nil
}

// Charges for what a value takes in Go memory, upper estimates.
const (
	slotBytes = 48 // an element, field or payload, and the scalar behind it
	listBytes = 64
)

// Value reads a value of type t, whose handles have a Handle for Rep. What it
// takes is charged to budget, which may be nil, before it is allocated.
//
// It recurses as deep as the type does, which must be within
// canon.DefaultMaxDepth.
func (b *Body) Value(t *abi.Type, budget *canon.Budget) value.Value {
	if b.err != nil {
		return nil
	}
	if t.Depth() > canon.DefaultMaxDepth {
		b.fail(fmt.Errorf("a type of depth %d", t.Depth()))
		return nil
	}
	return b.value(t, budget)
}

func (b *Body) value(t *abi.Type, budget *canon.Budget) value.Value {
	switch t.Kind {
	case abi.Bool:
		return value.Bool(b.Bool())
	case abi.S8:
		return value.S8(b.Byte())
	case abi.U8:
		return value.U8(b.Byte())
	case abi.S16:
		return value.S16(b.signed(16))
	case abi.U16:
		return value.U16(b.Upto(math.MaxUint16))
	case abi.S32:
		return value.S32(b.signed(32))
	case abi.U32:
		return value.U32(b.Upto(math.MaxUint32))
	case abi.S64:
		return value.S64(b.Int())
	case abi.U64:
		return value.U64(b.Uint())
	case abi.F32:
		if bits := b.Take(4); bits != nil {
			return value.F32(canon.LiftF32(uint64(binary.LittleEndian.Uint32(bits))))
		}
	case abi.F64:
		if bits := b.Take(8); bits != nil {
			return value.F64(canon.LiftF64(binary.LittleEndian.Uint64(bits)))
		}
	case abi.Char:
		c := rune(b.Upto(utf8.MaxRune))
		if !utf8.ValidRune(c) {
			b.fail(fmt.Errorf("%#x is no character", c))
		}
		return value.Char(c)
	case abi.String:
		return b.text(budget)
	case abi.List:
		return b.list(t, budget)
	case abi.Map:
		return b.entries(t, budget)
	case abi.Record, abi.Tuple:
		return b.fields(t, budget)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return b.variant(t, budget)
	case abi.Flags:
		return b.flags(t, budget)
	case abi.Own, abi.Borrow:
		return value.Handle{
			Borrowed: t.Kind == abi.Borrow, Resource: t.Resource.Name, Rep: Handle(b.Upto(math.MaxUint32)),
		}
	default:
		b.fail(fmt.Errorf("a value of type %s", t.Kind))
	}
	return nil
}

func (b *Body) signed(bits int) int64 {
	n := b.Int()
	if n<<(64-bits)>>(64-bits) != n {
		b.fail(fmt.Errorf("%d doesn't fit %d bits", n, bits))
	}
	return n
}

// charge reports whether so many bytes of Go memory can be had.
func (b *Body) charge(budget *canon.Budget, bytes uint64) bool {
	if b.err == nil {
		if err := budget.Charge(bytes); err != nil {
			b.fail(err)
		}
	}
	return b.err == nil
}

func (b *Body) text(budget *canon.Budget) value.Value {
	bytes := b.Bytes()
	if !b.charge(budget, listBytes+uint64(len(bytes))) {
		return nil
	}
	if !utf8.Valid(bytes) {
		b.fail(fmt.Errorf("a string that isn't UTF-8"))
	}
	return value.String(bytes)
}

func (b *Body) list(t *abi.Type, budget *canon.Budget) value.Value {
	n := int(t.Length)
	if n == 0 {
		n = b.Count()
	}
	// Every value has at least one byte.
	if n > len(b.rest) {
		b.fail(errShort)
		return nil
	}
	if t.Elem.Kind == abi.U8 {
		bytes := b.Take(n)
		if !b.charge(budget, listBytes+uint64(n)) {
			return nil
		}
		return value.Bytes(slices.Clone(bytes))
	}
	if !b.charge(budget, listBytes+slotBytes*uint64(n)) {
		return nil
	}
	list := make(value.List, n)
	for i := range list {
		if list[i] = b.value(t.Elem, budget); b.err != nil {
			return nil
		}
	}
	return list
}

func (b *Body) entries(t *abi.Type, budget *canon.Budget) value.Value {
	n := b.Count()
	if !b.charge(budget, listBytes+2*slotBytes*uint64(n)) {
		return nil
	}
	entries := make(value.Map, n)
	for i := range entries {
		entries[i] = value.Entry{Key: b.value(t.Key, budget), Value: b.value(t.Elem, budget)}
		if b.err != nil {
			return nil
		}
	}
	return entries
}

func (b *Body) fields(t *abi.Type, budget *canon.Budget) value.Value {
	n := len(t.Fields)
	if n > len(b.rest) {
		b.fail(errShort)
		return nil
	}
	if !b.charge(budget, listBytes+2*slotBytes*uint64(n)) {
		return nil
	}
	values := make(value.Tuple, n)
	for i := range t.Fields {
		if values[i] = b.value(t.Fields[i].Type, budget); b.err != nil {
			return nil
		}
	}
	if t.Kind == abi.Tuple {
		return values
	}
	record := make(value.Record, n)
	for i := range t.Fields {
		record[i] = value.Field{Name: t.Fields[i].Name, Value: values[i]}
	}
	return record
}

func (b *Body) variant(t *abi.Type, budget *canon.Budget) value.Value {
	index := b.Uint()
	if index >= uint64(t.CaseCount()) {
		b.fail(fmt.Errorf("case %d of a type with %d", index, t.CaseCount()))
		return nil
	}
	if !b.charge(budget, slotBytes) {
		return nil
	}
	var payload value.Value
	if c := t.CaseType(int(index)); c != nil {
		if payload = b.value(c, budget); b.err != nil {
			return nil
		}
	}
	switch t.Kind {
	case abi.Option:
		return value.Option{Some: payload}
	case abi.Result:
		return value.Result{IsError: index == 1, Payload: payload}
	case abi.Enum:
		return value.Enum(t.Cases[index].Name)
	}
	return value.Variant{Case: t.Cases[index].Name, Payload: payload}
}

func (b *Body) flags(t *abi.Type, budget *canon.Budget) value.Value {
	bits := b.Uint()
	if bits>>len(t.Labels) != 0 {
		b.fail(fmt.Errorf("flags %#x of a type with %d", bits, len(t.Labels)))
		return nil
	}
	if !b.charge(budget, listBytes+slotBytes*uint64(len(t.Labels))) {
		return nil
	}
	flags := value.Flags{}
	for i, label := range t.Labels {
		if bits>>i&1 == 1 {
			flags = append(flags, label)
		}
	}
	return flags
}
