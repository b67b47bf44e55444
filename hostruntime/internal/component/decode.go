package component

import (
	"bytes"

	"github.com/capsule-kit/capsule/internal/sourcemap"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A decoder is the state of one Decode.
type decoder struct {
	features Features
	// work is what is left of the steps allowed for walking types.
	work int
	// definitions counts definitions and declarators read so far.
	definitions int
	known       map[*abi.Type]facts
	knownFuncs  map[*abi.Func]funcFacts
	// handles says for own and borrow types by which entry of the type space
	// their resource type was named.
	handles map[*abi.Type]*label
	// copies are the value types made by imports and exports of a type, with
	// the type they are a copy of: a name for a type is another type.
	copies map[*abi.Type]*abi.Type
	// rep64 are the resource types that an i64 represents.
	rep64 map[*abi.Resource]bool
	// matched are pairs of component types without resource types that match.
	matched map[pair]bool
}

var magic = []byte{0x00, 'a', 's', 'm'}

const (
	componentVersion = 0x0d
	componentLayer   = 0x01
	preambleSize     = 8
)

// Decode decodes and validates a component.
//
// The result aliases src, which must not change afterwards. Core modules are
// read for their imports and exports only; the bodies of their functions are
// not validated. Everything else is, including what this project doesn't
// execute, such as asynchronous built-ins.
//
// Errors: *Error with the offset of the first item that is wrong.
//
// Spec: Binary.
func Decode(src []byte) (*Component, error) {
	return DecodeWith(src, DefaultFeatures)
}

// DecodeWith is Decode with the given features instead of the default ones.
func DecodeWith(src []byte, features Features) (*Component, error) {
	d := newDecoder(src)
	d.features = features
	return d.decode(src)
}

func newDecoder(src []byte) *decoder {
	return &decoder{
		work:       min(baseWork+workPerByte*len(src), maxWork),
		known:      make(map[*abi.Type]facts),
		knownFuncs: make(map[*abi.Func]funcFacts),
		handles:    make(map[*abi.Type]*label),
		copies:     make(map[*abi.Type]*abi.Type),
		rep64:      make(map[*abi.Resource]bool),
		matched:    make(map[pair]bool),
	}
}

func (d *decoder) decode(src []byte) (*Component, error) {
	r := &reader{src: src, end: len(src)}
	if len(src) == 0 {
		r.fail(0, "the input is empty; a WebAssembly component is expected")
		return nil, r.err
	}
	c, _ := d.component(r, nil, 1)
	if r.err != nil {
		return nil, r.err
	}
	return c, nil
}

// preamble reads magic, version and layer.
func preamble(r *reader) {
	start := r.pos
	have := r.src[start:r.end]
	if !bytes.HasPrefix(have, magic[:min(len(have), len(magic))]) {
		r.fail(start, "the magic header is missing: this is not a WebAssembly component")
		return
	}
	if len(have) < preambleSize {
		r.fail(r.end, "the input ends after %d bytes; the header of a component has %d", len(have), preambleSize)
		return
	}
	version := uint16(have[4]) | uint16(have[5])<<8
	layer := uint16(have[6]) | uint16(have[7])<<8
	switch {
	case version == 1 && layer == 0:
		r.fail(start, "this is a core WebAssembly module, not a component")
	case layer == 0:
		r.fail(start+4, "this is a core WebAssembly module of unknown version %d, not a component", version)
	case layer != componentLayer:
		r.fail(start+6, "unknown layer %d where %d (component) is expected", layer, componentLayer)
	case version != componentVersion:
		r.fail(start+4, "unknown component version 0x%x where 0x%x is expected", version, componentVersion)
	}
	r.pos += preambleSize
}

// sections are the section ids of a component.
var sectionNames = [...]string{
	"custom", "core module", "core instance", "core type", "component",
	"instance", "alias", "type", "canon", "start", "import", "export", "value",
}

// component reads a component that takes up all of r, at the given nesting.
func (d *decoder) component(r *reader, parent *scope, nesting int) (*Component, *ComponentType) {
	c := &Component{Offset: r.pos, Size: r.left()}
	if nesting > maxNesting {
		r.fail(r.pos, "components are nested more than %d deep", maxNesting)
		return nil, nil
	}
	preamble(r)
	s := newScope(componentScope, parent)
	for r.more() {
		r.item = r.pos
		id := r.byte("a section id")
		if int(id) >= len(sectionNames) {
			r.fail(r.item, "unknown section id 0x%02x: the component is damaged, or followed by something else", id)
			break
		}
		size := r.u32("the size of the " + sectionNames[id] + " section")
		sub := r.sub(size, sectionNames[id])
		if sub.err == nil {
			d.section(sub, id, c, s, nesting)
		}
		if sub.err == nil && sub.left() > 0 {
			sub.fail(sub.pos, "%d bytes left over at the end of the section", sub.left())
		}
		if r.err == nil {
			r.err = sub.err
		}
	}
	t := d.finish(r, s)
	return c, t
}

func (d *decoder) section(r *reader, id byte, c *Component, s *scope, nesting int) {
	switch id {
	case 0:
		name := r.name("the name of a custom section")
		content := r.bytes(uint32(r.left()), "the content")
		if name == sourcemap.Section {
			c.SourceMap = content
		}
	case 1:
		d.add(r, c, func() Def { return d.coreModule(r, s) })
	case 2:
		d.vector(r, c, func() Def { return d.coreInstance(r, s) })
	case 3:
		d.vector(r, c, func() Def { return d.coreTypeDef(r, s) })
	case 4:
		d.add(r, c, func() Def {
			def := &Nested{Position: Position(r.pos)}
			var t *ComponentType
			def.Component, t = d.component(r, s, nesting+1)
			s.components = append(s.components, t)
			return def
		})
	case 5:
		d.vector(r, c, func() Def { return d.instance(r, s) })
	case 6:
		d.vector(r, c, func() Def { return d.alias(r, s) })
	case 7:
		d.vector(r, c, func() Def { return d.typeDef(r, s, nesting) })
	case 8:
		d.vector(r, c, func() Def { return d.canon(r, s) })
	case 9:
		d.add(r, c, func() Def { return d.start(r, s) })
	case 10:
		d.vector(r, c, func() Def {
			def := d.importDef(r, s)
			c.Imports = append(c.Imports, def)
			return def
		})
	case 11:
		d.vector(r, c, func() Def {
			def := d.exportDef(r, s)
			c.Exports = append(c.Exports, def)
			return def
		})
	case 12:
		d.vector(r, c, func() Def { return d.value(r, s) })
	}
}

// vector reads a section that holds a vector of definitions.
func (d *decoder) vector(r *reader, c *Component, read func() Def) {
	n := r.count(maxDefinitions, "definitions")
	for range n {
		d.add(r, c, read)
		if r.err != nil {
			return
		}
	}
}

// add reads one definition.
func (d *decoder) add(r *reader, c *Component, read func() Def) {
	r.item = r.pos
	if !d.define(r) {
		return
	}
	if def := read(); r.err == nil {
		c.Defs = append(c.Defs, def)
	}
}

// define counts one more definition or declarator.
func (d *decoder) define(r *reader) bool {
	if d.definitions++; d.definitions > maxDefinitions {
		r.fail(r.item, "the component has more than %d definitions", maxDefinitions)
	}
	return r.err == nil
}

// charge takes n steps off the work allowed for this input.
func (d *decoder) charge(r *reader, n int) bool {
	if d.work -= n; d.work < 0 {
		r.fail(r.item, "the component's types are too complex: comparing them takes too many steps for an input of this size")
	}
	return r.err == nil
}

// chargeName takes off what comparing a name costs beyond its node: types are
// compared again wherever they are used, however long the names in them are.
func (d *decoder) chargeName(r *reader, name string) bool {
	return d.charge(r, len(name)/nameBytesPerStep)
}

// finish checks what holds for a component or component type as a whole and
// returns its type.
func (d *decoder) finish(r *reader, s *scope) *ComponentType {
	t := &ComponentType{Imports: s.imports.items, Exports: s.exports.items, params: s.params}
	if r.err != nil {
		return t
	}
	r.item = r.end
	for i, v := range s.values {
		if !v.used && s.kind == componentScope {
			r.fail(r.item, "value %d is never used; every value must be used exactly once", i)
			return t
		}
	}
	t.shape = shape{depth: 1, size: 1}
	for _, list := range [][]NamedExtern{t.Imports, t.Exports} {
		for i := range list {
			t.shape.add(d.externShape(&list[i].Extern))
		}
	}
	if !d.checkShape(r, t.shape, "component type") {
		return t
	}
	t.importIndex, t.exportIndex = buildIndex(t.Imports), buildIndex(t.Exports)
	if t.shape.resources {
		t.fresh = d.escaping(r, s)
	}
	return t
}

// checkShape refuses types beyond the limits.
func (d *decoder) checkShape(r *reader, s shape, what string) bool {
	if s.depth > maxTypeDepth {
		r.fail(r.item, "the %s is nested more than %d deep", what, maxTypeDepth)
	}
	if s.size > maxTypeSize {
		r.fail(r.item, "the %s is too large: more than %d nodes when written out", what, maxTypeSize)
	}
	return r.err == nil
}
