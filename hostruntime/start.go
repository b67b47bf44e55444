package hostruntime

import (
	"context"
	"crypto/rand"
	"strconv"

	"github.com/capsule-kit/capsule/hostruntime/internal/image"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// instantiation is what a call's export is called that runs none.
const instantiation = "instantiation"

// start runs the plan: it instantiates the core modules in order. It counts
// as a call: limits and cancellation apply.
func (in *Instance) start(ctx context.Context) error {
	if err := in.begin(ctx, instantiation); err != nil {
		return err
	}
	if in.reused = in.component.takeCores(in.limits.MemoryBytes); in.reused != nil {
		in.cores = in.reused.modules
	}
	if err := in.end(in.run()); err != nil {
		return err
	}
	in.reused, in.started = nil, true
	return nil
}

// run is start without what every call does. Values and start functions take
// their turns between the core modules.
func (in *Instance) run() error {
	if err := in.makeValues(); err != nil {
		return err
	}
	for slot := range in.component.steps {
		if err := in.act(slot); err != nil {
			return err
		}
		if err := in.startCore(slot); err != nil {
			return err
		}
	}
	return in.act(len(in.component.steps))
}

func (in *Instance) startCore(slot int) error {
	if err := in.stopped(); err != nil {
		return err
	}
	s := &in.component.steps[slot]
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions().WithRandSource(rand.Reader)
	ctx := experimental.WithImportResolver(guestContext{in}, func(name string) api.Module {
		if name == hostModule {
			return s.host
		}
		n, err := strconv.Atoi(name)
		if err != nil || n >= len(s.origins) {
			return nil
		}
		return in.cores[s.origins[n]]
	})
	memory, err := in.newMemory(s)
	if err != nil {
		return err
	}
	if memory != nil {
		ctx = experimental.WithMemoryAllocator(ctx, &memoryAllocator{memory})
	}
	if !in.memory.take(s.fixed) {
		return in.memory.error()
	}
	module := in.cores[slot]
	if in.reused == nil {
		if module, err = in.component.rt.wazero.InstantiateModule(ctx, s.module.compiled, config); err != nil {
			return in.failed(err)
		}
		in.cores[slot] = module
	}
	if s.code.Counter != "" {
		counter := module.ExportedGlobal(s.code.Counter).(api.MutableGlobal)
		counter.Set(0) // it holds what another instance left
		in.meter.add(counter)
	}
	if err := in.initialise(slot, s); err != nil {
		return err
	}
	if s.code.Start == "" {
		return nil
	}
	start := &coreFunc{module: module, name: s.code.Start}
	err = in.callCore(start, nil)
	in.stacks.kept -= start.kept // it never runs again
	return err
}

// newMemory charges and prepares the memory that a module defines; nil where
// it defines none.
func (in *Instance) newMemory(s *step) (*linearMemory, error) {
	m := &linearMemory{budget: &in.memory, charge: in.chargeMemory, tick: in.tick, grows: in.grows}
	in.journalGrowth(m)
	in.memories = append(in.memories, m)
	if in.reused == nil {
		m.image, m.handle = new(image.Image), &memoryHandle{m}
	} else {
		m.take(in.reused.memories[len(in.memories)-1])
	}
	if s.code.Memory == nil {
		if s.code.AddedMemory {
			return m, nil
		}
		return nil, nil
	}
	m.min = uint64(s.code.Memory.MinPages) * pageSize
	m.max = MaxMemoryBytes
	if s.code.Memory.HasMax {
		m.max = min(m.max, uint64(s.code.Memory.MaxPages)*pageSize)
	}
	if m.min > MaxMemoryBytes || !in.memory.takeGrowth(m.min) {
		return nil, &LimitError{Limit: LimitMemory, Max: min(in.memory.limit, MaxMemoryBytes), Attempt: max(in.memory.refused.Load(), m.min)}
	}
	if in.reused != nil {
		return m, nil // it was made, and reset
	}
	m.image.Reserve(max(m.min, min(m.max, in.memory.limit)))
	if m.min > 0 && !m.image.Grow(m.min, in.chargeMemory) {
		return nil, in.memory.error()
	}
	m.templated = s.template != nil && m.image.Start(s.template)
	return m, nil
}

// checkEvery is how many globals or data segments are set between two looks
// at the context.
const checkEvery = 1 << 12

// initialise sets what the rewriting pass took out of the module, because it
// belongs to the guest and not to its engine: initial values of globals, and
// data.
func (in *Instance) initialise(slot int, s *step) error {
	if err := in.checkElements(slot, s); err != nil {
		return err
	}
	module := in.cores[slot]
	global := func(index uint32) uint64 { return in.importedGlobal(slot, s, index) }
	for i := range s.code.Globals {
		if i%checkEvery == checkEvery-1 {
			if err := in.stopped(); err != nil {
				return err
			}
		}
		g := &s.code.Globals[i]
		module.ExportedGlobal(g.Export).(api.MutableGlobal).Set(g.Init.Eval(global))
	}
	data := s.code.Data
	if in.memories[slot].templated {
		data = data[s.templated:]
	}
	for i := range data {
		if i%checkEvery == checkEvery-1 {
			if err := in.stopped(); err != nil {
				return err
			}
		}
		d := &data[i]
		at := uint32(d.Offset.Eval(global))
		if !module.Memory().Write(at, d.Bytes) {
			return trapf("data segment of %d bytes at %d is out of bounds of memory", len(d.Bytes), at)
		}
	}
	return nil
}

// importedGlobal returns the value of a global that the module imports; the
// plan knows which instance defines it.
func (in *Instance) importedGlobal(slot int, s *step, index uint32) uint64 {
	source := in.component.plan.Steps[slot].Sources[s.parsed.GlobalImport(index)]
	return in.cores[source.Slot].ExportedGlobal(source.Name).Get()
}
