package rewrite

// pieceBytes is how much memory one operation moves at most: nothing can stop
// it, and the garbage collector waits for it.
const pieceBytes = 1 << 20

// A mover is a function that is added in place of an operation that moves
// memory: it takes the same operands, pays for them, and does the work in
// pieces.
type mover struct {
	sub     byte // the operation, after opMisc
	segment uint32
	size    int // of the segment
}

// movers returns the functions that a metered module gets. A memory.init of a
// segment that is a single piece needs none.
func (m *Module) movers() []mover {
	all := []mover{{sub: subMemoryFill}, {sub: subMemoryCopy}}
	for i, seg := range m.data[:m.dataUsed] {
		if seg.passive && len(seg.bytes) > pieceBytes {
			all = append(all, mover{sub: subMemoryInit, segment: uint32(i), size: len(seg.bytes)})
		}
	}
	return all
}

// mover returns the index of the function that does what an instruction does,
// false if there is none.
func (w *writer) mover(in *instruction) (index uint32, ok bool) {
	if in.op != opMisc {
		return 0, false
	}
	for i, v := range w.moves {
		if v.sub == byte(in.sub) && (v.sub != subMemoryInit || v.segment == in.index) {
			return w.price + 1 + uint32(i), true
		}
	}
	return 0, false
}

// moverBody returns the body of a mover. What is out of bounds is left to the
// operation as a whole, which traps before it moves anything.
//
//	loop $again
//	  block $whole
//	    size <= pieceBytes, or out of bounds; br_if $whole
//	    pay for a piece, move it, count it off
//	    br $again
//	  end
//	end
//	pay for what is left, move it
func (w *writer) moverBody(v mover) []byte {
	const to, from, size = 0, 1, 2
	f := bodyWriter{writer: w, out: []byte{0}} // no locals
	local := func(op byte, i byte) { f.out = append(f.out, op, i) }
	piece := func() { f.out = appendConst(f.out, I32, pieceBytes) }
	move := func() {
		f.out = appendU32(append(f.out, opMisc), uint32(v.sub))
		switch v.sub {
		case subMemoryInit:
			f.out = append(appendU32(f.out, v.segment), 0)
		case subMemoryCopy:
			f.out = append(f.out, 0, 0)
		default:
			f.out = append(f.out, 0)
		}
	}
	forward := func() {
		local(opLocalGet, to)
		local(opLocalGet, from)
		piece()
		move()
		f.step(to, opI32Add)
		if v.sub != subMemoryFill {
			f.step(from, opI32Add)
		}
	}

	f.out = append(f.out, opLoop, emptyType, opBlock, emptyType)
	local(opLocalGet, size)
	piece()
	f.out = append(f.out, opI32LeU, opBrIf, 0)
	f.beyond(to, size, -1)
	switch v.sub {
	case subMemoryCopy:
		f.beyond(from, size, -1)
	case subMemoryInit:
		f.beyond(from, size, v.size)
	}
	f.out = appendConst(f.out, I32, pieceBytes>>bulkBytesShift)
	f.call(f.price)
	if v.sub == subMemoryCopy {
		// From the end where the ranges may overlap with the target behind.
		local(opLocalGet, to)
		local(opLocalGet, from)
		f.out = append(f.out, opI32LeU, opIf, emptyType)
		forward()
		f.out = append(f.out, opElse)
		for _, start := range []byte{to, from} {
			local(opLocalGet, start)
			local(opLocalGet, size)
			f.out = append(f.out, opI32Add)
			piece()
			f.out = append(f.out, opI32Sub)
		}
		piece()
		move()
		f.out = append(f.out, opEnd)
	} else {
		forward()
	}
	f.step(size, opI32Sub)
	f.out = append(f.out, opBr, 1, opEnd, opEnd)

	local(opLocalGet, size)
	f.out = append(appendConst(f.out, I32, bulkBytesShift), opI32ShrU)
	f.call(f.price)
	local(opLocalGet, to)
	local(opLocalGet, from)
	local(opLocalGet, size)
	move()
	return append(f.out, opEnd)
}

// step moves a local by a piece.
func (f *bodyWriter) step(local, op byte) {
	f.out = append(f.out, opLocalGet, local)
	f.out = append(appendConst(f.out, I32, pieceBytes), op, opLocalSet, local)
}

// beyond leaves the innermost block if a range isn't within limit bytes; -1
// stands for the memory's size.
func (f *bodyWriter) beyond(start, size byte, limit int) {
	f.out = append(f.out, opLocalGet, start, opI64ExtendI32U, opLocalGet, size, opI64ExtendI32U, opI64Add)
	if limit < 0 {
		f.out = append(f.out, opMemorySize, 0, opI64ExtendI32U)
		f.out = append(appendConst(f.out, I64, 16), opI64Shl)
	} else {
		f.out = appendConst(f.out, I64, uint64(limit))
	}
	f.out = append(f.out, opI64GtU, opBrIf, 0)
}
