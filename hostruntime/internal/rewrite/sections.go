package rewrite

func (p *parser) typeSection() {
	n := p.count(maxTypes, "types")
	p.m.types = make([]FuncType, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		at := p.pos
		switch form := p.byte(); form {
		case 0x60:
			p.m.types = append(p.m.types, FuncType{Params: p.valTypes("parameters"), Results: p.valTypes("results")})
		case 0x4e, 0x4f, 0x50, 0x5e, 0x5f:
			p.off(at, "garbage collection (type form %#02x), which is off", form)
		default:
			p.failAt(at, "type form %#02x is unknown", form)
		}
	}
}

func (p *parser) valTypes(what string) []ValType {
	types := make([]ValType, p.count(maxSignature, what))
	for i := range types {
		types[i] = p.valType()
	}
	return types
}

// typeIndex reads the type of a function and charges its signature.
func (p *parser) typeIndex() uint32 {
	at := p.pos
	index := p.u32()
	if p.err != nil {
		return 0
	}
	if uint64(index) >= uint64(len(p.m.types)) {
		p.failAt(at, "type %d is unknown", index)
		return 0
	}
	t := &p.m.types[index]
	p.charge(len(t.Params) + len(t.Results))
	return index
}

func (p *parser) importSection() {
	m := p.m
	n := p.count(maxImports, "imports")
	m.Imports = make([]Import, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		imp := Import{Module: p.name(), Name: p.name()}
		at := p.pos
		kind := Kind(p.byte())
		if p.err != nil {
			return
		}
		switch kind {
		case Func:
			imp.typeIndex = p.typeIndex()
			imp.Index = uint32(len(m.funcImports))
			m.funcImports = append(m.funcImports, i)
			if p.err == nil {
				imp.Extern = Extern{Kind: Func, Sig: m.types[imp.typeIndex]}
			}
		case Table:
			imp.Index = uint32(m.tableImports)
			imp.Extern = p.tableType()
			m.tableImports++
		case Memory:
			imp.Index = uint32(m.memoryImports)
			imp.Extern = p.memoryType()
			m.memoryImports++
		case Global:
			imp.Index = uint32(len(m.globalImports))
			imp.Extern = p.globalType()
			m.globalImports = append(m.globalImports, i)
		case Tag:
			p.off(at, "exceptions (imports the tag %q), which are off", imp.Name)
		default:
			p.failAt(at, "import kind %#02x is unknown", byte(kind))
		}
		m.Imports = append(m.Imports, imp)
	}
	if m.memoryImports > 1 {
		p.off(p.pos, "multiple memories (%d imported), which are off", m.memoryImports)
	}
}

// limits reads a size range, refusing the flags of features that are off.
func (p *parser) limits(what string) (lo, hi uint32, hasMax bool) {
	at := p.pos
	flags := p.byte()
	switch {
	case p.err != nil:
		return 0, 0, false
	case flags&0x08 != 0:
		p.off(at, "custom page sizes (flag %#02x), which are off", flags)
	case flags&0x04 != 0:
		p.off(at, "64-bit %s (memory64, flag %#02x), which are off", what, flags)
	case flags&0x02 != 0:
		p.off(at, "threads (shared %s, flag %#02x), which are off", what, flags)
	case flags > 1:
		p.failAt(at, "limits flag %#02x is unknown", flags)
	}
	lo = p.u32()
	if flags == 1 {
		hi, hasMax = p.u32(), true
		if hi < lo && p.err == nil {
			p.failAt(at, "minimum %d is above maximum %d", lo, hi)
		}
	}
	return lo, hi, hasMax
}

func (p *parser) tableType() Extern {
	if p.pos < p.end && p.src[p.pos] == emptyType {
		p.off(p.pos, "typed function references (table with an initial value), which are off")
	}
	t := Extern{Kind: Table, ValType: p.refType()}
	t.Min, t.Max, t.HasMax = p.limits("tables")
	return t
}

func (p *parser) memoryType() Extern {
	at := p.pos
	t := Extern{Kind: Memory}
	t.Min, t.Max, t.HasMax = p.limits("memories")
	if t.Min > maxMemoryPages || t.Max > maxMemoryPages {
		p.failAt(at, "memory limits exceed %d pages", maxMemoryPages)
	}
	return t
}

func (p *parser) globalType() Extern {
	g := Extern{Kind: Global, ValType: p.valType()}
	at := p.pos
	mut := p.byte()
	if mut > 1 {
		if mut&2 != 0 {
			p.off(at, "threads (shared global, flag %#02x), which are off", mut)
		}
		p.failAt(at, "mutability %#02x is unknown", mut)
	}
	if g.Mutable = mut == 1; g.Mutable {
		p.m.mutables++
	}
	return g
}

