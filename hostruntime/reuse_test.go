package hostruntime

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"weak"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// workerFile is a component that uses as much as it is told to.
const workerFile = "../testsuite/limits/testdata/worker.wasm"

func loadWorker(t *testing.T, config Config) *Component {
	t.Helper()
	ctx := context.Background()
	config.NoCache = true
	rt, err := New(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	c, err := rt.LoadFile(ctx, workerFile)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustInstantiate(t *testing.T, c *Component, p Policy) *Instance {
	t.Helper()
	in, err := c.Instantiate(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func mustClose(t *testing.T, in *Instance) {
	t.Helper()
	if err := in.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// state is all that code can change in the core instances, as text.
func state(in *Instance) string {
	var s []any
	for slot := range in.cores {
		code := in.component.steps[slot].code
		for i := range code.Globals {
			s = append(s, in.cores[slot].ExportedGlobal(code.Globals[i].Export).Get())
		}
		s = append(s, string(in.memories[slot].image.Bytes()))
	}
	return fmt.Sprint(s...)
}

// The next instance starts from where the first one did, whatever that did to
// memory and globals, and uses as much fuel and memory, to the unit.
func TestReusedCoresAreNew(t *testing.T) {
	if !sharesMemory {
		t.Skip("core instances are not used again here")
	}
	fresh, c := loadWorker(t, Config{FreshCores: true}), loadWorker(t, Config{})
	policy := Policy{Deterministic: &Deterministic{}}
	first := mustInstantiate(t, c, policy)
	want, module := state(first), first.cores[0]
	for _, name := range []string{"take", "fill", "spin", "hold", "ping"} {
		for _, fuel := range []uint64{0, 101, 110, 150, 1000} {
			run := func(c *Component) (used Report) {
				in := mustInstantiate(t, c, policy)
				if c != fresh && state(in) != want {
					t.Fatalf("%s: another state than at first", name)
				}
				var arg value.Value = value.U32(300)
				if name == "take" {
					arg = value.Bytes(make([]byte, 300))
				}
				_, err := in.Call(WithLimits(WithReport(t.Context(), &used), Limits{Fuel: fuel}), name, arg)
				if (err == nil) != (used.Outcome == OutcomeOK) {
					t.Fatal(err)
				}
				used.WallTime = 0
				for _, m := range in.memories {
					for i := range m.image.Bytes() {
						m.image.Bytes()[i] ^= 0xff
					}
				}
				mustClose(t, in)
				return used
			}
			if fuel == 0 {
				mustClose(t, mustInstantiate(t, c, policy)) // so that there are cores to use again
			}
			a, b, again := run(fresh), run(c), run(c)
			if fmt.Sprint(a) != fmt.Sprint(b) || fmt.Sprint(a) != fmt.Sprint(again) {
				t.Errorf("%s with %d units: new %+v, then %+v, %+v", name, fuel, a, b, again)
			}
		}
	}
	mustClose(t, first)
	second := mustInstantiate(t, c, policy)
	if second.cores[0] != module || state(second) != want {
		t.Error("the first instance's cores were not used again, or not as they were")
	}
	mustClose(t, second)
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Only the cores of an instance that ended well, and that are of the size they
// had, are kept.
func TestWhatIsNotReused(t *testing.T) {
	if !sharesMemory {
		t.Skip("core instances are not used again here")
	}
	for name, row := range map[string]struct {
		config Config
		use    func(in *Instance)
		next   Policy
		want   bool
	}{
		"used":         {use: func(in *Instance) { in.Call(t.Context(), "spin", value.U32(1)) }, want: true},
		"bad argument": {use: func(in *Instance) { in.Call(t.Context(), "spin", value.String("x")) }, want: true},
		"grown":        {use: func(in *Instance) { in.Call(t.Context(), "grow", value.U32(1)) }},
		"trapped":      {use: func(in *Instance) { in.Call(t.Context(), "trap") }},
		"out of fuel":  {use: func(in *Instance) { in.Call(WithLimits(t.Context(), Limits{Fuel: 1}), "spin", value.U32(1)) }},
		"cancelled": {use: func(in *Instance) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			in.Call(ctx, "spin", value.U32(1<<31))
		}},
		"another memory limit": {next: Policy{Limits: Limits{MemoryBytes: 64 << 20}}},
		"another limit":        {next: Policy{Limits: Limits{Fuel: 1 << 30}}, want: true},
		"fresh":                {config: Config{FreshCores: true}},
	} {
		c := loadWorker(t, row.config)
		in := mustInstantiate(t, c, Policy{})
		cores := slices.Clone(in.cores)
		if row.use != nil {
			row.use(in)
		}
		mustClose(t, in)
		next := mustInstantiate(t, c, row.next)
		if got := slices.Equal(cores, next.cores); got != row.want {
			t.Errorf("%s: used again: %t, want %t", name, got, row.want)
		}
		mustClose(t, next)
	}
}

// A start that fails after cores were taken frees them.
func TestReusedCoresOfAFailedStart(t *testing.T) {
	c := loadWorker(t, Config{})
	mustClose(t, mustInstantiate(t, c, Policy{}))
	idle := slices.Clone(c.idle)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Instantiate(ctx, Policy{}); err == nil {
		t.Fatal("started")
	}
	if len(c.idle) != 0 {
		t.Error("cores of a failed start were kept")
	}
	for _, set := range idle {
		checkFreed(t, set)
	}
	mustClose(t, mustInstantiate(t, c, Policy{}))
}

// What waits doesn't hold the instance that had it, and all that that held.
func TestIdleCoresKeepNoInstance(t *testing.T) {
	c := loadWorker(t, Config{})
	in := mustInstantiate(t, c, Policy{})
	gone := weak.Make(in)
	mustClose(t, in)
	in = nil
	for range 10 {
		runtime.GC()
		if gone.Value() == nil {
			break
		}
	}
	if gone.Value() != nil {
		t.Error("a closed instance is still there")
	}
	runtime.KeepAlive(c)
}

func checkFreed(t *testing.T, set *coreSet) {
	t.Helper()
	for slot, module := range set.modules {
		if !module.IsClosed() || len(set.memories[slot].image.Bytes()) > 0 {
			t.Errorf("core instance %d is not freed", slot)
		}
	}
}

// What waits is bounded, and is freed with the component.
func TestIdleCores(t *testing.T) {
	c := loadWorker(t, Config{})
	var open []*Instance
	for range 3*c.maxIdle + 3 {
		open = append(open, mustInstantiate(t, c, Policy{}))
	}
	for _, in := range open {
		mustClose(t, in)
	}
	idle := slices.Clone(c.idle)
	if len(idle) != c.maxIdle || sharesMemory && len(idle) == 0 {
		t.Errorf("%d sets of cores wait, want %d", len(idle), c.maxIdle)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, set := range idle {
		checkFreed(t, set)
	}
	// Who closes later keeps nothing either.
	c = loadWorker(t, Config{})
	in := mustInstantiate(t, c, Policy{})
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustClose(t, in)
	if len(c.idle) != 0 {
		t.Error("a closed component keeps cores")
	}
}

func TestReuseIsConcurrent(t *testing.T) {
	c := loadWorker(t, Config{})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				in, err := c.Instantiate(t.Context(), Policy{})
				if err != nil {
					t.Error(err)
					return
				}
				var used Report
				ctx := WithReport(t.Context(), &used)
				if i%10 == g {
					if _, err := in.Call(ctx, "trap"); err == nil {
						t.Error("no trap")
					}
				} else if _, err := in.Call(ctx, "take", value.Bytes(make([]byte, 100*g))); err != nil {
					t.Error(err)
				}
				if err := in.Close(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A start function could find in a table what is only put there afterwards,
// so that such a component's cores are not used again.
func TestTablesThatAStartFunctionSees(t *testing.T) {
	table := joined(sized([]byte("a")), sized([]byte("t")), []byte{1, 0x70, 0, 1})
	fill := section(9, []byte{1, 0, 0x41, 0, 0x0b, 1, 0})
	definer := func(start bool) []byte {
		sections := joined(section(4, []byte{1, 0x70, 0, 1}), section(7, joined([]byte{1}, sized([]byte("t")), []byte{1, 0})))
		if start {
			sections = joined(sections, section(8, []byte{0}))
		}
		return coreModule(section(1, []byte{1, 0x60, 0, 0}), section(3, []byte{1, 0}), sections, section(10, []byte{1, 2, 0, 0x0b}))
	}
	filler := coreModule(
		section(1, []byte{1, 0x60, 0, 0}), section(2, joined([]byte{1}, table)),
		section(3, []byte{1, 0}), fill, section(10, []byte{1, 2, 0, 0x0b}))
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	for start, want := range map[bool]bool{false: true, true: false} {
		c, err := rt.Load(ctx, append([]byte("\x00asm\x0d\x00\x01\x00"), joined(
			section(1, definer(start)), section(1, filler),
			section(2, joined([]byte{2, 0, 0, 0, 0, 1, 1}, sized([]byte("a")), []byte{0x12, 0})))...))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.reusable(); got != want {
			t.Errorf("with a start function %t: reusable %t", start, got)
		}
		if origin := c.steps[1].tables[0]; origin.slot != 0 || origin.Kind != rewrite.Table {
			t.Errorf("the imported table is %+v", origin)
		}
		in := mustInstantiate(t, c, Policy{})
		mustClose(t, in)
	}
}
