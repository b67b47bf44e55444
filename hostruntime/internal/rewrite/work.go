package rewrite

// wazero's time and memory for one function grow faster than the function:
// with the square of its blocks, and with products of what it declares. A few
// kilobytes could keep it busy for minutes, and it only looks at its context
// between functions. So what one function may hold is bounded, at some five
// times and more of what the largest functions of CPython, QuickJS and
// StarlingMonkey hold. At each bound wazero needs seconds and less than 2 GB.
const (
	maxControl        = 60_000    // blocks and labels of br_tables, an if counting for 3, a loop for 6
	maxLocalsByLoops  = 400_000   // locals times loops
	maxLocalsByBlocks = 2_000_000 // locals times blocks of any kind and labels
	maxCallsByGlobals = 8_000_000 // calls times mutable globals, which are reloaded after each
)

// A work counts what one function holds.
type work struct{ blocks, labels, ifs, loops, calls int }

func (w *work) add(in *instruction) {
	switch {
	case in.op == opLoop:
		w.loops++
	case in.op == opIf:
		w.ifs++
	case in.op == opBlock:
		w.blocks++
	case in.op == opBrTable:
		// wazero makes a block for each label.
		w.labels += in.count + 1
	case in.op == opCall || in.kind == immCallIndirect:
		w.calls++
	}
}

// check refuses a function that is beyond one of the bounds.
func (w *work) check(p *parser, at, locals int) {
	for _, b := range []struct {
		what     string
		n, limit int
	}{
		{"blocks and br_table labels, counting an if as 3 and a loop as 6", w.blocks + w.labels + 3*w.ifs + 6*w.loops, maxControl},
		{"locals times loops", locals * w.loops, maxLocalsByLoops},
		{"locals times blocks and br_table labels", locals * (w.blocks + w.labels + w.ifs + w.loops), maxLocalsByBlocks},
		{"calls times mutable globals", w.calls * p.mutables, maxCallsByGlobals},
	} {
		if b.n > b.limit {
			p.failAt(at, "function has %d %s, at most %d are compiled", b.n, b.what, b.limit)
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
