package canon

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Literal returns the value that a component's value definition writes as
// bytes. The decoder has checked the bytes against t; where they differ all
// the same, that is an error and never a panic. The result is a copy, and is
// charged to budget before it is allocated.
//
// Errors: *BudgetError, or one that says the bytes are no value of t.
//
// Spec: Binary, "Value Definitions".
func Literal(bytes []byte, t *abi.Type, budget *Budget) (value.Value, error) {
	l := &literal{bytes: bytes, budget: budget}
	v := l.value(t)
	if l.err == nil && len(l.bytes) > 0 {
		l.malformed(t)
	}
	return v, l.err
}

// A literal reads bytes front to back. The first error sticks, and everything
// read after it is zero.
type literal struct {
	bytes  []byte
	budget *Budget
	err    error
}

func (l *literal) malformed(t *abi.Type) {
	if l.err == nil {
		l.err = fmt.Errorf("the bytes of a value definition are no %.80s", t)
	}
	l.bytes = nil
}

// charge reports whether the budget has n more bytes.
func (l *literal) charge(n uint64) bool {
	if l.err == nil {
		l.err = l.budget.Charge(n)
	}
	return l.err == nil
}

// take returns the next n bytes.
func (l *literal) take(n int, t *abi.Type) []byte {
	if n < 0 || n > len(l.bytes) {
		l.malformed(t)
		return make([]byte, min(max(n, 0), 8))
	}
	b := l.bytes[:n]
	l.bytes = l.bytes[n:]
	return b
}

// leb reads a LEB128 number and returns its bits, and how many they are.
func (l *literal) leb(t *abi.Type) (n uint64, bits uint) {
	for bits < 64 {
		b := l.take(1, t)[0]
		n |= uint64(b&0x7f) << bits
		bits += 7
		if b < 0x80 {
			return n, bits
		}
	}
	l.malformed(t)
	return 0, 64
}

func (l *literal) unsigned(t *abi.Type) uint64 {
	n, _ := l.leb(t)
	return n
}

func (l *literal) signed(t *abi.Type) int64 {
	n, bits := l.leb(t)
	if bits < 64 {
		return int64(n<<(64-bits)) >> (64 - bits)
	}
	return int64(n)
}

// length reads a count of elements, each of which takes a byte at least.
func (l *literal) length(t *abi.Type) int {
	n := l.unsigned(t)
	if n > uint64(len(l.bytes)) {
		l.malformed(t)
		return 0
	}
	return int(n)
}

func (l *literal) value(t *abi.Type) value.Value {
	if t.Kind.Primitive() {
		return l.primitive(t)
	}
	switch t.Kind {
	case abi.Record:
		if !l.charge(sliceCost + uint64(len(t.Fields))*fieldCost) {
			return nil
		}
		record := make(value.Record, len(t.Fields))
		for i, f := range t.Fields {
			record[i] = value.Field{Name: f.Name, Value: l.value(f.Type)}
		}
		return record
	case abi.Tuple:
		if !l.charge(sliceCost + uint64(len(t.Fields))*slotCost) {
			return nil
		}
		tuple := make(value.Tuple, len(t.Fields))
		for i, f := range t.Fields {
			tuple[i] = l.value(f.Type)
		}
		return tuple
	case abi.List:
		return l.list(t)
	case abi.Map:
		n := l.length(t)
		if !l.charge(sliceCost + uint64(n)*entryCost) {
			return nil
		}
		m := make(value.Map, n)
		for i := range m {
			key := l.value(t.Key)
			m[i] = value.Entry{Key: key, Value: l.value(t.Elem)}
		}
		return m
	case abi.Flags:
		return l.flags(t)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return l.variant(t)
	}
	l.malformed(t)
	return nil
}

func (l *literal) primitive(t *abi.Type) value.Value {
	if t.Kind == abi.String {
		b := l.take(l.length(t), t)
		if !utf8.Valid(b) {
			l.malformed(t)
		}
		if !l.charge(stringCost + uint64(len(b))) {
			return nil
		}
		return value.String(b)
	}
	if !l.charge(scalarCost) {
		return nil
	}
	switch t.Kind {
	case abi.Bool:
		return value.Bool(l.take(1, t)[0] != 0)
	case abi.S8:
		return value.S8(l.take(1, t)[0])
	case abi.U8:
		return value.U8(l.take(1, t)[0])
	case abi.S16:
		return value.S16(l.signed(t))
	case abi.U16:
		return value.U16(l.unsigned(t))
	case abi.S32:
		return value.S32(l.signed(t))
	case abi.U32:
		return value.U32(l.unsigned(t))
	case abi.S64:
		return value.S64(l.signed(t))
	case abi.U64:
		return value.U64(l.unsigned(t))
	case abi.F32:
		return value.F32(math.Float32frombits(binary.LittleEndian.Uint32(l.take(4, t))))
	case abi.F64:
		return value.F64(math.Float64frombits(binary.LittleEndian.Uint64(l.take(8, t))))
	case abi.Char:
		c, size := utf8.DecodeRune(l.bytes)
		l.take(max(size, 1), t)
		return value.Char(c)
	}
	l.malformed(t)
	return nil
}

// list reads a list, of fixed length or not. One of bytes is a value.Bytes, as
// lifting makes it.
func (l *literal) list(t *abi.Type) value.Value {
	n := int(t.Length)
	if n == 0 {
		n = l.length(t)
	}
	if n > len(l.bytes) {
		l.malformed(t)
		return nil
	}
	if t.Elem.Kind == abi.U8 {
		if !l.charge(sliceCost + uint64(n)) {
			return nil
		}
		return value.Bytes(append([]byte(nil), l.take(n, t)...))
	}
	if !l.charge(sliceCost + uint64(n)*slotCost) {
		return nil
	}
	list := make(value.List, n)
	for i := range list {
		if list[i] = l.value(t.Elem); l.err != nil {
			return nil
		}
	}
	return list
}

func (l *literal) flags(t *abi.Type) value.Value {
	bits := l.take((len(t.Labels)+7)/8, t)
	if l.err != nil || !l.charge(sliceCost+uint64(len(t.Labels))*labelCost) {
		return nil
	}
	set := value.Flags{}
	for i, label := range t.Labels {
		if bits[i/8]>>(i%8)&1 != 0 {
			set = append(set, label)
		}
	}
	return set
}

func (l *literal) variant(t *abi.Type) value.Value {
	i := l.unsigned(t)
	if i >= uint64(t.CaseCount()) {
		l.malformed(t)
	}
	if l.err != nil || !l.charge(caseCost) {
		return nil
	}
	var payload value.Value
	if c := t.CaseType(int(i)); c != nil {
		payload = l.value(c)
	}
	switch t.Kind {
	case abi.Option:
		return value.Option{Some: payload}
	case abi.Result:
		return value.Result{IsError: i == 1, Payload: payload}
	case abi.Enum:
		return value.Enum(t.Cases[i].Name)
	}
	return value.Variant{Case: t.Cases[i].Name, Payload: payload}
}
