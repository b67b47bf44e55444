package rewrite

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// Units are taken in the middle of code without a look at the counter. Wherever
// control leaves the function, they are settled: at every budget, a call ends
// by itself if it can pay all it uses, and is stopped if it can't, whatever the
// slices; and nobody else meets a counter that is below 0.
func TestOwedUnitsAreSettled(t *testing.T) {
	long := counting(400) // 1600 instructions: 3 units
	tests := []struct {
		name string
		code []byte // of a function of one i32, which is 1
	}{
		{"the end", long},
		{"return", seq(long, op(opReturn))},
		{"return in a block", seq(block(void, long, get(0), brIf(0), op(opReturn)), oneCount)},
		{"br", seq(long, br(0))},
		{"br_if", seq(long, i32(1), brIf(0), oneCount)},
		{"br_if that isn't taken", seq(long, i32(0), brIf(0), long)},
		{"br_table", seq(block(void, long, i32(7), brTable(0, 1)), oneCount)},
		{"br_table the other way", seq(block(void, long, i32(0), brTable(0, 1)), oneCount)},
		{"an arm that pays", seq(get(0), ifElse(void, long, nil))},
		{"an arm that doesn't", seq(i32(0), ifElse(void, long, nil))},
		{"out of a loop", loop(void, long, br(1))},
		{"into a loop", seq(long, loop(void, oneCount))},
		{"a call of the module's own", seq(long, call(1), long)},
		{"an import", seq(long, call(0), long, call(0))},
		{"call_indirect of an import", seq(long, i32(0), op(opCallIndirect), u(0), u(0), long)},
		{"call_indirect of the module's own", seq(long, i32(1), op(opCallIndirect), u(0), u(0), long)},
		{"memory.grow", seq(long, i32(1), op(opMemoryGrow, 0, opDrop))},
		{"memory.grow as a tick asks", seq(long, i32(TickPages), op(opMemoryGrow, 0, opDrop))},
		{"memory.fill", seq(long, i32(0), i32(0), i32(60_000), op(opMisc, subMemoryFill, 0))},
		{"more than may be owed", bytes.Repeat(long, 50)},
	}
	ctx, r := newRuntime(t)
	var h *host // of the instance that runs
	imported := func(context.Context) {
		if left, _ := Left(uint32(h.counter.Get())); left < 0 {
			t.Errorf("%d units are owed when an import is called", -left)
		}
	}
	if _, err := r.NewHostModuleBuilder("h").NewFunctionBuilder().WithFunc(imported).Export("i").Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m asm
			typ := m.typ(nil, nil)
			m.imp("h", "i", Func, u(typ))
			m.fn(typ, nil)
			m.tables = append(m.tables, op(byte(FuncRef), 0, 2))
			m.elems = append(m.elems, op(0, opI32Const, 0, opEnd, 2, 0, 1))
			m.memory(1, 1, 3)
			m.exported("f", vals(I32), nil, nil, tt.code)
			run := func(slice, budget int64) (used int64, err error) {
				h = newHost(t, m.bytes(), slice)
				h.budget = budget
				mod, err := h.start(ctx, r)
				if err != nil {
					t.Fatal(err)
				}
				defer mod.Close(ctx)
				_, err = mod.ExportedFunction("f").Call(ctx, 1)
				if left, _ := Left(uint32(h.counter.Get())); err == nil && left < 0 {
					t.Errorf("slice %d, budget %d: returned with %d units owed", slice, budget, -left)
				}
				return h.used(), err
			}
			total, err := run(plenty>>14, plenty)
			if err != nil {
				t.Fatal(err)
			}
			for _, slice := range []int64{1, 2, 7, 1000} {
				for budget := max(0, total-8); budget < total+3; budget++ {
					used, err := run(slice, budget)
					if stopped := errors.Is(err, outOfFuel{}); stopped != (budget < total) || !stopped && err != nil {
						t.Errorf("slice %d, budget %d of %d: %v", slice, budget, total, err)
					}
					if err == nil && used != total || err != nil && (used < budget || used > budget+maxOwed) {
						t.Errorf("slice %d, budget %d of %d: used %d", slice, budget, total, used)
					}
				}
			}
		})
	}
}

// Frames that return one after another pay for what they do on the way, unless
// it is little: their entries were paid for long ago.
func TestReturningPays(t *testing.T) {
	const depth = 1000
	tests := []struct {
		name  string
		tail  []byte
		units int64
	}{
		{"little", counting(20), depth + 1},
		{"long", counting(40), 2*depth + 1},
		{"long, with a return", seq(counting(40), op(opReturn)), 2*depth + 1},
		{"long, with a branch", seq(counting(40), br(0)), 2*depth + 1},
		{"long, with a branch on a condition", seq(counting(40), i32(1), brIf(0), oneCount), 2*depth + 1},
		{"long, with a table", seq(counting(40), i32(0), brTable(0)), 2*depth + 1},
		{"long in an arm", seq(get(0), i32(-1), op(0x46), ifElse(void, nil, counting(40))), 2*depth + 1},
		{"a loop", seq(loop(void, oneCount), counting(40)), 2*depth + 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m asm
			m.exported("f", vals(I32), nil, nil, get(0), op(0x45), ifElse(void, op(opReturn), nil),
				get(0), i32(1), sub, call(0), tt.tail)
			if units := sameAsOriginal(t, m.bytes(), callEach([]uint64{depth})); units != tt.units {
				t.Errorf("%d units, want %d", units, tt.units)
			}
		})
	}
}
