package component

import (
	"testing"
)

// Core signatures that canonical definitions ask for.
var (
	coreNone    = coreFn(nil, nil)
	coreRealloc = coreFn([]byte{i32, i32, i32, i32}, []byte{i32})
)

// many returns n parameters of type t.
func many(n int, t []byte) [][]byte {
	ps := make([][]byte, n)
	for i := range ps {
		ps[i] = labelled("p"+string(rune('a'+i)), t)
	}
	return ps
}

func TestLift(t *testing.T) {
	// lifts lifts core function 0 of type core as type f; core function 1 is
	// a realloc and 2 a post-return or callback of type extra.
	lifts := func(core, extra, f []byte, opts ...[]byte) []byte {
		return comp(withLibc(core, coreRealloc, extra), typeSec(list(tU8), f), canonSec(lift(0, 1, opts...)))
	}
	i32s := func(n int) []byte {
		types := make([]byte, n)
		for i := range types {
			types[i] = i32
		}
		return types
	}
	utf8 := []byte{optUTF8}
	async := []byte{optAsync}
	callback := coreFn(i32s(3), i32s(1))
	checkCases(t, []decodeCase{
		{"nothing", lifts(coreNone, coreNone, fn(nil, nil)), ""},
		{"scalars", lifts(coreFn([]byte{i32, i64, 0x7c}, []byte{i32}), coreNone, fn(params(labelled("a", tU8), labelled("b", tU64), labelled("c", tF64)), tChar)), ""},
		{"wrong parameters", lifts(coreNone, coreNone, fn(params(labelled("a", tU8)), nil)), "core function 0 has signature [] -> [] where [i32] -> [] is expected"},
		{"wrong results", lifts(coreNone, coreNone, fn(nil, tU64)), "where [] -> [i64] is expected"},
		{"string parameter", lifts(coreFn(i32s(2), nil), coreNone, fn(params(labelled("a", tString)), nil), optMem(0), optRea(1)), ""},
		{"string parameter without realloc", lifts(coreFn(i32s(2), nil), coreNone, fn(params(labelled("a", tString)), nil), optMem(0)), "option realloc is required"},
		{"string parameter without memory", lifts(coreFn(i32s(2), nil), coreNone, fn(params(labelled("a", tString)), nil)), "option memory is required"},
		{"string result", lifts(coreFn(nil, i32s(1)), coreNone, fn(nil, tString), optMem(0)), ""},
		{"list result without memory", lifts(coreFn(nil, i32s(1)), coreNone, fn(nil, ix(0))), "option memory is required"},
		{"16 parameters", lifts(coreFn(i32s(16), nil), coreNone, fn(many(16, tU8), nil)), ""},
		{"17 parameters", lifts(coreFn(i32s(1), nil), coreNone, fn(many(17, tU8), nil), optMem(0), optRea(1)), ""},
		{"17 parameters without realloc", lifts(coreFn(i32s(1), nil), coreNone, fn(many(17, tU8), nil), optMem(0)), "option realloc is required"},
		{"post-return", lifts(coreFn(nil, i32s(1)), coreFn(i32s(1), nil), fn(nil, tString), optMem(0), optRet(2)), ""},
		{"post-return of another type", lifts(coreFn(nil, i32s(1)), coreNone, fn(nil, tString), optMem(0), optRet(2)), "option post-return uses a core function with an incorrect signature"},
		{"realloc of another type", lifts(coreNone, coreNone, fn(nil, nil), optMem(0), optRea(2)), "option realloc uses a core function with an incorrect signature"},
		{"realloc without memory", lifts(coreNone, coreNone, fn(nil, nil), optRea(1)), "realloc requires memory"},
		{"unknown memory", lifts(coreNone, coreNone, fn(nil, nil), optMem(1)), "unknown core memory 1"},
		{"encoding twice", lifts(coreNone, coreNone, fn(nil, nil), utf8, []byte{optUTF16}), "more than once"},
		{"memory twice", lifts(coreNone, coreNone, fn(nil, nil), optMem(0), optMem(0)), "more than once"},
		{"unknown option", lifts(coreNone, coreNone, fn(nil, nil), []byte{9}), "unknown canonical option"},
		{"not a function type", comp(withLibc(coreNone), typeSec(tU8), canonSec(lift(0, 0))), "a value type where a function type is expected"},
		{"async with callback", lifts(coreFn(nil, i32s(1)), callback, asyncFn(nil, tU64), async, optCb(2)), ""},
		{"async without callback", lifts(coreNone, coreNone, asyncFn(nil, tU64), async), ""},
		{"async of a function that is not", lifts(coreFn(nil, i32s(1)), callback, fn(nil, nil), async, optCb(2)), "requires an async function type"},
		{"callback of another type", lifts(coreFn(nil, i32s(1)), coreNone, asyncFn(nil, nil), async, optCb(2)), "option callback uses a core function with an incorrect signature"},
		{"callback without async", lifts(coreNone, callback, fn(nil, nil), optCb(2)), "callback without async"},
		{"post-return with async", lifts(coreNone, coreNone, asyncFn(nil, nil), async, optRet(2)), "post-return function in async"},
	})
}

