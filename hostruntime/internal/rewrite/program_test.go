package rewrite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A program is a random module that ends by itself: every function entry and
// every start of a loop's body takes a step from a global of its own, and
// traps when there are none left. So the program itself counts what metering
// must count.
type program struct {
	asm
	r     *rand.Rand
	types []FuncType // by type index
	funcs []uint32   // type of each function
	// of the function being made:
	locals []ValType
	labels [][]ValType
	size   int
}

const (
	globalSteps = 0
	globalI32   = 1
	globalI64   = 2
	steps       = 400
)

var stackTypes = []ValType{I32, I64}

func newProgram(seed uint64) *program {
	p := &program{r: rand.New(rand.NewPCG(seed, 1))}
	p.asm.memory(0, 1)
	p.export("memory", Memory, 0)
	p.global(I32, true, i32(steps))
	p.global(I32, true, i32(int32(seed)))
	p.global(I64, true, i64(int64(seed)<<20))
	p.export("steps", Global, globalSteps)
	p.export("i32", Global, globalI32)
	p.export("i64", Global, globalI64)
	p.active(i32(8), "some data to load")
	for range 12 {
		t := FuncType{Params: p.someTypes(3), Results: p.someTypes(3)}
		p.types = append(p.types, t)
		p.typ(t.Params, t.Results)
	}
	n := 2 + p.r.IntN(3)
	for range n {
		p.funcs = append(p.funcs, uint32(p.r.IntN(len(p.types))))
	}
	for i, typ := range p.funcs {
		t := p.types[typ]
		p.size = 60
		extra := append(p.someTypes(3), I32, I64)
		p.locals = append(slices.Clone(t.Params), extra...)
		p.labels = [][]ValType{t.Results}
		p.fn(typ, extra, p.step(), p.stmts(3), p.values(t.Results, 3))
		p.export(fmt.Sprint("f", i), Func, uint32(i))
	}
	return p
}

func (p *program) someTypes(limit int) []ValType {
	types := make([]ValType, p.r.IntN(limit+1))
	for i := range types {
		types[i] = stackTypes[p.r.IntN(len(stackTypes))]
	}
	return types
}

func (p *program) step() []byte {
	return seq(gget(globalSteps), i32(1), sub, gset(globalSteps),
		gget(globalSteps), i32(0), op(opI32LtS), ifElse(void, op(opUnreachable), nil))
}

func (p *program) stmts(depth int) []byte {
	var b []byte
	for range 1 + p.r.IntN(4) {
		b = append(b, p.stmt(depth)...)
	}
	return b
}

func (p *program) values(types []ValType, depth int) []byte {
	var b []byte
	for _, t := range types {
		b = append(b, p.expr(t, depth)...)
	}
	return b
}

// drop appends drops for n values.
func drop(n int) []byte { return slices.Repeat(op(opDrop), n) }

// nest makes a construct of type t inside which label is one more label.
func (p *program) nest(label []ValType, body func() []byte) []byte {
	p.labels = append(p.labels, label)
	b := body()
	p.labels = p.labels[:len(p.labels)-1]
	return b
}

func (p *program) local(t ValType) (uint32, bool) {
	at := p.r.IntN(len(p.locals))
	for i := range p.locals {
		if i := (at + i) % len(p.locals); p.locals[i] == t {
			return uint32(i), true
		}
	}
	return 0, false
}

// label returns a random open label.
func (p *program) label() (uint32, []ValType) {
	i := p.r.IntN(len(p.labels))
	return uint32(i), p.labels[len(p.labels)-1-i]
}

// sameLabels returns labels that all take the values of the first.
func (p *program) sameLabels() ([]uint32, []ValType) {
	first, types := p.label()
	labels := []uint32{first}
	for i := range p.labels {
		if slices.Equal(p.labels[len(p.labels)-1-i], types) && p.r.IntN(3) > 0 {
			labels = append(labels, uint32(i))
		}
	}
	return labels, types
}

