package rewrite

// TickPages is what a tick asks memory.grow for. The runtime keeps memories
// below TickPages pages (2 GiB), so it is more than any memory may grow by,
// and yet no more than the 65536 pages up to which wazero asks the allocator.
const TickPages = 1 << 15

// CheckCost is what one check takes from the counter. A bulk operation pays by
// its size besides: see payBulk.
const CheckCost = 1

// maxReplayedParams bounds the parameters that an entry's cold path passes
// again: beyond it, a module with many such functions would grow too much.
const maxReplayedParams = 32

// addedFuncs is how many functions each metered module gets, besides its movers.
const addedFuncs = 5

// code writes all function bodies and those of the functions that are added.
func (w *writer) code() {
	m := w.m
	p := &parser{reader: reader{src: m.src}, m: m}
	b := make([]byte, 0, m.CodeBytes+m.CodeBytes/4)
	var f bodyWriter
	for i := range m.bodies {
		f = bodyWriter{writer: w, p: p, out: f.out[:0], frames: f.frames[:0]}
		f.function(i)
		b = append(appendU32(b, uint32(len(f.out))), f.out...)
	}
	count := len(m.bodies)
	if w.metered {
		added := [][]byte{w.askBody(More), w.askBody(Enter), w.askBody(Return), w.settleBody(), w.priceBody()}
		for _, v := range w.moves {
			added = append(added, w.moverBody(v))
		}
		for _, body := range added {
			b = append(appendU32(b, uint32(len(body))), body...)
			count++
		}
	}
	w.section(10, count, b)
}

// An Ask is why a module enters Go by itself.
type Ask byte

// The reasons.
const (
	No     Ask = iota // it doesn't
	More              // a check failed, or units are owed
	Enter             // the check at a function's entry failed: it calls itself next
	Return            // that call has returned, or that of a function that can't call itself
)

// asked is what a module that enters Go takes from its counter besides, times
// its Ask.
const asked = 1 << 28

// Left returns what is left in a counter, and why its module has entered Go: if
// it has, units can be less than 0, by those that are owed.
func Left(counter uint32) (units int32, why Ask) {
	n := int32(counter)
	if n >= -asked/2 {
		return n, No
	}
	why = Ask((asked/2 - int64(n)) / asked)
	return n + int32(why)*asked, why
}

// askBody returns the function by which code enters the host, with the counter
// saying that it is this module that asks, and why.
func (w *writer) askBody(why Ask) []byte {
	b := []byte{0} // no locals
	b = appendU32(append(b, opGlobalGet), w.counter)
	b = append(appendConst(b, I32, uint64(why)*asked), opI32Sub)
	b = appendU32(append(b, opGlobalSet), w.counter)
	b = appendConst(b, I32, TickPages)
	return append(b, opMemoryGrow, 0, opDrop, opEnd)
}

// A bodyWriter writes one function body.
type bodyWriter struct {
	*writer
	p      *parser
	out    []byte
	frames []frame
	// depth counts the blocks open in what is written.
	depth int
	// copied is up to where the source has been written or replaced.
	copied int
	// temp is the first of the locals that are added.
	temp uint32
	// settles counts the calls that settle what is owed.
	settles int
	// goesBack says that returns that follow a call go by back.
	goesBack bool
	// way leads to the instruction that comes next.
	way stretch
}

// wrapped marks the frame of a loop in the outlined shape.
const wrapped = 0xff

// function writes the body of defined function i, with a check at its entry,
// outlined where its parameters can be passed again:
//
//	block $cold
//	  check; br_if $cold; pay
//	  …body…
//	  return
//	end
//	call $enter; parameters; call this function; call $back
//
// Where they can't, every return that follows a call goes by $back instead.
func (f *bodyWriter) function(i int) {
	body := &f.m.bodies[i]
	sig := f.m.types[f.m.funcs[i]]
	f.p.pos, f.p.end = body.groups.start, body.groups.end
	f.temp = uint32(len(sig.Params))
	for range body.groupCount {
		f.temp += f.p.u32()
		f.p.valType()
	}
	groups := f.m.src[body.groups.start:body.groups.end]
	if f.metered {
		f.out = append(appendU32(f.out, body.groupCount+1), groups...)
		added := byte(1)
		if body.bulk {
			added = 2
		}
		f.out = append(f.out, added, byte(I32))
	} else {
		f.out = append(appendU32(f.out, body.groupCount), groups...)
	}
	f.frames = append(f.frames, frame{op: opBlock, end: stretch{dead: true}})
	replay := f.metered && len(sig.Params) <= maxReplayedParams
	f.goesBack = !replay
	switch {
	case replay:
		f.out = append(f.out, opBlock, emptyType)
		f.outlinedCheck()
		f.depth = 1
	case f.metered:
		f.inlineCheck()
	}
	f.copied = body.code.start
	f.p.pos, f.p.end = body.code.start, body.code.end
	var in instruction
	for len(f.frames) > 0 && f.p.err == nil {
		f.p.next(&in)
		f.instruction(&in)
	}
	f.checkCalls(body)
	if !replay {
		f.flush(body.code.end)
		return
	}
	f.flush(in.start)
	f.out = append(f.out, opReturn, opEnd)
	f.call(f.enter)
	for param := range sig.Params {
		f.out = appendU32(append(f.out, opLocalGet), uint32(param))
	}
	f.call(uint32(len(f.m.funcImports) + i))
	f.call(f.back)
	f.out = append(f.out, opEnd)
}

