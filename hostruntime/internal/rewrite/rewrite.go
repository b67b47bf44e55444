package rewrite

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Target is what an import is pointed at, by the names that wazero resolves.
// Module must not be empty.
type Target struct{ Module, Name string }

// Options says how Rewrite changes a module. Everything in it becomes part of
// the bytes, so guests share compiled code only under equal options.
type Options struct {
	// Imports has one target for each import, in import order.
	Imports []Target
	// Meter adds the checks that the package documentation describes.
	Meter bool
	// Name is the module's name in wazero's stack traces; see Symbolize.
	Name string
	// Bake maps imports (by position in Module.Imports) of globals to values
	// that the code takes as constants; the import itself disappears. Only
	// those for which CanBake returns true.
	Bake map[int]uint64
}

// An Output is a rewritten module, and what was taken out of it.
//
// To instantiate it: instantiate Bytes with memory of at least the real
// minimum, set Globals, copy Data, each segment after a check against the
// memory's size (an instantiation traps where one is out of range, and
// earlier segments stay written), set Counter, and call Start.
type Output struct {
	// Bytes is what wazero compiles. It is a function of the module and the
	// options, and the same for two modules that differ only in active data
	// segments, initial values of mutable numeric globals, the defined
	// memory's limits, custom sections, and how numbers are encoded.
	Bytes []byte
	// Data are the active data segments, in order, all of memory 0.
	Data []Segment
	// Globals are the mutable i32, i64, f32 and f64 globals; in Bytes their
	// initial value is zero. Other mutable globals (v128, references) keep
	// theirs, since wazero's API cannot set them.
	Globals []GlobalInit
	// Start is the export name of the start function, "" if there is none.
	Start string
	// Memory is the defined memory, nil if there is none. In Bytes its
	// minimum is 0 and its maximum 65536 pages: the host's allocator enforces
	// the real ones.
	Memory *MemoryInfo
	// TableElems is how many references the tables in Bytes can hold at most.
	TableElems int
	// Counter is the export name of the metering counter, "" if the module
	// has no code or isn't metered.
	Counter string
	// AddedMemory says that the module had code to meter but no memory, and
	// got one of its own, of 0 pages, that only Counter's ticks touch.
	AddedMemory bool
}

// A Segment is one active data segment: Bytes, aliasing the source, belong at
// Offset of memory 0.
type Segment struct {
	Offset Expr
	Bytes  []byte
}

// A GlobalInit is a mutable global that starts as Init. Set it through Export.
type GlobalInit struct {
	Export string
	Index  uint32
	Init   Expr
	// Written says that the module's own code sets the global.
	Written bool
}

// A writer holds the numbering of the module being written.
type writer struct {
	m    *Module
	opts *Options
	out  []byte
	// globals maps the index of each imported global to its new one, or to
	// baked; removed is how far the defined globals move down.
	globals []uint32
	removed uint32
	values  []uint64 // of baked globals, by old index
	prefix  string   // of private export names
	metered bool
	// added are the types that the module lacks for the functions below.
	added []FuncType
	// voidType and priceType are the types of the functions that are added
	// behind the module's own: those that enter Go, one for each Ask, the one
	// that settles what is owed, and the one that pays a price.
	voidType, priceType              uint32
	tick, enter, back, settle, price uint32
	// moverType is the type of the movers, which follow.
	moverType uint32
	moves     []mover
	counter   uint32
	err       *Error
}

const baked = ^uint32(0)

// Rewrite returns the module as wazero runs it: imports pointed at
// opts.Imports, per-guest state taken out, and checks added if opts.Meter.
//
// Errors: *Error for a function that has too much with what is added; misuse
// of the options.
func (m *Module) Rewrite(opts Options) (*Output, error) {
	if len(opts.Imports) != len(m.Imports) {
		return nil, fmt.Errorf("rewrite: %d import targets for %d imports", len(opts.Imports), len(m.Imports))
	}
	w := &writer{m: m, opts: &opts, metered: opts.Meter && len(m.funcs) > 0}
	if err := w.number(); err != nil {
		return nil, err
	}
	o := &Output{Memory: m.Memory, AddedMemory: w.metered && !m.hasMemory()}
	for _, seg := range m.data {
		if !seg.passive {
			o.Data = append(o.Data, Segment{Offset: seg.offset, Bytes: seg.bytes})
		}
	}
	for i, g := range m.Globals {
		if takenOut(&g) {
			index := uint32(len(m.globalImports) + i)
			o.Globals = append(o.Globals, GlobalInit{
				Export:  w.private("g", index-w.removed),
				Index:   index,
				Init:    m.inits[i],
				Written: m.writesGlobal(index),
			})
		}
	}
	if m.HasStart {
		o.Start = w.prefix + "start"
	}
	if w.metered {
		o.Counter = w.prefix + "counter"
	}
	w.module(o)
	if w.err != nil {
		return nil, w.err
	}
	o.Bytes = w.out
	return o, nil
}

