package component

import "github.com/capsule-kit/capsule/wit/abi"

// primitiveKinds are the primitive types from opcode 0x73 up.
var primitiveKinds = [...]abi.Kind{
	abi.String, abi.Char, abi.F64, abi.F32, abi.U64, abi.S64, abi.U32, abi.S32,
	abi.U16, abi.S16, abi.U8, abi.S8, abi.Bool,
}

const (
	firstPrimitive    = 0x73
	errorContextCode  = 0x64
	lastPrimitiveCode = 0x7f
)

// primitive returns the primitive type with the given opcode, nil if there is
// none.
func primitive(code byte) *abi.Type {
	switch {
	case code >= firstPrimitive && code <= lastPrimitiveCode:
		return abi.Primitive(primitiveKinds[code-firstPrimitive])
	case code == errorContextCode:
		return abi.Primitive(abi.ErrorContext)
	}
	return nil
}

// valType reads a value type: a primitive, or the index of a defined one. It
// returns nil after an error.
func (d *decoder) valType(r *reader, s *scope) *abi.Type {
	if t := primitive(r.peek()); t != nil {
		r.byte("a value type")
		return t
	}
	start := r.pos
	index := r.signed(33, "a value type")
	if r.err == nil && index < 0 {
		r.fail(start, "0x%02x is not a value type", r.src[start])
	}
	t, ok := at(r, s.types, SortType, uint32(index))
	if ok && t.Value == nil {
		r.fail(start, "type index %d is %s where a value type is expected", index, t.describe())
	}
	if r.err != nil {
		return nil
	}
	return t.Value
}

// optional reads a value type that may be absent, nil.
func (d *decoder) optional(r *reader, s *scope) *abi.Type {
	if r.flag("an optional type") {
		return d.valType(r, s)
	}
	return nil
}

// The opcodes of the defined value types.
const (
	opRecord    = 0x72
	opVariant   = 0x71
	opList      = 0x70
	opTuple     = 0x6f
	opFlags     = 0x6e
	opEnum      = 0x6d
	opOption    = 0x6b
	opResult    = 0x6a
	opOwn       = 0x69
	opBorrow    = 0x68
	opFixedList = 0x67
	opStream    = 0x66
	opFuture    = 0x65
	opMap       = 0x63
)

// definedType reads the value type that starts with opcode op, and checks it.
func (d *decoder) definedType(r *reader, s *scope, op byte) *abi.Type {
	t := d.definedParts(r, s, op)
	if r.err != nil || t == nil {
		return nil
	}
	f := d.facts(t)
	if f.size64 > abi.MaxElemSize || t.Size() > abi.MaxElemSize {
		r.fail(r.item, "values of this %s take too many bytes; the limit is %d", t.Kind, abi.MaxElemSize)
	}
	if !d.checkShape(r, f.shape, "value type") {
		return nil
	}
	return t
}

func (d *decoder) definedParts(r *reader, s *scope, op byte) *abi.Type {
	if t := primitive(op); t != nil {
		return t
	}
	switch op {
	case opRecord:
		return d.record(r, s)
	case opVariant:
		return d.variant(r, s)
	case opList:
		if elem := d.valType(r, s); elem != nil {
			return abi.NewList(elem)
		}
	case opFixedList:
		elem := d.valType(r, s)
		length := r.u32("the length of a list")
		if r.err == nil && length == 0 {
			r.fail(r.item, "the length of a fixed-length list must be above zero")
		}
		if r.err == nil {
			return abi.NewFixedList(elem, length)
		}
	case opTuple:
		n := d.members(r, maxMembers, "tuple", "types")
		elems := make([]*abi.Type, 0, n)
		for range n {
			elem := d.valType(r, s)
			if elem == nil {
				return nil
			}
			elems = append(elems, elem)
		}
		return abi.NewTuple(elems...)
	case opFlags:
		if labels := d.labels(r, abi.MaxFlags, "flags"); r.err == nil {
			return abi.NewFlags(labels...)
		}
	case opEnum:
		if labels := d.labels(r, maxMembers, "enum"); r.err == nil {
			return abi.NewEnum(labels...)
		}
	case opOption:
		if elem := d.valType(r, s); elem != nil {
			return abi.NewOption(elem)
		}
	case opResult:
		ok := d.optional(r, s)
		err := d.optional(r, s)
		if r.err == nil {
			return abi.NewResult(ok, err)
		}
	case opOwn, opBorrow:
		return d.handle(r, s, op)
	case opStream, opFuture:
		return d.channel(r, s, op)
	case opMap:
		return d.mapType(r, s)
	default:
		r.fail(r.item, "0x%02x is not a type", op)
	}
	return nil
}