func (p *parser) functionSection() {
	n := p.count(maxFuncs, "functions")
	p.m.funcs = make([]uint32, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		p.m.funcs = append(p.m.funcs, p.typeIndex())
	}
}

func (p *parser) tableSection() {
	n := p.count(maxTables, "tables")
	total := uint64(0)
	for i := 0; i < n && p.err == nil; i++ {
		t := p.tableType()
		if total += uint64(t.Min); total > MaxTableElems {
			p.fail("tables start with %d elements, at most %d are run", total, MaxTableElems)
		}
		p.m.Tables = append(p.m.Tables, t)
	}
}

func (p *parser) memorySection() {
	at := p.pos
	n := p.u32()
	if total := uint64(n) + uint64(p.m.memoryImports); total > 1 && p.err == nil {
		p.off(at, "multiple memories (%d), which are off", total)
		return
	}
	if n == 1 {
		t := p.memoryType()
		p.m.Memory = &MemoryInfo{MinPages: t.Min, MaxPages: t.Max, HasMax: t.HasMax}
	}
}

func (p *parser) globalSection() {
	m := p.m
	n := p.count(maxGlobals, "globals")
	m.Globals = make([]Extern, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		g := p.globalType()
		start := p.pos
		init := p.constExpr(g.ValType)
		m.Globals = append(m.Globals, g)
		m.inits = append(m.inits, init)
		m.initSpans = append(m.initSpans, span{start, p.pos})
	}
}

func (p *parser) exportSection() {
	m := p.m
	n := p.count(maxExports, "exports")
	m.Exports = make([]Export, 0, n)
	names := make(map[string]struct{}, n)
	m.reexported = make(map[uint32]bool)
	for i := 0; i < n && p.err == nil; i++ {
		at := p.pos
		e := Export{Name: p.name(), Kind: Kind(p.byte()), Index: p.u32()}
		if p.err != nil {
			return
		}
		if _, twice := names[e.Name]; twice {
			p.failAt(at, "exports %q twice", e.Name)
		}
		names[e.Name] = struct{}{}
		limit := 0
		switch e.Kind {
		case Func:
			limit = len(m.funcImports) + len(m.funcs)
			p.declare(e.Index)
		case Table:
			limit = m.tableImports + len(m.Tables)
		case Memory:
			if m.hasMemory() {
				limit = 1
			}
		case Global:
			limit = len(m.globalImports) + len(m.Globals)
			if int(e.Index) < len(m.globalImports) {
				m.reexported[e.Index] = true
			}
		case Tag:
			p.off(at, "exceptions (exports the tag %q), which are off", e.Name)
		}
		if uint64(e.Index) >= uint64(limit) {
			p.failAt(at, "export %q: %s %d is unknown", e.Name, e.Kind, e.Index)
		}
		m.Exports = append(m.Exports, e)
	}
}

func (p *parser) startSection() {
	at := p.pos
	index := p.funcIndex()
	if p.err != nil {
		return
	}
	if t := p.m.funcType(index); len(t.Params)+len(t.Results) > 0 {
		p.failAt(at, "start function %d takes parameters or gives results", index)
	}
	p.m.HasStart, p.m.start = true, index
}

// declare lets code refer to a function.
func (p *parser) declare(index uint32) {
	if p.declared == nil {
		p.declared = make([]bool, len(p.m.funcImports)+len(p.m.funcs))
	}
	if uint64(index) < uint64(len(p.declared)) {
		p.declared[index] = true
	}
}

// funcIndex reads the index of an existing function.
func (p *parser) funcIndex() uint32 {
	at := p.pos
	index := p.u32()
	if uint64(index) >= uint64(len(p.m.funcImports)+len(p.m.funcs)) && p.err == nil {
		p.failAt(at, "function %d is unknown", index)
	}
	return index
}

func (p *parser) dataSection() {
	m := p.m
	n := p.count(maxSegments, "data segments")
	m.data = make([]dataSegment, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		at := p.pos
		var seg dataSegment
		switch flags := p.u32(); flags {
		case 0:
		case 1:
			seg.passive = true
		case 2:
			if memory := p.u32(); memory != 0 && p.err == nil {
				p.off(at, "multiple memories (memory %d), which are off", memory)
			}
		default:
			p.failAt(at, "data segment kind %d is unknown", flags)
		}
		if !seg.passive {
			if !m.hasMemory() && p.err == nil {
				p.failAt(at, "data segment without a memory")
			}
			seg.offset = p.constExpr(I32)
		}
		seg.bytes = p.bytes(p.u32())
		m.data = append(m.data, seg)
	}
}
