package component

import (
	"testing"

	"github.com/capsule-kit/capsule/wit/abi"
)

// resourceOf returns the resource type that export path of an instance type
// is.
func resourceOf(t *testing.T, it *InstanceType, path ...string) *abi.Resource {
	t.Helper()
	for _, name := range path[:len(path)-1] {
		x := it.Export(name)
		if x == nil || x.Instance == nil {
			t.Fatalf("no instance %q in %s", name, it)
		}
		it = x.Instance
	}
	x := it.Export(path[len(path)-1])
	if x == nil || x.Type == nil || x.Type.Resource == nil {
		t.Fatalf("no resource type %q in %s", path, it)
	}
	return x.Type.Resource
}

// definesResource is a component that defines and exports resource type r and
// exports a second name for it.
var definesResource = comp(
	typeSec(resource),
	exportSec(export("r", sType, 0), export("also-r", sType, 0)),
)

func TestEachInstanceHasItsOwnResources(t *testing.T) {
	c := mustDecode(t, comp(nestedSec(definesResource), instanceSec(instantiate(0), instantiate(0))))
	first, second := c.Defs[1].(*Instantiate).Type, c.Defs[2].(*Instantiate).Type
	r := resourceOf(t, first, "r")
	if r != resourceOf(t, first, "also-r") {
		t.Error("two names of one resource type are two resource types")
	}
	if r == resourceOf(t, second, "r") {
		t.Error("two instances share a resource type")
	}
	inner := c.Defs[0].(*Nested).Component
	if defined := inner.Defs[0].(*TypeDef); r == defined.Type.Resource || defined.Resource == nil {
		t.Error("an instance's resource type is the one of the definition")
	}
	if inner.Exports[0].Type.Type.Resource != inner.Defs[0].(*TypeDef).Type.Resource {
		t.Error("exporting a resource type without ascription makes another one")
	}
	if r.Name != "r" {
		t.Errorf("the resource type is called %q", r.Name)
	}
}

// usesResource is a component type that imports resource type r and exports
// a function that returns it.
var usesResource = componentType(
	declImport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("make", exFunc(2))),
)

func TestArgumentsReplaceResources(t *testing.T) {
	c := mustDecode(t, comp(
		typeSec(usesResource, resource, resource),
		importSec(item("c", exComponent(0))),
		instanceSec(instantiate(0, with("r", sType, 1)), instantiate(0, with("r", sType, 2))),
	))
	for i := range 2 {
		want := c.Defs[1+i].(*TypeDef).Type.Resource
		it := c.Defs[4+i].(*Instantiate).Type
		if got := it.Export("make").Func.Result.Resource; got != want {
			t.Errorf("instance %d makes %p %q, expected %p %q", i, got, got.Name, want, want.Name)
		}
	}
}

func TestImportsHaveTheirOwnResources(t *testing.T) {
	c := mustDecode(t, comp(
		typeSec(instanceType(
			declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("make", exFunc(2))),
		)),
		importSec(item("a", exInstance(0)), item("b", exInstance(0)), item("r", exSub)),
	))
	a, b := c.Imports[0].Type.Instance, c.Imports[1].Type.Instance
	if resourceOf(t, a, "r") == resourceOf(t, b, "r") {
		t.Error("two imports of one instance type share a resource type")
	}
	if got := a.Export("make").Func.Result.Resource; got != resourceOf(t, a, "r") {
		t.Error("the function of an import doesn't return the resource type of the import")
	}
	if got := c.Imports[2].Type.Type.Resource; got == nil || got.Name != "r" {
		t.Errorf("import r is %+v", got)
	}
}

// What messages call a resource type is the name it is exported by, also where
// a nested component only passes it through, as toolchains have it.
func TestResourceNames(t *testing.T) {
	through := comp(importSec(item("import-type-r", exSub)), exportSec(export("counter", sType, 0)))
	c := mustDecode(t, comp(
		typeSec(resource, resource, resource),
		nestedSec(through),
		instanceSec(instantiate(0, with("import-type-r", sType, 0)), bundle(bundled("gauge", sType, 1))),
		exportSec(export("a:b/c", sInstance, 0)),
	))
	for i, want := range []string{"counter", "gauge", "resource-2"} {
		if got := c.Defs[i].(*TypeDef).Type.Resource.Name; got != want {
			t.Errorf("resource type %d is called %q, expected %q", i, got, want)
		}
	}
}