// takenOut says whether a defined global starts as zero in what is written.
func takenOut(g *Extern) bool { return g.Mutable && g.ValType.isNumeric() }

// number decides every index that differs from the module's own.
func (w *writer) number() error {
	m := w.m
	w.globals = make([]uint32, len(m.globalImports))
	w.values = make([]uint64, len(m.globalImports))
	used := 0
	for i, at := range m.globalImports {
		bits, ok := w.opts.Bake[at]
		if !ok {
			w.globals[i] = uint32(i) - w.removed
			continue
		}
		if !m.CanBake(at) {
			return fmt.Errorf("rewrite: import %d, global %q of %q, cannot be baked", at, m.Imports[at].Name, m.Imports[at].Module)
		}
		w.globals[i], w.values[i] = baked, bits
		w.removed++
		used++
	}
	if used != len(w.opts.Bake) {
		return errors.New("rewrite: Bake names imports that are not globals")
	}
	w.prefix = privatePrefix(m.Exports)
	w.voidType = w.typeIndex(FuncType{})
	w.priceType = w.typeIndex(FuncType{Params: []ValType{I32}})
	w.moverType = w.typeIndex(FuncType{Params: []ValType{I32, I32, I32}})
	w.moves = m.movers()
	w.tick = uint32(len(m.funcImports) + len(m.funcs))
	w.enter, w.back, w.settle, w.price = w.tick+1, w.tick+2, w.tick+3, w.tick+addedFuncs-1
	w.counter = uint32(len(m.globalImports)+len(m.Globals)) - w.removed
	return nil
}

// typeIndex returns the index of a type, which is added if there is none.
func (w *writer) typeIndex(t FuncType) uint32 {
	for i, have := range w.m.types {
		if slices.Equal(have.Params, t.Params) && slices.Equal(have.Results, t.Results) {
			return uint32(i)
		}
	}
	w.added = append(w.added, t)
	return uint32(len(w.m.types) + len(w.added) - 1)
}

// global returns the new index of a global that isn't baked.
func (w *writer) global(index uint32) uint32 {
	if int(index) < len(w.globals) {
		return w.globals[index]
	}
	return index - w.removed
}

// CanBake says whether the import at position i is a global whose value this
// module can take as a constant: numeric, never set by the module's code, and
// not exported again. Whether anyone else sets it is for the caller to know.
func (m *Module) CanBake(i int) bool {
	if i < 0 || i >= len(m.Imports) || m.Imports[i].Kind != Global {
		return false
	}
	imp := &m.Imports[i]
	return imp.ValType.isNumeric() && !m.writesGlobal(imp.Index) && !m.reexported[imp.Index]
}

// WritesGlobal says whether the module's code contains a global.set of the
// import at position i.
func (m *Module) WritesGlobal(i int) bool {
	return m.Imports[i].Kind == Global && m.writesGlobal(m.Imports[i].Index)
}

func (m *Module) writesGlobal(index uint32) bool {
	return int(index) < len(m.writes) && m.writes[index]
}

// privatePrefix returns a prefix that no export of the module starts with. A
// module that guesses "\x00capsule." only makes it longer.
func privatePrefix(exports []Export) string {
	const stem = "\x00capsule"
	quotes := 0
	for _, e := range exports {
		if rest, ok := strings.CutPrefix(e.Name, stem); ok {
			quotes = max(quotes, len(rest)-len(strings.TrimLeft(rest, "'"))+1)
		}
	}
	return stem + strings.Repeat("'", quotes) + "."
}

func (w *writer) private(what string, index uint32) string {
	return fmt.Sprintf("%s%s%d", w.prefix, what, index)
}
