package rewrite

// A small assembler, so that tests can say what a module holds without an
// outside tool and can also say what no tool would write.

// asm is a module in parts; fields hold the encoded elements of each section.
type asm struct {
	types, imports, funcs, tables, memories, globals, exports, elems, bodies, data [][]byte
	start                                                                          []byte
	dataCount                                                                      bool
	custom                                                                         map[string][]byte
	imported                                                                       [5]uint32
}

func u(n uint32) []byte { return appendU32(nil, n) }

func seq(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func op(ops ...byte) []byte { return ops }

func i32(v int32) []byte   { return appendConst(nil, I32, uint64(uint32(v))) }
func i64(v int64) []byte   { return appendConst(nil, I64, uint64(v)) }
func get(i uint32) []byte  { return appendU32([]byte{opLocalGet}, i) }
func set(i uint32) []byte  { return appendU32([]byte{0x21}, i) }
func tee(i uint32) []byte  { return appendU32([]byte{opLocalTee}, i) }
func gget(i uint32) []byte { return appendU32([]byte{opGlobalGet}, i) }
func gset(i uint32) []byte { return appendU32([]byte{opGlobalSet}, i) }
func call(i uint32) []byte { return appendU32([]byte{opCall}, i) }
func br(l uint32) []byte   { return appendU32([]byte{opBr}, l) }
func brIf(l uint32) []byte { return appendU32([]byte{opBrIf}, l) }

func brTable(labels ...uint32) []byte {
	b := appendU32([]byte{opBrTable}, uint32(len(labels)-1))
	for _, l := range labels {
		b = appendU32(b, l)
	}
	return b
}

// Block types: void, a value type, or typeIdx of a type.
var void = []byte{emptyType}

func result(t ValType) []byte                { return []byte{byte(t)} }
func typeIdx(i uint32) []byte                { return appendSigned(nil, int64(i)) }
func block(bt []byte, body ...[]byte) []byte { return seq(op(opBlock), bt, seq(body...), op(opEnd)) }
func loop(bt []byte, body ...[]byte) []byte  { return seq(op(opLoop), bt, seq(body...), op(opEnd)) }

func ifElse(bt, then, els []byte) []byte {
	if els == nil {
		return seq(op(opIf), bt, then, op(opEnd))
	}
	return seq(op(opIf), bt, then, op(opElse), els, op(opEnd))
}

var add, sub, mul = op(opI32Add), op(opI32Sub), op(opI32Mul)

func vals(types ...ValType) []ValType { return types }

func (m *asm) typ(params, results []ValType) uint32 {
	m.types = append(m.types, appendTypes(appendTypes([]byte{0x60}, params), results))
	return uint32(len(m.types) - 1)
}

func (m *asm) imp(module, name string, kind Kind, desc []byte) uint32 {
	m.imports = append(m.imports, seq(appendName(nil, module), appendName(nil, name), op(byte(kind)), desc))
	m.imported[kind]++
	return m.imported[kind] - 1
}

// fn adds a function of a given type; the final end is added.
func (m *asm) fn(typ uint32, locals []ValType, code ...[]byte) uint32 {
	b := u(uint32(len(locals)))
	for _, l := range locals {
		b = append(b, 1, byte(l))
	}
	b = seq(b, seq(code...), op(opEnd))
	m.funcs = append(m.funcs, u(typ))
	m.bodies = append(m.bodies, seq(u(uint32(len(b))), b))
	return m.imported[Func] + uint32(len(m.funcs)) - 1
}

// exported adds a function with its own type under a name.
func (m *asm) exported(name string, params, results, locals []ValType, code ...[]byte) uint32 {
	f := m.fn(m.typ(params, results), locals, code...)
	m.export(name, Func, f)
	return f
}

func (m *asm) memory(limits ...byte) { m.memories = append(m.memories, limits) }

func (m *asm) global(t ValType, mutable bool, init ...[]byte) uint32 {
	m.globals = append(m.globals, seq(appendGlobalType(nil, &Extern{ValType: t, Mutable: mutable}), seq(init...), op(opEnd)))
	return m.imported[Global] + uint32(len(m.globals)) - 1
}

func (m *asm) export(name string, kind Kind, index uint32) {
	m.exports = append(m.exports, seq(appendName(nil, name), op(byte(kind)), u(index)))
}

// active adds an active data segment.
func (m *asm) active(offset []byte, content string) {
	m.data = append(m.data, seq(op(0), offset, op(opEnd), appendName(nil, content)))
}

func (m *asm) passive(content string) { m.data = append(m.data, seq(op(1), appendName(nil, content))) }

func section(id byte, content []byte) []byte { return seq(op(id), u(uint32(len(content))), content) }

func vector(id byte, items [][]byte) []byte {
	if len(items) == 0 {
		return nil
	}
	return section(id, seq(u(uint32(len(items))), seq(items...)))
}

func (m *asm) bytes() []byte {
	b := seq([]byte("\x00asm\x01\x00\x00\x00"),
		vector(1, m.types), vector(2, m.imports), vector(3, m.funcs), vector(4, m.tables),
		vector(5, m.memories), vector(6, m.globals), vector(7, m.exports))
	if m.start != nil {
		b = append(b, section(8, m.start)...)
	}
	b = append(b, vector(9, m.elems)...)
	if m.dataCount {
		b = append(b, section(12, u(uint32(len(m.data))))...)
	}
	b = seq(b, vector(10, m.bodies), vector(11, m.data))
	for name, content := range m.custom {
		b = append(b, section(0, seq(appendName(nil, name), content))...)
	}
	return b
}
