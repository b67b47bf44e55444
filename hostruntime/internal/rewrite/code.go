package rewrite

// A frame is an open block while code is walked.
type frame struct {
	op byte
	// arity counts the values that a branch to the block's label carries.
	arity int
	// label is the nesting depth of that label in what is written.
	label int
	// start and end are the ways to the block's start and, so far, its end.
	start, end stretch
	// params and results count the block's own; base is where its values
	// start on the stack.
	params, results, base int
}

// codeSection checks all function bodies and notes what they write.
func (p *parser) codeSection() {
	m := p.m
	m.CodeBytes = p.end - p.pos
	n := p.count(maxFuncs, "function bodies")
	if n != len(m.funcs) && p.err == nil {
		p.fail("%d functions have %d bodies", len(m.funcs), n)
		return
	}
	p.declare(^uint32(0)) // so that declared has its length
	m.writes = make([]bool, len(m.globalImports)+len(m.Globals))
	m.bodies = make([]body, 0, n)
	sectionEnd := p.end
	for i := 0; i < n && p.err == nil; i++ {
		at := p.pos
		size := p.u32()
		if uint64(size) > uint64(sectionEnd-p.pos) && p.err == nil {
			p.failAt(at, "function body of %d bytes leaves the section", size)
			return
		}
		if size > maxFuncBytes {
			p.failAt(at, "function body of %d bytes, at most %d are run", size, maxFuncBytes)
			return
		}
		p.end = p.pos + int(size)
		p.functionBody(m.types[m.funcs[i]])
		if p.err == nil && p.pos != p.end {
			p.fail("%d bytes follow the end of a function", p.end-p.pos)
		}
		p.end = sectionEnd
	}
}

func (p *parser) functionBody(sig FuncType) {
	var b body
	b.groupCount = p.u32()
	b.groups.start = p.pos
	locals := uint64(len(sig.Params))
	for i := uint32(0); i < b.groupCount && p.err == nil; i++ {
		at := p.pos
		n := p.u32()
		p.valType()
		if locals += uint64(n); locals > maxLocals {
			p.failAt(at, "%d locals, at most %d are run", locals, maxLocals)
			return
		}
		p.charge(int(n))
	}
	b.groups.end, b.code.start = p.pos, p.pos
	p.frames = append(p.frames[:0], frame{op: opBlock, arity: len(sig.Results), results: len(sig.Results)})
	p.heights, p.work, p.bulk = heights{}, work{}, false
	var in instruction
	for p.err == nil && len(p.frames) > 0 {
		p.next(&in)
		if p.err == nil {
			p.check(&in, uint32(locals))
		}
	}
	b.code.end, b.bulk, b.calls = p.pos, p.bulk, p.work.calls
	p.work.check(p, b.code.start, int(locals))
	p.m.bodies = append(p.m.bodies, b)
	p.m.LargestFunc = max(p.m.LargestFunc, b.code.end-b.groups.start)
	p.m.MostLocals = max(p.m.MostLocals, int(locals))
}

