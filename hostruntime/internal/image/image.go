// Package image holds the bytes of a guest's linear memory.
//
// Where the system can, address space is reserved for as much as the memory
// may ever have, and filled as it grows: growth then moves nothing, and no
// byte exists twice. Elsewhere a memory that grows is copied.
//
// What memories start with is in a File, which they map: a page of it is in
// the host's memory once, until one of them writes to it.
package image

import "runtime"

// An Image is the bytes of one memory. The zero Image has none and can't be
// reserved for any; it is for one goroutine at a time.
type Image struct {
	bytes []byte
	// space is what is reserved, nil where memory is copied as it grows.
	space []byte
	// cleanup releases space when nobody does.
	cleanup runtime.Cleanup
	// slack is what was charged beyond len(bytes).
	slack uint64
}

// Bytes returns the memory as it is now. After Free it is empty, and what was
// returned before must not be touched any more.
func (m *Image) Bytes() []byte { return m.bytes }

// Reserve prepares for a memory of up to size bytes. It is called once, first;
// without it, or where it fails, memory is copied as it grows. An Image that
// becomes unreachable is freed.
func (m *Image) Reserve(size uint64) {
	if m.space == nil && m.bytes == nil && size > 0 {
		if m.space = reserve(size); m.space != nil {
			m.cleanup = runtime.AddCleanup(m, release, m.space)
		}
	}
}

// Grow makes the memory size bytes long, more than it has. It reports whether
// that went well. Where memory is copied, charge is asked for what is
// allocated besides, and gives it back with a negative number.
func (m *Image) Grow(size uint64, charge func(int64) bool) bool {
	if size <= uint64(len(m.space)) {
		if !commit(m.space, uint64(len(m.bytes)), size) {
			return false
		}
		m.bytes = m.space[:size:size]
		return true
	}
	if size <= uint64(cap(m.bytes)) {
		used := min(m.slack, size-uint64(len(m.bytes)))
		m.slack -= used
		charge(-int64(used)) // it was charged when it was made
		m.bytes = m.bytes[:size]
		return true
	}
	return m.copy(size, charge)
}

// copy moves the memory to a larger place: both exist for a moment. The new
// one has room for a quarter more if that may be charged, so that growth in
// small steps doesn't copy everything each time.
func (m *Image) copy(size uint64, charge func(int64) bool) bool {
	have, slack := uint64(len(m.bytes)), size/4
	if !charge(int64(have)) {
		return false
	}
	if !charge(int64(slack)) {
		slack = 0
	}
	grown := make([]byte, size, size+slack)
	copy(grown, m.bytes)
	charge(-int64(have + m.slack))
	m.free()
	m.bytes, m.slack = grown, slack
	return true
}

// Reset makes the memory, of which the size hasn't changed since it was made,
// what it started as, and reports whether that went well: where memory is
// copied it doesn't. What was written is gone at once.
func (m *Image) Reset() bool {
	return len(m.bytes) == 0 || m.space != nil && reset(m.bytes)
}

// Free gives everything back. It is idempotent.
func (m *Image) Free() {
	m.free()
	m.bytes = nil
}

func (m *Image) free() {
	if m.space != nil {
		m.cleanup.Stop()
		release(m.space)
		m.space = nil
	}
}
