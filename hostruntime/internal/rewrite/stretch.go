package rewrite

// MaxStretch is how many instructions run between two checks, calls aside.
// So a unit stands for at most that many: what a slice of the counter allows
// is bounded by what is executed, whatever the shape of the code. At half of
// this QuickJS took half as long again, for checks where the ways through its
// interpreter's loop meet.
const MaxStretch = 1 << 9

// length is what an instruction counts in a stretch: 1, and more where it
// takes as long as several.
func (in *instruction) length() int {
	switch in.op {
	case opMemoryGrow:
		return 64 // a visit to Go
	case opMisc:
		return miscLengths[in.sub]
	case opVector, opTableGet, opTableSet, opCallIndirect:
		return 4
	}
	if in.op >= opI32DivS && in.op <= opI32RemU || in.op >= opI64DivS && in.op <= opI64RemU ||
		in.op == opF32Sqrt || in.op == opF32Div || in.op == opF64Sqrt || in.op == opF64Div {
		return 8
	}
	return 1
}

// miscLengths is indexed by the number after opMisc: conversions, operations
// that move something, which besides pay for how much, and table.grow, which
// enters Go.
var miscLengths = [...]int{
	4, 4, 4, 4, 4, 4, 4, 4,
	16, 1, 16, 16, 16, 1, 16, 64, 1, 16,
}

// A stretch is the longest way by which code is reached since a check.
//
// Code before a check that a branch can skip doesn't count as checked: at a
// label, the longest of the ways that meet there goes on.
type stretch struct {
	length int
	// dead says that no way leads here: after a branch, until the block ends.
	dead bool
}

// join returns the longer of two ways.
func (s stretch) join(t stretch) stretch {
	switch {
	case s.dead:
		return t
	case t.dead:
		return s
	}
	return stretch{length: max(s.length, t.length)}
}

// count adds an instruction to the way that leads to it, with a check in
// front if it would become too long.
func (f *bodyWriter) count(in *instruction) {
	if f.way.dead || in.kind == immNone && (in.op == opElse || in.op == opEnd) {
		return
	}
	f.way.length += in.length()
	if f.way.length > MaxStretch {
		f.flush(in.start)
		f.call(f.stretch)
		f.way.length = in.length()
	}
}

// follow notes where control goes from an instruction that isn't the start of
// a block.
func (f *bodyWriter) follow(in *instruction) {
	switch in.op {
	case opBr, opBrIf:
		f.branch(in.index)
	case opBrTable:
		f.p.pos = in.labels.start
		for i := 0; i <= in.count; i++ {
			f.branch(f.p.u32())
		}
		f.p.pos = in.end
	case opElse:
		top := &f.frames[len(f.frames)-1]
		top.end = top.end.join(f.way)
		f.way, top.start = top.start, stretch{dead: true}
		return
	case opEnd:
		top := &f.frames[len(f.frames)-1]
		f.way = f.way.join(top.end)
		if top.op == opIf {
			f.way = f.way.join(top.start) // an else that isn't there
		}
		return
	}
	switch in.op {
	case opBr, opBrTable, opReturn, opUnreachable:
		f.way = stretch{dead: true}
	}
}

// branch joins the way here to that of a block's end. A loop's label is a
// check.
func (f *bodyWriter) branch(label uint32) {
	top := &f.frames[len(f.frames)-1-int(label)]
	if top.op != opLoop && top.op != wrapped {
		top.end = top.end.join(f.way)
	}
}

// stretchBody returns the function that long stretches call: its entry is the
// check. A call adds no blocks to a function, for which wazero takes time
// quadratic in their number.
func (w *writer) stretchBody() []byte {
	f := bodyWriter{writer: w}
	f.out = []byte{1, 1, byte(I32)} // one local, temp, of index 0
	f.inlineCheck()
	return append(f.out, opEnd)
}
