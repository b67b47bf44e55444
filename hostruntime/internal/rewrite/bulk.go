package rewrite

// What a bulk operation pays, besides its instruction: a unit for each
// 1<<bulkBytesShift bytes of memory, or 1<<bulkElemsShift elements of a table,
// rounded down.
const (
	bulkBytesShift = 7
	bulkElemsShift = 4
)

// The operations whose last operand says how much they move, after opMisc.
const (
	subMemoryInit = 8
	subMemoryCopy = 10
	subMemoryFill = 11
	subTableInit  = 12
	subTableCopy  = 14
	subTableFill  = 17
)

// bulkShift returns by how much the last operand of a bulk operation is
// shifted to give its price; false for any other instruction.
func bulkShift(in *instruction) (shift uint32, ok bool) {
	if in.op != opMisc {
		return 0, false
	}
	switch in.sub {
	case subMemoryInit, subMemoryCopy, subMemoryFill:
		return bulkBytesShift, true
	case subTableInit, subTableCopy, subTableFill:
		return bulkElemsShift, true
	}
	return 0, false
}

// payBulk writes what takes the price of a bulk operation from the counter,
// before the operation runs; its last operand is on the stack.
func (f *bodyWriter) payBulk(in *instruction, shift uint32) {
	size := f.temp + 1
	f.flush(in.start)
	f.out = appendU32(append(f.out, opLocalTee), size)
	f.out = append(appendConst(f.out, I32, uint64(shift)), opI32ShrU)
	f.call(f.price)
	f.out = appendU32(append(f.out, opLocalGet), size)
}

// priceBody returns the function that takes its parameter, a price, from the
// counter. The price can be more than any slice, so it is paid in as many
// slices as it takes:
//
//	loop $again
//	  counter < price
//	  if; price -= counter; counter = 0; call $tick; br $again; end
//	end
//	counter -= price
func (w *writer) priceBody() []byte {
	const price = 0
	f := bodyWriter{writer: w, out: []byte{0}} // no locals
	local := func(op byte) { f.out = append(f.out, op, price) }
	counter := func(op byte) { f.out = appendU32(append(f.out, op), w.counter) }

	f.out = append(f.out, opLoop, emptyType)
	counter(opGlobalGet)
	local(opLocalGet)
	f.out = append(f.out, opI32LtU, opIf, emptyType)
	local(opLocalGet)
	counter(opGlobalGet)
	f.out = append(f.out, opI32Sub)
	local(opLocalSet)
	f.out = appendConst(f.out, I32, 0)
	counter(opGlobalSet)
	f.call(w.tick)
	f.out = append(f.out, opBr, 1, opEnd, opEnd)
	counter(opGlobalGet)
	local(opLocalGet)
	f.out = append(f.out, opI32Sub)
	counter(opGlobalSet)
	return append(f.out, opEnd)
}
