package rewrite

import "fmt"

// wazero's time and memory for one function grow faster than the function:
// with the square of its blocks, and with products of what it declares. A few
// kilobytes could keep it busy for minutes, and it only looks at its context
// between functions. So what one function may hold is bounded, at some five
// times and more of what the largest functions of CPython, QuickJS and
// StarlingMonkey hold. At each bound wazero needs seconds and less than 2 GB.
const (
	maxControl        = 60_000    // blocks, and what counts for them: see control
	maxLocalsByLoops  = 400_000   // locals times loops
	maxLocalsByBlocks = 2_000_000 // locals times blocks of any kind and labels
	maxCallsByGlobals = 8_000_000 // calls times mutable globals, which are reloaded after each
)

// A work counts what one function holds.
type work struct {
	// control is in quarters of a block.
	control                    int
	blocks, labels, ifs, loops int
	// calls are those that metering adds, too: of the tick in each loop, and
	// for bulk operations. Those that settle what is owed are met later.
	calls int
}

func (w *work) add(in *instruction) {
	w.control += control(in)
	switch {
	case in.op == opLoop:
		w.loops++
		w.calls++
	case in.op == opIf:
		w.ifs++
	case in.op == opBlock:
		w.blocks++
	case in.op == opBrTable:
		w.labels += in.count + 1
	case in.op == opCall || in.kind == immCallIndirect || in.op == opMisc && in.sub >= subMemoryInit:
		w.calls++
	}
}

// control says how much wazero has to do for an instruction, in quarters of
// what a block costs it. It makes blocks of its own for labels, branches and
// checks, and dozens for a bulk operation.
func control(in *instruction) int {
	const block = 4
	switch op := in.op; {
	case op == opBlock:
		return block
	case op == opIf:
		return 3 * block
	case op == opLoop:
		return 6 * block
	case op == opBrIf:
		return 4 * block
	case op == opBrTable:
		return (in.count + 1) * block
	case op == opCall:
		return 1
	case op == opCallIndirect, op == opTableGet, op == opTableSet, op == opRefFunc, op == opMemoryGrow:
		return 2 * block
	case op >= opI32DivS && op <= opI32RemU, op >= opI64DivS && op <= opI64RemU,
		op >= opI32TruncF32S && op <= opI32TruncF64U, op >= opI64TruncF32S && op <= opI64TruncF64U:
		return block
	case op == opMisc && in.sub >= subMemoryInit:
		return 12 * block
	}
	return 0
}

// check refuses a function that is beyond one of the bounds.
func (w *work) check(p *parser, at, locals int) {
	for _, b := range []struct {
		what     string
		n, limit int
	}{
		{"blocks, or what costs as much", (w.control + 3) / 4, maxControl},
		{"locals times loops", locals * w.loops, maxLocalsByLoops},
		{"locals times blocks and br_table labels", locals * (w.blocks + w.labels + w.ifs + w.loops), maxLocalsByBlocks},
		{"calls times mutable globals", w.calls * p.m.mutables, maxCallsByGlobals},
	} {
		if b.n > b.limit {
			p.failAt(at, tooMuch, b.n, b.what, b.limit)
		}
	}
}

const tooMuch = "function has %d %s, at most %d are compiled"

// checkCalls refuses a function whose calls are too many with those that
// settle what is owed.
func (f *bodyWriter) checkCalls(b *body) {
	if n := (b.calls + f.settles) * f.m.mutables; n > maxCallsByGlobals && f.err == nil {
		f.err = &Error{
			Offset: b.code.start, Section: sectionNames[10],
			Msg: fmt.Sprintf(tooMuch, n, "calls times mutable globals", maxCallsByGlobals),
		}
	}
}

// charge takes n from the budget for signatures and locals. A few bytes can
// name a signature or declare locals by the thousand, and wazero's work for
// them grows with the product; real code spends far less than a byte of
// budget for each of its bytes.
func (p *parser) charge(n int) {
	if p.weight -= n; p.weight < 0 {
		p.fail("declares more locals, parameters and results than its size warrants")
	}
}
