package canon

import (
	"slices"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Store lowers v as type t to ptr, a byte offset chosen by the guest.
//
// Errors: *ArgumentError if v isn't a t, before anything is written or called;
// *TrapError for a bad pointer; those of Reallocate and Handles.
//
// Spec: CanonicalABI, "Storing", store.
func (cx *Context) Store(v value.Value, t *abi.Type, ptr uint32) error {
	if err := cx.checkType(t); err != nil {
		return err
	}
	if err := Check(v, t); err != nil {
		return err
	}
	if err := cx.CheckRange(ptr, t.Size(), t.Align()); err != nil {
		return err
	}
	return cx.store(v, t, ptr)
}

// store does the same for a value and a range that were checked. The range
// stays valid through realloc calls, since memory only grows.
func (cx *Context) store(v value.Value, t *abi.Type, ptr uint32) error {
	switch t.Kind {
	case abi.String:
		begin, n, err := cx.storeStringValue(v)
		return cx.storePair(begin, n, ptr, err)
	case abi.List:
		if t.Length > 0 {
			return cx.storeListIntoValidRange(v, ptr, t.Elem)
		}
		begin, n, err := cx.storeListIntoRange(v, t.Elem)
		return cx.storePair(begin, n, ptr, err)
	case abi.Map:
		begin, n, err := cx.storeMapIntoRange(v.(value.Map), t)
		return cx.storePair(begin, n, ptr, err)
	case abi.Record:
		return cx.storeRecord(v.(value.Record), t, ptr)
	case abi.Tuple:
		tuple := v.(value.Tuple)
		for i := range t.Fields {
			if err := cx.store(tuple[i], t.Fields[i].Type, ptr+t.Fields[i].Offset); err != nil {
				return err
			}
		}
		return nil
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return cx.storeVariant(v, t, ptr)
	case abi.Flags:
		cx.storeUint(ptr, t.Size(), packFlagsIntoInt(v.(value.Flags), t))
		return nil
	}
	flat, err := cx.lowerScalar(v, t)
	if err != nil {
		return err
	}
	if t.Size() == 8 {
		cx.storeU64(ptr, flat)
	} else {
		cx.storeUint(ptr, t.Size(), uint32(flat))
	}
	return nil
}

// lowerScalar returns the core value of a type that takes one; the low bytes
// of it are what memory holds.
func (cx *Context) lowerScalar(v value.Value, t *abi.Type) (uint64, error) {
	switch v := v.(type) {
	case value.Bool:
		return LowerBool(bool(v)), nil
	case value.S8:
		return lowerS32(int32(v)), nil
	case value.U8:
		return uint64(v), nil
	case value.S16:
		return lowerS32(int32(v)), nil
	case value.U16:
		return uint64(v), nil
	case value.S32:
		return lowerS32(int32(v)), nil
	case value.U32:
		return uint64(v), nil
	case value.S64:
		return uint64(v), nil
	case value.U64:
		return uint64(v), nil
	case value.F32:
		return LowerF32(float32(v)), nil
	case value.F64:
		return LowerF64(float64(v)), nil
	case value.Char:
		return uint64(v), nil
	case value.Handle:
		return cx.lowerHandle(v, t)
	}
	return 0, wrong(t, describe(v))
}

func (cx *Context) lowerHandle(h value.Handle, t *abi.Type) (uint64, error) {
	if cx.Handles == nil {
		return 0, trapf("a handle to %q crossed where there is no handle table", t.Resource.Name)
	}
	lower := cx.Handles.LowerOwn
	if t.Kind == abi.Borrow {
		lower = cx.Handles.LowerBorrow
	}
	index, err := lower(t.Resource, h)
	return uint64(index), err
}

func (cx *Context) storePair(begin, n, ptr uint32, err error) error {
	if err != nil {
		return err
	}
	cx.storeU32(ptr, begin)
	cx.storeU32(ptr+4, n)
	return nil
}

func (cx *Context) storeListIntoRange(v value.Value, elem *abi.Type) (ptr, n uint32, err error) {
	count := 0
	switch v := v.(type) {
	case value.Bytes:
		return cx.StoreBytes(v)
	case value.List:
		count = len(v)
	}
	ptr, err = cx.AllocList(count, elem.Size(), elem.Align())
	if err != nil {
		return 0, 0, err
	}
	return ptr, uint32(count), cx.storeListIntoValidRange(v, ptr, elem)
}

func (cx *Context) storeListIntoValidRange(v value.Value, ptr uint32, elem *abi.Type) error {
	if b, ok := v.(value.Bytes); ok {
		copy(cx.Mem[ptr:], b)
		return nil
	}
	for i, e := range v.(value.List) {
		if err := cx.store(e, elem, ptr+uint32(i)*elem.Size()); err != nil {
			return err
		}
	}
	return nil
}

func (cx *Context) storeMapIntoRange(m value.Map, t *abi.Type) (ptr, n uint32, err error) {
	size, align, valueOffset := entryLayout(t)
	ptr, err = cx.AllocList(len(m), size, align)
	if err != nil {
		return 0, 0, err
	}
	for i, e := range m {
		at := ptr + uint32(i)*size
		if err := cx.store(e.Key, t.Key, at); err != nil {
			return 0, 0, err
		}
		if err := cx.store(e.Value, t.Elem, at+valueOffset); err != nil {
			return 0, 0, err
		}
	}
	return ptr, uint32(len(m)), nil
}

func (cx *Context) storeRecord(record value.Record, t *abi.Type, ptr uint32) error {
	for i := range t.Fields {
		f := &t.Fields[i]
		v, _ := findField(record, i, f.Name)
		if err := cx.store(v, f.Type, ptr+f.Offset); err != nil {
			return err
		}
	}
	return nil
}

func (cx *Context) storeVariant(v value.Value, t *abi.Type, ptr uint32) error {
	index, payload, _ := matchCase(v, t)
	cx.storeUint(ptr, t.DiscriminantSize(), uint32(index))
	if c := t.CaseType(index); c != nil {
		return cx.store(payload, c, ptr+t.PayloadOffset())
	}
	return nil
}

func packFlagsIntoInt(flags value.Flags, t *abi.Type) uint32 {
	bits := uint32(0)
	for _, name := range flags {
		bits |= 1 << slices.Index(t.Labels, name)
	}
	return bits
}
