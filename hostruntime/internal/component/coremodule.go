package component

// coreModule reads a core module that takes up all of r.
func (d *decoder) coreModule(r *reader, s *scope) Def {
	def := &CoreModule{Position: Position(r.pos), Bytes: r.src[r.pos:r.end:r.end]}
	m := &moduleSkim{t: &CoreModuleType{}}
	m.read(r)
	def.Type = m.t
	s.coreModules = append(s.coreModules, def.Type)
	return def
}

// A moduleSkim reads from a core module what it imports and exports. It passes
// over everything else, function bodies above all: full validation happens
// when the module is compiled.
type moduleSkim struct {
	t       *CoreModuleType
	types   []*CoreFuncType
	funcs   []*CoreFuncType
	tables  []CoreExtern
	mems    []CoreExtern
	globals []CoreExtern
	tags    []CoreExtern
}

var coreSectionNames = [...]string{
	"custom", "type", "import", "function", "table", "memory", "global",
	"export", "start", "element", "code", "data", "data count", "tag",
}

// coreSectionOrder is the place of each section in a module.
var coreSectionOrder = [...]int{0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6}

func (m *moduleSkim) read(r *reader) {
	header := r.bytes(preambleSize, "the header of a core module")
	if r.err == nil && string(header) != "\x00asm\x01\x00\x00\x00" {
		r.fail(r.item, "a core module is expected: its header is not that of core WebAssembly, version 1")
	}
	last := 0
	for r.more() {
		start := r.pos
		id := r.byte("a section id")
		if int(id) >= len(coreSectionNames) {
			r.fail(start, "unknown section id %d in a core module", id)
			return
		}
		name := coreSectionNames[id]
		sub := r.sub(r.u32("the size of a core module's "+name+" section"), r.section)
		if id != 0 {
			if coreSectionOrder[id] <= last {
				sub.fail(start, "%s section out of order in a core module", name)
			}
			last = coreSectionOrder[id]
		}
		if sub.err == nil && m.section(sub, id) && sub.err == nil && sub.left() > 0 {
			sub.fail(sub.pos, "%d bytes left over at the end of a core module's %s section", sub.left(), name)
		}
		if r.err == nil {
			r.err = sub.err
		}
	}
	if r.err == nil {
		m.t.checkImports(r)
		m.t.buildIndex()
		if len(m.t.index) != len(m.t.Exports) {
			r.fail(r.item, "a core module has two exports of one name: duplicate export name")
		}
	}
}

// section reads the sections that matter, and reports whether this is one.
func (m *moduleSkim) section(r *reader, id byte) bool {
	var read func(*reader)
	switch id {
	case 0:
		r.name("the name of a custom section")
		return false
	case 1:
		read = m.typ
	case 2:
		read = m.imp
	case 3:
		read = m.function
	case 4:
		read = m.table
	case 5:
		read = m.memory
	case 6:
		read = m.global
	case 7:
		read = m.export
	case 13:
		read = m.tag
	default:
		return false
	}
	for range r.count(maxCoreItems, coreSectionNames[id]+" items") {
		r.item = r.pos
		if read(r); r.err != nil {
			break
		}
	}
	return true
}

func (m *moduleSkim) typ(r *reader) { m.types = append(m.types, coreCompType(r)) }

func (m *moduleSkim) imp(r *reader) {
	imp := CoreImport{Module: r.name("a module name"), Name: r.name("an import name")}
	imp.CoreExtern = coreExternType(r, m.types)
	m.t.Imports = append(m.t.Imports, imp)
	switch imp.Sort {
	case SortCoreFunc:
		m.funcs = append(m.funcs, imp.Func)
	case SortCoreTable:
		m.tables = append(m.tables, imp.CoreExtern)
	case SortCoreMemory:
		m.mems = append(m.mems, imp.CoreExtern)
	case SortCoreGlobal:
		m.globals = append(m.globals, imp.CoreExtern)
	case SortCoreTag:
		m.tags = append(m.tags, imp.CoreExtern)
	}
}

func (m *moduleSkim) function(r *reader) {
	f, _ := at(r, m.types, SortCoreType, r.u32("a type index"))
	m.funcs = append(m.funcs, f)
}

func (m *moduleSkim) table(r *reader) {
	if r.peek() == 0x40 {
		r.unsupported("tables with an initial value")
		return
	}
	x := CoreExtern{Sort: SortCoreTable, ValType: coreValType(r)}
	x.limits(r, "table", 1<<32-1)
	m.tables = append(m.tables, x)
}

func (m *moduleSkim) memory(r *reader) {
	x := CoreExtern{Sort: SortCoreMemory}
	x.limits(r, "memory", 1<<16)
	m.mems = append(m.mems, x)
}

func (m *moduleSkim) global(r *reader) {
	x := CoreExtern{Sort: SortCoreGlobal, ValType: coreValType(r), Mutable: r.flag("the mutability of a global")}
	skipConstant(r)
	m.globals = append(m.globals, x)
}

func (m *moduleSkim) tag(r *reader) {
	m.tags = append(m.tags, coreTag(r, m.types))
}

func (m *moduleSkim) export(r *reader) {
	e := CoreExport{Name: r.name("an export name")}
	start := r.pos
	kind, index := r.byte("the kind of an export"), r.u32("an index")
	switch kind {
	case 0x00:
		f, _ := at(r, m.funcs, SortCoreFunc, index)
		e.CoreExtern = CoreExtern{Sort: SortCoreFunc, Func: f}
	case 0x01:
		e.CoreExtern, _ = at(r, m.tables, SortCoreTable, index)
	case 0x02:
		e.CoreExtern, _ = at(r, m.mems, SortCoreMemory, index)
	case 0x03:
		e.CoreExtern, _ = at(r, m.globals, SortCoreGlobal, index)
	case 0x04:
		e.CoreExtern, _ = at(r, m.tags, SortCoreTag, index)
	default:
		r.fail(start, "0x%02x where the kind of a core export is expected", kind)
	}
	m.t.Exports = append(m.t.Exports, e)
}

// skipConstant passes over a constant expression.
func skipConstant(r *reader) {
	const want = "a constant expression"
	for r.err == nil {
		start := r.pos
		switch op := r.byte(want); op {
		case 0x0b:
			return
		case 0x41:
			r.signed(32, want)
		case 0x42:
			r.signed(64, want)
		case 0x43:
			r.bytes(4, want)
		case 0x44:
			r.bytes(8, want)
		case 0x23, 0xd2:
			r.u32(want)
		case 0xd0:
			if t := coreValType(r); r.err == nil && !isReference(t) {
				r.fail(start, "%s is not a reference type", coreTypeNames[t])
			}
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: // add, sub, mul
		case 0xfd:
			if sub := r.u32(want); r.err == nil && sub != 0x0c {
				r.fail(start, "vector instruction 0x%x is not valid in a constant expression", sub)
			}
			r.bytes(16, want)
		default:
			r.fail(start, "instruction 0x%02x is not valid in a constant expression", op)
		}
	}
}
