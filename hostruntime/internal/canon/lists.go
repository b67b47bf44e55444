package canon

import (
	"fmt"

	"github.com/capsule-kit/capsule/wit/abi"
)

// CheckList checks that n elements of elemSize bytes at ptr, all chosen by the
// guest, are aligned, inside memory and no longer than a list may be. It
// charges nothing: what an element costs the host is its reader's to say.
//
// Errors: *TrapError.
//
// Spec: CanonicalABI, "Loading", load_list_from_range.
func (cx *Context) CheckList(ptr, n, elemSize, align uint32) error {
	byteLen := uint64(n) * uint64(elemSize)
	if byteLen > abi.MaxListByteLength {
		return trapf("list too long: %d elements of %d bytes, at most %d bytes", n, elemSize, abi.MaxListByteLength)
	}
	if ptr&(align-1) != 0 {
		return trapf("unaligned pointer: list content at %#x, wanted alignment %d", ptr, align)
	}
	if uint64(ptr)+byteLen > uint64(len(cx.Mem)) {
		return trapf("list content out-of-bounds: %d bytes at %#x, memory has %d", byteLen, ptr, len(cx.Mem))
	}
	return nil
}

// AllocList returns guest memory for n elements of elemSize bytes. An empty
// list calls realloc as well.
//
// Errors: *ArgumentError if the list is longer than a list may be, else those
// of Reallocate.
//
// Spec: CanonicalABI, "Storing", store_list_into_range.
func (cx *Context) AllocList(n int, elemSize, align uint32) (ptr uint32, err error) {
	if err := checkListLength(n, elemSize); err != nil {
		return 0, err
	}
	return cx.Allocate(align, uint32(n)*elemSize)
}

func checkListLength(n int, elemSize uint32) error {
	if elemSize > 0 && uint64(n) > abi.MaxListByteLength/uint64(elemSize) {
		return &ArgumentError{
			Want: fmt.Sprintf("a list of at most %d bytes", abi.MaxListByteLength),
			Got:  fmt.Sprintf("%d elements of %d bytes", n, elemSize),
		}
	}
	return nil
}

// LoadBytes returns a copy of the list<u8> of n bytes at ptr, both chosen by
// the guest, and charges it.
//
// Errors: *TrapError as CheckList, *BudgetError.
func (cx *Context) LoadBytes(ptr, n uint32) ([]byte, error) {
	if err := cx.CheckList(ptr, n, 1, 1); err != nil {
		return nil, err
	}
	return cx.loadBytesFromValidRange(ptr, n)
}

func (cx *Context) loadBytesFromValidRange(ptr, n uint32) ([]byte, error) {
	if err := cx.Budget.ChargeList(n, 1); err != nil {
		return nil, err
	}
	// In this form the compiler doesn't clear what is overwritten at once.
	elems := cx.Mem[ptr : uint64(ptr)+uint64(n)]
	b := make([]byte, len(elems))
	copy(b, elems)
	return b, nil
}

// StoreBytes lowers a list<u8> and returns its address and length.
//
// Errors: those of AllocList.
func (cx *Context) StoreBytes(b []byte) (ptr, n uint32, err error) {
	ptr, err = cx.AllocList(len(b), 1, 1)
	if err != nil {
		return 0, 0, err
	}
	copy(cx.Mem[ptr:], b)
	return ptr, uint32(len(b)), nil
}