func TestAscriptionHidesResource(t *testing.T) {
	c := mustDecode(t, comp(nestedSec(comp(
		typeSec(resource),
		exportSec(export("r1", sType, 0), exportAs("r2", sType, 0, exSub)),
	)), instanceSec(instantiate(0))))
	it := c.Defs[1].(*Instantiate).Type
	if resourceOf(t, it, "r1") == resourceOf(t, it, "r2") {
		t.Error("r2 is known to be r1 in spite of its ascribed type")
	}
}

// An argument's named types take the place of the import's, so that what the
// instance exports is visible by the names of the enclosing component.
func TestArgumentsReplaceNamedTypes(t *testing.T) {
	inner := comp(
		typeSec(enum("a", "b")),
		importSec(item("e", exEq(0))),
		typeSec(fn(nil, ix(1))),
		withLibc(coreFn(nil, []byte{i32})),
		canonSec(lift(0, 2)),
		exportSec(export("g", sFunc, 0)),
	)
	// Type 0 of the outer component is an enum, type 1 a name for it.
	outer := func(e int) []byte {
		return comp(
			nestedSec(inner),
			typeSec(enum("a", "b")),
			importSec(item("e", exEq(0))),
			instanceSec(instantiate(0, with("e", sType, e))),
			exportSec(export("i", sInstance, 0)),
		)
	}
	checkCases(t, []decodeCase{
		{"by a named one", outer(1), ""},
		{"by an unnamed one", outer(0), "not valid to be used as export"},
	})
	c := mustDecode(t, outer(1))
	named := c.Imports[0].Type.Type.Value
	if got := c.Exports[0].Type.Instance.Export("g").Func.Result; got != named {
		t.Error("the function of the instance doesn't return the type given to it")
	}
}

// The same, with types that an instance exports, twice.
func TestArgumentsReplaceTypesOfInstances(t *testing.T) {
	exportsEnum := instanceType(declType(enum("a", "b")), declExport(item("e", exEq(0))))
	inner := comp(
		typeSec(exportsEnum),
		importSec(item("i", exInstance(0))),
		aliasSec(aliasExport(sType, 0, "e")),
		typeSec(fn(nil, ix(1))),
		withLibc(coreFn(nil, []byte{i32})),
		canonSec(lift(0, 2)),
		exportSec(export("g", sFunc, 0)),
	)
	c := mustDecode(t, comp(
		nestedSec(inner),
		typeSec(exportsEnum),
		importSec(item("i", exInstance(0))),
		instanceSec(instantiate(0, with("i", sInstance, 0)), instantiate(0, with("i", sInstance, 0))),
		exportSec(export("x", sInstance, 1), export("y", sInstance, 2)),
	))
	named := c.Imports[0].Type.Instance.Export("e").Type.Value
	for _, e := range c.Exports {
		if got := e.Type.Instance.Export("g").Func.Result; got != named {
			t.Errorf("the function of %s doesn't return the type of the import", e.Name)
		}
	}
}

// Resource types are replaced inside of every kind of type.
func TestArgumentsReplaceResourcesEverywhere(t *testing.T) {
	ct := componentType(
		declImport(item("r", exSub)),
		declType(own(0)), declType(borrow(0)), // 1, 2
		declType(record(labelled("a", tU8), labelled("b", ix(1)))),                      // 3
		declExport(item("rec", exEq(3))),                                                // 4
		declType(variant(vcase("a", nil), vcase("b", ix(4)))),                           // 5
		declExport(item("var", exEq(5))),                                                // 6
		declType(list(ix(6))), declType(mapOf(tString, ix(7))), declType(option(ix(8))), // 7, 8, 9
		declType(fn(params(labelled("a", ix(9)), labelled("b", ix(2))), nil)), // 10
		declExport(item("f", exFunc(10))),
		declType(componentType( // 11
			declAlias(aliasOuter(sType, 1, 0)), declImport(item("r", exEq(0))),
			declType(borrow(1)), declType(fn(params(labelled("a", ix(2))), nil)), declImport(item("f", exFunc(3))),
		)),
		declExport(item("c", exComponent(11))),
		declExport(item("ct", exEq(11))),
		declType(instanceType(declAlias(aliasOuter(sType, 1, 10)), declExport(item("f", exFunc(0))))), // 13
		declExport(item("i", exInstance(13))),
	)
	c := mustDecode(t, comp(typeSec(ct, resource), importSec(item("c", exComponent(0))), instanceSec(instantiate(0, with("r", sType, 1)))))
	want := c.Defs[1].(*TypeDef).Type.Resource
	it := c.Defs[3].(*Instantiate).Type
	for name, f := range map[string]*abi.Func{"f": it.Export("f").Func, "i": it.Export("i").Instance.Export("f").Func} {
		rec := f.Params[0].Type.Elem.Elem.Elem.Cases[1].Type
		if rec.Fields[1].Type.Resource != want || f.Params[1].Type.Resource != want {
			t.Errorf("the function of %s has type %s, of another resource type", name, f)
		}
		if rec.Size() != 8 || rec.Fields[1].Offset != 4 || !f.Params[1].Type.HasBorrow() {
			t.Errorf("the function of %s has lost its layout", name)
		}
	}
	for name, ct := range map[string]*ComponentType{"c": it.Export("c").Component, "ct": it.Export("ct").Type.Component} {
		if ct.Import("f").Func.Params[0].Type.Resource != want || ct.Import("r").Type.Resource != want {
			t.Errorf("component %s imports %s, of another resource type", name, ct)
		}
	}
	if shared := it.Export("rec").Type.Value; shared != it.Export("f").Func.Params[0].Type.Elem.Elem.Elem.Cases[1].Type {
		t.Error("a type that was shared is copied twice")
	}
}

