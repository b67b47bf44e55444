package rewrite

// A blockType is what a block takes and gives; pos is where it is encoded.
type blockType struct {
	params, results []ValType
	span
}

// An instruction is one decoded instruction. Its bytes are span; imm is where
// its immediates start.
type instruction struct {
	span
	op   byte
	sub  uint32
	kind immediate
	imm  int
	// padded says that the opcode's encoding is not the shortest.
	padded bool
	// index and index2 are the immediates that name something: label,
	// function, type, local, global, table, segment.
	index, index2 uint32
	block         blockType
	// labels is where the count+1 labels of a br_table lie.
	labels span
	count  int
}

// next decodes the instruction at pos into in.
//
// It and wazero must never disagree about where an instruction ends, or code
// could hide from the checks: Rewrite copies only encodings that wazero reads
// the same way.
func (p *parser) next(in *instruction) {
	in.start = p.pos
	in.op = p.byte()
	in.padded = false
	in.kind = immediates[in.op]
	if in.kind == immRefused && p.err == nil {
		p.prefixed(in)
	}
	in.imm = p.pos
	switch in.kind {
	case immNone, immRefused:
	case immLabel, immFunc, immLocal, immGlobal, immTable, immDataDrop, immElemDrop:
		in.index = p.u32()
	case immMemarg:
		p.memarg()
	case immI32:
		p.signed(32)
	case immI64:
		p.signed(64)
	case immF32:
		p.bytes(4)
	case immF64:
		p.bytes(8)
	case immBlock:
		in.block = p.blockType()
	case immBrTable:
		p.brTable(in)
	case immCallIndirect, immTables, immTableInit:
		in.index = p.u32()
		in.index2 = p.u32()
	case immSelect:
		if n := p.byte(); n != 1 && p.err == nil {
			p.failAt(in.start, "select with %d types", n)
		}
		p.valType()
	case immRefType:
		p.refType()
	case immMemory:
		p.zero()
	case immMemories:
		p.zero()
		p.zero()
	case immMemoryInit:
		in.index = p.u32()
		p.zero()
	case immV128:
		p.bytes(16)
	case immLane:
		p.byte()
	case immMemargLane:
		p.memarg()
		p.byte()
	}
	in.end = p.pos
}

// prefixed reads the number after a prefix. Of several encodings of it, wazero
// understands only the shortest where it reads single bytes: in.padded tells
// the others.
func (p *parser) prefixed(in *instruction) {
	at := p.pos
	switch in.op {
	case opMisc:
		in.sub = p.u32()
		if in.sub >= uint32(len(miscImmediates)) && p.err == nil {
			p.failAt(in.start, "opcode 0xfc %d is unknown", in.sub)
			return
		}
		in.kind = miscImmediates[in.sub]
		in.padded = p.pos-at > 1
	case opVector:
		in.sub = p.u32()
		if in.sub >= 0x100 && p.err == nil {
			p.off(in.start, "relaxed vectors (opcode 0xfd %#x), which are off", in.sub)
			return
		}
		in.kind = vectorImmediates[in.sub]
		in.padded = p.pos-at > 2 || p.pos-at == 2 && in.sub < 0x80
	default:
		p.off(in.start, "%s, which is off", refusedOpcode(in.op))
	}
}

func (p *parser) memarg() {
	at := p.pos
	if align := p.u32(); align >= 32 {
		if align&0x40 != 0 {
			p.off(at, "multiple memories (a memory index in an access), which are off")
			return
		}
		p.failAt(at, "alignment 2^%d", align)
		return
	}
	p.u32()
}

// zero reads a memory index, which can only be the byte zero.
func (p *parser) zero() {
	if b := p.byte(); b != 0 && p.err == nil {
		p.off(p.pos-1, "multiple memories (memory index %d), which are off", b)
	}
}

func (p *parser) brTable(in *instruction) {
	in.count = p.count(maxLabels, "labels")
	in.labels.start = p.pos
	for i := 0; i <= in.count && p.err == nil; i++ {
		p.u32()
	}
	in.labels.end = p.pos
}

func (p *parser) blockType() blockType {
	t := blockType{span: span{start: p.pos}}
	if p.pos < p.end && p.src[p.pos] >= emptyType && p.src[p.pos] < 0x80 {
		if b := p.src[p.pos]; b == emptyType {
			p.pos++
		} else {
			t.results = p.single[b&0x3f][:]
			p.single[b&0x3f][0] = p.valType()
		}
		t.end = p.pos
		return t
	}
	index := p.signed(33)
	if p.err == nil && (index < 0 || index >= int64(len(p.m.types))) {
		p.failAt(t.start, "block type %d is unknown", index)
		return t
	}
	if p.err == nil {
		t.params, t.results = p.m.types[index].Params, p.m.types[index].Results
	}
	t.end = p.pos
	return t
}

// valType reads a value type and refuses those of proposals that are off.
func (p *parser) valType() ValType {
	at := p.pos
	b := p.byte()
	switch t := ValType(b); t {
	case I32, I64, F32, F64, V128, FuncRef, ExternRef:
		return t
	}
	switch {
	case p.err != nil:
	case b == 0x69 || b == 0x74:
		p.off(at, "exceptions (type %#02x, exnref), which are off", b)
	case b == 0x63 || b == 0x64:
		p.off(at, "typed function references (type %#02x), which are off", b)
	case b >= 0x6a && b <= 0x73:
		p.off(at, "garbage collection (type %#02x), which is off", b)
	default:
		p.failAt(at, "%#02x is not a value type", b)
	}
	return 0
}

// refType reads funcref or externref.
func (p *parser) refType() ValType {
	at := p.pos
	t := p.valType()
	if p.err == nil && !t.isRef() {
		p.failAt(at, "%s is not a reference type", t)
	}
	return t
}
