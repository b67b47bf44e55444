package rewrite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// newRuntime returns a wazero runtime as the product configures it.
func newRuntime(t testing.TB) (context.Context, wazero.Runtime) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesExtendedConst))
	t.Cleanup(func() { r.Close(ctx) })
	return ctx, r
}

// sameTargets points every import at its own names.
func sameTargets(m *Module) []Target {
	targets := make([]Target, len(m.Imports))
	for i, imp := range m.Imports {
		targets[i] = Target{imp.Module, imp.Name}
	}
	return targets
}

func parse(t testing.TB, src []byte) *Module {
	t.Helper()
	m, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rewriteAll(t testing.TB, src []byte, meter bool) *Output {
	t.Helper()
	m := parse(t, src)
	o, err := m.Rewrite(Options{Imports: sameTargets(m), Meter: meter, Name: "k0"})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// A host runs one rewritten module the way the runtime does: its allocator
// gives the memory its real limits, and grants slices when the module ticks.
type host struct {
	out   *Output
	slice int64
	// widen doubles the slice every thousand grants: a bulk operation can cost
	// millions of units.
	widen   bool
	grants  int
	budget  int64 // units that may still be granted
	granted int64
	counter api.MutableGlobal
}

// outOfFuel is what the hook panics with when the budget is spent.
type outOfFuel struct{}

func (outOfFuel) Error() string { return "out of fuel" }

func (h *host) Allocate(_, _ uint64) experimental.LinearMemory { return &linear{host: h} }

type linear struct {
	host *host
	buf  []byte
}

func (l *linear) Free() {}

func (l *linear) Reallocate(size uint64) []byte {
	h := l.host
	if size >= TickPages<<16 {
		h.tick()
		return nil
	}
	if mem := h.out.Memory; mem != nil {
		size = max(size, uint64(mem.MinPages)<<16)
		if mem.HasMax && size > uint64(mem.MaxPages)<<16 {
			return nil
		}
	}
	if size > uint64(len(l.buf)) {
		grown := make([]byte, size)
		copy(grown, l.buf)
		l.buf = grown
	}
	return l.buf
}

func (h *host) tick() {
	if h.counter == nil {
		return // not metered: nobody but the guest asks
	}
	left, why := Left(uint32(h.counter.Get()))
	if left < -maxOwed {
		panic(fmt.Sprintf("%d units are owed in a tick", -left))
	}
	switch why {
	case No:
		if left < 0 {
			panic(fmt.Sprintf("memory.grow is met with %d units owed", -left))
		}
		return // the guest asked for the growth itself
	case Return:
		if left < 0 {
			panic(fmt.Sprintf("a function has returned with %d units owed", -left))
		}
		h.counter.Set(uint64(left))
		return
	}
	h.counter.Set(0)
	h.granted -= int64(left)
	slice := min(h.slice, h.budget+int64(left))
	if slice < 0 || slice == 0 && left >= 0 {
		panic(outOfFuel{})
	}
	h.budget -= slice - int64(left)
	h.granted += slice
	if h.grants++; h.widen && h.grants%1000 == 0 {
		h.slice *= 2
	}
	h.counter.Set(uint64(slice))
}

// used returns the units that passed checks took.
func (h *host) used() int64 {
	left, _ := Left(uint32(h.counter.Get()))
	return h.granted - int64(left)
}

// start instantiates a module that imports nothing.
func (h *host) start(ctx context.Context, r wazero.Runtime) (api.Module, error) {
	ctx = experimental.WithMemoryAllocator(ctx, h)
	mod, err := r.InstantiateWithConfig(ctx, h.out.Bytes, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, err
	}
	return mod, h.fill(ctx, mod, nil)
}

// fill puts back into a new instance what was taken out of its module.
func (h *host) fill(ctx context.Context, mod api.Module, imported func(uint32) uint64) error {
	if h.out.Counter != "" {
		h.counter = mod.ExportedGlobal(h.out.Counter).(api.MutableGlobal)
	}
	for _, g := range h.out.Globals {
		mod.ExportedGlobal(g.Export).(api.MutableGlobal).Set(g.Init.Eval(imported))
	}
	for _, seg := range h.out.Data {
		if !mod.Memory().Write(uint32(seg.Offset.Eval(imported)), seg.Bytes) {
			return errors.New("data segment out of range")
		}
	}
	if h.out.Start != "" {
		if _, err := mod.ExportedFunction(h.out.Start).Call(ctx); err != nil {
			return err
		}
	}
	return nil
}

const plenty = 1 << 40

// newHost returns a host of src rewritten with metering.
func newHost(t testing.TB, src []byte, slice int64) *host {
	t.Helper()
	return &host{out: rewriteAll(t, src, true), slice: slice, budget: plenty}
}

// outcome is the result of a call in a form that two runs can compare: traps
// by their first line, since traces differ.
func outcome(mod api.Module, name string, args ...uint64) string {
	res, err := mod.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		return line
	}
	return fmt.Sprint(res)
}

// sameAsOriginal runs calls on src and on what it is rewritten to, with the
// metering off and on with slices of several sizes, and returns the units
// used, which must not depend on the slice.
func sameAsOriginal(t *testing.T, src []byte, calls func(mod api.Module) string) int64 {
	t.Helper()
	ctx, r := newRuntime(t)
	orig, err := r.InstantiateWithConfig(ctx, src, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	want := calls(orig)
	bare := &host{out: rewriteAll(t, src, false)}
	mod, err := bare.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if got := calls(mod); got != want {
		t.Errorf("without metering:\n got %s\nwant %s", got, want)
	}
	used := int64(-1)
	for _, slice := range []int64{1, 7, 1000, plenty >> 14} {
		h := newHost(t, src, slice)
		mod, err := h.start(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if got := calls(mod); got != want {
			t.Errorf("slice %d:\n got %s\nwant %s", slice, got, want)
		}
		if h.counter == nil {
			return 0
		}
		if used >= 0 && used != h.used() {
			t.Errorf("slice %d: %d units, but %d with another slice", slice, h.used(), used)
		}
		used = h.used()
	}
	return used
}