// Canonical definitions only work on unshared 32-bit memories.
func TestMemoryOfOptions(t *testing.T) {
	with := func(limits ...byte) []byte {
		mod := coreMod(section(1, vec(coreNone)), section(3, vec(u(0))), section(5, vec(limits)),
			section(7, vec(cat(str("m"), []byte{2, 0}), cat(str("f"), []byte{0, 0}))), section(10, vec([]byte{2, 0, 0x0b})))
		return comp(moduleSec(mod), coreInstanceSec(instantiate(0)), aliasSec(aliasCore(2, 0, "m"), aliasCore(0, 0, "f")),
			typeSec(fn(nil, nil)), canonSec(lift(0, 0, optMem(0))))
	}
	checkCases(t, []decodeCase{
		{"plain", with(0, 1), ""},
		{"with a maximum", with(1, 1, 2), ""},
		{"shared", with(3, 1, 2), "core memory 0 is shared"},
		{"64-bit", with(4, 1), "64-bit memories of canonical definitions are not supported"},
	})
}

func TestLower(t *testing.T) {
	lowers := func(f []byte, opts ...[]byte) []byte {
		return comp(withLibc(coreRealloc, coreNone), typeSec(f), importSec(item("f", exFunc(0))), canonSec(lower(0, opts...)))
	}
	async := []byte{optAsync}
	checkCases(t, []decodeCase{
		{"nothing", lowers(fn(nil, nil)), ""},
		{"string parameter", lowers(fn(params(labelled("a", tString)), nil), optMem(0)), ""},
		{"string parameter without memory", lowers(fn(params(labelled("a", tString)), nil)), "option memory is required"},
		{"string result", lowers(fn(nil, tString), optMem(0), optRea(0)), ""},
		{"string result without realloc", lowers(fn(nil, tString), optMem(0)), "option realloc is required"},
		{"17 parameters without memory", lowers(fn(many(17, tU8), nil)), "option memory is required"},
		{"post-return", lowers(fn(nil, nil), optRet(1)), "post-return cannot be specified for lowerings"},
		{"async", lowers(asyncFn(params(labelled("a", tU8)), tU8), async, optMem(0)), ""},
		{"async result without memory", lowers(asyncFn(nil, tU8), async), "option memory is required"},
		{"async of a function that is not", lowers(fn(nil, nil), async, optMem(0)), "requires an async function type"},
		{"unknown function", comp(canonSec(lower(0))), "unknown func 0"},
	})
	for _, c := range []struct{ f, opts, want string }{
		{f: string(fn(params(labelled("a", tString), labelled("b", tU64)), tU8)), want: "[i32 i32 i64] -> [i32]"},
		{f: string(fn(many(17, tU64), nil)), want: "[i32] -> []"},
		{f: string(fn(nil, tString)), want: "[i32] -> []"},
		{f: string(asyncFn(many(4, tU64), tU8)), opts: string(async), want: "[i64 i64 i64 i64 i32] -> [i32]"},
		{f: string(asyncFn(many(5, tU64), nil)), opts: string(async), want: "[i32] -> [i32]"},
	} {
		opts := [][]byte{optMem(0), optRea(0)}
		if c.opts != "" {
			opts = append(opts, []byte(c.opts))
		}
		decoded := mustDecode(t, lowers([]byte(c.f), opts...))
		def := decoded.Defs[len(decoded.Defs)-1].(*Canon)
		if got := def.Core.String(); got != c.want {
			t.Errorf("%s is lowered to %s, expected %s", def.Type, got, c.want)
		}
	}
}

