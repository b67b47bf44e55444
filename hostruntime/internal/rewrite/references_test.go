package rewrite

import "testing"

// referencing returns a module with references to two functions, in code, and
// a table of its own.
func referencing() *asm {
	var m asm
	callee := m.typ(nil, vals(I32))
	m.tables = append(m.tables, op(byte(FuncRef), 0, 2))
	one := m.fn(callee, nil, i32(11))
	two := m.fn(callee, nil, i32(22))
	m.export("one", Func, one)
	m.export("two", Func, two)
	put := func(at int32, f uint32) []byte {
		return seq(i32(at), op(opRefFunc), u(f), op(0x26, 0))
	}
	m.exported("f", vals(I32), vals(I32), nil,
		put(0, two), put(1, one), put(1, one),
		get(0), op(0x11), u(callee), u(0))
	return &m
}

// Code gets the same functions from the table that stands in for ref.func.
func TestReferences(t *testing.T) {
	sameAsOriginal(t, referencing().bytes(), upTo(4))
	o := rewriteAll(t, referencing().bytes(), true)
	if m := parse(t, referencing().bytes()); m.ElementItems != 2 || o.TableElems != MaxTableElems+2 {
		t.Errorf("%d elements of segments and %d of tables, want 2 and %d", m.ElementItems, o.TableElems, MaxTableElems+2)
	}
	// Segments of the module's own stay where they are.
	m := referencing()
	m.elems = append(m.elems, seq(op(1, 0, 1, 0)))
	m.exported("g", vals(I32), nil, nil, get(0), i32(0), i32(1), op(opMisc, 12, 0, 0))
	sameAsOriginal(t, m.bytes(), upTo(4))
}

// The table, and the segment that fills it, are no more the module's than the
// counter is.
func TestReferencesAreOutOfReach(t *testing.T) {
	for name, code := range map[string][]byte{
		"table.get":     seq(i32(0), op(0x25, 1, opDrop)),
		"table.set":     seq(i32(0), op(opRefNull, byte(FuncRef), 0x26, 1)),
		"table.size":    op(opMisc, 16, 1, opDrop),
		"table.grow":    seq(op(opRefNull, byte(FuncRef)), i32(0), op(opMisc, 15, 1, opDrop)),
		"table.fill":    seq(i32(0), op(opRefNull, byte(FuncRef)), i32(0), op(opMisc, 17, 1)),
		"table.copy to": seq(i32(0), i32(0), i32(0), op(opMisc, 14, 1, 0)),
		"table.copy":    seq(i32(0), i32(0), i32(0), op(opMisc, 14, 0, 1)),
		"table.init":    seq(i32(0), i32(0), i32(0), op(opMisc, 12, 0, 0)),
		"elem.drop":     op(opMisc, 13, 0),
		"call_indirect": seq(i32(0), op(0x11, 0, 1, opDrop)),
	} {
		t.Run(name, func(t *testing.T) {
			m := referencing()
			m.exported("g", nil, nil, nil, code)
			if _, err := Parse(m.bytes()); err == nil {
				t.Error("accepted")
			}
		})
	}
}
