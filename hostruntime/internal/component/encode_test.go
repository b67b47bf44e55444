package component

import "bytes"

// The functions of this file encode components for the tests of this package,
// in the words of the specification's grammar.

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// u encodes n as unsigned LEB128.
func u(n int) []byte {
	var b []byte
	for v := uint64(n); ; v >>= 7 {
		if v < 0x80 {
			return append(b, byte(v))
		}
		b = append(b, byte(v)|0x80)
	}
}

// ix encodes n as a type index, signed LEB128.
func ix(n int) []byte {
	var b []byte
	for v := n; ; v >>= 7 {
		if v < 0x40 {
			return append(b, byte(v))
		}
		b = append(b, byte(v&0x7f)|0x80)
	}
}

func str(s string) []byte { return cat(u(len(s)), []byte(s)) }

func vec(items ...[]byte) []byte { return cat(u(len(items)), cat(items...)) }

func section(id byte, body []byte) []byte { return cat([]byte{id}, u(len(body)), body) }

// comp encodes a component of the given sections.
func comp(sections ...[]byte) []byte {
	return cat([]byte("\x00asm\x0d\x00\x01\x00"), cat(sections...))
}

// Sections.

func customSec(name string, data []byte) []byte    { return section(0, cat(str(name), data)) }
func moduleSec(module []byte) []byte               { return section(1, module) }
func coreInstanceSec(instances ...[]byte) []byte   { return section(2, vec(instances...)) }
func coreTypeSec(types ...[]byte) []byte           { return section(3, vec(types...)) }
func nestedSec(component []byte) []byte            { return section(4, component) }
func instanceSec(instances ...[]byte) []byte       { return section(5, vec(instances...)) }
func aliasSec(aliases ...[]byte) []byte            { return section(6, vec(aliases...)) }
func typeSec(types ...[]byte) []byte               { return section(7, vec(types...)) }
func canonSec(canons ...[]byte) []byte             { return section(8, vec(canons...)) }
func startSec(fn int, args, results []byte) []byte { return section(9, cat(u(fn), args, results)) }
func importSec(imports ...[]byte) []byte           { return section(10, vec(imports...)) }
func exportSec(exports ...[]byte) []byte           { return section(11, vec(exports...)) }
func valueSec(values ...[]byte) []byte             { return section(12, vec(values...)) }

// Value types.

var (
	tBool   = []byte{0x7f}
	tU8     = []byte{0x7d}
	tU32    = []byte{0x79}
	tU64    = []byte{0x77}
	tF64    = []byte{0x75}
	tChar   = []byte{0x74}
	tString = []byte{0x73}
)

func opt(t []byte) []byte {
	if t == nil {
		return []byte{0}
	}
	return cat([]byte{1}, t)
}

func list(t []byte) []byte                  { return cat([]byte{0x70}, t) }
func fixedList(t []byte, n int) []byte      { return cat([]byte{0x67}, t, u(n)) }
func option(t []byte) []byte                { return cat([]byte{0x6b}, t) }
func result(ok, err []byte) []byte          { return cat([]byte{0x6a}, opt(ok), opt(err)) }
func tuple(types ...[]byte) []byte          { return cat([]byte{0x6f}, vec(types...)) }
func own(i int) []byte                      { return cat([]byte{0x69}, u(i)) }
func borrow(i int) []byte                   { return cat([]byte{0x68}, u(i)) }
func stream(t []byte) []byte                { return cat([]byte{0x66}, opt(t)) }
func future(t []byte) []byte                { return cat([]byte{0x65}, opt(t)) }
func mapOf(k, v []byte) []byte              { return cat([]byte{0x63}, k, v) }
func labelled(name string, t []byte) []byte { return cat(str(name), t) }
func record(fields ...[]byte) []byte        { return cat([]byte{0x72}, vec(fields...)) }
func variant(cases ...[]byte) []byte        { return cat([]byte{0x71}, vec(cases...)) }
func vcase(name string, t []byte) []byte    { return cat(str(name), opt(t), []byte{0}) }

func names(op byte, labels ...string) []byte {
	items := make([][]byte, len(labels))
	for i, l := range labels {
		items[i] = str(l)
	}
	return cat([]byte{op}, vec(items...))
}

func flags(labels ...string) []byte { return names(0x6e, labels...) }
func enum(labels ...string) []byte  { return names(0x6d, labels...) }

// Other types.

func params(ps ...[]byte) [][]byte { return ps }

func fn(params [][]byte, res []byte) []byte { return funcOp(0x40, params, res) }

func asyncFn(params [][]byte, res []byte) []byte { return funcOp(0x43, params, res) }

func funcOp(op byte, params [][]byte, res []byte) []byte {
	if res == nil {
		return cat([]byte{op}, vec(params...), []byte{1, 0})
	}
	return cat([]byte{op}, vec(params...), []byte{0}, res)
}

