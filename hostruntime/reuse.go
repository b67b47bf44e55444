package hostruntime

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"github.com/tetratelabs/wazero/api"
)

// A coreSet is the core instances of an instance that has been closed, ready
// for another one. Most of what an instantiation costs is making them.
//
// They hold nothing of the one before: its memories start anew, those that
// have grown are not kept, and the instance that takes them sets all globals
// and runs all start functions in the order in which it otherwise makes core
// instances. What can't be set again, it must not be possible to change:
// see reusable. All else of an instance, its handles, budgets, streams and
// counters, is in Instance, and made for each.
type coreSet struct {
	modules  []api.Module    // by core slot
	memories []*linearMemory // by core slot
	// memoryBytes is the limit for which address space was reserved.
	memoryBytes uint64
}

// maxIdleBytes is how much host memory a component's idle core sets take, as
// far as instances are charged for them.
const maxIdleBytes = 8 << 20

// idleCores returns how many core sets the component keeps: for each processor
// two, of moderate size.
func (c *Component) idleCores() int {
	if c.rt.fresh || !c.reusable() {
		return 0
	}
	size := uint64(1)
	for i := range c.steps {
		size += c.steps[i].fixed
	}
	return int(min(uint64(2*runtime.GOMAXPROCS(0)), maxIdleBytes/size))
}

// reusable reports whether a new instance can't tell used core instances from
// new ones. Their memories and numeric globals are set; so nothing may change
// tables or segments, or globals of other types, which wazero can't set.
//
// A start function must not find in a table what only a later step puts there.
func (c *Component) reusable() bool {
	for i := range c.steps {
		if !c.steps[i].parsed.Resettable() {
			return false
		}
	}
	// runs is the last step, of those before slot, after which code runs.
	runs := -1
	action := 0
	for slot := range c.steps {
		for ; action < len(c.plan.Actions) && c.plan.Actions[action].After <= slot; action++ {
			runs = slot - 1
		}
		s := &c.steps[slot]
		for i := range s.parsed.Elements {
			if s.tables[s.parsed.Elements[i].Table].slot <= runs {
				return false
			}
		}
		if s.code.Start != "" {
			runs = slot
		}
	}
	return true
}

// takeCores returns idle cores whose memories can grow as far as the limit
// says, nil if there are none.
func (c *Component) takeCores(memoryBytes uint64) *coreSet {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.idle) - 1; i >= 0; i-- {
		if set := c.idle[i]; set.memoryBytes == memoryBytes {
			c.idle = slices.Delete(c.idle, i, i+1)
			return set
		}
	}
	return nil
}

// keepCores keeps the cores of an instance that ended well, as far as there is
// room. It reports whether they are not the instance's any more.
func (in *Instance) keepCores() bool {
	c := in.component
	if c.maxIdle == 0 || !in.started || in.dead != nil {
		return false
	}
	set := &coreSet{modules: in.cores, memoryBytes: in.limits.MemoryBytes}
	for _, m := range in.memories {
		if uint64(len(m.image.Bytes())) != m.min || !m.image.Reset() {
			return false
		}
		// What is kept must not keep the instance.
		kept := &linearMemory{}
		kept.take(m)
		set.memories = append(set.memories, kept)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.idle) >= c.maxIdle {
		return false
	}
	c.idle = append(c.idle, set)
	return true
}

// closeCores ends the core instances, unless they are kept for another
// instance.
func (in *Instance) closeCores(ctx context.Context) error {
	var err error
	if !in.keepCores() {
		set := coreSet{modules: in.cores, memories: in.memories}
		if in.reused != nil { // the instance never got to all of them
			set.memories = append(set.memories, in.reused.memories...)
		}
		err = set.close(ctx)
	}
	in.cores, in.memories, in.reused = nil, nil, nil
	in.functions, in.lifted, in.lowered = nil, nil, nil
	return err
}

// close frees core instances and memories, once nothing runs or reads them.
func (s *coreSet) close(ctx context.Context) error {
	var errs []error
	// Importers before the instances that they import from: wazero frees what
	// a closed instance owns.
	for i := len(s.modules) - 1; i >= 0; i-- {
		if s.modules[i] != nil {
			errs = append(errs, s.modules[i].Close(ctx))
		}
	}
	for _, m := range s.memories {
		m.image.Free()
	}
	return errors.Join(errs...)
}
