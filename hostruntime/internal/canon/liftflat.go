package canon

import (
	"errors"
	"math"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// errFlatShort means that a caller passed fewer core values than the types
// flatten to: its own mistake, since validation fixes the count.
var errFlatShort = errors.New("canon: fewer core values than the types flatten to")

// LiftFlat lifts values of the given types from core values, which it reads
// from flat in order. Where the types flatten to more than maxFlat, flat holds
// one pointer to them as a tuple in memory instead.
//
// Errors: as for Load.
//
// Spec: CanonicalABI, "Lifting and Lowering Values", lift_flat_values.
func (cx *Context) LiftFlat(types []*abi.Type, flat []uint64, maxFlat int) ([]value.Value, error) {
	count, err := cx.flatCount(types)
	if err != nil {
		return nil, err
	}
	if count > maxFlat {
		if len(flat) == 0 {
			return nil, errFlatShort
		}
		v, err := cx.Load(uint32(flat[0]), abi.NewTuple(types...))
		if err != nil {
			return nil, err
		}
		return v.(value.Tuple), nil
	}
	if count > len(flat) {
		return nil, errFlatShort
	}
	if err := cx.Budget.ChargeList(uint32(len(types)), slotCost); err != nil {
		return nil, err
	}
	vi := coreValueIter{values: flat}
	values := make([]value.Value, len(types))
	for i, t := range types {
		if values[i], err = cx.liftFlat(&vi, t); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// flatCount checks the types and returns how many core values they flatten to.
func (cx *Context) flatCount(types []*abi.Type) (int, error) {
	count := 0
	for _, t := range types {
		if err := cx.checkType(t); err != nil {
			return 0, err
		}
		count = min(count+t.FlatCount(), math.MaxInt32)
	}
	return count, nil
}

// A coreValueIter hands out core values as bits. Because values travel as
// bits, the specification's coercions between the slots of a joined variant
// and a case's own types all come down to ignoring the upper half.
type coreValueIter struct {
	values []uint64
	i      int
}

func (vi *coreValueIter) next() uint64 {
	v := vi.values[vi.i]
	vi.i++
	return v
}

func (cx *Context) liftFlat(vi *coreValueIter, t *abi.Type) (value.Value, error) {
	switch t.Kind {
	case abi.String:
		ptr, n := uint32(vi.next()), uint32(vi.next())
		return cx.loadStringValue(ptr, n)
	case abi.List:
		if t.Length > 0 {
			return cx.liftFlatFixedList(vi, t)
		}
		ptr, n := uint32(vi.next()), uint32(vi.next())
		return cx.loadListFromRange(ptr, n, t.Elem)
	case abi.Map:
		ptr, n := uint32(vi.next()), uint32(vi.next())
		return cx.loadMapFromRange(ptr, n, t)
	case abi.Record:
		return cx.liftFlatRecord(vi, t)
	case abi.Tuple:
		return cx.liftFlatTuple(vi, t)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return cx.liftFlatVariant(vi, t)
	case abi.Flags:
		return cx.unpackFlagsFromInt(uint32(vi.next()), t)
	}
	return cx.liftScalar(vi.next(), t)
}

func (cx *Context) liftFlatFixedList(vi *coreValueIter, t *abi.Type) (value.Value, error) {
	if t.Elem.Kind == abi.U8 {
		if err := cx.Budget.ChargeList(t.Length, 1); err != nil {
			return nil, err
		}
		b := make(value.Bytes, t.Length)
		for i := range b {
			b[i] = byte(vi.next())
		}
		return b, nil
	}
	if err := cx.Budget.ChargeList(t.Length, slotCost); err != nil {
		return nil, err
	}
	list := make(value.List, t.Length)
	for i := range list {
		var err error
		if list[i], err = cx.liftFlat(vi, t.Elem); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (cx *Context) liftFlatRecord(vi *coreValueIter, t *abi.Type) (value.Value, error) {
	if err := cx.Budget.Charge(sliceCost + fieldCost*uint64(len(t.Fields))); err != nil {
		return nil, err
	}
	record := make(value.Record, len(t.Fields))
	for i := range t.Fields {
		v, err := cx.liftFlat(vi, t.Fields[i].Type)
		if err != nil {
			return nil, err
		}
		record[i] = value.Field{Name: t.Fields[i].Name, Value: v}
	}
	return record, nil
}

func (cx *Context) liftFlatTuple(vi *coreValueIter, t *abi.Type) (value.Value, error) {
	if err := cx.Budget.Charge(sliceCost + slotCost*uint64(len(t.Fields))); err != nil {
		return nil, err
	}
	tuple := make(value.Tuple, len(t.Fields))
	for i := range t.Fields {
		var err error
		if tuple[i], err = cx.liftFlat(vi, t.Fields[i].Type); err != nil {
			return nil, err
		}
	}
	return tuple, nil
}

func (cx *Context) liftFlatVariant(vi *coreValueIter, t *abi.Type) (value.Value, error) {
	end := vi.i + t.FlatCount()
	index, err := LiftDiscriminant(vi.next(), t.CaseCount())
	if err != nil {
		return nil, err
	}
	if err := cx.Budget.Charge(caseCost); err != nil {
		return nil, err
	}
	var payload value.Value
	if c := t.CaseType(int(index)); c != nil {
		if payload, err = cx.liftFlat(vi, c); err != nil {
			return nil, err
		}
	}
	vi.i = end
	return respecialize(index, payload, t), nil
}
