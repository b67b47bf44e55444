package rewrite

// The pass ends bodies with branches, which would drop values that a body
// leaves too many of and so turn an invalid module into a valid one. Parse
// therefore follows how many values are on the stack; their types are left to
// wazero.

// An effect is how many values an instruction takes and how many it gives.
type effect struct{ pops, pushes byte }

// effects is indexed by opcode; it holds those whose effect is fixed.
var effects = func() (t [256]effect) {
	fill := func(e effect, ranges ...int) { fillEffects(&t, e, ranges) }
	unary, binary := effect{1, 1}, effect{2, 1}
	fill(effect{1, 0}, opDrop, opDrop, 0x21, 0x21, opGlobalSet, opGlobalSet)
	fill(effect{3, 1}, 0x1b, 0x1c) // select
	fill(effect{0, 1}, opLocalGet, opLocalGet, opGlobalGet, opGlobalGet, 0x3f, 0x3f, opI32Const, opF64Const, opRefNull, opRefNull, opRefFunc, opRefFunc)
	fill(unary, opLocalTee, opLocalTee, 0x25, 0x25, 0x28, 0x35, opMemoryGrow, opMemoryGrow, 0xd1, 0xd1)
	fill(effect{2, 0}, 0x26, 0x26, 0x36, 0x3e)
	fill(binary, 0x45, 0xa6)
	// The unary ones among the numeric instructions: tests for zero, counting
	// bits, rounding and the like, conversions.
	fill(unary, 0x45, 0x45, 0x50, 0x50, 0x67, 0x69, 0x79, 0x7b, 0x8b, 0x91, 0x99, 0x9f, 0xa7, 0xc4)
	return t
}()

// miscEffects is indexed by the number after opMisc.
var miscEffects = [...]effect{
	{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1},
	{3, 0}, {0, 0}, {3, 0}, {3, 0}, {3, 0}, {0, 0}, {3, 0}, {2, 1}, {0, 1}, {3, 0},
}

// vectorEffects is indexed by the number after opVector.
var vectorEffects = func() (t [256]effect) {
	fill := func(e effect, ranges ...int) { fillEffects(&t, e, ranges) }
	fill(effect{2, 1}, 0x00, 0xff)
	fill(effect{1, 1},
		0x00, 0x0a, 0x5c, 0x5d, // loads
		0x0f, 0x13, 0x14, 0x14, // splats
		0x15, 0x16, 0x18, 0x19, 0x1b, 0x1b, 0x1d, 0x1d, 0x1f, 0x1f, 0x21, 0x21, // lanes
		0x4d, 0x4d, 0x53, 0x53, 0x5e, 0x64, 0x67, 0x6a, 0x74, 0x75, 0x7a, 0x7a, 0x7c, 0x81,
		0x83, 0x84, 0x87, 0x8a, 0x94, 0x94, 0xa0, 0xa4, 0xa7, 0xaa,
		0xc0, 0xc4, 0xc7, 0xca, 0xe0, 0xe3, 0xec, 0xef, 0xf8, 0xff)
	fill(effect{0, 1}, simdConst, simdConst)
	fill(effect{3, 1}, 0x52, 0x52)             // bitselect
	fill(effect{2, 0}, 0x0b, 0x0b, 0x58, 0x5b) // stores
	return t
}()

// fillEffects sets the effects of inclusive ranges, given as pairs.
func fillEffects(t *[256]effect, e effect, ranges []int) {
	for i := 0; i < len(ranges); i += 2 {
		for op := ranges[i]; op <= ranges[i+1]; op++ {
			t[op] = e
		}
	}
}

// A heights is the number of values on the stack while code is walked.
type heights struct {
	now int
	// base is where the innermost block's own values start.
	base int
}

// pop takes n values. What is missing is either invalid, and wazero finds it,
// or comes from code that is never reached, where there is any number.
func (h *heights) pop(n int) { h.now = max(h.now-n, h.base) }

func (h *heights) push(n int) { h.now += n }

// unreachable follows an instruction that doesn't go on.
func (h *heights) unreachable() { h.now = h.base }

// apply changes the height as the instruction does, except where the effect
// depends on a type, which check knows.
func (h *heights) apply(in *instruction) {
	e := effects[in.op]
	switch in.op {
	case opMisc:
		e = miscEffects[in.sub]
	case opVector:
		e = vectorEffects[in.sub]
	}
	h.pop(int(e.pops))
	h.push(int(e.pushes))
}

// call takes parameters and gives results.
func (h *heights) call(t *FuncType) {
	h.pop(len(t.Params))
	h.push(len(t.Results))
}
