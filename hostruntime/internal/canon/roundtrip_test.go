package canon_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// What is lowered lifts to an equal value: flat and through memory, in every
// encoding, for any types and values.
func TestRoundTrip(t *testing.T) { rapid.Check(t, roundTrip) }

func FuzzRoundTrip(f *testing.F) { addBytes(f); f.Fuzz(rapid.MakeFuzz(roundTrip)) }

// addBytes gives a fuzzer inputs from which types and values can be drawn to
// their end: by itself it would not get beyond those that are too short.
func addBytes(f *testing.F) {
	for seed := range uint64(20) {
		bytes := make([]byte, 16<<10)
		for i, r := 0, rand.New(rand.NewPCG(seed, 0)); i < len(bytes); i++ {
			bytes[i] = byte(r.Uint32())
		}
		f.Add(bytes)
	}
}

func roundTrip(t *rapid.T) {
	types := rapid.SliceOfN(valuegen.Types(4), 1, 4).Draw(t, "types")
	vals := make([]value.Value, len(types))
	for i, ty := range types {
		vals[i] = valuegen.Values(ty).Draw(t, "value")
	}
	g := newGuest(64)
	cx := g.context(component.StringEncoding(rapid.IntRange(0, 2).Draw(t, "encoding")))
	maxFlat := rapid.SampledFrom([]int{0, 1, 4, 16}).Draw(t, "maxFlat")
	flat, err := cx.LowerFlat(vals, types, nil, maxFlat, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Whatever lies above an i32 or f32 is junk.
	for i, core := range coreTypes(types, maxFlat) {
		if core == abi.I32 || core == abi.C32 {
			flat[i] |= 0xdeadbeef << 32
		}
	}
	got, err := cx.LiftFlat(types, flat, maxFlat)
	if err != nil {
		t.Fatal(err)
	}
	for i := range vals {
		if !value.Equal(vals[i], got[i]) {
			t.Errorf("%s: lowered %#v, lifted %#v", types[i], vals[i], got[i])
		}
	}
}

func coreTypes(types []*abi.Type, maxFlat int) []abi.CoreType {
	var core []abi.CoreType
	for _, ty := range types {
		core = ty.Flatten(core)
	}
	if len(core) > maxFlat {
		return []abi.CoreType{abi.I32}
	}
	return core
}

// A value goes from one guest to another whole, whatever the two encodings.
func TestRelay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ty := valuegen.Types(3).Draw(t, "type")
		v := valuegen.Values(ty).Draw(t, "value")
		encoding := rapid.Custom(func(t *rapid.T) component.StringEncoding {
			return component.StringEncoding(rapid.IntRange(0, 2).Draw(t, "encoding"))
		})
		from, to := newGuest(1024).context(encoding.Draw(t, "from")), newGuest(1024).context(encoding.Draw(t, "to"))
		from.Relay = true
		types := []*abi.Type{ty}
		first, err := from.LowerFlat([]value.Value{v}, types, nil, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		relayed, err := from.LiftFlat(types, first, 16)
		if err != nil {
			t.Fatal(err)
		}
		second, err := to.LowerFlat(relayed, types, nil, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := to.LiftFlat(types, second, 16)
		if err != nil {
			t.Fatal(err)
		}
		if !value.Equal(v, got[0]) {
			t.Errorf("%s: sent %#v, received %#v", ty, v, got[0])
		}
	})
}

// Any bytes lift as any type, within the budget, to a clean error or to a value
// that can be lowered again.
func TestLiftAnything(t *testing.T) { rapid.Check(t, liftAnything) }

func FuzzLift(f *testing.F) { addBytes(f); f.Fuzz(rapid.MakeFuzz(liftAnything)) }

func liftAnything(t *rapid.T) {
	ty := valuegen.Types(4).Draw(t, "type")
	mem := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 0, 1, 2, 4, 8, 16, 0x41, 0x7f, 0xc3, 0xd8, 0xff}), 256, 256).Draw(t, "mem")
	cx := &canon.Context{
		Encoding: component.StringEncoding(rapid.IntRange(0, 2).Draw(t, "encoding")),
		Mem:      mem,
		Budget:   canon.NewBudget(1 << 20),
	}
	v, err := cx.Load(rapid.Uint32Range(0, 300).Draw(t, "ptr"), ty)
	if err != nil {
		switch err.(type) {
		case *canon.TrapError, *canon.BudgetError:
		default:
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	if err := canon.Check(v, ty); err != nil {
		t.Errorf("%s: lifted %#v, which cannot be lowered: %v", ty, v, err)
	}
}
