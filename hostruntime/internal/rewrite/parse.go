package rewrite

import "bytes"

// What is run at most. The numbers are those that browsers agreed on, where
// they have one; without them a few bytes could make wazero allocate gigabytes.
const (
	maxTypes        = 1_000_000
	maxFuncs        = 1_000_000
	maxImports      = 1_000_000
	maxExports      = 1_000_000
	maxGlobals      = 100_000
	maxSegments     = 100_000
	maxTables       = 100
	maxSignature    = 1000
	maxFuncBytes    = 7_654_321
	maxLocals       = 50_000
	maxLabels       = 65_520
	maxMemoryPages  = 1 << 16
	maxElementItems = 10_000_000
)

// MaxTableElems is the number of references that the tables defined by one
// module can hold together. Tables live outside the guest's memory, where no
// allocator sees them grow: Rewrite lowers their maximum so that table.grow
// beyond it fails as it may. One operation on tables so moves at most 1 MiB,
// which is why they aren't split like those on memory.
const MaxTableElems = 1 << 17

// A Module is one core module, read and found to be within what is run. It
// keeps aliasing the bytes it was read from, and is not changed after Parse.
type Module struct {
	Imports []Import
	Exports []Export
	// Tables are the defined tables, with their real limits.
	Tables []Extern
	// Memory is the defined memory, nil if there is none.
	Memory *MemoryInfo
	// Globals are the defined globals.
	Globals  []Extern
	Elements []Element
	// ElementItems counts the references in all element segments, those that
	// Rewrite adds included.
	ElementItems int
	// GrowsTables says that code contains table.grow.
	GrowsTables bool
	// HasStart says that there is a start function.
	HasStart bool
	// FuncCount counts the defined functions, CodeBytes their code.
	FuncCount, CodeBytes int
	// LargestFunc is the size of the largest function in bytes, MostLocals the
	// most locals and parameters that one has.
	LargestFunc, MostLocals int
	Custom                  []CustomSection

	src           []byte
	types         []FuncType
	funcs         []uint32 // type of each defined function
	bodies        []body
	funcImports   []int           // import of each imported function
	globalImports []int           // import of each imported global
	reexported    map[uint32]bool // imported globals that are exports too
	tableImports  int
	memoryImports int
	start         uint32
	inits         []Expr // initial value of each defined global
	initSpans     []span
	gets          []globalGet
	elements      span // the element segments
	elementCount  int
	refs          references
	data          []dataSegment
	dataUsed      int    // one past the highest data segment that code names
	writes        []bool // by global: code sets it
	mutables      int    // mutable globals
	// changesParts says that code has an instruction that changes a table or
	// drops a segment.
	changesParts bool
	names        nameSection
}

// A dataSegment is one data segment; a passive one has no offset.
type dataSegment struct {
	passive bool
	offset  Expr
	bytes   []byte
}

// A body is one function body: the groups of its locals, their number, and
// its code up to and including the last end.
type body struct {
	groups     span
	groupCount uint32
	code       span
	// bulk says that the code has bulk operations.
	bulk bool
	// calls are as in work.
	calls int
}

type parser struct {
	reader
	m *Module
	// weight is what is left of the budget for signatures and locals.
	weight int
	// single holds the result lists of one-result block types.
	single    [64][1]ValType
	dataCount int // of the data count section, -1 without one
	dataNamed bool
	frames    []frame
	bulk      bool // of the function being read
	heights   heights
	work      work
	// declared marks the functions that code may refer to: those named
	// outside of function bodies, the start section excepted.
	declared []bool
}

// Parse reads a core module and refuses, by name and offset, whatever is not
// run: features that are off, and sizes beyond what engines agree on.
//
// Every index, length and count is checked, so that a rewritten module cannot
// reach what Rewrite adds to it. Types of instructions are not: wazero
// validates the result. Memory and time are proportional to len(src), which
// the module keeps aliasing.
//
// Errors: *Error.
func Parse(src []byte) (*Module, error) {
	p := &parser{
		reader:    reader{src: src, end: len(src)},
		m:         &Module{src: src},
		weight:    1<<17 + 8*len(src),
		dataCount: -1,
	}
	p.module()
	if p.err != nil {
		return nil, p.err
	}
	return p.m, nil
}

// Sections in the order in which they must come, by id.
var sectionOrder = [...]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 12: 10, 10: 11, 11: 12}

var sectionNames = [...]string{
	"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count",
}

func (p *parser) module() {
	const preamble = "\x00asm\x01\x00\x00\x00"
	if !bytes.HasPrefix(p.src, []byte(preamble)) {
		if bytes.HasPrefix(p.src, []byte("\x00asm\x0d\x00\x01\x00")) {
			p.fail("is a component, not a core module")
			return
		}
		p.fail("does not start as a core module of version 1")
		return
	}
	p.pos = len(preamble)
	last := 0
	for p.err == nil && p.pos < len(p.src) {
		p.section, p.end = "", len(p.src)
		at := p.pos
		id := p.byte()
		size := p.u32()
		if p.err == nil && uint64(size) > uint64(p.end-p.pos) {
			p.failAt(at, "section %d of %d bytes leaves the module", id, size)
		}
		if p.err != nil {
			return
		}
		if int(id) >= len(sectionNames) {
			if id == 13 {
				p.off(at, "exceptions (a tag section), which are off")
			}
			p.failAt(at, "section %d is unknown", id)
			return
		}
		p.section, p.end = sectionNames[id], p.pos+int(size)
		if id != 0 {
			if sectionOrder[id] <= last {
				p.failAt(at, "comes twice or out of order")
				return
			}
			last = sectionOrder[id]
		}
		p.content(id)
		if p.err == nil && p.pos != p.end {
			p.fail("%d bytes are left over", p.end-p.pos)
		}
	}
	p.section, p.end = "", len(p.src)
	p.finish()
}

func (p *parser) content(id byte) {
	switch id {
	case 0:
		p.customSection()
	case 1:
		p.typeSection()
	case 2:
		p.importSection()
	case 3:
		p.functionSection()
	case 4:
		p.tableSection()
	case 5:
		p.memorySection()
	case 6:
		p.globalSection()
	case 7:
		p.exportSection()
	case 8:
		p.startSection()
	case 9:
		p.elementSection()
	case 10:
		p.codeSection()
	case 11:
		p.dataSection()
	case 12:
		p.dataCount = int(p.u32())
	}
}

// finish checks what only the whole module shows.
func (p *parser) finish() {
	m := p.m
	m.FuncCount = len(m.funcs)
	m.ElementItems += len(m.refs.funcs)
	switch {
	case p.err != nil:
	case len(m.bodies) != len(m.funcs):
		p.fail("%d functions have %d bodies", len(m.funcs), len(m.bodies))
	case p.dataCount >= 0 && p.dataCount != len(m.data):
		p.fail("data count %d, but there are %d data segments", p.dataCount, len(m.data))
	case p.dataNamed && p.dataCount < 0:
		p.fail("code names data segments without a data count section")
	}
}

func (p *parser) customSection() {
	offset := p.pos
	c := CustomSection{Offset: offset, Name: p.name(), Data: p.src[p.pos:p.end:p.end]}
	p.pos = p.end
	if p.err == nil {
		p.m.Custom = append(p.m.Custom, c)
	}
}
