package rewrite

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// guest returns one of two modules of the same code that differ in everything
// that belongs to a guest.
func guest(second bool) []byte {
	var m asm
	limits, value, text, more := op(0, 1), int32(5), "hello", false
	if second {
		limits, value, text, more = op(1, 3, 9), -1, "other text", true
	}
	m.memory(limits...)
	m.global(I32, true, i32(value))
	m.global(I64, true, i64(int64(value)))
	m.global(F64, true, op(opF64Const, 0, 0, 0, 0, 0, 0, byte(value), 1))
	m.global(I32, false, i32(77))
	m.exported("f", vals(I32), vals(I32), nil, gget(0), get(0), op(0x28, 2, 0), add, gget(3), add)
	m.active(i32(0), text)
	if more {
		m.active(i32(64), "and more")
		m.custom = map[string][]byte{"producers": []byte("x")}
	}
	return m.bytes()
}

func TestGuestsShareBytes(t *testing.T) {
	a, b := rewriteAll(t, guest(false), true), rewriteAll(t, guest(true), true)
	if !bytes.Equal(a.Bytes, b.Bytes) {
		t.Errorf("two guests give different modules:\n%x\n%x", a.Bytes, b.Bytes)
	}
	if a.Memory.MinPages != 1 || a.Memory.HasMax || b.Memory.MinPages != 3 || b.Memory.MaxPages != 9 {
		t.Errorf("memories are %+v and %+v", a.Memory, b.Memory)
	}
	if len(a.Data) != 1 || len(b.Data) != 2 || string(b.Data[1].Bytes) != "and more" {
		t.Errorf("data are %v and %v", a.Data, b.Data)
	}
	for _, second := range []bool{false, true} {
		sameAsOriginal(t, guest(second), upTo(12))
	}
}

// Segments that code names keep their places, and those beyond the last one
// named don't make a difference. Active ones are empty there, as the
// specification has it: wazero itself keeps them, so g isn't compared.
func TestPassiveData(t *testing.T) {
	build := func(tail string) []byte {
		var m asm
		m.memory(0, 1)
		m.dataCount = true
		m.active(i32(0), "active")
		m.passive("passive")
		m.active(i32(8), tail)
		// Copies n bytes from offset 0 of segment 1, or of segment 0.
		m.exported("f", vals(I32), vals(I32), nil,
			i32(16), i32(0), get(0), op(opMisc, 8, 1, 0), i32(16), op(0x28, 2, 0))
		m.exported("g", vals(I32), nil, nil, i32(32), i32(0), get(0), op(opMisc, 8, 0, 0))
		m.exported("drop", nil, nil, nil, op(opMisc, 9, 1))
		return m.bytes()
	}
	sameAsOriginal(t, build("tail"), func(mod api.Module) string {
		s := ""
		for _, n := range []uint64{3, 7, 8} {
			s += fmt.Sprintln(outcome(mod, "f", n))
		}
		return s + fmt.Sprintln(outcome(mod, "g", 0), outcome(mod, "drop"), outcome(mod, "f", 0), outcome(mod, "f", 1))
	})
	ctx, r := newRuntime(t)
	mod, err := newHost(t, build("tail"), 100).start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(mod, "g", 1); !strings.Contains(got, "out of bounds") {
		t.Errorf("an active segment can be copied from after instantiation: %s", got)
	}
	a, b := rewriteAll(t, build("tail"), true), rewriteAll(t, build("other tail"), true)
	if !bytes.Equal(a.Bytes, b.Bytes) {
		t.Error("data beyond the segments that code names make a difference")
	}
	if len(a.Data) != 2 {
		t.Errorf("%d active segments, want 2", len(a.Data))
	}
}