// flush copies the source up to end.
func (f *bodyWriter) flush(end int) {
	f.out = append(f.out, f.m.src[f.copied:end]...)
	f.copied = end
}

func (f *bodyWriter) call(index uint32) { f.out = appendU32(append(f.out, opCall), index) }

func (f *bodyWriter) instruction(in *instruction) {
	if f.metered {
		f.count(in)
		if index, ok := f.mover(in); ok {
			f.flush(in.start)
			f.call(index)
			f.copied = in.end
			return
		}
		if shift, ok := bulkShift(in); ok {
			f.payBulk(in, shift)
		}
		if in.kind != immBlock {
			f.follow(in)
		}
	}
	if in.padded {
		f.flush(in.start)
		f.out = appendU32(append(f.out, in.op), in.sub)
		f.copied = in.imm
	}
	switch in.kind {
	case immBlock:
		f.open(in)
	case immNone:
		if in.op == opEnd {
			f.close(in)
		}
	case immLabel:
		if label := f.label(in.index); label != in.index {
			f.flush(in.imm)
			f.out = appendU32(f.out, label)
			f.copied = in.end
		}
	case immBrTable:
		if f.depth+1 == len(f.frames) {
			return // nothing was added around any open block
		}
		f.flush(in.labels.start)
		f.p.pos = in.labels.start
		for i := 0; i <= in.count; i++ {
			f.out = appendU32(f.out, f.label(f.p.u32()))
		}
		f.copied = in.end
	case immFunc:
		if in.op == opRefFunc {
			f.flush(in.start)
			f.out = f.m.refs.get(f.out, in.index, f.m.referenceTable())
			f.copied = in.end
		}
	case immGlobal:
		if f.removed == 0 {
			return
		}
		f.flush(in.start)
		if in.op == opGlobalGet {
			f.out = f.globalGet(f.out, in.index)
		} else {
			f.out = appendU32(append(f.out, in.op), f.global(in.index))
		}
		f.copied = in.end
	}
}

// label returns the number of a label in what is written.
func (f *bodyWriter) label(index uint32) uint32 {
	return uint32(f.depth - f.frames[len(f.frames)-1-int(index)].label)
}

// open writes the start of a block. A loop whose label takes no values gets
// the outlined shape:
//
//	block $exit (type)
//	  loop $loop
//	    block $cold
//	      check; br_if $cold; pay
//	      …body…
//	      br $exit
//	    end
//	    call $tick; br $loop
//	  end
//	  unreachable
//	end
func (f *bodyWriter) open(in *instruction) {
	f.depth++
	top := frame{op: in.op, label: f.depth, start: f.way, end: stretch{dead: true}}
	if in.op == opLoop {
		f.way = stretch{dead: f.way.dead}
	}
	switch {
	case in.op != opLoop || !f.metered:
	case len(in.block.params) > 0:
		f.flush(in.end)
		f.inlineCheck()
	default:
		f.flush(in.start)
		f.out = append(f.out, opBlock)
		f.out = append(f.out, f.m.src[in.block.start:in.block.end]...)
		f.out = append(f.out, opLoop, emptyType, opBlock, emptyType)
		f.outlinedCheck()
		f.copied = in.end
		top.op, top.label = wrapped, f.depth+1
		f.depth += 2
	}
	f.frames = append(f.frames, top)
}

func (f *bodyWriter) close(in *instruction) {
	top := f.frames[len(f.frames)-1]
	f.frames = f.frames[:len(f.frames)-1]
	f.depth--
	if top.op == wrapped {
		f.flush(in.start)
		f.out = append(f.out, opBr, 2, opEnd)
		f.call(f.tick)
		f.out = append(f.out, opBr, 0, opEnd, opUnreachable, opEnd)
		f.copied = in.end
		f.depth -= 2
	}
}

// check writes the first half of one check: whether the counter holds less
// than CheckCost. The caller leaves for the cold path if so, and otherwise
// pays.
//
// The counter is only written once the check has passed: a tick can end in a
// trap (its own call may overflow the stack), and what is left must be exact
// even then.
func (f *bodyWriter) check() {
	f.out = appendU32(append(f.out, opGlobalGet), f.counter)
	f.out = append(appendConst(f.out, I32, CheckCost), opI32Sub)
	f.out = appendU32(append(f.out, opLocalTee), f.temp)
	f.out = append(appendConst(f.out, I32, 0), opI32LtS)
}

// pay writes the second half: it takes CheckCost from the counter.
func (f *bodyWriter) pay() {
	f.out = appendU32(append(f.out, opLocalGet), f.temp)
	f.out = appendU32(append(f.out, opGlobalSet), f.counter)
}

// outlinedCheck writes a check whose cold path follows the block just opened.
//
// wazero lays code out in source order and gives the registers to whichever
// predecessor of a block comes first. So the cold path, whose call keeps
// nothing in registers, comes last, and never flows back into the hot one
// other than through its beginning.
func (f *bodyWriter) outlinedCheck() {
	f.check()
	f.out = append(f.out, opBrIf, 0)
	f.pay()
}

// inlineCheck writes a check that needs nothing of what surrounds it:
//
//	loop $again
//	  check
//	  if; call $tick; br $again; end
//	end
//	pay
func (f *bodyWriter) inlineCheck() {
	f.out = append(f.out, opLoop, emptyType)
	f.check()
	f.out = append(f.out, opIf, emptyType)
	f.call(f.tick)
	f.out = append(f.out, opBr, 1, opEnd, opEnd)
	f.pay()
}
