package rewrite

import (
	"encoding/binary"
	"sort"
)

func appendU32(b []byte, v uint32) []byte { return binary.AppendUvarint(b, uint64(v)) }

// appendSigned appends a signed LEB128 number.
func appendSigned(b []byte, v int64) []byte {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

func appendName(b []byte, name string) []byte {
	return append(appendU32(b, uint32(len(name))), name...)
}

func appendTypes(b []byte, types []ValType) []byte {
	b = appendU32(b, uint32(len(types)))
	for _, t := range types {
		b = append(b, byte(t))
	}
	return b
}

// appendConst appends the instruction that pushes bits as type t.
func appendConst(b []byte, t ValType, bits uint64) []byte {
	switch t {
	case I32:
		return appendSigned(append(b, opI32Const), int64(int32(bits)))
	case I64:
		return appendSigned(append(b, opI64Const), int64(bits))
	case F32:
		return binary.LittleEndian.AppendUint32(append(b, opF32Const), uint32(bits))
	default:
		return binary.LittleEndian.AppendUint64(append(b, opF64Const), bits)
	}
}

// section appends a section of count elements; empty ones are left out.
func (w *writer) section(id byte, count int, content []byte) {
	if count == 0 {
		return
	}
	var head []byte
	head = appendU32(head, uint32(count))
	w.out = append(w.out, id)
	w.out = appendU32(w.out, uint32(len(head)+len(content)))
	w.out = append(append(w.out, head...), content...)
}

func (w *writer) module(o *Output) {
	m := w.m
	w.out = make([]byte, 0, m.CodeBytes+m.CodeBytes/4+4096)
	w.out = append(w.out, "\x00asm\x01\x00\x00\x00"...)
	w.types()
	w.imports()
	w.functions()
	w.tables(o)
	if m.Memory != nil || o.AddedMemory {
		w.section(5, 1, appendU32([]byte{1, 0}, maxMemoryPages))
	}
	w.globalSection()
	w.exports(o)
	w.elements()
	if m.dataUsed > 0 {
		w.section(12, m.dataUsed, nil)
	}
	w.code()
	w.data()
	if w.opts.Name != "" {
		module := appendName(nil, w.opts.Name)
		content := appendName(nil, "name")
		content = append(content, 0) // the subsection of the module's name
		content = append(appendU32(content, uint32(len(module))), module...)
		w.out = append(appendU32(append(w.out, 0), uint32(len(content))), content...)
	}
}

func (w *writer) types() {
	var b []byte
	count := len(w.m.types)
	for _, t := range w.m.types {
		b = appendTypes(appendTypes(append(b, 0x60), t.Params), t.Results)
	}
	if w.metered {
		for _, t := range w.added {
			b = appendTypes(appendTypes(append(b, 0x60), t.Params), t.Results)
		}
		count += len(w.added)
	}
	w.section(1, count, b)
}

func appendLimits(b []byte, lo, hi uint32, hasMax bool) []byte {
	if hasMax {
		return appendU32(appendU32(append(b, 1), lo), hi)
	}
	return appendU32(append(b, 0), lo)
}

func (w *writer) imports() {
	var b []byte
	count := 0
	for i := range w.m.Imports {
		imp := &w.m.Imports[i]
		if imp.Kind == Global && w.globals[imp.Index] == baked {
			continue
		}
		count++
		b = appendName(appendName(b, w.opts.Imports[i].Module), w.opts.Imports[i].Name)
		b = append(b, byte(imp.Kind))
		switch imp.Kind {
		case Func:
			b = appendU32(b, imp.typeIndex)
		case Table:
			b = appendLimits(append(b, byte(imp.ValType)), imp.Min, imp.Max, imp.HasMax)
		case Memory:
			// The memory it gets has Rewrite's limits, not its own.
			b = appendLimits(b, 0, 0, false)
		case Global:
			b = appendGlobalType(b, &imp.Extern)
		}
	}
	w.section(2, count, b)
}

func appendGlobalType(b []byte, g *Extern) []byte {
	if g.Mutable {
		return append(b, byte(g.ValType), 1)
	}
	return append(b, byte(g.ValType), 0)
}

func (w *writer) functions() {
	var b []byte
	count := len(w.m.funcs)
	for _, t := range w.m.funcs {
		b = appendU32(b, t)
	}
	if w.metered {
		for _, t := range [addedFuncs]uint32{w.voidType, w.voidType, w.voidType, w.voidType, w.priceType} {
			b = appendU32(b, t)
			count++
		}
		for range w.moves {
			b = appendU32(b, w.moverType)
			count++
		}
	}
	w.section(3, count, b)
}

// tables writes the defined tables, each with its share of MaxTableElems as
// the maximum where its own is above that, and the one of references.
func (w *writer) tables(o *Output) {
	tables := w.m.Tables
	room := uint32(MaxTableElems)
	for _, t := range tables {
		room -= t.Min
	}
	var b []byte
	for _, t := range tables {
		limit := t.Min + room/uint32(len(tables))
		if t.HasMax {
			limit = min(limit, t.Max)
		}
		b = appendLimits(append(b, byte(t.ValType)), t.Min, limit, true)
		o.TableElems += int(limit)
	}
	count := len(tables)
	if n := uint32(len(w.m.refs.funcs)); n > 0 {
		b = appendLimits(append(b, byte(FuncRef)), n, n, true)
		o.TableElems += int(n)
		count++
	}
	w.section(4, count, b)
}

func (w *writer) globalSection() {
	var b []byte
	count := len(w.m.Globals)
	for i := range w.m.Globals {
		g := &w.m.Globals[i]
		b = appendGlobalType(b, g)
		if takenOut(g) {
			b = append(appendConst(b, g.ValType, 0), opEnd)
		} else {
			b = w.constants(b, w.m.initSpans[i])
		}
	}
	if w.metered {
		b = append(b, byte(I32), 1, opI32Const, 0, opEnd)
		count++
	}
	w.section(6, count, b)
}

// constants copies a range that holds constant expressions, with the globals
// they read renumbered or replaced.
func (w *writer) constants(b []byte, s span) []byte {
	if w.removed == 0 {
		return append(b, w.m.src[s.start:s.end]...)
	}
	gets := w.m.gets
	at := s.start
	for i := sort.Search(len(gets), func(i int) bool { return gets[i].start >= s.start }); i < len(gets) && gets[i].end <= s.end; i++ {
		b = append(b, w.m.src[at:gets[i].start]...)
		b = w.globalGet(b, gets[i].index)
		at = gets[i].end
	}
	return append(b, w.m.src[at:s.end]...)
}

// globalGet appends what reads the global with the given old index.
func (w *writer) globalGet(b []byte, index uint32) []byte {
	if g := w.global(index); g != baked {
		return appendU32(append(b, opGlobalGet), g)
	}
	return appendConst(b, w.m.globalType(index).ValType, w.values[index])
}

func (w *writer) exports(o *Output) {
	var b []byte
	count := len(w.m.Exports)
	export := func(name string, kind Kind, index uint32) {
		b = append(appendName(b, name), byte(kind))
		b = appendU32(b, index)
	}
	for _, e := range w.m.Exports {
		if e.Kind == Global {
			e.Index = w.global(e.Index)
		}
		export(e.Name, e.Kind, e.Index)
	}
	for _, g := range o.Globals {
		export(g.Export, Global, w.global(g.Index))
		count++
	}
	if o.Start != "" {
		export(o.Start, Func, w.m.start)
		count++
	}
	if o.Counter != "" {
		export(o.Counter, Global, w.counter)
		count++
	}
	w.section(7, count, b)
}

func (w *writer) elements() {
	s := w.m.elements
	b, count := w.constants(nil, s), w.m.elementCount
	if len(w.m.refs.funcs) > 0 {
		b = w.m.refs.segment(b, w.m.referenceTable())
		count++
	}
	w.section(9, count, b)
}

// data writes the segments up to the last one that code names; the active
// ones are, as after any instantiation, empty.
func (w *writer) data() {
	var b []byte
	for _, seg := range w.m.data[:w.m.dataUsed] {
		b = append(b, 1)
		if seg.passive {
			b = append(appendU32(b, uint32(len(seg.bytes))), seg.bytes...)
		} else {
			b = append(b, 0)
		}
	}
	w.section(11, w.m.dataUsed, b)
}
