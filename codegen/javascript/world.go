package javascript

import (
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit/abi"
)

// types returns wit-world.d.ts.
func (e *emitter) types() file.File {
	var b strings.Builder
	b.WriteString(e.worldSection())
	for _, f := range guest.WorldFuncs(e.w.Imports) {
		b.WriteString(e.rootSection(f))
	}
	for _, i := range e.reach.Imports {
		b.WriteString(e.interfaceSection(i))
	}
	for _, i := range e.reach.Exports {
		if !e.reach.Imported(i) {
			b.WriteString(e.interfaceSection(i))
		}
	}
	// The remarks come first but depend on what was printed.
	text := header + e.remarks()
	if e.hasImportedResource() {
		text += "/// <reference lib=\"esnext.disposable\" />\n"
	}
	return file.File{Path: typesFile, Data: []byte(text + b.String())}
}

// remarks returns what an author has to know about the engine, as far as the
// world's types bring it up.
func (e *emitter) remarks() string {
	list := []string{
		"//",
		"// A function whose WIT result is result<T, E> returns the T. To fail with the E,",
		"// throw it, or an Error that has it as its `payload`. An import fails by throwing",
		"// an Error that has the E as its `payload`.",
	}
	add := func(kind abi.Kind, text ...string) {
		if e.used[kind] {
			list = append(list, text...)
		}
	}
	if e.engine == QuickJS {
		list = append([]string{"// Types of the world " + e.worldID() + " for QuickJS."}, list...)
		add(abi.Option, "// An absent option arrives as null; null, undefined and a missing field all mean", "// absent on the way back.")
		add(abi.U64, "// A u64 is a number, exact below 2**53; from 2**63 on it arrives negative.")
		add(abi.S64, "// An s64 is a number, exact from -(2**53) to 2**53.")
		add(abi.U32, "// A u32 from 2**31 on arrives negative: read it as `x >>> 0`, and pass it on as", "// `x | 0`, or it becomes 2**31 - 1.")
		list = append(list,
			"// The language is all there is: no console, and no fetch, URL, TextEncoder or",
			"// setTimeout. What a guest throws, or puts into an Error, is told to its host.")
	} else {
		list = append([]string{"// Types of the world " + e.worldID() + " for StarlingMonkey."}, list...)
		add(abi.S64,
			"// A negative s64 arrives as 2n**64n plus itself: read it with BigInt.asIntN(64, x).",
			"// It can't be an argument of an import or a result by itself; a part of a result it can.")
		add(abi.U32,
			"// A u32 from 2**31 on can't be an argument of an import or a result by itself; a part",
			"// of a result it can.")
	}
	return strings.Join(list, "\n") + "\n"
}
