package canon

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Load lifts the value of type t at ptr, a byte offset chosen by the guest.
// The result shares nothing with guest memory; it is charged to the budget, by
// what it takes in Go memory, before each part is allocated.
//
// Errors: *TrapError for a bad pointer or contents, *BudgetError, and those of
// Handles.
//
// Spec: CanonicalABI, "Loading", load.
func (cx *Context) Load(ptr uint32, t *abi.Type) (value.Value, error) {
	if err := cx.checkType(t); err != nil {
		return nil, err
	}
	if err := cx.CheckRange(ptr, t.Size(), t.Align()); err != nil {
		return nil, err
	}
	return cx.load(ptr, t)
}

// load does the same for a range that was checked.
func (cx *Context) load(ptr uint32, t *abi.Type) (value.Value, error) {
	switch t.Kind {
	case abi.String:
		return cx.loadStringValue(cx.loadU32(ptr), cx.loadU32(ptr+4))
	case abi.List:
		if t.Length > 0 {
			return cx.loadListFromValidRange(ptr, t.Length, t.Elem)
		}
		return cx.loadListFromRange(cx.loadU32(ptr), cx.loadU32(ptr+4), t.Elem)
	case abi.Map:
		return cx.loadMapFromRange(cx.loadU32(ptr), cx.loadU32(ptr+4), t)
	case abi.Record:
		return cx.loadRecord(ptr, t)
	case abi.Tuple:
		return cx.loadTuple(ptr, t)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return cx.loadVariant(ptr, t)
	case abi.Flags:
		return cx.unpackFlagsFromInt(cx.loadUint(ptr, t.Size()), t)
	case abi.S64, abi.U64, abi.F64:
		return cx.liftScalar(cx.loadU64(ptr), t)
	}
	return cx.liftScalar(uint64(cx.loadUint(ptr, t.Size())), t)
}

// liftScalar lifts a type that takes one core value; flat holds its bits, the
// rest of them junk.
func (cx *Context) liftScalar(flat uint64, t *abi.Type) (value.Value, error) {
	switch t.Kind {
	case abi.Own, abi.Borrow:
		return cx.liftHandle(uint32(flat), t)
	}
	if err := cx.Budget.Charge(scalarCost); err != nil {
		return nil, err
	}
	switch t.Kind {
	case abi.Bool:
		return value.Bool(LiftBool(flat)), nil
	case abi.S8:
		return value.S8(flat), nil
	case abi.U8:
		return value.U8(flat), nil
	case abi.S16:
		return value.S16(flat), nil
	case abi.U16:
		return value.U16(flat), nil
	case abi.S32:
		return value.S32(flat), nil
	case abi.U32:
		return value.U32(flat), nil
	case abi.S64:
		return value.S64(flat), nil
	case abi.U64:
		return value.U64(flat), nil
	case abi.F32:
		return value.F32(LiftF32(flat)), nil
	case abi.F64:
		return value.F64(LiftF64(flat)), nil
	case abi.Char:
		c, err := LiftChar(flat)
		return value.Char(c), err
	}
	return nil, trapf("a value of type %s has no dynamic form", t.Kind)
}

