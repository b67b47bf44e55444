package rewrite

import "testing"

// All that code can change is memory and numeric globals, or Resettable says
// otherwise.
func TestResettable(t *testing.T) {
	for name, row := range map[string]struct {
		code []byte
		want bool
	}{
		"nothing":     {nil, true},
		"table.get":   {seq(i32(0), op(opTableGet, 0, opDrop)), true},
		"table.size":  {op(opMisc, 16, 0, opDrop), true},
		"ref.func":    {seq(op(opRefFunc), u(0), op(opDrop)), true},
		"global.set":  {seq(i32(1), gset(0)), true},
		"memory.init": {seq(i32(0), i32(0), i32(0), op(opMisc, 8, 0, 0)), true},
		"memory.grow": {seq(i32(1), op(opMemoryGrow, 0, opDrop)), true}, // memory tells by its size
		"data.drop":   {op(opMisc, 9, 0), false},
		"table.set":   {seq(i32(0), op(opRefNull, byte(FuncRef)), op(opTableSet, 0)), false},
		"table.grow":  {seq(op(opRefNull, byte(FuncRef)), i32(0), op(opMisc, 15, 0, opDrop)), false},
		"table.fill":  {seq(i32(0), op(opRefNull, byte(FuncRef)), i32(0), op(opMisc, 17, 0)), false},
		"table.copy":  {seq(i32(0), i32(0), i32(0), op(opMisc, 14, 0, 0)), false},
		"table.init":  {seq(i32(0), i32(0), i32(0), op(opMisc, 12, 0, 0)), false},
		"elem.drop":   {op(opMisc, 13, 0), false},
	} {
		m := stateful()
		m.exported("f", nil, nil, nil, row.code)
		if got := parse(t, m.bytes()).Resettable(); got != row.want {
			t.Errorf("%s: %t, want %t", name, got, row.want)
		}
	}
	for name, global := range map[string][]byte{
		"v128":      seq(op(byte(V128), 1, opVector, simdConst), make([]byte, 16), op(opEnd)),
		"funcref":   op(byte(FuncRef), 1, opRefNull, byte(FuncRef), opEnd),
		"externref": op(byte(ExternRef), 1, opRefNull, byte(ExternRef), opEnd),
	} {
		for _, mutable := range []byte{0, 1} {
			m := stateful()
			global[1] = mutable
			m.globals = append(m.globals, global)
			if got := parse(t, m.bytes()).Resettable(); got != (mutable == 0) {
				t.Errorf("global of type %s, mutable %d: %t", name, mutable, got)
			}
		}
	}
}

// stateful returns a module with one of everything that instances change.
func stateful() *asm {
	var m asm
	m.memories = append(m.memories, op(0, 1))
	m.tables = append(m.tables, op(byte(FuncRef), 0, 2))
	m.globals = append(m.globals, seq(op(byte(I32), 1), i32(0), op(opEnd)))
	m.data = append(m.data, seq(op(1), u(1), op(7)))
	m.dataCount = true
	m.elems = append(m.elems, op(1, 0, 1, 0))
	m.exported("g", nil, nil, nil)
	return &m
}
