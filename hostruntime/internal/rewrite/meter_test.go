package rewrite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/api"
)

// callEach calls export f with each argument list.
func callEach(args ...[]uint64) func(api.Module) string {
	return func(mod api.Module) string {
		var b strings.Builder
		for _, a := range args {
			fmt.Fprintln(&b, outcome(mod, "f", a...))
		}
		return b.String()
	}
}

func upTo(n uint64) func(api.Module) string {
	var args [][]uint64
	for i := range n {
		args = append(args, []uint64{i})
	}
	return callEach(args...)
}

// countdown is `local.get i; i32.const 1; i32.sub; local.tee i`.
func countdown(i uint32) []byte { return seq(get(i), i32(1), sub, tee(i)) }

// shapes are functions f of one i32 whose result and use of the counter the
// tests know. One unit is an entry or a start of a loop's body.
var shapes = []struct {
	name  string
	build func(m *asm)
	calls func(api.Module) string
	units int64
}{
	{"straight line", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil, get(0), i32(3), add)
	}, upTo(3), 3},
	{"loop", func(m *asm) { // sum of 1..n, n >= 1
		m.exported("f", vals(I32), vals(I32), vals(I32),
			loop(void, get(1), get(0), add, set(1), countdown(0), brIf(0)), get(1))
	}, callEach([]uint64{1}, []uint64{10}), 2 + 11},
	{"loop with a result", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), vals(I32),
			loop(result(I32), get(1), get(0), add, set(1), countdown(0), brIf(0), get(1)))
	}, callEach([]uint64{1}, []uint64{10}), 2 + 11},
	{"loop in a loop", func(m *asm) { // n times n
		m.exported("f", vals(I32), vals(I32), vals(I32, I32, I32),
			get(0), set(1),
			loop(void,
				get(0), set(2),
				loop(void, get(3), i32(1), add, set(3), countdown(2), brIf(0)),
				countdown(1), brIf(0)),
			get(3))
	}, callEach([]uint64{1}, []uint64{4}), 3 + 1 + 4 + 16},
	{"br_table out of loops", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), vals(I32),
			block(void,
				loop(void,
					block(void,
						loop(void,
							get(1), i32(1), add, tee(1), i32(20), op(0x4a), brIf(3), // i32.gt_s
							get(0), brTable(0, 1, 2, 3)),
						get(1), i32(100), add, set(1))),
				get(1), i32(1000), add, op(opReturn)),
			get(1), i32(10000), add)
		// 0: inner loop again; 1: out of the block; 2: outer loop again;
		// others: out of everything.
	}, upTo(5), 5 + (1 + 20 + 1) + 2 + 2*21 + 2 + 2},
	{"br_table to the function", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil,
			loop(result(I32), i32(7), get(0), block(typeIdx(m.typ(vals(I32, I32), vals(I32))), op(opDrop), get(0), brTable(2, 0, 2))),
			i32(1), add)
	}, upTo(3), 6},
	{"loop with a parameter", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil,
			i32(0), loop(typeIdx(m.typ(vals(I32), vals(I32))), get(0), add, countdown(0), brIf(0)))
	}, callEach([]uint64{1}, []uint64{5}), 2 + 6},
	{"loop with parameters in a wrapped loop", func(m *asm) {
		two := typeIdx(m.typ(vals(I32, I64), vals(I32)))
		m.exported("f", vals(I32), vals(I32), vals(I32, I32),
			get(0), set(1),
			loop(result(I32),
				get(0), set(2),
				get(0), i64(1),
				loop(two, i64(2), op(0x7e), op(0xa7), add, i64(3), countdown(2), brIf(0), op(opDrop)),
				countdown(1), brIf(0), get(1), brTable(1, 1)))
	}, callEach([]uint64{1}, []uint64{3}), 0},
	{"if and else with results", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil,
			get(0), i32(2), op(0x48),
			ifElse(result(I32), seq(loop(result(I32), get(0), i32(50), add)), seq(i32(1), get(0), brIf(1), op(opDrop), i32(2))))
	}, upTo(4), 4 + 2},
	{"several results", func(m *asm) {
		m.exported("f", vals(I32), vals(I32, I64, I32), vals(I32),
			loop(typeIdx(m.typ(nil, vals(I32, I64, I32))),
				countdown(0), i32(0), op(0x4a), brIf(0),
				get(0), i64(9), i32(8)))
	}, callEach([]uint64{1}, []uint64{3}), 2 + 1 + 3},
	{"recursion", func(m *asm) { // factorial
		m.exported("f", vals(I32), vals(I32), nil,
			get(0), op(0x45), ifElse(result(I32), i32(1), seq(get(0), get(0), i32(1), sub, call(0), mul)))
	}, callEach([]uint64{0}, []uint64{6}), 1 + 7},
	{"code after a branch", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil,
			block(void, br(0), loop(void, br(0)), op(0x00)),
			loop(result(I32), get(0), op(opReturn), loop(result(I32), br(1)), op(opDrop)))
	}, upTo(2), 4},
	{"traps", func(m *asm) {
		m.exported("f", vals(I32), vals(I32), nil,
			loop(void, get(0), i32(3), op(0x46), ifElse(void, op(0x00), nil)), i32(6), get(0), op(0x6d))
	}, upTo(5), 10},
	{"more parameters than are replayed", func(m *asm) {
		var params []ValType
		var args []uint64
		for i := range maxReplayedParams + 1 {
			params = append(params, I32)
			args = append(args, uint64(i))
		}
		m.exported("g", params, vals(I32), nil, loop(void, countdown(0), i32(0), op(0x4a), brIf(0)), get(0), get(maxReplayedParams), add)
		code := []byte{}
		for _, a := range args {
			code = seq(code, i32(int32(a)))
		}
		m.exported("f", vals(I32), vals(I32), nil, code, call(0))
	}, upTo(2), 2 * (1 + 1 + 1)},
	{"calls through a table", func(m *asm) {
		m.tables = append(m.tables, op(byte(FuncRef), 0, 2))
		typ := m.typ(vals(I32), vals(I32))
		a := m.fn(typ, nil, get(0), i32(1), add)
		b := m.fn(typ, nil, get(0), i32(2), mul)
		m.elems = append(m.elems, seq(op(0), i32(0), op(opEnd), op(2), u(b), u(a)))
		m.exported("f", vals(I32), vals(I32), nil, i32(21), get(0), op(0x11), u(typ), op(0))
	}, upTo(3), 3 + 2},
}