func (cx *Context) liftHandle(index uint32, t *abi.Type) (value.Value, error) {
	if cx.Handles == nil {
		return nil, trapf("handle %d crossed where there is no handle table", index)
	}
	if err := cx.Budget.Charge(handleCost); err != nil {
		return nil, err
	}
	lift := cx.Handles.LiftOwn
	if t.Kind == abi.Borrow {
		lift = cx.Handles.LiftBorrow
	}
	h, err := lift(t.Resource, index)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (cx *Context) loadListFromRange(ptr, n uint32, elem *abi.Type) (value.Value, error) {
	if err := cx.CheckList(ptr, n, elem.Size(), elem.Align()); err != nil {
		return nil, err
	}
	return cx.loadListFromValidRange(ptr, n, elem)
}

func (cx *Context) loadListFromValidRange(ptr, n uint32, elem *abi.Type) (value.Value, error) {
	if elem.Kind == abi.U8 {
		b, err := cx.loadBytesFromValidRange(ptr, n)
		return value.Bytes(b), err
	}
	if err := cx.Budget.ChargeList(n, slotCost); err != nil {
		return nil, err
	}
	list := make(value.List, n)
	for i := range list {
		var err error
		if list[i], err = cx.load(ptr+uint32(i)*elem.Size(), elem); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// loadMapFromRange lifts a map, which is list<tuple<key, value>>, in the
// guest's order. Keys that repeat stay: which of them counts isn't the ABI's
// to say.
func (cx *Context) loadMapFromRange(ptr, n uint32, t *abi.Type) (value.Value, error) {
	size, align, valueOffset := entryLayout(t)
	if err := cx.CheckList(ptr, n, size, align); err != nil {
		return nil, err
	}
	if err := cx.Budget.ChargeList(n, entryCost); err != nil {
		return nil, err
	}
	m := make(value.Map, n)
	for i := range m {
		at := ptr + uint32(i)*size
		var err error
		if m[i].Key, err = cx.load(at, t.Key); err != nil {
			return nil, err
		}
		if m[i].Value, err = cx.load(at+valueOffset, t.Elem); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// entryLayout returns the layout of tuple<key, value>, a map's entry, without
// making the tuple: a list of maps asks for it once per element.
func entryLayout(t *abi.Type) (size, align, valueOffset uint32) {
	align = max(t.Key.Align(), t.Elem.Align())
	valueOffset = abi.AlignTo(t.Key.Size(), t.Elem.Align())
	return abi.AlignTo(valueOffset+t.Elem.Size(), align), align, valueOffset
}

func (cx *Context) loadRecord(ptr uint32, t *abi.Type) (value.Value, error) {
	if err := cx.Budget.Charge(sliceCost + fieldCost*uint64(len(t.Fields))); err != nil {
		return nil, err
	}
	record := make(value.Record, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		v, err := cx.load(ptr+f.Offset, f.Type)
		if err != nil {
			return nil, err
		}
		record[i] = value.Field{Name: f.Name, Value: v}
	}
	return record, nil
}

func (cx *Context) loadTuple(ptr uint32, t *abi.Type) (value.Value, error) {
	if err := cx.Budget.Charge(sliceCost + slotCost*uint64(len(t.Fields))); err != nil {
		return nil, err
	}
	tuple := make(value.Tuple, len(t.Fields))
	for i := range t.Fields {
		var err error
		if tuple[i], err = cx.load(ptr+t.Fields[i].Offset, t.Fields[i].Type); err != nil {
			return nil, err
		}
	}
	return tuple, nil
}

func (cx *Context) loadVariant(ptr uint32, t *abi.Type) (value.Value, error) {
	index, err := LiftDiscriminant(uint64(cx.loadUint(ptr, t.DiscriminantSize())), t.CaseCount())
	if err != nil {
		return nil, err
	}
	if err := cx.Budget.Charge(caseCost); err != nil {
		return nil, err
	}
	var payload value.Value
	if c := t.CaseType(int(index)); c != nil {
		if payload, err = cx.load(ptr+t.PayloadOffset(), c); err != nil {
			return nil, err
		}
	}
	return respecialize(index, payload, t), nil
}

// respecialize returns case index of a variant-like type as the value that
// belongs to its kind: the way back from the specification's despecialize.
func respecialize(index uint32, payload value.Value, t *abi.Type) value.Value {
	switch t.Kind {
	case abi.Enum:
		return value.Enum(t.Cases[index].Name)
	case abi.Option:
		return value.Option{Some: payload}
	case abi.Result:
		return value.Result{IsError: index == 1, Payload: payload}
	}
	return value.Variant{Case: t.Cases[index].Name, Payload: payload}
}

// unpackFlagsFromInt returns the names of the bits that are set. Bits without a
// name are junk.
func (cx *Context) unpackFlagsFromInt(bits uint32, t *abi.Type) (value.Value, error) {
	set := uint64(0)
	for i := range t.Labels {
		set += uint64(bits >> i & 1)
	}
	if err := cx.Budget.Charge(sliceCost + labelCost*set); err != nil {
		return nil, err
	}
	flags := make(value.Flags, 0, set)
	for i, label := range t.Labels {
		if bits>>i&1 != 0 {
			flags = append(flags, label)
		}
	}
	return flags, nil
}