func TestTypesOfInstances(t *testing.T) {
	rec := declType(record(labelled("a", tU8)))
	f := declType(fn(nil, ix(0)))
	named := instanceType(rec, declExport(item("rec", exEq(0))), declType(fn(nil, ix(1))), declExport(item("f", exFunc(2))))
	unnamed := instanceType(rec, f, declExport(item("f", exFunc(1))))
	gives := func(given []byte) []byte {
		return comp(typeSec(componentType(declType(named), declImport(item("t", exEq(0)))), given),
			importSec(item("c", exComponent(0))), instanceSec(instantiate(0, with("t", sType, 1))))
	}
	more := instanceType(rec, declExport(item("rec", exEq(0))), declType(fn(nil, ix(1))), declExport(item("f", exFunc(2))), declExport(item("g", exFunc(2))))
	checkCases(t, []decodeCase{
		{"name for an instance type", comp(typeSec(named), importSec(item("t", exEq(0)))), ""},
		{"name for an instance type with an unnamed type", comp(typeSec(unnamed), importSec(item("t", exEq(0)))), "not valid to be used as import"},
		{"import of an instance with an unnamed type", comp(typeSec(unnamed), importSec(item("t", exInstance(0)))), "not valid to be used as import"},
		{"equal instance type", gives(named), ""},
		{"instance type with more", gives(more), `missing expected export "g"`},
		{"another kind of type", gives(fn(nil, nil)), "expected an instance type, found a function type"},
	})
}

