package rewrite

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// withCode returns a module with a memory and one function of the given code.
func withCode(code ...[]byte) []byte {
	var m asm
	m.memory(0, 1)
	m.fn(m.typ(nil, nil), nil, code...)
	return m.bytes()
}

func with(build func(m *asm)) []byte {
	var m asm
	build(&m)
	return m.bytes()
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name string
		src  []byte
		want string
	}{
		{"empty", nil, "does not start as a core module"},
		{"component", []byte("\x00asm\x0d\x00\x01\x00"), "is a component, not a core module"},
		{"throw", withCode(op(0x08, 0)), "uses exceptions (opcode 0x08, throw), which is off"},
		{"throw_ref", withCode(op(0x0a)), "uses exceptions (opcode 0x0a, throw_ref)"},
		{"try_table", withCode(op(0x1f, emptyType, 0, opEnd)), "uses exceptions (opcode 0x1f, try_table)"},
		{"try", withCode(op(0x06, emptyType, opEnd)), "uses legacy exceptions (opcode 0x06, try)"},
		{"tag section", seq(withCode(), section(13, op(1, 0, 0))), "uses exceptions (a tag section)"},
		{"tag import", with(func(m *asm) { m.imp("a", "b", Tag, op(0, 0)) }), `uses exceptions (imports the tag "b")`},
		{"tag export", with(func(m *asm) { m.export("b", Tag, 0) }), `uses exceptions (exports the tag "b")`},
		{"exnref", withCode(block(op(0x69))), "uses exceptions (type 0x69, exnref)"},
		{"return_call", withCode(op(0x12, 0)), "uses tail calls (opcode 0x12, return_call)"},
		{"return_call_indirect", withCode(op(0x13, 0, 0)), "uses tail calls (opcode 0x13, return_call_indirect)"},
		{"call_ref", withCode(op(0x14, 0)), "uses typed function references (opcode 0x14, call_ref)"},
		{"br_on_null", withCode(op(0xd5, 0)), "uses typed function references (opcode 0xd5, br_on_null)"},
		{"typed reference", withCode(block(op(0x63, 0x70))), "uses typed function references (type 0x63)"},
		{"ref.null of a type", withCode(op(opRefNull, 0, opDrop)), "0x00 is not a value type"},
		{"struct", with(func(m *asm) { m.types = append(m.types, op(0x5f, 0)) }), "uses garbage collection (type form 0x5f)"},
		{"rec", with(func(m *asm) { m.types = append(m.types, op(0x4e, 0)) }), "uses garbage collection (type form 0x4e)"},
		{"anyref", withCode(block(op(0x6e))), "uses garbage collection (type 0x6e)"},
		{"i31", withCode(op(0xfb, 28)), "uses garbage collection (opcode 0xfb"},
		{"atomic", withCode(op(0xfe, 3, 0)), "uses threads (opcode 0xfe, atomic instruction)"},
		{"shared memory", with(func(m *asm) { m.memory(3, 1, 1) }), "uses threads (shared memories, flag 0x03)"},
		{"memory64", with(func(m *asm) { m.memory(4, 1) }), "uses 64-bit memories (memory64, flag 0x04)"},
		{"table64", with(func(m *asm) { m.tables = append(m.tables, op(byte(FuncRef), 4, 1)) }), "uses 64-bit tables"},
		{"page size", with(func(m *asm) { m.memory(8, 1, 0) }), "uses custom page sizes"},
		{"two memories", with(func(m *asm) { m.memory(0, 1); m.memory(0, 1) }), "uses multiple memories (2)"},
		{"own and imported memory", with(func(m *asm) { m.imp("a", "b", Memory, op(0, 1)); m.memory(0, 1) }), "uses multiple memories (2)"},
		{"memory index of an access", withCode(i32(0), op(0x28, 0x42, 1, 0, opDrop)), "uses multiple memories"},
		{"memory index of grow", withCode(i32(0), op(opMemoryGrow, 1, opDrop)), "uses multiple memories (memory index 1)"},
		{"relaxed vectors", withCode(op(opVector, 0x80, 0x02)), "uses relaxed vectors (opcode 0xfd 0x100)"},
		{"table with a value", with(func(m *asm) { m.tables = append(m.tables, op(emptyType, 0, 0x70, 0, 1)) }), "table with an initial value"},

		{"long block type", withCode(op(opBlock, 0xc0, 0x7f, opEnd)), "block type -64 is unknown"},
		{"values left in a function", withCode(i32(1)), "1 values are left at the end of a block with 0 results"},
		{"values left in a loop", withCode(loop(void, op(opUnreachable), i32(1), i64(1), add, i32(1))), "2 values are left"},
		{"values left in an if", withCode(i32(1), ifElse(result(I32), seq(i32(1), i32(1)), i32(1)), op(opDrop)), "2 values are left at the end of a block with 1 results"},
		{"reference to the start function", with(func(m *asm) { m.start = u(m.fn(m.typ(nil, nil), nil, op(opRefFunc, 0, opDrop))) }), "nothing outside of functions names it"},
		{"opcode", withCode(op(0x27)), "opcode 0x27"},

		// What Rewrite appends must stay out of reach.
		{"counter", withCode(gget(0), op(opDrop)), "global 0 is unknown"},
		{"counter in an export", with(func(m *asm) { m.fn(m.typ(nil, nil), nil); m.export("a", Global, 0) }), "global 0 is unknown"},
		{"counter in an expression", with(func(m *asm) { m.fn(m.typ(nil, nil), nil); m.global(I32, false, gget(1)) }), "reads global 1"},
		{"tick", withCode(call(1)), "function 1 is unknown"},
		{"tick by reference", withCode(op(opRefFunc, 1, opDrop)), "function 1 is unknown"},
		{"tick in a table", with(func(m *asm) {
			m.tables = append(m.tables, op(byte(FuncRef), 0, 1))
			m.elems = append(m.elems, seq(op(0), i32(0), op(opEnd), op(1, 1)))
			m.fn(m.typ(nil, nil), nil)
		}), "function 0 is unknown|function 1 is unknown"},
		{"tick as an export", with(func(m *asm) { m.fn(m.typ(nil, nil), nil); m.export("a", Func, 1) }), "func 1 is unknown"},
		{"tick as the start", with(func(m *asm) { m.fn(m.typ(nil, nil), nil); m.start = u(1) }), "function 1 is unknown"},
		{"tick's type", withCode(i32(0), op(0x11, 1, 0)), "type 1 is unknown"},
		{"tick's type of a block", withCode(block(typeIdx(1))), "block type 1 is unknown"},
		{"check's local", withCode(get(0), op(opDrop)), "local 0 is unknown"},
		{"added memory", with(func(m *asm) { m.fn(m.typ(nil, nil), nil, i32(0), op(0x28, 0, 0, opDrop)) }), "accesses memory, but the module has none"},
		{"added memory's size", with(func(m *asm) { m.fn(m.typ(nil, nil), nil, op(0x3f, 0, opDrop)) }), "accesses memory, but the module has none"},
		{"added memory's data", with(func(m *asm) { m.active(i32(0), "a") }), "data segment without a memory"},
		{"added memory as an export", with(func(m *asm) { m.export("a", Memory, 0) }), "memory 0 is unknown"},
		{"label of a wrapper", withCode(br(1)), "branch to unknown label 1"},
		{"label in a table", withCode(i32(0), brTable(0, 1, 0)), "branch to unknown label 1"},

		// What is taken out is checked here, since wazero doesn't see it.
		{"global of another type", with(func(m *asm) { m.global(I32, true, i64(0)) }), "does not give one value of type i32"},
		{"offset of another type", with(func(m *asm) { m.memory(0, 1); m.active(i64(0), "a") }), "does not give one value of type i32"},
		{"mutable global in an offset", with(func(m *asm) {
			m.imp("a", "b", Global, op(byte(I32), 1))
			m.memory(0, 1)
			m.active(gget(0), "a")
		}), "reads global 0, which is not an immutable import"},
		{"operands", with(func(m *asm) { m.global(I32, true, i32(1), add) }), "operands of a constant expression"},
		{"not constant", with(func(m *asm) { m.global(I32, true, i32(1), op(0x45)) }), "opcode 0x45 is not constant"},
		{"start with a parameter", with(func(m *asm) { m.fn(m.typ(vals(I32), nil), nil); m.start = u(0) }), "takes parameters"},
		{"export twice", with(func(m *asm) { m.memory(0, 1); m.export("a", Memory, 0); m.export("a", Memory, 0) }), `exports "a" twice`},

		// Sizes.
		{"count beyond the section", seq(withCode()[:8], section(1, u(1<<31))), "2147483648 types do not fit"},
		{"locals", with(func(m *asm) {
			m.typ(nil, nil)
			m.funcs = append(m.funcs, u(0))
			body := seq(u(1), u(50_001), op(byte(I32)), op(opEnd))
			m.bodies = append(m.bodies, seq(u(uint32(len(body))), body))
		}), "50001 locals, at most 50000"},
		{"locals of many functions", with(func(m *asm) {
			m.typ(nil, nil)
			body := seq(u(1), u(50_000), op(byte(I32)), op(opEnd))
			for range 10 {
				m.funcs = append(m.funcs, u(0))
				m.bodies = append(m.bodies, seq(u(uint32(len(body))), body))
			}
		}), "more locals, parameters and results than its size warrants"},
		{"calls of wide functions", with(func(m *asm) {
			wide := m.typ(nil, make1000(I32))
			m.fn(wide, nil, op(opUnreachable))
			code := []byte{}
			for range 1000 {
				code = append(code, call(0)...)
			}
			m.fn(m.typ(nil, nil), nil, code, op(opUnreachable))
		}), "more locals, parameters and results than its size warrants"},
		{"blocks", withCode(bytes.Repeat(op(opLoop, emptyType, opEnd), 10_001)), "60006 blocks, or what costs as much"},
		{"branches", withCode(bytes.Repeat(seq(i32(0), op(opBrIf, 0)), 15_001)), "60004 blocks"},
		{"labels", withCode(i32(0), op(opBrTable), u(60_000), make([]byte, 60_001)), "60001 blocks"},
		{"divisions", withCode(bytes.Repeat(seq(i32(1), i32(1), op(opI32DivS, opDrop)), 60_001)), "60001 blocks"},
		{"bulk operations", withCode(bytes.Repeat(op(opMisc, 9, 0), 5_001)), "60012 blocks"},
		{"loops with locals", with(func(m *asm) {
			m.fn(m.typ(nil, nil), make1000(I32), bytes.Repeat(op(opLoop, emptyType, opEnd), 401))
		}), "401000 locals times loops"},
		{"blocks with locals", with(func(m *asm) {
			m.fn(m.typ(nil, nil), make1000(I32), bytes.Repeat(op(opBlock, emptyType, opEnd), 2001))
		}), "2001000 locals times blocks"},
		{"calls with globals", with(func(m *asm) {
			for range 1000 {
				m.global(I32, true, i32(0))
			}
			m.fn(m.typ(nil, nil), nil, bytes.Repeat(call(0), 8001))
		}), "8001000 calls times mutable globals"},
		{"loops with globals", with(func(m *asm) {
			for range 1000 {
				m.global(I32, true, i32(0))
			}
			m.fn(m.typ(nil, nil), nil, bytes.Repeat(op(opLoop, emptyType, opEnd), 8001))
		}), "8001000 calls times mutable globals"},
		{"bulk operations with globals", with(func(m *asm) {
			m.memory(0, 1)
			for range 2000 {
				m.global(I32, true, i32(0))
			}
			m.fn(m.typ(nil, nil), nil, bytes.Repeat(seq(i32(0), i32(0), i32(0), op(opMisc, subMemoryFill, 0)), 4001))
		}), "8002000 calls times mutable globals"},
		{"big table", with(func(m *asm) { m.tables = append(m.tables, seq(op(byte(FuncRef), 0), u(MaxTableElems+1))) }), "tables start with 131073 elements"},
		{"memory beyond 4 GiB", with(func(m *asm) { m.memory(seq(op(0), u(65537))...) }), "memory limits exceed 65536 pages"},
		{"data count", with(func(m *asm) { m.memory(0, 1); m.passive("a"); m.fn(m.typ(nil, nil), nil, op(opMisc, 9, 0)) }), "without a data count section"},
		{"sections out of order", seq(withCode(), section(1, u(0))), "comes twice or out of order"},
		{"bytes left in a section", seq(withCode()[:8], section(1, op(0, 0))), "1 bytes are left over"},
		{"missing bodies", seq(withCode()[:8], section(1, op(1, 0x60, 0, 0)), section(3, op(1, 0))), "1 functions have 0 bodies"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.src)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Parse: %v, want an *Error", err)
			}
			ok := false
			for want := range strings.SplitSeq(tt.want, "|") {
				ok = ok || strings.Contains(e.Error(), want)
			}
			if !ok {
				t.Errorf("Parse: %v\nwant: %s", e, tt.want)
			}
			if off := strings.HasPrefix(e.Msg, "uses "); e.FeatureOff != off {
				t.Errorf("FeatureOff is %v: %v", e.FeatureOff, e)
			}
			if e.Offset < 0 || e.Offset > len(tt.src) {
				t.Errorf("offset %d is outside of the %d bytes", e.Offset, len(tt.src))
			}
		})
	}
}

