package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/image"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero/experimental"
)

const pageSize = 1 << 16

// linearMemory backs one linear memory. wazero asks it for growth; it also
// hears the metering code's tick, which is a request beyond every limit.
//
// The module's declared limits don't reach wazero (the rewriting pass replaces
// them, so that guests share code): min and max hold here.
type linearMemory struct {
	budget *memoryBudget
	charge func(int64) bool // of the budget
	tick   func()
	// grows hears that growth is asked for.
	grows func(bytes uint64)
	// refused, if not nil, says whether a journal refuses growth, and grew hears
	// whether it was granted.
	refused  func() bool
	grew     func(granted bool)
	min, max uint64 // bytes
	made     bool
	// templated says that the image was started from the step's template.
	templated bool
	image     *image.Image
	// handle is what wazero has of it.
	handle *memoryHandle
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
	if !m.made && size <= m.min {
		// The first call. The declared minimum was charged, and made, before
		// wazero was asked to instantiate, where refusal is still possible.
		m.made = true
		return m.image.Bytes()
	}
	have := uint64(len(m.image.Bytes()))
	if size <= have {
		return m.image.Bytes()
	}
	m.grows(size - have)
	if size > m.max || size > MaxMemoryBytes {
		return nil
	}
	if m.refused != nil && m.refused() {
		return nil
	}
	granted := m.budget.takeGrowth(size - have)
	if granted && !m.image.Grow(size, m.charge) {
		m.budget.give(size - have)
		granted = false
	}
	if m.grew != nil {
		m.grew(granted)
	}
	if !granted {
		return nil
	}
	return m.image.Bytes()
}

// Free does nothing: wazero calls it when any module that shares the memory
// is closed, importers too. The instance frees it.
func (m *linearMemory) Free() {}

// A memoryHandle is what wazero keeps of a memory, for as long as the core
// instance lives that defines it: it can be that of one instance after another.
type memoryHandle struct{ *linearMemory }

// take makes what was another instance's memory this one's. It is reset.
func (m *linearMemory) take(from *linearMemory) {
	m.made, m.templated, m.image, m.handle = true, from.templated, from.image, from.handle
	m.handle.linearMemory = m
}

// A memoryAllocator hands wazero the memory of one instantiation.
type memoryAllocator struct{ memory *linearMemory }

// Allocate returns the prepared memory; wazero's idea of its limits is ours.
func (a *memoryAllocator) Allocate(_, _ uint64) experimental.LinearMemory { return a.memory.handle }
