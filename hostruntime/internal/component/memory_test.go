package component

import (
	"fmt"
	"runtime"
	"testing"
)

// Whatever the input looks like, decoding it allocates a fixed amount and a
// multiple of its size at most. All sizes count that are ever allocated, so
// that steps nobody counts show too.
func TestMemoryIsProportional(t *testing.T) {
	const (
		fixed   = 16 << 20
		perByte = 200
	)
	many := func(n int, item func(i int) []byte) [][]byte {
		items := make([][]byte, n)
		for i := range items {
			items[i] = item(i)
		}
		return items
	}
	name := func(i int) string { return fmt.Sprintf("n%d", i) }
	// wide is an instance type of n functions, with a resource type or not.
	wide := func(n int, resource bool) []byte {
		decls := [][]byte{declType(fn(nil, nil))}
		if resource {
			decls = [][]byte{declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1)))}
		}
		f := len(decls) - 1
		for i := range n {
			decls = append(decls, declExport(item(name(i), exFunc(f))))
		}
		return instanceType(decls...)
	}
	for _, c := range []struct {
		name string
		src  []byte
	}{
		{"wide instance exported again and again", comp(typeSec(wide(40_000, false)), importSec(item("i", exInstance(0))),
			exportSec(many(20_000, func(i int) []byte { return export(name(i), sInstance, i) })...))},
		{"wide instance with a resource, imported again and again", comp(typeSec(wide(5_000, true)),
			importSec(many(5_000, func(i int) []byte { return item(name(i), exInstance(0)) })...))},
		{"wide instance with a resource, ascribed again and again", comp(typeSec(wide(5_000, true)), importSec(item("i", exInstance(0))),
			exportSec(many(5_000, func(i int) []byte { return exportAs(name(i), sInstance, i, exInstance(0)) })...))},
		{"aliases", comp(typeSec(wide(1, false)), importSec(item("i", exInstance(0))),
			aliasSec(many(90_000, func(int) []byte { return aliasExport(sFunc, 0, "n0") })...))},
		{"outer aliases", comp(typeSec(tString), nestedSec(comp(aliasSec(many(90_000, func(int) []byte { return aliasOuter(sType, 1, 0) })...))))},
		{"bundles of bundles", comp(instanceSec(many(20_000, func(i int) []byte {
			if i == 0 {
				return bundle()
			}
			return bundle(bundled("a", sInstance, i-1), bundled("b", sInstance, i-1))
		})...))},
		{"copies of a named type", comp(typeSec(record(many(10_000, func(i int) []byte { return labelled(name(i), tU8) })...)),
			exportSec(many(50_000, func(i int) []byte { return export(name(i), sType, i) })...))},
		{"values", comp(valueSec(many(40_000, func(int) []byte { return cat(tString, u(2), []byte{1, 'x'}) })...),
			exportSec(many(40_000, func(i int) []byte { return export(name(i), sValue, i) })...))},
		{"lists in one value", comp(typeSec(list(tU8), list(ix(0))), valueSec(cat(ix(1), u(500_003), u(500_000), make([]byte, 500_000))),
			exportSec(export("v", sValue, 0)))},
		{"core types", comp(moduleSec(coreMod(section(1, vec(many(300_000, func(int) []byte { return coreNone })...)))))},
		{"core imports", comp(moduleSec(coreMod(section(1, vec(coreNone)),
			section(2, vec(many(200_000, func(i int) []byte { return cat(str(""), str(name(i)), []byte{0, 0}) })...)))))},
		{"core instances of many exports", comp(withLibc(coreNone),
			coreInstanceSec(many(3_000, func(i int) []byte {
				return coreBundle(fmt.Sprintf("f%d", i), 0)
			})...))},
		{"components in components", chained(90, 1_000)},
		{"labels", comp(typeSec(many(9, func(int) []byte {
			labels := make([]string, 10_000)
			for i := range labels {
				labels[i] = name(i)
			}
			return enum(labels...)
		})...))},
		{"functions of many parameters, lowered", comp(
			typeSec(fn(params(many(1_000, func(i int) []byte { return labelled(name(i), tU64) })...), nil)),
			importSec(item("f", exFunc(0))), withLibc(coreNone),
			canonSec(many(30_000, func(int) []byte { return lower(0, optMem(0)) })...))},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(c.src)
			runtime.ReadMemStats(&after)
			used := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d bytes: %d MB, %d for each byte; %.100v", len(c.src), used>>20, used/uint64(len(c.src)), err)
			if used > fixed+perByte*uint64(len(c.src)) {
				t.Errorf("decoding %d bytes allocates %d", len(c.src), used)
			}
		})
	}
}

// chained returns components nested depth deep, each with n types that the
// innermost one reaches by outer aliases.
func chained(depth, n int) []byte {
	inner := comp()
	for level := range depth {
		var defs [][]byte
		for range n {
			defs = append(defs, aliasOuter(sType, depth-level-1, 0))
		}
		sections := aliasSec(defs...)
		if level == depth-1 {
			sections = nil
		}
		inner = comp(typeSec(tString), sections, nestedSec(inner))
	}
	return inner
}