// typed makes a block, loop or if of one of the types, whose parameters are
// pushed first, and which leaves the type's results.
func (p *program) typed(depth int) ([]byte, []ValType) {
	index := uint32(p.r.IntN(len(p.types)))
	t := p.types[index]
	args := p.values(t.Params, depth-1)
	body := func() []byte {
		b := []byte{}
		for _, param := range slices.Backward(t.Params) {
			if l, ok := p.local(param); ok {
				b = append(b, set(l)...)
			} else {
				b = append(b, opDrop)
			}
		}
		return seq(b, p.stmts(depth-1), p.values(t.Results, depth-1))
	}
	switch p.r.IntN(3) {
	case 0:
		return seq(args, block(typeIdx(index), p.nest(t.Results, body))), t.Results
	case 1:
		return seq(args, loop(typeIdx(index), p.step(), p.nest(t.Params, body))), t.Results
	default:
		cond := p.expr(I32, depth-1)
		return seq(args, cond, ifElse(typeIdx(index), p.nest(t.Results, body), p.nest(t.Results, body))), t.Results
	}
}

func (p *program) stmt(depth int) []byte {
	if p.size--; depth <= 0 || p.size < 0 {
		return op(0x01) // nop
	}
	switch p.r.IntN(14) {
	case 0, 1:
		t := stackTypes[p.r.IntN(2)]
		if l, ok := p.local(t); ok {
			return seq(p.expr(t, depth-1), set(l))
		}
		return p.stmt(depth - 1)
	case 2:
		return seq(p.expr(I32, depth-1), gset(globalI32))
	case 3:
		return seq(p.expr(I64, depth-1), gset(globalI64))
	case 4: // i32.store, sometimes out of range
		return seq(p.expr(I32, depth-1), i32(0xffff), op(0x71), p.expr(I32, depth-1), op(0x36, 2, 0))
	case 5:
		return block(void, p.nest(nil, func() []byte { return p.stmts(depth - 1) }))
	case 6, 7:
		return loop(void, p.step(), p.nest(nil, func() []byte {
			return seq(p.stmts(depth-1), p.expr(I32, depth-1), brIf(0))
		}))
	case 8:
		cond := p.expr(I32, depth-1)
		body := func() []byte { return p.stmts(depth - 1) }
		if p.r.IntN(2) == 0 {
			return seq(cond, ifElse(void, p.nest(nil, body), nil))
		}
		return seq(cond, ifElse(void, p.nest(nil, body), p.nest(nil, body)))
	case 9:
		b, results := p.typed(depth)
		return seq(b, drop(len(results)))
	case 10:
		label, types := p.label()
		return seq(p.values(types, depth-1), p.expr(I32, depth-1), brIf(label), drop(len(types)))
	case 11: // a jump that may never be reached, with values below those it takes
		return seq(p.expr(I32, depth-1), ifElse(void, p.nest(nil, func() []byte {
			labels, types := p.sameLabels()
			jump := brTable(labels...)
			if p.r.IntN(3) == 0 {
				jump = seq(op(opDrop), br(labels[0]))
			}
			return seq(p.expr(I64, depth-1), p.values(types, depth-1), p.expr(I32, depth-1), jump, p.stmts(depth-1))
		}), nil))
	case 12:
		f := p.r.IntN(len(p.funcs))
		t := p.types[p.funcs[f]]
		return seq(p.values(t.Params, depth-1), call(uint32(f)), drop(len(t.Results)))
	default:
		if p.r.IntN(4) == 0 {
			return seq(p.values(p.labels[0], depth-1), op(opReturn), p.stmts(depth-1))
		}
		return seq(p.expr(I32, depth-1), op(opDrop))
	}
}

