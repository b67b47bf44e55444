package canon

import (
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// LowerFlat lowers vals as the given types and appends the core values to flat.
// Where the types flatten to more than maxFlat, the values are stored as one
// tuple: at outPtr if that isn't nil, and then nothing is appended, else in
// memory that realloc gives, and its address is appended.
//
// Errors: *ArgumentError, before the guest is called, with Arg and the path
// from there; else as for Store.
//
// Spec: CanonicalABI, "Lifting and Lowering Values", lower_flat_values.
func (cx *Context) LowerFlat(vals []value.Value, types []*abi.Type, flat []uint64, maxFlat int, outPtr *uint32) ([]uint64, error) {
	count, err := cx.flatCount(types)
	if err != nil {
		return nil, err
	}
	if err := checkValues(vals, types); err != nil {
		return nil, err
	}
	if count > maxFlat {
		return cx.lowerInMemory(vals, types, flat, outPtr)
	}
	for i, v := range vals {
		if flat, err = cx.lowerFlat(v, types[i], flat); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

func checkValues(vals []value.Value, types []*abi.Type) error {
	if len(vals) != len(types) {
		return &ArgumentError{
			Want: fmt.Sprintf("%d values", len(types)),
			Got:  fmt.Sprintf("%d", len(vals)),
			Arg:  min(len(vals), len(types)),
		}
	}
	for i, v := range vals {
		if err := Check(v, types[i]); err != nil {
			var arg *ArgumentError
			if errors.As(err, &arg) {
				arg.Arg = i
			}
			return err
		}
	}
	return nil
}

func (cx *Context) lowerInMemory(vals []value.Value, types []*abi.Type, flat []uint64, outPtr *uint32) ([]uint64, error) {
	tuple := abi.NewTuple(types...)
	if err := cx.checkType(tuple); err != nil {
		return nil, err
	}
	var ptr uint32
	if outPtr == nil {
		var err error
		if ptr, err = cx.Allocate(tuple.Align(), tuple.Size()); err != nil {
			return nil, err
		}
		flat = append(flat, uint64(ptr))
	} else {
		ptr = *outPtr
		if err := cx.CheckRange(ptr, tuple.Size(), tuple.Align()); err != nil {
			return nil, err
		}
	}
	return flat, cx.store(value.Tuple(vals), tuple, ptr)
}

// lowerFlat appends the core values of v. They are bits, so that a case's
// value already is what the joined slot of its variant holds.
func (cx *Context) lowerFlat(v value.Value, t *abi.Type, flat []uint64) ([]uint64, error) {
	switch t.Kind {
	case abi.String:
		ptr, n, err := cx.storeStringValue(v)
		return append(flat, uint64(ptr), uint64(n)), err
	case abi.List:
		if t.Length > 0 {
			return cx.lowerFlatFixedList(v, t, flat)
		}
		ptr, n, err := cx.storeListIntoRange(v, t.Elem)
		return append(flat, uint64(ptr), uint64(n)), err
	case abi.Map:
		ptr, n, err := cx.storeMapIntoRange(v.(value.Map), t)
		return append(flat, uint64(ptr), uint64(n)), err
	case abi.Record:
		record := v.(value.Record)
		for i := range t.Fields {
			fv, _ := findField(record, i, t.Fields[i].Name)
			var err error
			if flat, err = cx.lowerFlat(fv, t.Fields[i].Type, flat); err != nil {
				return nil, err
			}
		}
		return flat, nil
	case abi.Tuple:
		tuple := v.(value.Tuple)
		for i := range t.Fields {
			var err error
			if flat, err = cx.lowerFlat(tuple[i], t.Fields[i].Type, flat); err != nil {
				return nil, err
			}
		}
		return flat, nil
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return cx.lowerFlatVariant(v, t, flat)
	case abi.Flags:
		return append(flat, uint64(packFlagsIntoInt(v.(value.Flags), t))), nil
	}
	core, err := cx.lowerScalar(v, t)
	return append(flat, core), err
}

func (cx *Context) lowerFlatFixedList(v value.Value, t *abi.Type, flat []uint64) ([]uint64, error) {
	if b, ok := v.(value.Bytes); ok {
		for _, e := range b {
			flat = append(flat, uint64(e))
		}
		return flat, nil
	}
	var err error
	for _, e := range v.(value.List) {
		if flat, err = cx.lowerFlat(e, t.Elem, flat); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

func (cx *Context) lowerFlatVariant(v value.Value, t *abi.Type, flat []uint64) ([]uint64, error) {
	end := len(flat) + t.FlatCount()
	index, payload, _ := matchCase(v, t)
	flat = append(flat, uint64(index))
	if c := t.CaseType(index); c != nil {
		var err error
		if flat, err = cx.lowerFlat(payload, c, flat); err != nil {
			return nil, err
		}
	}
	for len(flat) < end {
		flat = append(flat, 0)
	}
	return flat, nil
}
