package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero/experimental"
)

const pageSize = 1 << 16

// memoryBudget is what the linear memories of one instance may have, all
// together.
type memoryBudget struct {
	limit, used uint64
	// refused is the total that was asked for when growth was last refused,
	// 0 when it was not since the call began.
	refused uint64
}

// take charges n more bytes, and reports whether they fit.
func (b *memoryBudget) take(n uint64) bool {
	if n > b.limit || b.used > b.limit-n {
		b.refused = b.used + n
		return false
	}
	b.used += n
	return true
}

// linearMemory backs one linear memory. wazero asks it for growth; it also
// hears the metering code's tick, which is a request beyond every limit.
//
// The module's declared limits don't reach wazero (the rewriting pass replaces
// them, so that guests share code): min and max hold here.
type linearMemory struct {
	budget *memoryBudget
	tick   func()
	// grows hears that growth is asked for.
	grows    func(bytes uint64)
	min, max uint64 // bytes
	buf      []byte
}

var _ experimental.LinearMemory = (*linearMemory)(nil)

// tickBytes is above every size that a memory can have, and below what any
// memory has after the metering code's request.
const tickBytes = rewrite.TickPages * pageSize

// Reallocate returns the memory with the given size, nil to refuse.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if size >= tickBytes {
		m.tick()
		return nil
	}
	if m.buf == nil && size <= m.min {
		// The first call. The declared minimum was charged before wazero
		// was asked to instantiate, where refusal is still possible.
		m.buf = make([]byte, m.min)
		return m.buf
	}
	have := uint64(len(m.buf))
	if size <= have {
		return m.buf
	}
	m.grows(size - have)
	if size > m.max || size > MaxMemoryBytes || !m.budget.take(size-have) {
		return nil
	}
	if size > uint64(cap(m.buf)) {
		// Growing in small steps must not copy everything each time, nor
		// may the slack be more than the budget could ever fill.
		room := min(size+size/4, have+(m.budget.limit-m.budget.used)+(size-have), m.max, MaxMemoryBytes)
		grown := make([]byte, size, max(size, room))
		copy(grown, m.buf)
		m.buf = grown
	} else {
		m.buf = m.buf[:size]
	}
	return m.buf
}

// Free does nothing: wazero calls it when any module that shares the memory
// is closed, importers too. The memory goes with the instance.
func (m *linearMemory) Free() {}

// A memoryAllocator hands wazero the memory of one instantiation.
type memoryAllocator struct{ memory *linearMemory }

// Allocate returns the prepared memory; wazero's idea of its limits is ours.
func (a *memoryAllocator) Allocate(_, _ uint64) experimental.LinearMemory { return a.memory }
