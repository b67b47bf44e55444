package hostruntime

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// The garbage collector waits for what runs between two entries into Go.
// That a unit is no more than rewrite.MaxStretch instructions is shown there.
func TestSlicesAreSmall(t *testing.T) {
	if n := sliceMax * rewrite.MaxStretch; n > 10_000_000 {
		t.Errorf("%d instructions can run between two entries into Go", n)
	}
}

// counterModule exports a mutable i32 global "c" that starts as 0.
const counterModule = "\x00asm\x01\x00\x00\x00" + "\x06\x06\x01\x7f\x01\x41\x00\x0b" + "\x07\x05\x01\x01c\x03\x00"

func makeCounters(t *testing.T, n int) (globals []api.MutableGlobal) {
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	for range n {
		mod, err := r.InstantiateWithConfig(ctx, []byte(counterModule), wazero.NewModuleConfig().WithName(""))
		if err != nil {
			t.Fatal(err)
		}
		globals = append(globals, mod.ExportedGlobal("c").(api.MutableGlobal))
	}
	return globals
}

// What a module owes is paid from what all hold together: it goes on if that
// is enough, even if then nothing is left.
func TestOwedFuelIsPaid(t *testing.T) {
	const asked = 1 << 28
	tests := []struct {
		// others is what the others hold when the module has used its share,
		// and owed what it owes then.
		others, owed uint64
		enough       bool
	}{
		{others: 1000, owed: 0, enough: true},
		{others: 1000, owed: 100, enough: true},
		{others: 1000, owed: 999, enough: true},
		{others: 1000, owed: 1000, enough: true},
		{others: 1000, owed: 1001},
		{others: 0, owed: 0, enough: true},
		{others: 0, owed: 1},
		{others: 1 << 60, owed: 100, enough: true},
	}
	for _, tt := range tests {
		globals := makeCounters(t, 3)
		var m meter
		for _, g := range globals {
			m.add(g)
		}
		m.begin(tt.others, time.Now())
		m.share(-1)
		spent := m.counters[1].global.Get()
		m.limit, m.reserve = m.limit+spent, m.reserve+spent
		globals[1].Set(uint64(uint32(-int32(tt.owed) - asked)))
		if used := m.used(); used != min(spent+tt.owed, m.limit) {
			t.Errorf("%d owed, others have %d: used %d, want %d", tt.owed, tt.others, used, spent+tt.owed)
		}
		asking, _ := m.asking()
		owed, enough := m.settle(asking)
		if owed != (tt.owed > 0) || enough != tt.enough {
			t.Errorf("%d owed, others have %d: owed %t, enough %t", tt.owed, tt.others, owed, enough)
		}
		left := tt.others - min(tt.owed, tt.others)
		if m.limit-m.used() != left {
			t.Errorf("%d owed, others have %d: %d are left", tt.owed, tt.others, m.limit-m.used())
		}
		globals[1].Set(uint64(uint32(1<<32 - asked))) // its next check asks again
		asking, _ = m.asking()
		if goesOn := m.refill(asking, time.Now()); goesOn != (left > 0) || m.limit-m.used() != left {
			t.Errorf("%d owed, others have %d: then goes on: %t, with %d", tt.owed, tt.others, goesOn, m.limit-m.used())
		}
	}
}

// Frames that return one after another come to no check, however long that
// takes: they are stopped where they settle what they owe. A replay ends there
// too.
func TestReturningFramesAreStopped(t *testing.T) {
	const depth, tail = 1000, 60_000
	load := []byte{0x28, 2, 0}
	// frame(n): if n == 0 then return 0; frame(n-1), and then a chain of loads
	frame := joined([]byte{0, 0x20, 0, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, 0x20, 0, 0x41, 1, 0x6b, 0x10, 1},
		bytes.Repeat(load, tail), []byte{0x0b})
	start := joined([]byte{0, 0x41}, sleb(depth), []byte{0x10, 1, 0x1a, 0x0b})
	module := coreModule(
		section(1, []byte{2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f}), section(3, []byte{2, 0, 1}),
		section(5, []byte{1, 0, 1}), section(8, []byte{0}), section(10, joined([]byte{2}, sized(start), sized(frame))))
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	c, err := rt.Load(ctx, joined([]byte("\x00asm\x0d\x00\x01\x00"), section(1, module), section(2, []byte{1, 0, 0, 0})))
	if err != nil {
		t.Fatal(err)
	}
	var journal bytes.Buffer
	_, err = c.Instantiate(ctx, Policy{Limits: Limits{Fuel: Unlimited, WallTime: 5 * time.Millisecond}, Record: &journal})
	if Outcome(err) != OutcomeTimeout {
		t.Fatalf("%v, want a timeout", err)
	}
	reports, err := Replay(ctx, c, &journal, Policy{})
	if err != nil || len(reports) != 1 || reports[0].Outcome != OutcomeTimeout {
		t.Errorf("replayed: %+v, %v", reports, err)
	}
}
