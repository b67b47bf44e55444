// Package handle keeps a component instance's handle table: one index space
// for everything a guest holds by number.
//
// Resources are in it now. Subtasks, waitable sets, streams, futures and error
// contexts share the index space by specification, and become further Entry
// types.
//
// Nothing here locks: an instance serves one call at a time, and its table is
// touched only from the goroutine that serves it.
package handle

import "fmt"

// MaxLength is the largest index a table gives out.
//
// Spec: CanonicalABI, "Table State", Table.MAX_LENGTH.
const MaxLength = 1<<28 - 1

// An Entry is what one index stands for.
type Entry interface {
	// Kind names the sort of entry in messages: "resource", "stream".
	Kind() string
}

// A Table maps indices to entries. Index 0 is never valid; a freed index is
// the next to be used again. The zero Table is empty, has no owner and holds
// up to MaxLength entries.
//
// Spec: CanonicalABI, "Table State", Table.
type Table struct {
	// Instance identifies the component instance that owns the table; it is
	// compared with ResourceType.Impl.
	Instance any
	// Quota, if not nil, bounds the entries of several tables together. It is
	// set before there are any.
	Quota *Quota

	array []Entry // array[i] is index i+1
	free  []uint32
	limit uint32
}

// NewTable returns an empty table for instance. limit bounds the entries that
// live at one time, beneath MaxLength; 0 leaves MaxLength as the only bound.
func NewTable(instance any, limit uint32) *Table {
	return &Table{Instance: instance, limit: limit}
}

// Len returns the number of entries alive.
func (t *Table) Len() int { return len(t.array) - len(t.free) }

// Get returns the entry at index i.
//
// Errors: *Error if nothing is there.
func (t *Table) Get(i uint32) (Entry, error) {
	// Index 0 wraps around to the largest, which is out of range too.
	if at := i - 1; uint64(at) < uint64(len(t.array)) && t.array[at] != nil {
		return t.array[at], nil
	}
	return nil, &Error{Index: i, Reason: fmt.Sprintf("unknown handle index %d", i)}
}

// Add stores e and returns its index.
//
// Errors: *FullError at the table's own limit and at the quota's, *Error at
// the specification's.
func (t *Table) Add(e Entry) (uint32, error) {
	if t.limit > 0 && t.Len() >= int(t.limit) {
		return 0, &FullError{Limit: t.limit}
	}
	if len(t.free) == 0 && len(t.array) >= MaxLength {
		return 0, &Error{Reason: "handle table is full"}
	}
	if err := t.Quota.take(); err != nil {
		return 0, err
	}
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.array[i-1] = e
		return i, nil
	}
	t.array = append(t.array, e)
	return uint32(len(t.array)), nil
}

// Remove takes the entry at index i out and returns it.
//
// Errors: *Error if nothing is there.
func (t *Table) Remove(i uint32) (Entry, error) {
	e, err := t.Get(i)
	if err != nil {
		return nil, err
	}
	t.array[i-1] = nil
	t.free = append(t.free, i)
	t.Quota.giveBack(1)
	return e, nil
}

// Drain empties the table and calls drop for each entry that was alive, newest
// index first: what closing an instance does with leftovers. drop may not use
// the table.
func (t *Table) Drain(drop func(Entry)) {
	left := t.array
	t.Quota.giveBack(t.Len())
	t.array, t.free = nil, nil
	for i := len(left) - 1; i >= 0; i-- {
		if left[i] != nil {
			drop(left[i])
		}
	}
}

// An Error says how a guest misused a handle: the specification traps there.
type Error struct {
	// Index is the handle, 0 where the table as a whole is meant.
	Index uint32
	// Reason says what was met, with the index in it.
	Reason string
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// A FullError says that an instance holds as many handles as its policy
// allows, or has memory for.
type FullError struct {
	// Limit is the bound that was reached.
	Limit uint32
	// Memory says that it was not, but that there is no memory for one more.
	Memory bool
}

// Error returns the limit.
func (e *FullError) Error() string {
	if e.Memory {
		return "handle table: no memory for another handle"
	}
	return fmt.Sprintf("handle table: limit of %d handles reached", e.Limit)
}
