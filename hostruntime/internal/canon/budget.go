package canon

import "fmt"

// A Budget is the host memory that the lifted values of one call may take at a
// time.
// All contexts of a call share it. A nil Budget never runs out.
type Budget struct {
	// Memory, if not nil, is charged too for what is alive: it is asked for n
	// more bytes, or told of -n that were given back.
	Memory func(n int64) bool

	limit, used, released uint64
}

// NewBudget returns a budget of limit bytes.
func NewBudget(limit uint64) *Budget { return new(MakeBudget(limit)) }

// MakeBudget is NewBudget for a Budget that is part of something.
func MakeBudget(limit uint64) Budget { return Budget{limit: limit} }

// Charge takes n bytes. It is called before they are allocated.
//
// Errors: *BudgetError, and then nothing is taken.
func (b *Budget) Charge(n uint64) error {
	if b == nil {
		return nil
	}
	if live := b.used - b.released; n > b.limit-live {
		return &BudgetError{What: "bytes of lifted values", Limit: b.limit, Need: saturatingAdd(live, n)}
	}
	if b.Memory != nil && !b.Memory(int64(n)) {
		return &BudgetError{What: LiftedMemory, Limit: b.limit, Need: n}
	}
	b.used += n
	return nil
}

// LiftedMemory is BudgetError.What where Budget.Memory refused.
const LiftedMemory = "memory for lifted values"

// ValueNesting is BudgetError.What where a type is too deep.
const ValueNesting = "nesting of a value"

// Live returns the bytes charged and not released: a mark for Release.
func (b *Budget) Live() uint64 {
	if b == nil {
		return 0
	}
	return b.used - b.released
}

// Release gives back what has been charged since Live returned mark: the
// values are no longer needed.
func (b *Budget) Release(mark uint64) {
	if b == nil {
		return
	}
	n := b.used - b.released - mark
	b.released += n
	if b.Memory != nil && n > 0 {
		b.Memory(-int64(n))
	}
}

// ChargeList takes the bytes of a Go slice of n elements of elemSize bytes.
func (b *Budget) ChargeList(n, elemSize uint32) error {
	return b.Charge(sliceCost + uint64(n)*uint64(elemSize))
}

// Used returns the bytes charged so far, released ones included.
func (b *Budget) Used() uint64 {
	if b == nil {
		return 0
	}
	return b.used
}

func saturatingAdd(a, b uint64) uint64 {
	if a+b < a {
		return ^uint64(0)
	}
	return a + b
}

// A BudgetError says that a bound of the host's own ended a call, through no
// fault in the value's form.
type BudgetError struct {
	// What is bounded, in words.
	What string
	// Limit is the bound, Need what would have been reached.
	Limit, Need uint64
}

// Error returns what is bounded, the bound and the need.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("%s: limit %d, needed %d", e.What, e.Limit, e.Need)
}

// What a dynamic value takes in Go memory on a 64-bit machine: the container
// charges a slot for each element when it knows the count, the element then
// charges what hangs off the slot.
const (
	slotCost   = 16 // an interface: one list or tuple element, one payload
	fieldCost  = 32 // a value.Field: name and slot
	entryCost  = 32 // a value.Entry: two slots
	labelCost  = 16 // a string header
	scalarCost = 8  // a boxed number; Go shares the smallest, which isn't relied on
	stringCost = 16 // a boxed string header, without the bytes
	sliceCost  = 24 // a boxed slice header, without the elements
	caseCost   = 32 // a value.Variant; an option, result or enum takes less
	handleCost = 48 // a value.Handle
)