func TestShapes(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			var m asm
			s.build(&m)
			units := sameAsOriginal(t, m.bytes(), s.calls)
			if s.units != 0 && units != s.units {
				t.Errorf("used %d units, want %d", units, s.units)
			}
		})
	}
}

// A budget of exactly what a call uses lets it finish; one unit less doesn't,
// and then the budget is used up exactly.
func TestBudgetIsExact(t *testing.T) {
	ctx, r := newRuntime(t)
	var m asm
	shapes[3].build(&m)
	src := m.bytes()
	const total = 1 + 4 + 16
	for _, slice := range []int64{1, 5, 1000} {
		for budget := range int64(total + 1) {
			h := newHost(t, src, slice)
			h.budget = budget
			mod, err := h.start(ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			_, err = mod.ExportedFunction("f").Call(ctx, 4)
			if stopped := errors.Is(err, outOfFuel{}); stopped != (budget < total) {
				t.Errorf("slice %d, budget %d: %v", slice, budget, err)
			}
			if h.used() != budget {
				t.Errorf("slice %d, budget %d: used %d", slice, budget, h.used())
			}
		}
	}
}

// Code that never ends by itself is stopped, wherever its time goes.
func TestEndless(t *testing.T) {
	endless := map[string]func(m *asm){
		"loop": func(m *asm) { m.exported("f", nil, nil, nil, loop(void, br(0))) },
		"loop with a parameter": func(m *asm) {
			m.exported("f", nil, nil, nil, i32(1), loop(typeIdx(m.typ(vals(I32), nil)), br(0)))
		},
		"recursion whose frames end": func(m *asm) { // 2^40 calls, 40 deep
			m.exported("g", vals(I32), nil, nil, get(0), op(0x45), ifElse(void, op(opReturn), nil),
				get(0), i32(1), sub, call(0), get(0), i32(1), sub, call(0))
			m.exported("f", nil, nil, nil, i32(40), call(0))
		},
		"start function": func(m *asm) {
			m.start = u(m.exported("f", nil, nil, nil, loop(void, br(0))))
		},
	}
	ctx, r := newRuntime(t)
	for name, build := range endless {
		t.Run(name, func(t *testing.T) {
			var m asm
			build(&m)
			h := newHost(t, m.bytes(), 100)
			h.budget = 10_000
			mod, err := h.start(ctx, r)
			if err == nil {
				_, err = mod.ExportedFunction("f").Call(ctx)
			}
			if !errors.Is(err, outOfFuel{}) {
				t.Errorf("ended with %v", err)
			}
			if h.used() != 10_000 {
				t.Errorf("used %d units", h.used())
			}
		})
	}
}

// Endless recursion ends by the budget or by wazero's stack limit.
func TestEndlessRecursion(t *testing.T) {
	ctx, r := newRuntime(t)
	var m asm
	m.exported("f", vals(I32), vals(I32), nil, get(0), call(0), i32(1), add)
	h := newHost(t, m.bytes(), 100)
	h.budget = 10_000
	mod, err := h.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mod.ExportedFunction("f").Call(ctx, 0); !errors.Is(err, outOfFuel{}) {
		t.Errorf("with a budget: %v", err)
	}
	h = newHost(t, m.bytes(), 1<<30)
	if mod, err = h.start(ctx, r); err != nil {
		t.Fatal(err)
	}
	if _, err := mod.ExportedFunction("f").Call(ctx, 0); err == nil || !strings.Contains(err.Error(), "stack overflow") {
		t.Errorf("without: %v", err)
	}
}

// A guest that asks for the tick's growth itself is refused like any other
// growth beyond its limit, and its counter stays as it is.
func TestGuestAsksForTickPages(t *testing.T) {
	var m asm
	m.memory(1, 1, 3)
	m.exported("f", vals(I32), vals(I32, I32), nil, get(0), op(opMemoryGrow, 0), op(0x3f, 0))
	sameAsOriginal(t, m.bytes(), callEach([]uint64{1}, []uint64{2}, []uint64{TickPages}, []uint64{1}, []uint64{0}))
}

// Every cold path of a module ticks the same counter as its hot path, also
// across two instances of one compiled module.
func TestInstancesCountApart(t *testing.T) {
	ctx, r := newRuntime(t)
	var m asm
	shapes[1].build(&m)
	a, b := newHost(t, m.bytes(), 3), newHost(t, m.bytes(), 4)
	modA, err := a.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	modB, err := b.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	outcome(modA, "f", 10)
	outcome(modB, "f", 5)
	outcome(modA, "f", 10)
	if a.used() != 22 || b.used() != 6 {
		t.Errorf("used %d and %d, want 22 and 6", a.used(), b.used())
	}
}

func BenchmarkRewrite(b *testing.B) {
	var m asm
	for range 2000 {
		m.exported(fmt.Sprint(len(m.funcs)), vals(I32), vals(I32), vals(I32, I32),
			get(0), set(1),
			loop(void, get(0), set(2), loop(void, get(1), i32(1), add, set(1), countdown(2), brIf(0)), countdown(0), brIf(0)),
			get(1))
	}
	src := m.bytes()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Parse(src)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Rewrite(Options{Meter: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// What metering adds to a function doesn't depend on its parameters.
func TestGrowth(t *testing.T) {
	var m asm
	wide := m.typ(make1000(I64), nil)
	const funcs = 100
	for range funcs {
		m.fn(wide, nil)
	}
	src := m.bytes()
	if grown := len(rewriteAll(t, src, true).Bytes) - len(src); grown > 64*funcs {
		t.Errorf("%d functions of %d bytes grow by %d", funcs, len(src), grown)
	}
}
