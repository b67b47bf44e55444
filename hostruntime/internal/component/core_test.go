package component

import (
	"strings"
	"testing"
)

// everything is a core module that imports and exports one of each sort.
var everything = coreMod(
	section(1, vec(coreFn([]byte{i32, i64}, []byte{f32}), coreNone)),
	section(2, vec(
		cat(str("m"), str("f"), []byte{0, 0}),
		cat(str("m"), str("t"), []byte{1, 0x70, 1, 1, 5}),
		cat(str("m"), str("mem"), []byte{2, 0, 1}),
		cat(str(""), str("g"), []byte{3, i64, 1}),
	)),
	section(3, vec(u(1))),
	section(6, vec(
		cat([]byte{i32, 0, 0x41}, []byte{42, 0x0b}),
		cat([]byte{f32, 0, 0x43}, []byte{0x0b, 0x0b, 0x0b, 0x0b, 0x0b}),
		cat([]byte{0x70, 0, 0xd2}, []byte{0, 0x0b}),
		cat([]byte{i32, 0, 0x23}, []byte{1, 0x41, 1, 0x6a, 0x0b}),
	)),
	section(7, vec(
		cat(str("own"), []byte{0, 1}), cat(str("f"), []byte{0, 0}), cat(str("t"), []byte{1, 0}),
		cat(str("mem"), []byte{2, 0}), cat(str("g"), []byte{3, 0}), cat(str("ref"), []byte{3, 3}),
	)),
	section(10, vec([]byte{2, 0, 0x0b})),
	section(0, cat(str("name"), []byte("whatever"))),
)

func TestCoreModuleType(t *testing.T) {
	c := mustDecode(t, comp(moduleSec(everything)))
	def := c.Defs[0].(*CoreModule)
	if string(def.Bytes) != string(everything) || def.Pos() != 8+1+len(u(len(everything))) {
		t.Errorf("the module is %d bytes at %d", len(def.Bytes), def.Pos())
	}
	if n := len(def.Type.Imports); n != 4 {
		t.Fatalf("%d imports", n)
	}
	f, table, mem, global := def.Type.Imports[0], def.Type.Imports[1], def.Type.Imports[2], def.Type.Imports[3]
	if f.Module != "m" || f.Name != "f" || f.Func.String() != "[i32 i64] -> [f32]" {
		t.Errorf("import f is %+v %s", f, f.Func)
	}
	if table.Sort != SortCoreTable || table.ValType != coreFuncRef || table.Min != 1 || !table.HasMax || table.Max != 5 {
		t.Errorf("import t is %+v", table)
	}
	if mem.Sort != SortCoreMemory || mem.Min != 1 || mem.HasMax {
		t.Errorf("import mem is %+v", mem)
	}
	if global.Sort != SortCoreGlobal || global.ValType != coreI64 || !global.Mutable || global.Module != "" {
		t.Errorf("import g is %+v", global)
	}
	if x := def.Type.Export("own"); x == nil || x.Func.String() != "[] -> []" {
		t.Errorf("export own is %+v", x)
	}
	if x := def.Type.Export("ref"); x == nil || x.ValType != coreFuncRef || x.Mutable {
		t.Errorf("export ref is %+v", x)
	}
	if x := def.Type.Export("g"); x == nil || x.ValType != coreI64 || !x.Mutable {
		t.Errorf("export g is %+v", x)
	}
	if def.Type.Export("none") != nil {
		t.Error("there is an export called none")
	}
}

