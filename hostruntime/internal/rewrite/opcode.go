package rewrite

import "fmt"

// The opcodes that the pass looks at or writes.
const (
	opUnreachable   = 0x00
	opBlock         = 0x02
	opLoop          = 0x03
	opIf            = 0x04
	opElse          = 0x05
	opEnd           = 0x0b
	opBr            = 0x0c
	opBrIf          = 0x0d
	opBrTable       = 0x0e
	opReturn        = 0x0f
	opCall          = 0x10
	opCallIndirect  = 0x11
	opDrop          = 0x1a
	opLocalGet      = 0x20
	opLocalSet      = 0x21
	opLocalTee      = 0x22
	opGlobalGet     = 0x23
	opGlobalSet     = 0x24
	opMemorySize    = 0x3f
	opMemoryGrow    = 0x40
	opI32Const      = 0x41
	opI64Const      = 0x42
	opF32Const      = 0x43
	opF64Const      = 0x44
	opI32LtS        = 0x48
	opI32LeU        = 0x4d
	opI64GtU        = 0x56
	opI64Shl        = 0x86
	opI64ExtendI32U = 0xad
	opI32LtU        = 0x49
	opI32Add        = 0x6a
	opI32Sub        = 0x6b
	opI32Mul        = 0x6c
	opI32ShrU       = 0x76
	opI64Add        = 0x7c
	opI64Sub        = 0x7d
	opI64Mul        = 0x7e
	opTableGet      = 0x25
	opTableSet      = 0x26
	opI32DivS       = 0x6d
	opI32RemU       = 0x70
	opI64DivS       = 0x7f
	opI64RemU       = 0x82
	opF32Sqrt       = 0x91
	opF32Div        = 0x95
	opF64Sqrt       = 0x9f
	opF64Div        = 0xa3
	opI32TruncF32S  = 0xa8
	opI32TruncF64U  = 0xab
	opI64TruncF32S  = 0xae
	opI64TruncF64U  = 0xb1
	opRefNull       = 0xd0
	opRefFunc       = 0xd2
	opGC            = 0xfb
	opMisc          = 0xfc
	opVector        = 0xfd
	opAtomic        = 0xfe

	subTableGrow = 15 // after opMisc
	subTableSize = 16
	simdConst    = 0x0c
	emptyType    = 0x40 // the block type without parameters and results
)

// An immediate says what follows an opcode.
type immediate byte

const (
	immRefused immediate = iota
	immNone
	immBlock        // block type
	immLabel        // label
	immBrTable      // vector of labels, label
	immFunc         // function
	immCallIndirect // type, table
	immSelect       // vector of one value type
	immLocal
	immGlobal
	immTable
	immTables   // table, table
	immMemarg   // alignment, offset
	immMemory   // memory index, one zero byte
	immMemories // two of them
	immI32
	immI64
	immF32
	immF64
	immRefType
	immMemoryInit // data segment, memory
	immDataDrop   // data segment
	immTableInit  // element segment, table
	immElemDrop   // element segment
	immV128       // sixteen bytes: a constant or lanes
	immLane
	immMemargLane
)

// immediates is indexed by the first byte of an instruction; what it refuses,
// refusedOpcode names. The two prefixes that are run have tables of their own.
var immediates = func() (t [256]immediate) {
	fill := func(from, to int, imm immediate) {
		for op := from; op <= to; op++ {
			t[op] = imm
		}
	}
	fill(0x00, 0x01, immNone)
	fill(opBlock, opIf, immBlock)
	t[opElse], t[opEnd] = immNone, immNone
	fill(opBr, opBrIf, immLabel)
	t[opBrTable], t[opReturn] = immBrTable, immNone
	t[opCall], t[0x11] = immFunc, immCallIndirect
	fill(opDrop, 0x1b, immNone)
	t[0x1c] = immSelect
	fill(opLocalGet, opLocalTee, immLocal)
	fill(opGlobalGet, opGlobalSet, immGlobal)
	fill(0x25, 0x26, immTable)
	fill(0x28, 0x3e, immMemarg)
	fill(0x3f, opMemoryGrow, immMemory)
	t[opI32Const], t[opI64Const], t[opF32Const], t[opF64Const] = immI32, immI64, immF32, immF64
	fill(0x45, 0xc4, immNone)
	t[opRefNull], t[0xd1], t[opRefFunc] = immRefType, immNone, immFunc
	return t
}()

// miscImmediates is indexed by the number after opMisc.
var miscImmediates = [...]immediate{
	0: immNone, 1: immNone, 2: immNone, 3: immNone, 4: immNone, 5: immNone, 6: immNone, 7: immNone,
	8: immMemoryInit, 9: immDataDrop, 10: immMemories, 11: immMemory,
	12: immTableInit, 13: immElemDrop, 14: immTables, 15: immTable, 16: immTable, 17: immTable,
}

// vectorImmediates is indexed by the number after opVector. Gaps in the
// numbering are left to wazero's validation: they have no immediates.
var vectorImmediates = func() (t [256]immediate) {
	for i := range t {
		t[i] = immNone
	}
	for i := 0x00; i <= 0x0b; i++ {
		t[i] = immMemarg
	}
	t[simdConst], t[0x0d] = immV128, immV128
	for i := 0x15; i <= 0x22; i++ {
		t[i] = immLane
	}
	for i := 0x54; i <= 0x5b; i++ {
		t[i] = immMemargLane
	}
	t[0x5c], t[0x5d] = immMemarg, immMemarg
	return t
}()

// refusedOpcode returns how a message calls an opcode that is not run: by its
// proposal where it belongs to one.
func refusedOpcode(op byte) string {
	feature, name := "", ""
	switch op {
	case 0x06, 0x07, 0x09, 0x18, 0x19:
		feature, name = "legacy exceptions", map[byte]string{0x06: "try", 0x07: "catch", 0x09: "rethrow", 0x18: "delegate", 0x19: "catch_all"}[op]
	case 0x08, 0x0a, 0x1f:
		feature, name = "exceptions", map[byte]string{0x08: "throw", 0x0a: "throw_ref", 0x1f: "try_table"}[op]
	case 0x12, 0x13:
		feature, name = "tail calls", map[byte]string{0x12: "return_call", 0x13: "return_call_indirect"}[op]
	case 0x14, 0x15, 0xd4, 0xd5, 0xd6:
		feature = "typed function references"
		name = map[byte]string{0x14: "call_ref", 0x15: "return_call_ref", 0xd4: "ref.as_non_null", 0xd5: "br_on_null", 0xd6: "br_on_non_null"}[op]
	case opGC, 0xd3:
		feature, name = "garbage collection", "struct, array, i31 or ref.eq"
	case opAtomic:
		feature, name = "threads", "atomic instruction"
	default:
		return fmt.Sprintf("opcode %#02x", op)
	}
	return fmt.Sprintf("%s (opcode %#02x, %s)", feature, op, name)
}
