package rewrite

// maxStretch is how many bytes of code run between two checks, calls aside.
// So a unit stands for at most that much: what a slice of the counter allows
// is bounded by bytes executed, whatever the shape of the code.
const maxStretch = 1 << 11

// maxInstructionBytes is what one instruction counts at most: the labels of a
// br_table take no time.
const maxInstructionBytes = 16

// A stretch is the longest way by which code is reached since a check.
//
// Code before a check that a branch can skip doesn't count as checked: at a
// label, the longest of the ways that meet there goes on.
type stretch struct {
	bytes int
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
	return stretch{bytes: max(s.bytes, t.bytes)}
}

// count adds an instruction to the way that leads to it, with a check in
// front if it would become too long.
func (f *bodyWriter) count(in *instruction) {
	if f.way.dead || in.kind == immNone && (in.op == opElse || in.op == opEnd) {
		return
	}
	f.way.bytes += min(in.end-in.start, maxInstructionBytes)
	if f.way.bytes > maxStretch {
		f.flush(in.start)
		f.call(f.stretch)
		f.way.bytes = 0
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