// check checks one instruction's nesting and indices. What wazero checks
// against sizes that Rewrite doesn't change is left to it.
func (p *parser) check(in *instruction, locals uint32) {
	m := p.m
	p.heights.apply(in)
	p.work.add(in)
	if _, ok := bulkShift(in); ok {
		p.bulk = true
	}
	switch in.kind {
	case immNone:
		p.plain(in)
	case immBlock:
		p.open(in)
	case immLabel:
		if in.op == opBrIf {
			p.heights.pop(1)
		}
		arity := p.label(in.start, in.index)
		p.heights.pop(arity)
		p.heights.push(arity)
		if in.op == opBr {
			p.heights.unreachable()
		}
	case immBrTable:
		end := p.pos
		p.pos = in.labels.start
		for i := 0; i <= in.count && p.err == nil; i++ {
			p.label(in.start, p.u32())
		}
		if p.err == nil {
			p.pos = end
		}
		p.heights.unreachable()
	case immFunc:
		switch {
		case uint64(in.index) >= uint64(len(m.funcImports)+len(m.funcs)):
			p.failAt(in.start, "function %d is unknown", in.index)
		case in.op == opCall:
			t := m.funcType(in.index)
			p.charge(len(t.Params) + len(t.Results))
			p.heights.call(&t)
		case !p.declared[in.index]:
			p.failAt(in.start, "function %d is referred to, but nothing outside of functions names it", in.index)
		default:
			m.refs.add(in.index)
		}
	case immCallIndirect:
		if uint64(in.index) >= uint64(len(m.types)) {
			p.failAt(in.start, "type %d is unknown", in.index)
			return
		}
		p.table(in, in.index2)
		t := &m.types[in.index]
		p.charge(len(t.Params) + len(t.Results))
		p.heights.pop(1)
		p.heights.call(t)
	case immTable:
		p.table(in, in.index)
		m.GrowsTables = m.GrowsTables || in.op == opMisc && in.sub == subTableGrow
		reads := in.op == opTableGet || in.op == opMisc && in.sub == subTableSize
		m.changesParts = m.changesParts || !reads
	case immTables:
		p.table(in, in.index)
		p.table(in, in.index2)
		m.changesParts = true
	case immTableInit:
		p.segment(in)
		p.table(in, in.index2)
		m.changesParts = true
	case immElemDrop:
		p.segment(in)
		m.changesParts = true
	case immLocal:
		if in.index >= locals {
			p.failAt(in.start, "local %d is unknown", in.index)
		}
	case immGlobal:
		if uint64(in.index) >= uint64(len(m.writes)) {
			p.failAt(in.start, "global %d is unknown", in.index)
		} else if in.op == opGlobalSet {
			m.writes[in.index] = true
		}
	case immMemarg, immMemargLane, immMemory, immMemories:
		p.needMemory(in)
	case immMemoryInit, immDataDrop:
		if in.kind == immMemoryInit {
			p.needMemory(in)
		} else {
			m.changesParts = true
		}
		p.dataNamed = true
		if p.dataCount >= 0 && uint64(in.index) >= uint64(p.dataCount) {
			p.failAt(in.start, "data segment %d is unknown", in.index)
		}
		m.dataUsed = max(m.dataUsed, int(in.index)+1)
	}
}

// table and segment check indices beyond which Rewrite adds a table and an
// element segment of its own.
func (p *parser) table(in *instruction, index uint32) {
	if uint64(index) >= uint64(p.m.tableImports+len(p.m.Tables)) {
		p.failAt(in.start, "table %d is unknown", index)
	}
}

func (p *parser) segment(in *instruction) {
	if uint64(in.index) >= uint64(p.m.elementCount) {
		p.failAt(in.start, "element segment %d is unknown", in.index)
	}
}

func (p *parser) needMemory(in *instruction) {
	if !p.m.hasMemory() {
		p.failAt(in.start, "accesses memory, but the module has none")
	}
}

// label checks a branch to a label, charges the values it carries and returns
// their number.
func (p *parser) label(at int, index uint32) int {
	if uint64(index) >= uint64(len(p.frames)) {
		p.failAt(at, "branch to unknown label %d", index)
		return 0
	}
	arity := p.frames[len(p.frames)-1-int(index)].arity
	p.charge(arity)
	return arity
}

// plain checks an instruction without immediates.
func (p *parser) plain(in *instruction) {
	top := &p.frames[len(p.frames)-1]
	switch in.op {
	case opElse:
		if top.op != opIf {
			p.failAt(in.start, "else outside of if")
		}
		top.op = opElse
		p.leave(in, top)
		p.heights.now = top.base + top.params
	case opEnd:
		p.leave(in, top)
		p.heights.now = top.base + top.results
		p.frames = p.frames[:len(p.frames)-1]
		if n := len(p.frames); n > 0 {
			p.heights.base = p.frames[n-1].base
		}
	case opReturn:
		p.charge(p.frames[0].arity)
		p.heights.unreachable()
	case opUnreachable:
		p.heights.unreachable()
	}
}

// leave checks that a block leaves no more than its results.
func (p *parser) leave(in *instruction, top *frame) {
	if n := p.heights.now - top.base; n > top.results {
		p.failAt(in.start, "%d values are left at the end of a block with %d results", n, top.results)
	}
}

// open notes a new block.
func (p *parser) open(in *instruction) {
	params, results := len(in.block.params), len(in.block.results)
	p.charge(params + results)
	if in.op == opIf {
		p.heights.pop(1)
	}
	p.heights.pop(params)
	f := frame{op: in.op, arity: results, params: params, results: results, base: p.heights.now}
	if in.op == opLoop {
		f.arity = params
	}
	p.frames = append(p.frames, f)
	p.heights.base = f.base
	p.heights.push(params)
}
