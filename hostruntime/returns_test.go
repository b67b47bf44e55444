package hostruntime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
)

// runComponent returns a component that exports run, which calls core function
// 0, of the given types, functions and bodies.
func runComponent(types []byte, functions []byte, bodies ...[]byte) []byte {
	code := uleb(len(bodies))
	for _, b := range bodies {
		code = append(code, sized(b)...)
	}
	core := coreModule(section(1, types), section(3, functions), section(5, []byte{1, 0, 1}),
		section(7, []byte("\x01\x03run\x00\x00")), section(10, code))
	return joined([]byte("\x00asm\x0d\x00\x01\x00"), section(1, core),
		section(2, []byte{1, 0, 0, 0}),                    // core instance
		section(6, []byte("\x01\x00\x00\x01\x00\x03run")), // alias of its function
		section(7, []byte{1, 0x40, 0, 1, 0}),              // func()
		section(8, []byte{1, 0, 0, 0, 0, 0}),              // lifted
		section(11, []byte("\x01\x00\x03run\x01\x00\x00")))
}

// Frames return for nothing, however many there are; some of them enter Go, so
// that between two entries there aren't many, wherever checks have failed while
// the stack became deeper.
func TestReturningFramesEnterGo(t *testing.T) {
	// most is how many instructions can run between two entries into Go.
	const most = 10_000_000
	get := func(local int) []byte { return append([]byte{0x20}, uleb(local)...) }
	i32 := func(n int32) []byte { return append([]byte{0x41}, sleb(n)...) }
	tests := []struct {
		name   string
		depth  int
		params int
		// every is after how many frames a loop uses up slices: its rounds, and
		// what it does in each.
		every, rounds int32
		burn          []byte
	}{
		{name: "checks fail anywhere", depth: 300_000, params: 1, every: 1 << 30},
		{name: "checks fail in a loop", depth: 300_000, params: 1, every: sliceMax - 1000, rounds: 1000},
		{name: "checks fail in a long loop", depth: 100_000, params: 1, every: sliceMax - 1000, rounds: 1000 + 10*sliceMax},
		{name: "checks fail in a loop that calls", depth: 300_000, params: 1, every: sliceMax - 1000, rounds: 1000, burn: []byte{0x10, 3}},
		{name: "checks fail in a long loop that calls", depth: 100_000, params: 1, every: sliceMax - 3000, rounds: 3000 + 3*sliceMax, burn: []byte{0x10, 3}},
		{name: "many parameters", depth: 50_000, params: 40, every: 1 << 30},
		{name: "many parameters, and checks fail in a loop", depth: 50_000, params: 40, every: sliceMax - 1000, rounds: 1000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// run: frame(depth)
			run := joined([]byte{0}, i32(int32(tt.depth)))
			for range tt.params - 1 {
				run = append(run, i32(0)...)
			}
			run = append(run, 0x10, 1, 0x0b)
			// frame(n): if n == 0 return; if n % every == 0 burn(); frame(n-1); memory[0]++
			frame := joined([]byte{0}, get(0), []byte{0x45, 0x04, 0x40, 0x0f, 0x0b},
				get(0), i32(tt.every), []byte{0x70, 0x45, 0x04, 0x40, 0x10, 2, 0x0b},
				get(0), i32(1), []byte{0x6b})
			for i := range tt.params - 1 {
				frame = append(frame, get(1+i)...)
			}
			frame = joined(frame, []byte{0x10, 1}, i32(0), i32(0), []byte{0x28, 2, 0}, i32(1), []byte{0x6a, 0x36, 2, 0, 0x0b})
			// burn: for i = rounds; i > 0; i--
			burn := joined([]byte{1, 1, 0x7f}, i32(tt.rounds), []byte{0x21, 0, 0x03, 0x40}, tt.burn, get(0), i32(1),
				[]byte{0x6b, 0x22, 0}, i32(0), []byte{0x4a, 0x0d, 0, 0x0b, 0x0b})
			leaf := []byte{0, 0x0b}
			params := append(uleb(tt.params), bytes.Repeat([]byte{0x7f}, tt.params)...)
			component := runComponent(joined([]byte{2, 0x60, 0, 0, 0x60}, params, []byte{0}), []byte{4, 0, 1, 0, 0}, run, frame, burn, leaf)
			ctx := t.Context()
			rt, err := New(ctx, Config{NoCache: true})
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close(ctx)
			c, err := rt.Load(ctx, component)
			if err != nil {
				t.Fatal(err)
			}
			in, err := c.Instantiate(ctx, Policy{Limits: Limits{Fuel: Unlimited}, Deterministic: &Deterministic{}})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close(ctx)
			memory := in.memories[0]
			returned := func() int { return int(binary.LittleEndian.Uint32(memory.image.Bytes())) }
			before, longest, ticks, deepest := 0, 0, 0, 0
			memory.tick = func() {
				ticks++
				now := returned()
				longest, before = max(longest, now-before), now
				deepest = max(deepest, in.stacks.running.used())
				in.tick()
			}
			if _, err := in.Call(ctx, "run"); err != nil {
				t.Fatal(err)
			}
			longest = max(longest, returned()-before)
			if returned() != tt.depth {
				t.Fatalf("%d frames have returned, want %d", returned(), tt.depth)
			}
			n := longest*rewrite.MaxTail + sliceMax*rewrite.MaxStretch
			t.Logf("%d frames return between two entries into Go, %d bytes each; %d ticks; %d instructions at most", longest, deepest/tt.depth, ticks, n)
			if n > most {
				t.Errorf("%d frames return between two entries into Go: up to %d instructions, want at most %d", longest, n, most)
			}
		})
	}
}

// Where a stack has become too deep is looked at where checks fail, which is
// the same each time if slices are.
func TestDepthIsLimitedAtTheSamePlace(t *testing.T) {
	// run: frame(0)
	run := []byte{0, 0x41, 0, 0x10, 1, 0x1a, 0x0b}
	// frame(n): memory[0] = n; return frame(n+1) + 1
	frame := []byte{0, 0x41, 0, 0x20, 0, 0x36, 2, 0, 0x20, 0, 0x41, 1, 0x6a, 0x10, 1, 0x41, 1, 0x6a, 0x0b}
	component := runComponent([]byte{2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f}, []byte{2, 0, 1}, run, frame)
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	c, err := rt.Load(ctx, component)
	if err != nil {
		t.Fatal(err)
	}
	var depths []uint32
	for range 3 {
		in, err := c.Instantiate(ctx, Policy{Limits: Limits{Fuel: Unlimited}, Deterministic: &Deterministic{}})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close(ctx)
		_, err = in.Call(ctx, "run")
		if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Limit != LimitDepth {
			t.Fatalf("endless recursion: %v, want the limit of the %s", err, LimitDepth)
		}
		depths = append(depths, binary.LittleEndian.Uint32(in.memories[0].image.Bytes()))
	}
	t.Logf("%d frames", depths[0])
	if depths[0] < 100_000 || depths[1] != depths[0] || depths[2] != depths[0] {
		t.Errorf("recursion was %d frames deep, want more than 100,000 and the same each time", depths)
	}
}
