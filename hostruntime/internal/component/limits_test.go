package component

import (
	"fmt"
	"testing"
)

func nest(depth int) []byte {
	c := comp()
	for range depth - 1 {
		c = comp(nestedSec(c))
	}
	return c
}

func nestType(depth int) []byte {
	t := instanceType()
	for range depth - 1 {
		t = instanceType(declType(t))
	}
	return comp(typeSec(t))
}

// chain is n types, each made from the one before.
func chain(n int, next func(before int) []byte) []byte {
	types := [][]byte{tU8}
	for i := range n - 1 {
		types = append(types, next(i))
	}
	return comp(typeSec(types...))
}

func TestNestingLimits(t *testing.T) {
	listOf := func(i int) []byte { return list(ix(i)) }
	instanceOf := func(i int) []byte {
		if i == 0 {
			return instanceType()
		}
		return instanceType(declAlias(aliasOuter(sType, 1, i)), declExport(item("i", exInstance(0))))
	}
	checkCases(t, []decodeCase{
		{"deepest components", nest(maxNesting), ""},
		{"too deep components", nest(maxNesting + 1), "nested more than 100 deep"},
		{"deepest types", nestType(maxNesting - 1), ""},
		{"too deep types", nestType(maxNesting + 1), "nested more than 100 deep"},
		{"deepest value type", chain(maxTypeDepth, listOf), ""},
		{"too deep value type", chain(maxTypeDepth+1, listOf), "nested more than 100 deep"},
		{"deepest instance type", chain(maxTypeDepth+1, instanceOf), ""},
		{"too deep instance type", chain(maxTypeDepth+2, instanceOf), "nested more than 100 deep"},
	})
}

func TestCountLimits(t *testing.T) {
	bools := make([]byte, maxDefinitions)
	for i := range bools {
		bools[i] = tBool[0]
	}
	all := func(n int) []byte { return comp(section(7, cat(u(n), bools[:n]))) }
	ps := make([][]byte, maxParams+1)
	for i := range ps {
		ps[i] = labelled(fmt.Sprintf("p%d", i), tU8)
	}
	checkCases(t, []decodeCase{
		{"most definitions", all(maxDefinitions), ""},
		{"too many definitions", cat(all(maxDefinitions), typeSec(tBool)), "more than 100000 definitions"},
		{"most parameters", comp(typeSec(fn(ps[:maxParams], nil))), ""},
		{"too many parameters", comp(typeSec(fn(ps, nil))), "the limit is 1000"},
	})
}

// Two parts in each type make 2^n nodes out of n types.
func TestTypeBombs(t *testing.T) {
	for name, next := range map[string]func(int) []byte{
		"tuple":  func(i int) []byte { return tuple(ix(i), ix(i)) },
		"record": func(i int) []byte { return record(labelled("a", ix(i)), labelled("b", ix(i))) },
		"result": func(i int) []byte { return result(ix(i), ix(i)) },
	} {
		checkCases(t, []decodeCase{
			{name + " of 2^18 nodes", chain(18, next), ""},
			{name + " of 2^64 nodes", chain(64, next), "too"},
		})
	}
	instances := func(i int) []byte {
		if i == 0 {
			return instanceType(declExport(item("r", exSub)))
		}
		return instanceType(declAlias(aliasOuter(sType, 1, i)), declExport(item("a", exInstance(0))), declExport(item("b", exInstance(0))))
	}
	checkCases(t, []decodeCase{
		{"instance type of 2^12 nodes", chain(12, instances), ""},
		{"instance type of 2^64 nodes", chain(64, instances), "too"},
	})
}

// work returns the steps that decoding src takes.
func work(t *testing.T, src []byte, want bool) int {
	t.Helper()
	d := newDecoder(src)
	allowed := d.work
	_, err := d.decode(src)
	if (err == nil) != want {
		t.Fatalf("decoding %d bytes: %v", len(src), err)
	}
	return allowed - d.work
}

