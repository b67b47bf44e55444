package bindings

import (
	"encoding/binary"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/component"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

const witDir = "../types/wit"

// passthrough returns a component of the world with every type, whose exports
// call the imports of the same name with the arguments they were given, and
// return what these return. It has no language engine in it: a core module that
// hands its parameters on, made a component by wasm-tools.
func passthrough(t testing.TB) []byte {
	t.Helper()
	r, err := wit.Load(t.Context(), witDir, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := r.World("types")
	if err != nil {
		t.Fatal(err)
	}
	var m coreModule
	for _, item := range world.Exports {
		for _, f := range item.Interface.Funcs {
			m.forward(item.Name, f.Name, f.ABI())
		}
	}
	return component.New(t, witDir, world.Name, m.bytes())
}

// A coreModule is a core module that forwards calls.
type coreModule struct {
	types, imports, funcs, exports, bodies [][]byte
	pending                                []forward
}

type forward struct {
	export string
	size   uint32 // of the result in memory, 0 where it is flat
	params int    // of the export
}

// forward adds an export that calls the import of the same name.
func (m *coreModule) forward(iface, name string, sig *abi.Func) {
	lower, lift := sig.FlattenLower(), sig.FlattenLift()
	m.imports = append(m.imports, concat(text(iface), text(name), []byte{0x00}, number(len(m.types))))
	m.types = append(m.types, funcType(lower.Params, lower.Results))
	m.funcs = append(m.funcs, number(len(m.types)))
	m.types = append(m.types, funcType(lift.Params, lift.Results))
	f := forward{export: iface + "#" + name, params: len(lift.Params)}
	if lower.ResultInMemory {
		f.size = sig.Result.Size()
	}
	m.pending = append(m.pending, f)
}

// bytes returns the module. Its allocator moves a pointer forward and frees
// nothing; memory starts with one page.
func (m *coreModule) bytes() []byte {
	imported := len(m.imports)
	realloc := imported + len(m.funcs)
	for i, f := range m.pending {
		m.exports = append(m.exports, concat(text(f.export), []byte{0x00}, number(imported+i)))
		m.bodies = append(m.bodies, body(forwardCode(f, i, realloc)...))
	}
	m.funcs = append(m.funcs, number(len(m.types)))
	m.types = append(m.types, funcType([]abi.CoreType{abi.I32, abi.I32, abi.I32, abi.I32}, []abi.CoreType{abi.I32}))
	m.exports = append(m.exports,
		concat(text("cabi_realloc"), []byte{0x00}, number(realloc)),
		concat(text("memory"), []byte{0x02, 0x00}))
	m.bodies = append(m.bodies, body(reallocCode...))
	return concat(
		[]byte("\x00asm\x01\x00\x00\x00"),
		section(1, m.types), section(2, m.imports), section(3, m.funcs),
		section(5, [][]byte{{0x00, 0x01}}),
		section(6, [][]byte{{0x7f, 0x01, 0x41, 0x10, 0x0b}}), // mutable i32, 16
		section(7, m.exports), section(10, m.bodies),
	)
}

// forwardCode pushes the parameters, the place for a result in memory, and
// calls the import; the place is what the export returns then.
func forwardCode(f forward, imported, realloc int) []byte {
	code := []byte{0x01, 0x01, 0x7f} // one local, an i32
	for i := range f.params {
		code = append(code, concat([]byte{0x20}, number(i))...)
	}
	if f.size == 0 {
		return append(code, concat([]byte{0x10}, number(imported), []byte{0x0b})...)
	}
	place := number(f.params)
	return append(code, concat(
		[]byte{0x41, 0x00, 0x41, 0x00, 0x41, 0x08, 0x41}, signed(f.size), // realloc(0, 0, 8, size)
		[]byte{0x10}, number(realloc), []byte{0x22}, place,
		[]byte{0x10}, number(imported), []byte{0x20}, place, []byte{0x0b},
	)...)
}

// reallocCode rounds the heap's end up to the alignment, moves it forward by
// the size, grows memory to hold it, and returns where it was.
var reallocCode = []byte{
	0x01, 0x01, 0x7f, // local 4: the result
	0x23, 0x00, 0x20, 0x02, 0x6a, 0x41, 0x01, 0x6b, // heap + align - 1
	0x41, 0x00, 0x20, 0x02, 0x6b, 0x71, 0x22, 0x04, // & -align
	0x20, 0x03, 0x6a, 0x24, 0x00, // heap = result + size
	0x03, 0x40, // loop
	0x23, 0x00, 0x3f, 0x00, 0x41, 0x10, 0x74, 0x4b, // heap > pages << 16
	0x04, 0x40, // if
	0x41, 0x10, 0x40, 0x00, 0x41, 0x7f, 0x46, // memory.grow(16) == -1
	0x04, 0x40, 0x00, 0x0b, // then unreachable
	0x0c, 0x01, 0x0b, 0x0b, // again
	0x20, 0x04, 0x0b,
}

func funcType(params, results []abi.CoreType) []byte {
	out := concat([]byte{0x60}, number(len(params)))
	for _, p := range params {
		out = append(out, byte(p))
	}
	out = append(out, number(len(results))...)
	for _, r := range results {
		out = append(out, byte(r))
	}
	return out
}

func section(id byte, items [][]byte) []byte {
	content := concat(append([][]byte{number(len(items))}, items...)...)
	return concat([]byte{id}, number(len(content)), content)
}

func body(code ...byte) []byte { return concat(number(len(code)), code) }

func text(s string) []byte { return concat(number(len(s)), []byte(s)) }

func number(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// signed returns a positive number as signed LEB128.
func signed(n uint32) []byte {
	out := number(int(n))
	if out[len(out)-1]&0x40 != 0 {
		out[len(out)-1] |= 0x80
		out = append(out, 0)
	}
	return out
}

func concat(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