func TestInstantiation(t *testing.T) {
	// instantiates declares component type ct, imports it, and instantiates
	// it with args; sections come before the instantiation.
	instantiates := func(ct []byte, sections []byte, args ...[]byte) []byte {
		return comp(typeSec(ct), importSec(item("c", exComponent(0))), sections, instanceSec(instantiate(0, args...)))
	}
	wantsFunc := componentType(declType(fn(params(labelled("a", tU8)), tString)), declImport(item("f", exFunc(0))))
	haveFunc := func(f []byte) []byte { return cat(typeSec(f), importSec(item("f", exFunc(1)))) }
	wantsInstance := componentType(
		declType(instanceType(declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("f", exFunc(2))))),
		declImport(item("i", exInstance(0))),
	)
	wantsEnum := componentType(declType(enum("a", "b")), declImport(item("e", exEq(0))))
	checkCases(t, []decodeCase{
		{"func", instantiates(wantsFunc, haveFunc(fn(params(labelled("a", tU8)), tString)), with("f", sFunc, 0)), ""},
		{"more than asked for", instantiates(wantsFunc, haveFunc(fn(params(labelled("a", tU8)), tString)), with("f", sFunc, 0), with("g", sFunc, 0)), ""},
		{"nothing", instantiates(wantsFunc, nil), `import "f" is not supplied`},
		{"twice", instantiates(wantsFunc, haveFunc(fn(params(labelled("a", tU8)), tString)), with("f", sFunc, 0), with("f", sFunc, 0)), "given twice"},
		{"another sort", instantiates(wantsFunc, typeSec(tU8), with("f", sType, 1)), "expected a func, found a type"},
		{"another parameter name", instantiates(wantsFunc, haveFunc(fn(params(labelled("b", tU8)), tString)), with("f", sFunc, 0)), `expected parameter named "a", found "b"`},
		{"another parameter type", instantiates(wantsFunc, haveFunc(fn(params(labelled("a", tU32)), tString)), with("f", sFunc, 0)), "expected u8, found u32"},
		{"no parameter", instantiates(wantsFunc, haveFunc(fn(nil, tString)), with("f", sFunc, 0)), "expected 1 parameter, found 0 parameters"},
		{"no result", instantiates(wantsFunc, haveFunc(fn(params(labelled("a", tU8)), nil)), with("f", sFunc, 0)), "in the result: expected a type, found none"},
		{"async", instantiates(wantsFunc, haveFunc(asyncFn(params(labelled("a", tU8)), tString)), with("f", sFunc, 0)), "async"},
		{"equal type", instantiates(wantsEnum, typeSec(enum("a", "b")), with("e", sType, 1)), ""},
		{"unequal type", instantiates(wantsEnum, typeSec(enum("a", "c")), with("e", sType, 1)), `expected case named "b", found "c"`},
		{"flags for an enum", instantiates(wantsEnum, typeSec(flags("a", "b")), with("e", sType, 1)), "expected enum, found flags"},
		{"resource for an enum", instantiates(wantsEnum, typeSec(resource), with("e", sType, 1)), "expected a value type, found a resource type"},
		{"enum for a resource", instantiates(componentType(declImport(item("r", exSub))), typeSec(enum("a")), with("r", sType, 1)), "expected a resource type, found a value type"},
		{"instance that exports more", instantiates(wantsInstance, cat(
			typeSec(instanceType(declExport(item("q", exSub)), declExport(item("r", exSub)), declType(own(1)), declType(fn(nil, ix(2))), declExport(item("f", exFunc(3))))),
			importSec(item("i", exInstance(1)))), with("i", sInstance, 0)), ""},
		{"instance whose function has another resource", instantiates(wantsInstance, cat(
			typeSec(instanceType(declExport(item("q", exSub)), declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(2))), declExport(item("f", exFunc(3))))),
			importSec(item("i", exInstance(1)))), with("i", sInstance, 0)), "resource types are not the same"},
		{"instance without the function", instantiates(wantsInstance, cat(
			typeSec(instanceType(declExport(item("r", exSub)))), importSec(item("i", exInstance(1)))), with("i", sInstance, 0)), `missing expected export "f"`},
		{"instance with borrow for own", instantiates(wantsInstance, cat(
			typeSec(instanceType(declExport(item("r", exSub)), declType(borrow(0)), declType(fn(params(labelled("a", ix(1))), nil)), declExport(item("f", exFunc(2))))),
			importSec(item("i", exInstance(1)))), with("i", sInstance, 0)), "expected 0 parameters, found 1 parameter"},
		{"resource supplied twice", comp(
			typeSec(componentType(declImport(item("a", exSub)), declImport(item("b", exEq(0)))), resource, resource),
			importSec(item("c", exComponent(0))),
			instanceSec(instantiate(0, with("a", sType, 1), with("b", sType, 2)))), "resource types are not the same"},
		{"resource supplied twice the same", comp(
			typeSec(componentType(declImport(item("a", exSub)), declImport(item("b", exEq(0)))), resource),
			importSec(item("c", exComponent(0))),
			instanceSec(instantiate(0, with("a", sType, 1), with("b", sType, 1)))), ""},
	})
}

