package hostruntime

import (
	"sync"
	"sync/atomic"
)

// A memoryBudget is what one instance may take up, all together: linear
// memories, tables and what the host holds for the guest. It is safe for
// concurrent use, as connections and bodies fill buffers on their own.
type memoryBudget struct {
	// limit is set between calls only.
	limit      uint64
	used, peak atomic.Uint64
	// refused is the total that was asked for when something was last refused,
	// 0 when nothing was since the call began.
	refused atomic.Uint64

	// outer, if not nil, is charged for everything too: the budget of the
	// instance that started this one as a task.
	outer   *memoryBudget
	mu      sync.Mutex
	charged uint64 // to outer
	ended   bool
}

// begin starts a call.
func (b *memoryBudget) begin(limit uint64) {
	b.limit = limit
	b.refused.Store(0)
	b.peak.Store(b.used.Load())
}

// take charges n more bytes, before they are allocated, and reports whether
// they fit.
func (b *memoryBudget) take(n uint64) bool { return b.takeBeside(n, 0) }

// takeGrowth is take for linear memory, which leaves a little for the host: a
// guest that has been refused memory and goes on has things to say.
func (b *memoryBudget) takeGrowth(n uint64) bool {
	const most = 1 << 20
	return b.takeBeside(n, min(b.limit/32, most))
}

// takeBeside is take if besides so much would be left.
func (b *memoryBudget) takeBeside(n, spare uint64) bool {
	if b.tryTake(n, spare) {
		return true
	}
	b.refused.Store(max(b.used.Load()+n+spare, n))
	return false
}

// tryTake is takeBeside that doesn't note what was refused: that is the inner
// budget's affair.
func (b *memoryBudget) tryTake(n, spare uint64) bool {
	for {
		used := b.used.Load()
		if n > b.limit || used > b.limit-n || spare > b.limit-n-used {
			return false
		}
		if b.used.CompareAndSwap(used, used+n) {
			if b.outer != nil && !b.takeOuter(n) {
				b.used.Add(-n)
				return false
			}
			b.reach(used + n)
			return true
		}
	}
}

func (b *memoryBudget) takeOuter(n uint64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended || !b.outer.tryTake(n, 0) {
		return false
	}
	b.charged += n
	return true
}

// end gives the outer budget back all that it was charged: the task is over.
func (b *memoryBudget) end() {
	if b.outer == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outer.give(b.charged)
	b.charged, b.ended = 0, true
}

// reach notes that so much was in use.
func (b *memoryBudget) reach(used uint64) {
	for {
		peak := b.peak.Load()
		if used <= peak || b.peak.CompareAndSwap(peak, used) {
			return
		}
	}
}

// give takes back the charge for n bytes.
func (b *memoryBudget) give(n uint64) {
	b.used.Add(-n)
	if b.outer == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.outer.give(n)
		b.charged -= n
	}
}

// charge is take for a positive number and give for a negative one.
func (b *memoryBudget) charge(n int64) bool {
	if n < 0 {
		b.give(uint64(-n))
		return true
	}
	return b.take(uint64(n))
}

// error is that of what was refused.
func (b *memoryBudget) error() *LimitError {
	return &LimitError{Limit: LimitMemory, Max: b.limit, Attempt: b.refused.Load()}
}