// The steps that validation takes grow with the input as long as it is
// accepted, and end soon after the allowance where they would grow faster.
func TestWorkIsProportional(t *testing.T) {
	// instances instantiates n times a component that exports n functions of
	// a resource type: n*n copied functions.
	instances := func(n int) []byte {
		decls := [][]byte{declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1)))}
		for i := range n {
			decls = append(decls, declExport(item(fmt.Sprintf("f%d", i), exFunc(2))))
		}
		made := make([][]byte, n)
		for i := range made {
			made[i] = instantiate(0)
		}
		return comp(typeSec(componentType(decls...)), importSec(item("c", exComponent(0))), instanceSec(made...))
	}
	// plain is the same without resource types: nothing is copied.
	plain := func(n int) []byte {
		decls := [][]byte{declType(fn(nil, nil))}
		for i := range n {
			decls = append(decls, declExport(item(fmt.Sprintf("f%d", i), exFunc(0))))
		}
		made := make([][]byte, n)
		for i := range made {
			made[i] = instantiate(0)
		}
		return comp(typeSec(componentType(decls...)), importSec(item("c", exComponent(0))), instanceSec(made...))
	}
	small, large := work(t, plain(1000), true), work(t, plain(4000), true)
	if large > 5*small+1000 {
		t.Errorf("4 times the input takes %d steps instead of %d", large, small)
	}
	work(t, instances(100), true)
	src := instances(5000)
	spent := work(t, src, false)
	if allowance := baseWork + workPerByte*len(src); spent > allowance+copyWork*10_000 {
		t.Errorf("%d steps were spent, %d are allowed", spent, allowance)
	}
}

// Two component types each of which has the one before in four places, once
// as an import, are compared in one step a level where no resource type makes
// it matter where they are met, and not to the end where one does.
func TestSubtypingBombs(t *testing.T) {
	// compares has two such types of the given depth, of which the innermost
	// holds decl, and passes one where the other is asked for.
	compares := func(depth int, decl []byte) []byte {
		types := [][]byte{componentType(decl), componentType(decl)}
		for i := range 2 * depth {
			types = append(types, componentType(
				declAlias(aliasOuter(sType, 1, i)), declImport(item("a", exComponent(0))),
				declExport(item("b", exComponent(0))), declExport(item("c", exComponent(0))), declExport(item("d", exComponent(0))),
			))
		}
		given, wanted := len(types)-2, len(types)-1
		types = append(types, componentType(declAlias(aliasOuter(sType, 1, wanted)), declImport(item("c", exComponent(0)))))
		return comp(
			typeSec(types...),
			importSec(item("given", exComponent(given)), item("wants", exComponent(wanted+1))),
			instanceSec(instantiate(1, with("c", sComponent, 0))),
		)
	}
	sub, plain := declImport(item("r", exSub)), declType(tU8)
	if steps := work(t, compares(8, plain), true); steps > 1000 {
		t.Errorf("comparing 8 levels without resource types takes %d steps", steps)
	}
	work(t, compares(4, sub), true)
	checkCases(t, []decodeCase{
		{"40 levels of resource types", compares(40, sub), "too"},
	})
}

// Types are compared wherever they are used: long names in them count, or each
// use would cost megabytes of comparing.
func TestLongNamesAreWork(t *testing.T) {
	compares := func(nameLen, uses int) []byte {
		long := func() []byte {
			decls := [][]byte{declType(fn(nil, nil))}
			for i := range 10 {
				name := fmt.Sprintf("f%0*d", nameLen-1, i)
				decls = append(decls, declExport(item(name, exFunc(0))))
			}
			return instanceType(decls...)
		}
		wants := componentType(declAlias(aliasOuter(sType, 1, 1)), declImport(item("i", exInstance(0))))
		made := make([][]byte, uses)
		for i := range made {
			made[i] = instantiate(0, with("i", sInstance, 0))
		}
		return comp(
			typeSec(long(), long(), wants),
			importSec(item("given", exInstance(0)), item("wants", exComponent(2))),
			instanceSec(made...),
		)
	}
	const uses = 1000
	short, long := work(t, compares(10, uses), true), work(t, compares(2560, uses), true)
	if extra, names := long-short, 10*uses*(2560/nameBytesPerStep); extra < names {
		t.Errorf("comparing long names takes %d steps more, want at least %d", extra, names)
	}
	work(t, compares(maxNameLength, 40_000), false)
}