func (p *program) expr(t ValType, depth int) []byte {
	p.size--
	if depth <= 0 || p.size < 0 {
		if l, ok := p.local(t); ok && p.r.IntN(2) == 0 {
			return get(l)
		}
		if t == I32 {
			return i32(int32(p.r.IntN(9)) - 2)
		}
		return i64(p.r.Int64() >> p.r.IntN(64))
	}
	wide := t == I64
	switch p.r.IntN(9) {
	case 0:
		if wide {
			return gget(globalI64)
		}
		return gget(globalI32)
	case 1, 2: // add, sub, mul, div_s, div_u, rem_s, rem_u, and, or, xor
		from := byte(opI32Add)
		if wide {
			from = opI64Add
		}
		return seq(p.expr(t, depth-1), p.expr(t, depth-1), op(from+byte(p.r.IntN(10))))
	case 3: // comparison or conversion
		if wide {
			return seq(p.expr(I32, depth-1), op(0xac))
		}
		return seq(p.expr(I64, depth-1), p.expr(I64, depth-1), op(0x51+byte(p.r.IntN(10))))
	case 4:
		return block(result(t), p.nest(vals(t), func() []byte { return seq(p.stmts(depth-1), p.expr(t, depth-1)) }))
	case 5:
		return loop(result(t), p.step(), p.nest(nil, func() []byte {
			return seq(p.stmts(depth-1), p.expr(I32, depth-1), brIf(0), p.expr(t, depth-1))
		}))
	case 6:
		body := func() []byte { return p.expr(t, depth-1) }
		return seq(p.expr(I32, depth-1), ifElse(result(t), p.nest(vals(t), body), p.nest(vals(t), body)))
	case 7:
		b, results := p.typed(depth)
		if len(results) > 0 && results[0] == t {
			return seq(b, drop(len(results)-1))
		}
		return seq(b, drop(len(results)), p.expr(t, 0))
	default:
		if wide {
			return seq(p.expr(I32, depth-1), i32(0xfff), op(0x71), op(0x29, 3, 0)) // i64.load
		}
		return seq(p.expr(I32, depth-1), p.expr(I32, depth-1), p.expr(I32, depth-1), op(0x1b))
	}
}

// state runs every function of a program and returns all that can be seen.
func (p *program) state(mod api.Module, args *rand.Rand) string {
	s := ""
	for i, typ := range p.funcs {
		var a []uint64
		for _, t := range p.types[typ].Params {
			v := args.Uint64() >> args.IntN(64)
			if t == I32 {
				v = uint64(uint32(v))
			}
			a = append(a, v)
		}
		mod.ExportedGlobal("steps").(api.MutableGlobal).Set(steps)
		s += outcome(mod, fmt.Sprint("f", i), a...)
		s += fmt.Sprint(" steps ", int32(mod.ExportedGlobal("steps").Get()), "\n")
	}
	mem, _ := mod.Memory().Read(0, 1<<16)
	h := uint64(14695981039346656037)
	for _, b := range mem {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return fmt.Sprint(s, mod.ExportedGlobal("i32").Get(), " ", mod.ExportedGlobal("i64").Get(), " ", h)
}

// Random programs compute the same, trap at the same place and leave the same
// memory with and without metering, and metering counts what they count.
func TestRandomPrograms(t *testing.T) {
	n := uint64(150)
	if testing.Short() {
		n = 20
	}
	finished := 0
	for seed := range n {
		finished += checkProgram(t, seed)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if finished < int(n)/4 {
		t.Errorf("only %d of %d programs do anything", finished, n)
	}
}

// checkProgram returns 1 if the program took several steps.
func checkProgram(t *testing.T, seed uint64) int {
	ctx, r := newRuntime(t)
	defer r.Close(ctx)
	p := newProgram(seed)
	src := p.bytes()
	orig, err := r.InstantiateWithConfig(ctx, src, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	want := p.state(orig, rand.New(rand.NewPCG(seed, 2)))
	for _, slice := range []int64{1, 7, 1000} {
		h := newHost(t, src, slice)
		mod, err := h.start(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.state(mod, rand.New(rand.NewPCG(seed, 2))); got != want {
			t.Errorf("slice %d:\n got %s\nwant %s", slice, got, want)
		}
		if want := p.stepsIn(want); h.used() != want {
			t.Errorf("slice %d: used %d units, the program counted %d", slice, h.used(), want)
		}
	}
	if p.stepsIn(want) > 2*int64(len(p.funcs)) {
		return 1
	}
	return 0
}

// stepsIn adds up the steps that a state says were taken.
func (p *program) stepsIn(state string) (total int64) {
	for line := range strings.Lines(state) {
		if _, left, ok := strings.Cut(line, " steps "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(left), 10, 64)
			total += steps - n
		}
	}
	return total
}