// members reads how many parts a type has: one at least, limit at most.
func (d *decoder) members(r *reader, limit int, what, parts string) int {
	n := r.count(limit, parts)
	if r.err == nil && n == 0 {
		r.fail(r.item, "a %s must have at least one of its %s", what, parts)
	}
	return n
}

// labels reads the labels of flags or an enum.
func (d *decoder) labels(r *reader, limit int, what string) []string {
	n := d.members(r, limit, what, "labels")
	labels := make([]string, 0, n)
	seen := newLabelSet(n)
	for range n {
		label := seen.read(r, what+" label")
		if r.err != nil {
			return nil
		}
		labels = append(labels, label)
	}
	return labels
}

func (d *decoder) record(r *reader, s *scope) *abi.Type {
	n := d.members(r, maxMembers, "record", "fields")
	fields := make([]abi.Field, 0, n)
	seen := newLabelSet(n)
	for range n {
		name := seen.read(r, "record field")
		t := d.valType(r, s)
		if t == nil {
			return nil
		}
		fields = append(fields, abi.Field{Name: name, Type: t})
	}
	return abi.NewRecord(fields...)
}

func (d *decoder) variant(r *reader, s *scope) *abi.Type {
	n := d.members(r, maxMembers, "variant", "cases")
	cases := make([]abi.Case, 0, n)
	seen := newLabelSet(n)
	for range n {
		name := seen.read(r, "variant case")
		t := d.optional(r, s)
		if end := r.byte("the end of a variant case"); end != 0 {
			r.fail(r.pos-1, "0x%02x where the 0x00 that ends a variant case is expected", end)
		}
		if r.err != nil {
			return nil
		}
		cases = append(cases, abi.Case{Name: name, Type: t})
	}
	return abi.NewVariant(cases...)
}

// handle reads own<r> or borrow<r>.
func (d *decoder) handle(r *reader, s *scope, op byte) *abi.Type {
	t, ok := d.resourceAt(r, s, r.u32("a resource type"))
	if !ok {
		return nil
	}
	h := abi.NewOwn(t.Resource)
	if op == opBorrow {
		h = abi.NewBorrow(t.Resource)
	}
	d.handles[h] = t.label
	return h
}

// resourceAt returns entry index of the type space, a resource type.
func (d *decoder) resourceAt(r *reader, s *scope, index uint32) (Type, bool) {
	t, ok := at(r, s.types, SortType, index)
	if ok && t.Resource == nil {
		r.fail(r.item, "type index %d is %s where a resource type is expected", index, t.describe())
	}
	return t, r.err == nil
}

// channel reads stream<t> or future<t>.
func (d *decoder) channel(r *reader, s *scope, op byte) *abi.Type {
	elem := d.optional(r, s)
	if r.err != nil {
		return nil
	}
	if elem != nil && elem.HasBorrow() {
		r.fail(r.item, "the element of a stream or future cannot contain a borrow type")
		return nil
	}
	if op == opFuture {
		return abi.NewFuture(elem)
	}
	if elem != nil && elem.Kind == abi.Char {
		r.fail(r.item, "stream<char> is not valid at this time")
		return nil
	}
	return abi.NewStream(elem)
}

func (d *decoder) mapType(r *reader, s *scope) *abi.Type {
	key := d.valType(r, s)
	elem := d.valType(r, s)
	if r.err != nil {
		return nil
	}
	switch {
	case key.Kind >= abi.Bool && key.Kind <= abi.U64, key.Kind == abi.Char, key.Kind == abi.String:
		return abi.NewMap(key, elem)
	}
	r.fail(r.item, "%s is not valid as the key of a map: bool, an integer, char or string is expected", key.Kind)
	return nil
}

// funcType reads a function type after its opcode.
func (d *decoder) funcType(r *reader, s *scope, async bool) *abi.Func {
	f := &abi.Func{Async: async}
	n := r.count(maxParams, "parameters")
	seen := newLabelSet(n)
	for range n {
		name := seen.read(r, "parameter")
		t := d.valType(r, s)
		if t == nil {
			return nil
		}
		f.Params = append(f.Params, abi.Param{Name: name, Type: t})
	}
	f.Result = d.resultList(r, s)
	if r.err != nil {
		return nil
	}
	if f.Result != nil && f.Result.HasBorrow() {
		r.fail(r.item, "the result of a function cannot contain a borrow type")
	}
	d.checkShape(r, d.funcFacts(f).shape, "function type")
	return f
}

// resultList reads a function's result, nil for none.
func (d *decoder) resultList(r *reader, s *scope) *abi.Type {
	start := r.pos
	switch op := r.byte("a result list"); op {
	case 0:
		return d.valType(r, s)
	case 1:
		if n := r.byte("the end of a result list"); n != 0 {
			r.fail(start, "named results are not part of the component model any more")
		}
	default:
		r.fail(start, "0x%02x where a result list (0x00 or 0x01) is expected", op)
	}
	return nil
}