func TestResourceBuiltins(t *testing.T) {
	c := mustDecode(t, comp(
		withLibc(coreFn([]byte{i32}, nil)),
		typeSec([]byte{0x3f, 0x7f, 1, 0}),
		canonSec([]byte{2, 0}, []byte{3, 0}, []byte{4, 0}),
	))
	def := c.Defs[len(c.Defs)-4].(*TypeDef)
	if def.Resource == nil || !def.Resource.HasDtor || def.Resource.Dtor != 0 {
		t.Errorf("the resource type is %+v", def.Resource)
	}
	for i, want := range []string{"resource.new [i32] -> [i32]", "resource.drop [i32] -> []", "resource.rep [i32] -> [i32]"} {
		canon := c.Defs[len(c.Defs)-3+i].(*Canon)
		if got := canon.Name + " " + canon.Core.String(); got != want || canon.Resource != def.Type.Resource {
			t.Errorf("built-in is %s of %v, expected %s", got, canon.Resource, want)
		}
	}
	checkCases(t, []decodeCase{
		{"drop of an imported resource", comp(importSec(item("r", exSub)), canonSec([]byte{3, 0})), ""},
		{"new of an imported resource", comp(importSec(item("r", exSub)), canonSec([]byte{2, 0})), "resource.new needs a resource type that this component defines"},
		{"rep of an imported resource", comp(importSec(item("r", exSub)), canonSec([]byte{4, 0})), "is not a local resource"},
		{"new of an instance's resource", comp(nestedSec(definesResource), instanceSec(instantiate(0)), aliasSec(aliasExport(sType, 0, "r")), canonSec([]byte{2, 0})), "is not a local resource"},
		{"drop of a value type", comp(typeSec(tU8), canonSec([]byte{3, 0})), "a value type where a resource type is expected"},
		{"destructor of another type", comp(withLibc(coreNone), typeSec([]byte{0x3f, 0x7f, 1, 0})), "wrong signature for a destructor"},
		{"unknown destructor", comp(typeSec([]byte{0x3f, 0x7f, 1, 0})), "unknown core func 0"},
	})
}

