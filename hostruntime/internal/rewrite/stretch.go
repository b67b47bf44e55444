package rewrite

// MaxStretch is how many instructions run for a unit, calls aside: what a
// slice of the counter allows is bounded by what is executed, whatever the
// shape of the code.
const MaxStretch = 1 << 9

// MaxTail is how many instructions run for nothing between a call and the
// return of the function that made it. Of frames whose entries were paid for
// long ago, a million and a half can return one after another.
const MaxTail = 1 << 7

// maxOwed bounds the units that are taken without a look at the counter.
const maxOwed = 1 << 7

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

// A stretch is the longest way by which code is reached since a unit was
// taken.
//
// Code before a check that a branch can skip doesn't count as checked: at a
// label, the longest of the ways that meet there goes on.
type stretch struct {
	length int
	// owed is how many units have been taken since the counter was looked at.
	owed int
	// tail is how many instructions have run since a call returned, and that
	// one; 0 if the counter has been looked at since.
	tail int
	// called says that something has been called.
	called bool
	// dead says that no way leads here: after a branch, until the block ends.
	dead bool
}

// join returns the worst of two ways.
func (s stretch) join(t stretch) stretch {
	switch {
	case s.dead:
		return t
	case t.dead:
		return s
	}
	return stretch{length: max(s.length, t.length), owed: max(s.owed, t.owed), tail: max(s.tail, t.tail), called: s.called || t.called}
}

// count adds an instruction to the way that leads to it. Where that becomes
// too long, a unit is taken in front of the instruction; where control leaves
// the function with such units, or there are many, the counter is looked at.
//
// A look in the middle of code is expensive: what was in registers, or known
// of addresses, is lost, for the ways that meet there as well. Taking a unit is
// four instructions that change nothing else.
func (f *bodyWriter) count(in *instruction) {
	way := &f.way
	if way.dead {
		return
	}
	length := in.length()
	if in.kind == immNone && (in.op == opElse || in.op == opEnd) {
		length = 0
	}
	way.length += length
	if way.tail > 0 {
		way.tail += length
	}
	if way.length > MaxStretch || way.tail > MaxTail && f.returns(in) {
		f.flush(in.start)
		f.owe()
		way.length = length
		way.owed++
	}
	if way.owed == maxOwed || way.owed > 0 && f.leaves(in) {
		f.flush(in.start)
		f.call(f.settle)
		f.settles++
		way.owed, way.tail = 0, 0
	}
	if f.goesBack && way.called && f.returns(in) {
		f.flush(in.start)
		f.call(f.back)
		f.settles++
	}
}

// owe takes a unit from the counter without a look at what is left.
func (f *bodyWriter) owe() {
	f.out = appendU32(append(f.out, opGlobalGet), f.counter)
	f.out = append(appendConst(f.out, I32, 1), opI32Sub)
	f.out = appendU32(append(f.out, opGlobalSet), f.counter)
}

// leaves says whether an instruction goes where the counter is taken to hold
// what is left: out of the function, to another module, or to Go. The
// module's own functions look at it first.
func (f *bodyWriter) leaves(in *instruction) bool {
	switch in.op {
	case opCallIndirect, opMemoryGrow:
		return true
	case opMisc:
		return in.sub >= subMemoryInit
	case opCall:
		return f.imported(in.index)
	}
	return f.returns(in)
}

func (f *bodyWriter) imported(function uint32) bool {
	return uint64(function) < uint64(len(f.m.funcImports))
}

// returns says whether an instruction can end the function.
func (f *bodyWriter) returns(in *instruction) bool {
	outermost := uint32(len(f.frames) - 1)
	switch in.op {
	case opReturn:
		return true
	case opEnd:
		return outermost == 0
	case opBr, opBrIf:
		return in.index == outermost
	case opBrTable:
		found := false
		f.p.pos = in.labels.start
		for i := 0; i <= in.count; i++ {
			found = f.p.u32() == outermost || found
		}
		f.p.pos = in.end
		return found
	}
	return false
}

// follow notes where control goes from an instruction that isn't the start of
// a block.
func (f *bodyWriter) follow(in *instruction) {
	switch in.op {
	case opCall, opCallIndirect:
		f.way.tail, f.way.called = 1, true
		if in.op == opCall && !f.imported(in.index) {
			f.way.owed = 0 // its entry is a check
		}
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

// settleBody returns the function that looks at the counter, and ticks until
// no unit is owed:
//
//	loop $again
//	  counter < 0
//	  if; call $tick; br $again; end
//	end
//
// A call adds no blocks to the function that it is in, for which wazero takes
// time quadratic in their number.
func (w *writer) settleBody() []byte {
	f := bodyWriter{writer: w, out: []byte{0}} // no locals
	f.out = append(f.out, opLoop, emptyType)
	f.out = appendU32(append(f.out, opGlobalGet), f.counter)
	f.out = append(appendConst(f.out, I32, 0), opI32LtS, opIf, emptyType)
	f.call(f.tick)
	return append(f.out, opBr, 1, opEnd, opEnd, opEnd)
}