func TestComponentSubtyping(t *testing.T) {
	// gives imports a component of type given and passes it where one of type
	// wanted is asked for.
	gives := func(given, wanted []byte) []byte {
		return comp(
			typeSec(given, componentType(declType(wanted), declImport(item("c", exComponent(0))))),
			importSec(item("given", exComponent(0)), item("wants", exComponent(1))),
			instanceSec(instantiate(1, with("c", sComponent, 0))),
		)
	}
	f := declType(fn(nil, nil))
	resourceToHandle := func(decl func([]byte) []byte, name string, before ...[]byte) []byte {
		return componentType(cat2(before, [][]byte{decl(item(name, exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("make", exFunc(2)))})...)
	}
	checkCases(t, []decodeCase{
		{"fewer imports and more exports", gives(
			componentType(f, declImport(item("a", exFunc(0))), declExport(item("x", exFunc(0))), declExport(item("y", exFunc(0)))),
			componentType(f, declImport(item("a", exFunc(0))), declImport(item("b", exFunc(0))), declExport(item("x", exFunc(0))))), ""},
		{"more imports", gives(
			componentType(f, declImport(item("a", exFunc(0))), declImport(item("b", exFunc(0)))),
			componentType(f, declImport(item("a", exFunc(0))))), `missing expected import "b"`},
		{"fewer exports", gives(componentType(), componentType(f, declExport(item("x", exFunc(0))))), `missing expected export "x"`},
		{"imported resource", gives(resourceToHandle(declImport, "r"), resourceToHandle(declImport, "r")), ""},
		{"exported resource", gives(resourceToHandle(declExport, "r"), resourceToHandle(declExport, "r")), ""},
		{"handle of an exported for one of an imported resource", gives(
			componentType(declImport(item("r", exSub)), declExport(item("q", exSub)), declType(own(1)), declType(fn(nil, ix(2))), declExport(item("make", exFunc(3)))),
			resourceToHandle(declImport, "r")), "resource types are not the same"},
	})
}

func TestVisibility(t *testing.T) {
	checkCases(t, []decodeCase{
		{"unnamed record in an import", comp(typeSec(record(labelled("a", tU8)), fn(nil, ix(0))), importSec(item("f", exFunc(1)))), "not valid to be used as import"},
		{"unnamed record in a list", comp(typeSec(record(labelled("a", tU8)), list(ix(0)), fn(nil, ix(1))), importSec(item("f", exFunc(2)))), "not valid to be used as import"},
		{"unnamed tuple", comp(typeSec(tuple(tU8, tU8), fn(nil, ix(0))), importSec(item("f", exFunc(1)))), ""},
		{"named record", comp(typeSec(record(labelled("a", tU8))), importSec(item("t", exEq(0))), typeSec(fn(nil, ix(1))), importSec(item("f", exFunc(2)))), ""},
		{"name of an equal record", comp(typeSec(record(labelled("a", tU8))), importSec(item("t", exEq(0))), typeSec(fn(nil, ix(0))), importSec(item("f", exFunc(2)))), "not valid to be used as import"},
		{"record of an unnamed record", comp(typeSec(record(labelled("a", tU8)), record(labelled("b", ix(0)))), importSec(item("t", exEq(1)))), "not valid to be used as import"},
		{"import of what an export names", comp(typeSec(record(labelled("a", tU8))), exportSec(export("t", sType, 0)), importSec(item("u", exEq(1)))), "not valid to be used as import"},
		{"import of what an export's type is", comp(typeSec(record(labelled("a", tU8))), exportSec(export("t", sType, 0)), importSec(item("u", exEq(0)))), ""},
		{"export of what an import names", comp(typeSec(record(labelled("a", tU8))), importSec(item("t", exEq(0))), typeSec(fn(nil, ix(1))), importSec(item("f", exFunc(2))), exportSec(export("g", sFunc, 0))), ""},
		{"import of a local resource", comp(typeSec(resource), importSec(item("r", exEq(0)))), "refers to a local resource type"},
		{"component type of a local resource", comp(typeSec(resource, componentType(declAlias(aliasOuter(sType, 1, 0)), declImport(item("r", exEq(0))))), importSec(item("c", exComponent(1)))), "refers to a local resource type"},
		{"func of a local resource", comp(withLibc(coreFn(nil, []byte{i32})), typeSec(resource, own(0), fn(nil, ix(1))), canonSec(lift(0, 2)), exportSec(export("f", sFunc, 0))), "not valid to be used as export"},
		{"func of an exported resource", comp(withLibc(coreFn(nil, []byte{i32})), typeSec(resource), exportSec(export("r", sType, 0)), typeSec(own(1), fn(nil, ix(2))), canonSec(lift(0, 3)), exportSec(export("f", sFunc, 0))), ""},
		{"func with its type ascribed", comp(withLibc(coreFn(nil, []byte{i32})), typeSec(resource, own(0), fn(nil, ix(1))), canonSec(lift(0, 2)),
			exportSec(export("r", sType, 0)), typeSec(own(3), fn(nil, ix(4))), exportSec(exportAs("f", sFunc, 0, exFunc(5)))), ""},
		{"ascribed type that is another", comp(typeSec(fn(nil, nil), fn(nil, tU8)), importSec(item("f", exFunc(0))), exportSec(exportAs("g", sFunc, 0, exFunc(1)))), "does not have the type it is given"},
		{"core func exported", comp(withLibc(coreFn(nil, nil)), exportSec(cat([]byte{0}, str("f"), []byte{0, 0, 0, 0}))), "cannot cross a component boundary"},
	})
}