func TestAsyncBuiltins(t *testing.T) {
	// Type 0 is stream<u8>, 1 future<string>, 2 stream; core type 0 is the
	// start function of a thread, core table 0 a funcref table.
	table := coreMod(section(4, vec([]byte{0x70, 0, 1})), section(7, vec(cat(str("t"), []byte{1, 0}))))
	builtin := func(canon ...byte) []byte {
		return comp(
			withLibc(coreRealloc), moduleSec(table), coreInstanceSec(instantiate(1)), aliasSec(aliasCore(1, 1, "t")),
			coreTypeSec(coreFn([]byte{i32}, nil), coreNone),
			typeSec(stream(tU8), future(tString), stream(nil)), canonSec(canon),
		)
	}
	good := map[string][]byte{
		"task.cancel [] -> []":                        {0x05},
		"subtask.cancel [i32] -> [i32]":               {0x06, 1},
		"task.return [i64] -> []":                     {0x09, 0, 0x77, 0},
		"task.return [] -> []":                        {0x09, 1, 0, 0},
		"context.get [] -> [i32]":                     {0x0a, i32, 1},
		"context.set [i32] -> []":                     {0x0b, i32, 0},
		"thread.yield [] -> [i32]":                    {0x0c, 0},
		"subtask.drop [i32] -> []":                    {0x0d},
		"stream.new [] -> [i64]":                      {0x0e, 0},
		"stream.read [i32 i32 i32] -> [i32]":          {0x0f, 0, 2, optMemory, 0, optAsync},
		"stream.write [i32 i32 i32] -> [i32]":         {0x10, 2, 0},
		"stream.cancel-read [i32] -> [i32]":           {0x11, 0, 1},
		"stream.drop-writable [i32] -> []":            {0x14, 0},
		"future.new [] -> [i64]":                      {0x15, 1},
		"future.read [i32 i32] -> [i32]":              {0x16, 1, 2, optMemory, 0, optRealloc, 0},
		"future.write [i32 i32] -> [i32]":             {0x17, 1, 1, optMemory, 0},
		"error-context.new [i32 i32] -> [i32]":        {0x1c, 1, optMemory, 0},
		"error-context.debug-message [i32 i32] -> []": {0x1d, 2, optMemory, 0, optRealloc, 0},
		"waitable-set.new [] -> [i32]":                {0x1f},
		"waitable-set.wait [i32 i32] -> [i32]":        {0x20, 0, 0},
		"waitable.join [i32 i32] -> []":               {0x23},
		"backpressure.inc [] -> []":                   {0x24},
		"thread.index [] -> [i32]":                    {0x26},
		"thread.new-indirect [i32 i32] -> [i32]":      {0x27, 0, 0},
		"thread.suspend-then-promote [i32] -> [i32]":  {0x2c, 0},
		"stream.forward [i32 i32] -> []":              {0x2e, 2},
		"future.forward [i32 i32] -> []":              {0x2f, 1},
		"thread.available-parallelism [] -> [i32]":    {0x42, 0},
	}
	for want, canon := range good {
		c, err := Decode(builtin(canon...))
		if err != nil {
			t.Errorf("%s is refused: %v", want, err)
			continue
		}
		def := c.Defs[len(c.Defs)-1].(*Canon)
		if got := def.Name + " " + def.Core.String(); got != want || def.Op != CanonOp(canon[0]) {
			t.Errorf("built-in 0x%02x is %s, expected %s", byte(def.Op), got, want)
		}
	}
	c := mustDecode(t, builtin(0x0b, i32, 1))
	if def := c.Defs[len(c.Defs)-1].(*Canon); def.Slot != 1 {
		t.Errorf("context.set of slot %d", def.Slot)
	}
	c = mustDecode(t, builtin(0x18, 1, 1))
	if def := c.Defs[len(c.Defs)-1].(*Canon); def.Channel.String() != "future<string>" || !def.Options.Async {
		t.Errorf("future.cancel-read is %+v", def)
	}
	checkCases(t, []decodeCase{
		{"unknown", builtin(0x3f), "0x3f is not a canonical definition"},
		{"stream.new of a future", builtin(0x0e, 1), "needs a stream type"},
		{"future.new of a stream", builtin(0x15, 0), "needs a future type"},
		{"stream.read without memory", builtin(0x0f, 0, 0), "option memory is required"},
		{"future.read of strings without realloc", builtin(0x16, 1, 1, optMemory, 0), "option realloc is required"},
		{"debug-message without realloc", builtin(0x1d, 1, optMemory, 0), "option realloc is required"},
		{"async error-context.new", builtin(0x1c, 2, optMemory, 0, optAsync), "cannot specify async"},
		{"task.return with realloc", builtin(0x09, 1, 0, 2, optMemory, 0, optRealloc, 0), "cannot specify another one"},
		{"task.return of a string without memory", builtin(0x09, 0, 0x73, 0), "option memory is required"},
		{"context slot 2", builtin(0x0a, i32, 2), "must be less than 2"},
		{"context of f32", builtin(0x0a, f32, 0), "must be of i32"},
		{"wait with what was cancellable once", builtin(0x20, 1, 0), "non-zero reserved byte"},
		{"yield with what was cancellable once", builtin(0x0c, 1), "non-zero reserved byte"},
		{"wait on an unknown memory", builtin(0x20, 0, 1), "unknown core memory 1"},
		{"async that is neither", builtin(0x06, 2), "0x02 where whether a built-in is async"},
		{"thread of another type", builtin(0x27, 1, 0), "must take a single i32"},
		{"thread on an unknown table", builtin(0x27, 0, 1), "unknown core table 1"},
		{"spawn", builtin(0x40, 0, 0), "thread.spawn-ref and thread.spawn-indirect are not supported"},
		{"shared", builtin(0x42, 1), "shared built-ins are not supported"},
	})
}