// Offsets and initial values that depend on imported globals come out as
// expressions with the right value.
func TestExpressions(t *testing.T) {
	var provider asm
	provider.global(I32, false, i32(100))
	provider.global(I64, false, i64(7))
	provider.global(I32, false, i32(-3))
	for i, name := range []string{"base", "wide", "step"} {
		provider.export(name, Global, uint32(i))
	}
	var m asm
	m.imp("env", "base", Global, op(byte(I32), 0))
	m.imp("env", "wide", Global, op(byte(I64), 0))
	m.imp("env", "step", Global, op(byte(I32), 0))
	m.memory(0, 1)
	m.active(gget(0), "a")
	m.active(seq(gget(0), i32(24), add), "b")
	m.active(seq(gget(0), gget(2), i32(2), mul, sub), "c")
	m.active(seq(i32(6), i32(7), mul, i32(2), sub), "d")
	m.global(I32, true, gget(2))
	m.global(I64, true, gget(1), i64(6), op(opI64Mul), i64(1), op(opI64Add), gget(1), op(opI64Sub))
	m.global(I32, false, gget(0), i32(1), add)
	m.exported("f", nil, vals(I32, I64, I32), nil, gget(3), gget(4), gget(5))
	src := m.bytes()

	ctx, r := newRuntime(t)
	env, err := r.InstantiateWithConfig(ctx, provider.bytes(), wazero.NewModuleConfig().WithName("env"))
	if err != nil {
		t.Fatal(err)
	}
	imported := func(i uint32) uint64 {
		return env.ExportedGlobal([]string{"base", "wide", "step"}[i]).Get()
	}
	orig, err := r.InstantiateWithConfig(ctx, src, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	o := rewriteAll(t, src, false)
	mod, err := r.InstantiateWithConfig(ctx, o.Bytes, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range o.Globals {
		mod.ExportedGlobal(g.Export).(api.MutableGlobal).Set(g.Init.Eval(imported))
	}
	if got, want := outcome(mod, "f"), outcome(orig, "f"); got != want {
		t.Errorf("globals are %s, want %s", got, want)
	}
	mod.Memory().Grow(1)
	for _, seg := range o.Data {
		mod.Memory().Write(uint32(seg.Offset.Eval(imported)), seg.Bytes)
	}
	got, _ := mod.Memory().Read(0, 1<<16)
	want, _ := orig.Memory().Read(0, 1<<16)
	if !bytes.Equal(got, want) {
		t.Error("memories differ")
	}
	if bits, ok := o.Data[3].Offset.Constant(); !ok || bits != 40 {
		t.Errorf("offset 3 is %d, %t", bits, ok)
	}
	if _, ok := o.Data[2].Offset.Constant(); ok {
		t.Error("offset 2 is taken for a constant")
	}
	var reads []uint32
	for i := range o.Data[2].Offset.Globals {
		reads = append(reads, i)
	}
	if fmt.Sprint(reads) != "[0 2]" {
		t.Errorf("offset 2 reads globals %v", reads)
	}
}

// The start function runs after data and globals are in, as it always does.
func TestStart(t *testing.T) {
	var m asm
	m.memory(0, 1)
	m.global(I32, true, i32(10))
	m.active(i32(0), "\x05\x00\x00\x00")
	start := m.fn(m.typ(nil, nil), nil, gget(0), i32(0), op(0x28, 2, 0), add, gset(0))
	m.start = u(start)
	m.exported("f", nil, vals(I32), nil, gget(0))
	if units := sameAsOriginal(t, m.bytes(), callEach(nil)); units != 2 {
		t.Errorf("used %d units, want 2", units)
	}
	if o := rewriteAll(t, m.bytes(), true); !o.Globals[0].Written || o.Start == "" {
		t.Errorf("output is %+v", o)
	}
}

// An export cannot take the name of a private one.
func TestPrivateNames(t *testing.T) {
	var m asm
	m.global(I32, true, i32(1))
	for _, name := range []string{"\x00capsule.counter", "\x00capsule.g0", "\x00capsule''.g0", "\x00capsule'x"} {
		m.exported(name, nil, nil, nil)
	}
	m.exported("f", nil, vals(I32), nil, gget(0))
	o := rewriteAll(t, m.bytes(), true)
	if want := "\x00capsule'''.g0"; o.Globals[0].Export != want {
		t.Errorf("private name is %q, want %q", o.Globals[0].Export, want)
	}
	sameAsOriginal(t, m.bytes(), callEach(nil))
}

// Imports are pointed elsewhere; an imported memory takes any size.
func TestImports(t *testing.T) {
	var m asm
	m.imp("", "add", Func, u(m.typ(vals(I32), vals(I32))))
	m.imp("env", "memory", Memory, op(1, 2, 3))
	m.exported("f", vals(I32), vals(I32), nil, get(0), call(0), op(0x3f, 0), add)
	mod := parse(t, m.bytes())
	if imp := mod.Imports[1]; imp.Kind != Memory || imp.Min != 2 || imp.Max != 3 || !imp.HasMax {
		t.Errorf("import 1 is %+v", imp)
	}
	if imp := mod.Imports[0]; imp.Kind != Func || len(imp.Sig.Params) != 1 || imp.Module != "" {
		t.Errorf("import 0 is %+v", imp)
	}
	if typ := mod.ExportType(mod.Exports[0]); typ.Kind != Func || len(typ.Sig.Results) != 1 {
		t.Errorf("the export's type is %+v", typ)
	}
	o, err := mod.Rewrite(Options{Imports: []Target{{"host", "plus one"}, {"memory", "m"}}, Meter: true})
	if err != nil {
		t.Fatal(err)
	}
	var owner asm
	owner.memory(1, 0, 9)
	owner.export("m", Memory, 0)
	ctx, r := newRuntime(t)
	if _, err := r.InstantiateWithConfig(ctx, rewriteAll(t, owner.bytes(), true).Bytes, wazero.NewModuleConfig().WithName("memory")); err != nil {
		t.Fatal(err)
	}
	_, err = r.NewHostModuleBuilder("host").NewFunctionBuilder().
		WithFunc(func(v uint32) uint32 { return v + 1 }).Export("plus one").Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	inst, err := r.InstantiateWithConfig(ctx, o.Bytes, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	inst.ExportedGlobal(o.Counter).(api.MutableGlobal).Set(10)
	if got := outcome(inst, "f", 41); got != "[42]" {
		t.Errorf("f(41) = %s", got)
	}
	if _, err := mod.Rewrite(Options{}); err == nil {
		t.Error("Rewrite takes too few targets")
	}
}

// baking returns a module that imports globals in every way.
func baking() *asm {
	m := &asm{}
	m.imp("env", "table", Table, op(byte(FuncRef), 0, 8))
	m.imp("env", "got", Global, op(byte(I32), 1))  // 0: import 1
	m.imp("env", "sp", Global, op(byte(I32), 1))   // 1: import 2, written
	m.imp("env", "base", Global, op(byte(I32), 0)) // 2: import 3
	m.imp("env", "wide", Global, op(byte(I64), 1)) // 3: import 4
	m.imp("env", "out", Global, op(byte(I32), 0))  // 4: import 5, exported again
	m.global(I32, true, i32(3))                    // 5
	m.global(I32, false, gget(2), i32(1), add)     // 6
	m.export("again", Global, 4)
	m.export("six", Global, 6)
	f := m.exported("f", nil, vals(I32, I32, I32, I64, I32, I32, I32), nil,
		i32(9), gset(1), gget(5), i32(1), add, gset(5),
		gget(0), gget(1), gget(2), gget(3), gget(4), gget(5), gget(6))
	m.elems = append(m.elems, seq(op(0), gget(2), op(opEnd), op(1), u(f)))
	return m
}

func TestBake(t *testing.T) {
	var provider asm
	provider.tables = append(provider.tables, op(byte(FuncRef), 0, 8))
	provider.global(I32, true, i32(-4))
	provider.global(I32, true, i32(5))
	provider.global(I32, false, i32(6))
	provider.global(I64, true, i64(-7_000_000_000))
	provider.global(I32, false, i32(8))
	provider.export("table", Table, 0)
	for i, name := range []string{"got", "sp", "base", "wide", "out"} {
		provider.export(name, Global, uint32(i))
	}
	ctx, r := newRuntime(t)
	env, err := r.InstantiateWithConfig(ctx, provider.bytes(), wazero.NewModuleConfig().WithName("env"))
	if err != nil {
		t.Fatal(err)
	}
	src := baking().bytes()
	orig, err := r.InstantiateWithConfig(ctx, src, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, src)
	bake := map[int]uint64{}
	can := ""
	for i, imp := range m.Imports {
		can += fmt.Sprint(m.CanBake(i), m.WritesGlobal(i), " ")
		if m.CanBake(i) {
			bake[i] = env.ExportedGlobal(imp.Name).Get()
		}
	}
	if want := "false false true false false true true false true false false false "; can != want {
		t.Errorf("CanBake and WritesGlobal are\n%s, want\n%s", can, want)
	}
	want := outcome(orig, "f")
	for _, meter := range []bool{false, true} {
		o, err := m.Rewrite(Options{Imports: sameTargets(m), Meter: meter, Bake: bake})
		if err != nil {
			t.Fatal(err)
		}
		again := parse(t, o.Bytes)
		if len(again.Imports) != 3 {
			t.Errorf("%d imports are left, want 3", len(again.Imports))
		}
		if offset, ok := again.Elements[0].Offset.Constant(); !ok || offset != 6 {
			t.Errorf("element offset is %d, %t", offset, ok)
		}
		mod, err := r.InstantiateWithConfig(ctx, o.Bytes, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			t.Fatal(err)
		}
		if meter {
			mod.ExportedGlobal(o.Counter).(api.MutableGlobal).Set(1)
		}
		mod.ExportedGlobal(o.Globals[0].Export).(api.MutableGlobal).Set(3)
		if got := outcome(mod, "f"); got != want {
			t.Errorf("f() = %s, want %s", got, want)
		}
		for _, name := range []string{"again", "six"} {
			if got, want := mod.ExportedGlobal(name).Get(), orig.ExportedGlobal(name).Get(); got != want {
				t.Errorf("global %s is %d, want %d", name, got, want)
			}
		}
	}
	for i := range m.Imports {
		if _, err := m.Rewrite(Options{Imports: sameTargets(m), Bake: map[int]uint64{i: 1}}); (err == nil) != m.CanBake(i) {
			t.Errorf("baking import %d: %v", i, err)
		}
	}
	if _, err := m.Rewrite(Options{Imports: sameTargets(m), Bake: map[int]uint64{99: 1}}); err == nil {
		t.Error("an import that doesn't exist is baked")
	}
}

// Tables grow up to their share of the limit and no further.
func TestTableLimit(t *testing.T) {
	var m asm
	m.tables = append(m.tables, op(byte(ExternRef), 0, 2), op(byte(ExternRef), 1, 1, 5))
	m.exported("f", vals(I32), vals(I32, I32), nil,
		op(opRefNull, byte(ExternRef)), get(0), op(opMisc, 15, 0),
		op(opRefNull, byte(ExternRef)), get(0), op(opMisc, 15, 1))
	ctx, r := newRuntime(t)
	mod, err := newHost(t, m.bytes(), 100).start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		delta uint64
		want  string
	}{
		{4, "[2 1]"}, {1, "[6 4294967295]"}, {MaxTableElems / 2, "[4294967295 4294967295]"}, {100, "[7 4294967295]"},
	} {
		if got := outcome(mod, "f", tt.delta); got != tt.want {
			t.Errorf("growing by %d gives %s, want %s", tt.delta, got, tt.want)
		}
	}
}

func TestAddedMemory(t *testing.T) {
	var m asm
	m.exported("f", vals(I32), vals(I32), nil, get(0))
	if o := rewriteAll(t, m.bytes(), true); !o.AddedMemory || o.Memory != nil || o.Counter == "" {
		t.Errorf("with metering: %+v", o)
	}
	if o := rewriteAll(t, m.bytes(), false); o.AddedMemory || o.Counter != "" {
		t.Errorf("without: %+v", o)
	}
	if o := rewriteAll(t, (&asm{}).bytes(), true); o.AddedMemory || o.Counter != "" {
		t.Errorf("without code: %+v", o)
	}
}

// Traces name functions by module and number, which lead back to names.
func TestSymbolize(t *testing.T) {
	var m asm
	m.exported("f", nil, nil, nil, call(1))
	m.fn(0, nil, op(opUnreachable))
	m.custom = map[string][]byte{"name": seq(op(1), u(13), u(2), u(0), appendName(nil, "main"), u(1), appendName(nil, "oops"), op(0xff))}
	src := m.bytes()
	ctx, r := newRuntime(t)
	h := newHost(t, src, 10)
	mod, err := h.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mod.ExportedFunction("f").Call(ctx)
	if err == nil {
		t.Fatal("f returns")
	}
	parsed := parse(t, src)
	got := Symbolize(err.Error(), func(name string) *Module {
		if name != "k0" {
			return nil
		}
		return parsed
	})
	if !strings.Contains(got, "\tk0.$1 oops()") || !strings.Contains(got, "\tk0.$0 main()") {
		t.Errorf("trace is %s", got)
	}
	if name := parsed.FuncName(7); name != "" {
		t.Errorf("function 7 is called %q", name)
	}
}

// Opcodes in longer encodings than need be are written in the shortest, which
// is the only one that wazero reads as a vector instruction.
func TestPaddedOpcodes(t *testing.T) {
	build := func(trunc, splat, abs, lane []byte) []byte {
		var m asm
		m.exported("f", vals(I32), vals(I32), nil,
			op(opF32Const, 0, 0, 0x10, 0xc1), op(opMisc), trunc, // -9 from an f32
			op(opVector), splat, op(opVector), abs, op(opVector), lane, op(2), get(0), add)
		return m.bytes()
	}
	short := build(op(0), op(0x11), op(0xa0, 1), op(0x1b))
	sameAsOriginal(t, short, upTo(2))
	long := build(op(0x80, 0), op(0x91, 0x80, 0), op(0xa0, 0x81, 0x80, 0), op(0x9b, 0))
	if !bytes.Equal(rewriteAll(t, short, true).Bytes, rewriteAll(t, long, true).Bytes) {
		t.Error("the encoding of opcodes makes a difference")
	}
}
