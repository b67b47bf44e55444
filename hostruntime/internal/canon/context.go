// Package canon is the Canonical ABI: it moves component-model values between
// the host's Go values and a guest's linear memory or core values.
//
// It is the straightforward version, function by function after the
// specification's definitions.py and named like it, over dynamic values; it
// stays the reference that faster paths are tested against. Generated code
// shares its primitives: strings, lists, scalars and the realloc checks.
//
// Everything read from a guest is hostile: each pointer, length, discriminant
// and code point is checked, and what a lifted value costs the host is charged
// to a Budget before it is allocated. A Context is used by one goroutine.
package canon

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A Context is one crossing's view of one guest: the canonical options in
// force, and what the host keeps for the call.
//
// Spec: CanonicalABI, "Lifting and Lowering Context", LiftLowerContext.
type Context struct {
	// Encoding is how the guest's strings look in its memory.
	Encoding component.StringEncoding
	// Mem is the current view of linear memory. A call into the guest can
	// replace it, so take it from here again after anything that reallocates.
	Mem []byte
	// Refresh returns a fresh view after a call into the guest; nil where the
	// canonical options have no memory.
	Refresh func() []byte
	// Realloc calls the guest's realloc function; nil where the canonical
	// options have none. Use Reallocate, which checks what it returns.
	Realloc func(oldPtr, oldSize, align, newSize uint32) (uint32, error)
	// Handles moves own and borrow handles through the instance's table.
	Handles Handles
	// Budget pays for what lifting allocates; nil means without bound.
	Budget *Budget
	// MaxDepth bounds how deep a dynamic value's type nests; 0 means
	// DefaultMaxDepth.
	MaxDepth int
	// Relay makes lifted strings remember their encoding, so that lowering
	// them into another guest makes exactly the realloc calls that the
	// specification gives for that pair of encodings. Values lifted this way
	// are for a second Context only.
	Relay bool
}

// DefaultMaxDepth is the nesting that a Context allows by itself. The
// specification sets none; this is far beyond real interfaces and well within
// the Go stack.
const DefaultMaxDepth = 128

// Handles moves resource handles between an instance's table and the host.
// Errors are *TrapError where the guest is at fault and *ArgumentError where
// the host passed a handle that doesn't fit.
type Handles interface {
	LiftOwn(r *abi.Resource, index uint32) (value.Handle, error)
	LiftBorrow(r *abi.Resource, index uint32) (value.Handle, error)
	LowerOwn(r *abi.Resource, h value.Handle) (uint32, error)
	LowerBorrow(r *abi.Resource, h value.Handle) (uint32, error)
}

// Reallocate calls the guest's realloc, refreshes Mem and returns a pointer
// that is aligned and has newSize bytes of memory behind it; this is checked
// for zero bytes as well.
//
// Errors: *TrapError for a pointer that fails the check or where the canonical
// options have no realloc; what the guest call itself returned, unchanged.
//
// Spec: CanonicalABI, "Lifting and Lowering Context", reallocate.
func (cx *Context) Reallocate(oldPtr, oldSize, align, newSize uint32) (uint32, error) {
	if cx.Realloc == nil {
		return 0, trapf("a value needs memory in the guest, but the canonical options have no realloc")
	}
	ptr, err := cx.Realloc(oldPtr, oldSize, align, newSize)
	if cx.Refresh != nil {
		cx.Mem = cx.Refresh()
	}
	if err != nil {
		return 0, err
	}
	if ptr&(align-1) != 0 {
		return 0, trapf("realloc return: result not aligned: pointer %#x, wanted alignment %d", ptr, align)
	}
	if uint64(ptr)+uint64(newSize) > uint64(len(cx.Mem)) {
		return 0, trapf("realloc return: beyond end of memory: pointer %#x with %d bytes, memory has %d",
			ptr, newSize, len(cx.Mem))
	}
	return ptr, nil
}

// Allocate returns byteLen fresh bytes of guest memory, checked as Reallocate
// does.
//
// Spec: CanonicalABI, "Lifting and Lowering Context", allocate.
func (cx *Context) Allocate(align, byteLen uint32) (uint32, error) {
	return cx.Reallocate(0, 0, align, byteLen)
}

// CheckRange checks that size bytes at ptr are aligned and inside memory, as
// every load and store needs it.
func (cx *Context) CheckRange(ptr, size, align uint32) error {
	if ptr&(align-1) != 0 {
		return trapf("unaligned pointer: %#x, wanted alignment %d", ptr, align)
	}
	if uint64(ptr)+uint64(size) > uint64(len(cx.Mem)) {
		return trapf("pointer out of bounds of memory: %#x with %d bytes, memory has %d", ptr, size, len(cx.Mem))
	}
	return nil
}

// checkType refuses types that are too deep to recurse over or too large for
// the specification, so that offsets computed from them cannot wrap.
func (cx *Context) checkType(t *abi.Type) error {
	limit := cx.MaxDepth
	if limit == 0 {
		limit = DefaultMaxDepth
	}
	if t.Depth() > limit {
		return &BudgetError{What: ValueNesting, Limit: uint64(limit), Need: uint64(t.Depth())}
	}
	if t.Size() > abi.MaxElemSize {
		return trapf("type is larger than %d bytes: %.80s", abi.MaxElemSize, t)
	}
	return nil
}