func TestCoreModules(t *testing.T) {
	mod := func(sections ...[]byte) []byte { return comp(moduleSec(coreMod(sections...))) }
	typ := section(1, vec(coreNone))
	checkCases(t, []decodeCase{
		{"empty", mod(), ""},
		{"truncated header", comp(moduleSec([]byte("\x00asm\x01"))), "the header of a core module of 8 bytes is expected"},
		{"unknown section", mod(section(14, nil)), "unknown section id 14"},
		{"sections out of order", mod(section(3, vec()), typ), "type section out of order"},
		{"same section twice", mod(typ, typ), "type section out of order"},
		{"tag before global", mod(typ, section(13, vec([]byte{0, 0})), section(6, vec())), ""},
		{"data count before code", mod(section(12, u(0)), section(10, vec()), section(11, vec())), ""},
		{"bytes left in a section", mod(section(1, cat(vec(coreNone), []byte{0}))), "1 bytes left over"},
		{"section beyond the module", mod([]byte{1, 9, 0}), "content of 9 bytes"},
		{"unknown type", mod(section(3, vec(u(0)))), "unknown core type 0"},
		{"export of an unknown func", mod(section(7, vec(cat(str("f"), []byte{0, 0})))), "unknown core func 0"},
		{"two exports of one name", mod(section(5, vec([]byte{0, 1})), section(7, vec(cat(str("m"), []byte{2, 0}), cat(str("m"), []byte{2, 0})))), "two exports of one name"},
		{"two imports of one name", mod(section(2, vec(cat(str("a"), str("m"), []byte{2, 0, 1}), cat(str("a"), str("m"), []byte{2, 0, 1})))), "duplicate import name"},
		{"memory above 4 GiB", mod(section(5, vec(cat([]byte{0}, u(65537))))), "limits of a memory are above 65536"},
		{"maximum below minimum", mod(section(5, vec([]byte{1, 2, 1}))), "above its maximum"},
		{"shared memory without maximum", mod(section(5, vec([]byte{2, 1}))), "must have a maximum"},
		{"64-bit memory", mod(section(5, vec([]byte{4, 1}))), ""},
		{"tag with a result", mod(section(1, vec(coreFn(nil, []byte{i32}))), section(13, vec([]byte{0, 0}))), "the type of a tag has results"},
		{"tag with an attribute", mod(typ, section(13, vec([]byte{1, 0}))), "the attribute 0x00 of a tag"},
		{"pages of a byte", mod(section(5, vec(cat([]byte{8}, u(65537), u(0))))), ""},
		{"64-bit memory with pages of a byte", mod(section(5, vec(cat([]byte{12}, u(65537), u(0))))), ""},
		{"pages of 64 KiB", mod(section(5, vec([]byte{8, 1, 16}))), ""},
		{"too many pages of 64 KiB", mod(section(5, vec(cat([]byte{8}, u(65537), u(16))))), "limits of a memory are above 65536"},
		{"pages of 2 bytes", mod(section(5, vec([]byte{8, 1, 1}))), "invalid custom page size"},
		{"table with pages", mod(section(4, vec([]byte{0x70, 8, 1, 0}))), "0x08 where the limits of a table are expected"},
		{"typed function reference", mod(section(1, vec(coreFn(nil, []byte{0x64, 0x70})))), "reference type 0x64 is not supported"},
		{"struct", mod(section(1, vec([]byte{0x5f, 0}))), "garbage-collected and recursive core types are not supported"},
		{"global that calls", mod(section(6, vec([]byte{i32, 0, 0x10, 0, 0x0b}))), "instruction 0x10 is not valid in a constant expression"},
		{"global without end", mod(section(6, vec([]byte{i32, 0, 0x41, 0}))), "a constant expression is expected"},
	})
}

func TestCoreInstances(t *testing.T) {
	// Module 0 is libc with a function, module 1 imports "env" "x" as x says.
	linked := func(x []byte, exports ...[]byte) []byte {
		user := coreMod(section(1, vec(coreNone, coreFn([]byte{i32}, nil))), section(2, vec(cat(str("env"), str("x"), x))))
		return comp(withLibc(coreNone), moduleSec(user),
			coreInstanceSec(bundle(exports...)), coreInstanceSec(instantiate(1, cat(str("env"), []byte{0x12}, u(1)))))
	}
	fnX := cat(str("x"), []byte{0, 0})
	memX := cat(str("x"), []byte{2, 0})
	checkCases(t, []decodeCase{
		{"func", linked([]byte{0, 0}, fnX), ""},
		{"func of another type", linked([]byte{0, 1}, fnX), "expected [i32] -> [], found [] -> []"},
		{"memory for a func", linked([]byte{0, 0}, memX), "expected a core func, found a core memory"},
		{"memory", linked([]byte{2, 0, 1}, memX), ""},
		{"smaller memory", linked([]byte{2, 0, 2}, memX), "a minimum of 2 is expected, found 1"},
		{"memory without a maximum", linked([]byte{2, 1, 1, 9}, memX), "a maximum of 9 at most"},
		{"missing export", linked([]byte{0, 0}, cat(str("y"), []byte{0, 0})), `does not export an item named "x"`},
		{"export twice", linked([]byte{0, 0}, fnX, fnX), "duplicate export name"},
		{"missing instance", comp(moduleSec(everything), coreInstanceSec(instantiate(0))), `missing module instantiation argument named "m"`},
		{"instance twice", comp(moduleSec(coreMod()), coreInstanceSec(instantiate(0)), coreInstanceSec(instantiate(0,
			cat(str("a"), []byte{0x12, 0}), cat(str("a"), []byte{0x12, 0})))), "duplicate module instantiation argument"},
		{"argument that is no instance", comp(moduleSec(coreMod()), coreInstanceSec(instantiate(0, cat(str("a"), []byte{0, 0})))), "0x12 (instance) is expected"},
		{"unknown module", comp(coreInstanceSec(instantiate(0))), "unknown core module 0"},
		{"alias of an unknown export", comp(moduleSec(coreMod()), coreInstanceSec(instantiate(0)), aliasSec(aliasCore(0, 0, "f"))), `has no export named "f"`},
		{"alias of another sort", comp(moduleSec(libc()), coreInstanceSec(instantiate(0)), aliasSec(aliasCore(0, 0, "mem"))), "is a core memory where a core func is expected"},
	})
}