var resource = []byte{0x3f, 0x7f, 0x00}

func componentType(decls ...[]byte) []byte { return cat([]byte{0x41}, vec(decls...)) }
func instanceType(decls ...[]byte) []byte  { return cat([]byte{0x42}, vec(decls...)) }
func declType(t []byte) []byte             { return cat([]byte{1}, t) }
func declAlias(a []byte) []byte            { return cat([]byte{2}, a) }
func declImport(i []byte) []byte           { return cat([]byte{3}, i) }
func declExport(e []byte) []byte           { return cat([]byte{4}, e) }

// Imports and exports.

func item(name string, externType []byte) []byte { return cat([]byte{0}, str(name), externType) }

func exFunc(i int) []byte      { return cat([]byte{1}, u(i)) }
func exValue(t []byte) []byte  { return cat([]byte{2, 1}, t) }
func exEq(i int) []byte        { return cat([]byte{3, 0}, u(i)) }
func exComponent(i int) []byte { return cat([]byte{4}, u(i)) }
func exInstance(i int) []byte  { return cat([]byte{5}, u(i)) }
func exModule(i int) []byte    { return cat([]byte{0, 0x11}, u(i)) }

var exSub = []byte{3, 1}

// Sorts, by their code.
const (
	sFunc      = 1
	sValue     = 2
	sType      = 3
	sComponent = 4
	sInstance  = 5
)

func ref(sort byte, i int) []byte { return cat([]byte{sort}, u(i)) }

func export(name string, sort byte, i int) []byte {
	return cat([]byte{0}, str(name), ref(sort, i), []byte{0})
}

func exportAs(name string, sort byte, i int, externType []byte) []byte {
	return cat([]byte{0}, str(name), ref(sort, i), []byte{1}, externType)
}

// Instances and aliases.

func with(name string, sort byte, i int) []byte { return cat(str(name), ref(sort, i)) }

func instantiate(component int, args ...[]byte) []byte {
	return cat([]byte{0}, u(component), vec(args...))
}

func bundle(items ...[]byte) []byte { return cat([]byte{1}, vec(items...)) }

func bundled(name string, sort byte, i int) []byte { return cat([]byte{0}, str(name), ref(sort, i)) }

func aliasExport(sort byte, instance int, name string) []byte {
	return cat([]byte{sort, 0}, u(instance), str(name))
}

func aliasOuter(sort byte, count, i int) []byte { return cat([]byte{sort, 2}, u(count), u(i)) }

func aliasCore(sort byte, instance int, name string) []byte {
	return cat([]byte{0, sort, 1}, u(instance), str(name))
}

// Canonical definitions.

func lift(coreFunc int, typ int, opts ...[]byte) []byte {
	return cat([]byte{0, 0}, u(coreFunc), vec(opts...), u(typ))
}

func lower(fn int, opts ...[]byte) []byte { return cat([]byte{1, 0}, u(fn), vec(opts...)) }

func optMem(i int) []byte { return cat([]byte{optMemory}, u(i)) }
func optRea(i int) []byte { return cat([]byte{optRealloc}, u(i)) }
func optRet(i int) []byte { return cat([]byte{optPostReturn}, u(i)) }
func optCb(i int) []byte  { return cat([]byte{optCallback}, u(i)) }

// Core modules.

func coreMod(sections ...[]byte) []byte {
	return cat([]byte("\x00asm\x01\x00\x00\x00"), cat(sections...))
}

func coreFn(params, results []byte) []byte {
	return cat([]byte{0x60}, u(len(params)), params, u(len(results)), results)
}

const (
	i32 = 0x7f
	i64 = 0x7e
	f32 = 0x7d
)

// libc is a core module that exports a memory and functions of the given
// types, called f0, f1 and so on; their bodies only trap.
func libc(types ...[]byte) []byte {
	var funcs, exports, bodies [][]byte
	for i := range types {
		funcs = append(funcs, u(i))
		exports = append(exports, cat(str("f"+string(rune('0'+i))), []byte{0}, u(i)))
		bodies = append(bodies, []byte{3, 0, 0x00, 0x0b})
	}
	exports = append(exports, cat(str("mem"), []byte{2, 0}))
	return coreMod(
		section(1, vec(types...)),
		section(3, vec(funcs...)),
		section(5, vec([]byte{0, 1})),
		section(7, vec(exports...)),
		section(10, vec(bodies...)),
	)
}

// withLibc returns the sections that instantiate libc and alias its memory as
// core memory 0 and its functions as core functions 0 and up.
func withLibc(types ...[]byte) []byte {
	aliases := [][]byte{aliasCore(2, 0, "mem")}
	for i := range types {
		aliases = append(aliases, aliasCore(0, 0, "f"+string(rune('0'+i))))
	}
	return cat(moduleSec(libc(types...)), coreInstanceSec(instantiate(0)), aliasSec(aliases...))
}