func make1000(t ValType) []ValType {
	types := make([]ValType, 1000)
	for i := range types {
		types[i] = t
	}
	return types
}

func TestErrorSaysWhere(t *testing.T) {
	src := withCode(op(0x01), op(0x08, 0))
	_, err := Parse(src)
	want := "core module at offset 0x1d: code section: uses exceptions (opcode 0x08, throw), which is off"
	if err == nil || err.Error() != want {
		t.Errorf("Parse: %v\nwant: %s", err, want)
	}
}

// everything returns a module with all sections and many instructions.
func everything() []byte {
	var m asm
	m.imp("env", "f", Func, u(m.typ(vals(I32), vals(I32))))
	m.imp("env", "g", Global, op(byte(I32), 0))
	m.imp("env", "t", Table, op(byte(FuncRef), 1, 0, 5))
	m.tables = append(m.tables, op(byte(ExternRef), 0, 3))
	m.memory(1, 1, 2)
	m.global(I32, true, gget(0), i32(4), mul)
	m.global(F64, true, op(opF64Const, 1, 2, 3, 4, 5, 6, 7, 8))
	m.global(FuncRef, true, op(opRefFunc, 0))
	m.global(V128, false, op(opVector, simdConst), make([]byte, 16))
	m.global(I64, false, i64(-1))
	v := m.fn(m.typ(nil, nil), vals(I32, V128),
		get(0), op(opMisc, 8, 0, 0)[:0], i32(1), add, op(opDrop),
		i32(0), i32(0), i32(0), op(opMisc, 8, 1, 0), op(opMisc, 9, 0),
		i32(0), op(opVector, 0x00, 0, 0), op(opVector, 0x15, 3, opDrop),
		get(1), get(1), op(opVector, 0x0d), make([]byte, 16), op(opVector, 0x80, 1, opDrop),
		i32(0), get(1), op(opVector, 0x54, 0, 0, 1, opDrop),
		op(opRefNull, byte(ExternRef), opDrop),
		loop(void, block(void, i32(1), brTable(0, 1, 2))),
		i32(1), i32(2), i32(0), op(0x1c, 1, byte(I32), opDrop))
	m.export("run", Func, v)
	m.export("memory", Memory, 0)
	m.start = u(v)
	m.elems = append(m.elems, seq(op(0), gget(0), op(opEnd), op(1, 0)), seq(op(5, byte(FuncRef), 1, opRefNull, byte(FuncRef), opEnd)))
	m.dataCount = true
	m.active(seq(gget(0), i32(1), sub), "active")
	m.passive("passive")
	m.custom = map[string][]byte{"name": seq(op(1), u(6), op(1, 1, 3), []byte("run"))}
	return m.bytes()
}

// No truncation panics, and none short of the custom section is a module.
func TestTruncated(t *testing.T) {
	src := everything()
	parse(t, src)
	for n := range src {
		m, err := Parse(src[:n:n])
		if err == nil {
			if _, err := m.Rewrite(Options{Imports: sameTargets(m), Meter: true}); err != nil {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	}
	if _, err := Parse(src[:len(src)-30]); err == nil {
		t.Error("a module without its data section is accepted")
	}
}

// No single wrong byte panics.
func TestBytesChanged(t *testing.T) {
	src := everything()
	for i := range src {
		for _, b := range []byte{0, 1, 0x3f, 0x7f, 0x80, 0xff, src[i] + 1, src[i] ^ 0x80} {
			changed := append([]byte(nil), src...)
			changed[i] = b
			if m, err := Parse(changed); err == nil {
				if _, err := m.Rewrite(Options{Imports: sameTargets(m), Meter: true}); err != nil {
					t.Errorf("byte %d set to %#x: %v", i, b, err)
				}
				m.FuncName(0)
			}
		}
	}
}