func TestCoreModuleTypes(t *testing.T) {
	// gives passes libc with one function where a module of type wanted is
	// asked for.
	gives := func(wanted []byte) []byte {
		return comp(
			moduleSec(libc(coreNone)), coreTypeSec(wanted), typeSec(componentType(
				cat([]byte{0}, wanted), declImport(item("m", exModule(0))))),
			importSec(item("c", exComponent(0))),
			instanceSec(instantiate(0, cat(str("m"), []byte{0, 0x11}, u(0)))),
		)
	}
	module := func(decls ...[]byte) []byte { return cat([]byte{0x50}, vec(decls...)) }
	typ := func(f []byte) []byte { return cat([]byte{1}, f) }
	exp := func(name string, x ...byte) []byte { return cat([]byte{3}, str(name), x) }
	imp := func(name string, x ...byte) []byte { return cat([]byte{0}, str("m"), str(name), x) }
	checkCases(t, []decodeCase{
		{"nothing asked for", gives(module()), ""},
		{"export asked for", gives(module(typ(coreNone), exp("f0", 0, 0))), ""},
		{"more imports offered", gives(module(typ(coreNone), imp("f", 0, 0), exp("mem", 2, 0, 1))), ""},
		{"missing export", gives(module(typ(coreNone), exp("f1", 0, 0))), `missing expected export "f1"`},
		{"export of another type", gives(module(typ(coreFn([]byte{i32}, nil)), exp("f0", 0, 0))), "expected [i32] -> [], found [] -> []"},
		{"export twice", gives(module(exp("mem", 2, 0, 1), exp("mem", 2, 0, 1))), "duplicate export name"},
		{"import twice", gives(module(imp("mem", 2, 0, 1), imp("mem", 2, 0, 1))), "duplicate import name"},
		{"module in a module", comp(coreTypeSec(module(typ(module())))), "a core type is expected"},
		{"subtype in a module", comp(coreTypeSec(module(typ(cat([]byte{0x50, 0}, coreNone))))), ""},
		{"function of a subtype", comp(coreTypeSec(module(typ(cat([]byte{0x50, 0}, coreNone)), exp("f", 0, 0)))), "functions of core types with subtypes are not supported"},
		{"tag of a subtype", comp(coreTypeSec(module(typ(cat([]byte{0x50, 0}, coreNone)), exp("t", 4, 0, 0)))), "functions of core types with subtypes are not supported"},
		{"outer alias", comp(coreTypeSec(coreNone, module(cat([]byte{2, 0x10, 1}, u(1), u(0)), exp("f", 0, 0)))), ""},
		{"outer alias of a module type", comp(coreTypeSec(module(), module(cat([]byte{2, 0x10, 1}, u(1), u(0))))), "cannot alias a module type"},
		{"local alias", comp(coreTypeSec(module(typ(coreNone), cat([]byte{2, 0x10, 1}, u(0), u(0)), exp("f", 0, 1)))), ""},
		{"alias too far out", comp(coreTypeSec(module(cat([]byte{2, 0x10, 1}, u(2), u(0))))), "invalid outer alias count"},
		{"function type with subtypes", comp(coreTypeSec(coreNone, cat([]byte{0, 0x50, 0}, coreNone))), ""},
		{"function type with a supertype", comp(coreTypeSec(cat([]byte{0, 0x50, 1, 0}, coreNone))), "core types with supertypes are not supported"},
		{"alias of a function type with subtypes", comp(coreTypeSec(cat([]byte{0, 0x50, 0}, coreNone), module(cat([]byte{2, 0x10, 1}, u(1), u(0))))), "core types with subtypes are not supported"},
		{"unknown declarator", comp(coreTypeSec(module([]byte{4}))), "0x04 where a module declarator"},
	})
}

func TestLongNamesAreCut(t *testing.T) {
	long := strings.Repeat("x", 5000)
	_, err := Decode(comp(moduleSec(coreMod()), coreInstanceSec(instantiate(0)), aliasSec(aliasCore(0, 0, long))))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("the message has %d bytes", len(err.Error()))
	}
}
