package component

import (
	"fmt"
	"testing"

	"github.com/capsule-kit/capsule/wit/abi"
)

func TestValueTypes(t *testing.T) {
	many := func(n int) []string {
		labels := make([]string, n)
		for i := range labels {
			labels[i] = fmt.Sprintf("l%d", i)
		}
		return labels
	}
	handle := func(uses ...[]byte) []byte { return comp(typeSec(cat2([][]byte{resource}, uses)...)) }
	checkCases(t, []decodeCase{
		{"all forms", comp(typeSec(
			record(labelled("a", tU8), labelled("b", tString)), variant(vcase("a", nil), vcase("b", ix(0))),
			list(tU8), tuple(tU8, tU64), flags("a", "b"), enum("a", "b"), option(ix(1)), result(nil, nil),
			result(tU8, nil), result(nil, tString), result(tU8, tU8), mapOf(tString, ix(0)), fixedList(tU8, 4),
			stream(nil), stream(tU8), future(nil), future(tString), []byte{0x64}, list([]byte{0x64}),
		)), ""},
		{"handles", handle(own(0), borrow(0), list(ix(1))), ""},
		{"empty record", comp(typeSec(record())), "at least one of its fields"},
		{"empty variant", comp(typeSec(variant())), "at least one of its cases"},
		{"empty tuple", comp(typeSec(tuple())), "at least one of its types"},
		{"empty flags", comp(typeSec(flags())), "at least one of its labels"},
		{"empty enum", comp(typeSec(enum())), "at least one of its labels"},
		{"32 flags", comp(typeSec(flags(many(32)...))), ""},
		{"33 flags", comp(typeSec(flags(many(33)...))), "the limit is 32"},
		{"most members", comp(typeSec(enum(many(maxMembers)...))), ""},
		{"too many members", comp(typeSec(enum(many(maxMembers + 1)...))), "the limit is 10000"},
		{"same field twice", comp(typeSec(record(labelled("a", tU8), labelled("a", tU8)))), `conflicts with previous name "a"`},
		{"same case but for its letters", comp(typeSec(variant(vcase("a-b", nil), vcase("A-b", nil)))), `conflicts with previous name "a-b"`},
		{"field not in kebab case", comp(typeSec(record(labelled("a_b", tU8)))), `record field "a_b" is not in kebab case`},
		{"field without a name", comp(typeSec(record(labelled("", tU8)))), "cannot be empty"},
		{"variant case not ended", comp(typeSec(variant(cat(str("a"), opt(nil), []byte{1})))), "ends a variant case"},
		{"not a type", comp(typeSec([]byte{0x30})), "0x30 is not a type"},
		{"not a value type", comp(typeSec(option([]byte{0x72}))), "0x72 is not a value type"},
		{"forward reference", comp(typeSec(list(ix(1)), tU8)), "index out of bounds"},
		{"itself", comp(typeSec(list(ix(0)))), "index out of bounds"},
		{"function as a value type", comp(typeSec(fn(nil, nil), list(ix(0)))), "a function type where a value type is expected"},
		{"resource as a value type", handle(list(ix(0))), "a resource type where a value type is expected"},
		{"own of a value type", comp(typeSec(tU8, own(0))), "a value type where a resource type is expected"},
		{"list of no elements", comp(typeSec(fixedList(tU8, 0))), "above zero"},
		{"map with a float as key", comp(typeSec(mapOf(tF64, tU8))), "not valid as the key of a map"},
		{"map with a list as key", comp(typeSec(list(tU8), mapOf(ix(0), tU8))), "not valid as the key of a map"},
		{"map with a named string as key", comp(typeSec(tString, mapOf(ix(0), tU8))), ""},
		{"stream of char", comp(typeSec(stream(tChar))), "stream<char> is not valid"},
		{"stream of borrow", handle(borrow(0), stream(ix(1))), "cannot contain a borrow"},
		{"future of a list of borrow", handle(borrow(0), list(ix(1)), future(ix(2))), "cannot contain a borrow"},
		{"resource of f32", comp(typeSec([]byte{0x3f, f32, 0})), "can only be represented by i32"},
		{"resource of i64", comp(typeSec([]byte{0x3f, i64, 0})), "not supported"},
	})
}

func cat2(a, b [][]byte) [][]byte { return append(append([][]byte(nil), a...), b...) }

func TestFunctionTypes(t *testing.T) {
	handle := func(f []byte) []byte { return comp(typeSec(resource, borrow(0), own(0), list(ix(1)), f)) }
	checkCases(t, []decodeCase{
		{"with everything", comp(typeSec(fn(params(labelled("a", tU8), labelled("b", tString)), tBool))), ""},
		{"async", comp(typeSec(asyncFn(nil, tBool))), ""},
		{"borrow as parameter", handle(fn(params(labelled("a", ix(3))), nil)), ""},
		{"own as result", handle(fn(nil, ix(2))), ""},
		{"borrow as result", handle(fn(nil, ix(1))), "cannot contain a borrow"},
		{"borrow inside of the result", handle(fn(nil, ix(3))), "cannot contain a borrow"},
		{"same parameter twice", comp(typeSec(fn(params(labelled("a", tU8), labelled("A", tU8)), nil))), "conflicts with previous name"},
		{"named results", comp(typeSec([]byte{0x40, 0, 1, 1})), "named results"},
		{"no result list", comp(typeSec([]byte{0x40, 0, 2})), "0x02 where a result list"},
	})
}

// The specification bounds the size of a type as laid out with 64-bit
// pointers.
func TestTypeSizeLimit(t *testing.T) {
	checkCases(t, []decodeCase{
		{"largest bytes", comp(typeSec(fixedList(tU8, abi.MaxElemSize))), ""},
		{"one byte more", comp(typeSec(fixedList(tU8, abi.MaxElemSize+1))), "too many bytes"},
		{"largest strings", comp(typeSec(fixedList(tString, abi.MaxElemSize/16))), ""},
		{"one string more", comp(typeSec(fixedList(tString, abi.MaxElemSize/16+1))), "too many bytes"},
		{"product overflows", comp(typeSec(fixedList(tU64, 1<<24), fixedList(ix(0), 1<<30))), "too many bytes"},
		{"padded option", comp(typeSec(fixedList(tU64, abi.MaxElemSize/8), option(ix(0)))), "too many bytes"},
	})
}

func TestTypesAreResolved(t *testing.T) {
	c := mustDecode(t, comp(typeSec(
		record(labelled("id", tU64), labelled("tags", tString)),
		list(ix(0)),
		variant(vcase("none", nil), vcase("many", ix(1))),
		fn(params(labelled("a", ix(2))), ix(1)),
	)))
	const want = "func(a: variant { none, many(list<record { id: u64, tags: string }>) }) -> list<record { id: u64, tags: string }>"
	def := c.Defs[3].(*TypeDef)
	if got := def.Type.String(); got != want {
		t.Errorf("type is %s\nexpected %s", got, want)
	}
	if elem := def.Type.Func.Result.Elem; elem != c.Defs[0].(*TypeDef).Type.Value {
		t.Error("the record is not shared with the definition it was named by")
	}
}

func TestComponentAndInstanceTypes(t *testing.T) {
	checkCases(t, []decodeCase{
		{"instance type", comp(typeSec(instanceType(
			declExport(item("r", exSub)), declType(own(0)), declType(fn(nil, ix(1))), declExport(item("f", exFunc(2))),
		))), ""},
		{"component type", comp(typeSec(componentType(
			declImport(item("r", exSub)), declType(borrow(0)), declType(fn(params(labelled("a", ix(1))), nil)),
			declExport(item("f", exFunc(2))),
		))), ""},
		{"import in an instance type", comp(typeSec(instanceType(declImport(item("r", exSub))))), "0x03 is not a declarator"},
		{"resource in an instance type", comp(typeSec(instanceType(declType(resource)))), "can only be defined in a component"},
		{"own spaces", comp(typeSec(tU8, instanceType(declExport(item("t", exEq(0)))))), "index out of bounds"},
		{"outer alias", comp(typeSec(tU8, instanceType(declAlias(aliasOuter(sType, 1, 0)), declExport(item("t", exEq(0)))))), ""},
		{"outer alias of a resource type", comp(typeSec(resource, instanceType(declAlias(aliasOuter(sType, 1, 0)), declExport(item("t", exEq(0)))))), ""},
		{"outer alias too far out", comp(typeSec(tU8, instanceType(declAlias(aliasOuter(sType, 2, 0))))), "invalid outer alias count"},
		{"outer alias of a component", comp(nestedSec(comp()), typeSec(instanceType(declAlias(aliasOuter(sComponent, 1, 0))))), "can only name a type or an instance"},
		{"export alias of a func", comp(typeSec(instanceType(
			declType(instanceType(declType(fn(nil, nil)), declExport(item("f", exFunc(0))))),
			declExport(item("i", exInstance(0))), declAlias(aliasExport(sFunc, 0, "f")),
		))), "can only name a type or an instance"},
		{"export alias of a type", comp(typeSec(instanceType(
			declType(instanceType(declExport(item("t", exSub)))),
			declExport(item("i", exInstance(0))), declAlias(aliasExport(sType, 0, "t")), declType(own(1)),
		))), ""},
		{"local resource type across a border", comp(typeSec(resource), nestedSec(comp(aliasSec(aliasOuter(sType, 1, 0))))), "cannot alias an outer type"},
		{"handle across a border", comp(typeSec(resource, own(0), list(ix(1))), nestedSec(comp(aliasSec(aliasOuter(sType, 1, 2))))), "cannot alias an outer type"},
		{"handle across two borders", comp(typeSec(resource, own(0)), nestedSec(comp(nestedSec(comp(aliasSec(aliasOuter(sType, 2, 1))))))), "cannot alias an outer type"},
		{"plain type across a border", comp(typeSec(tU8, list(ix(0))), nestedSec(comp(aliasSec(aliasOuter(sType, 1, 1))))), ""},
		{"closed type across a border", comp(typeSec(instanceType(declExport(item("r", exSub)))), nestedSec(comp(aliasSec(aliasOuter(sType, 1, 0))))), ""},
		{"outer alias of a func", comp(typeSec(fn(nil, nil)), importSec(item("f", exFunc(0))), nestedSec(comp(aliasSec(aliasOuter(sFunc, 1, 0))))), "cannot be an outer alias"},
		{"import of a value in a type", comp(typeSec(componentType(declImport(item("v", exValue(tU8)))))), ""},
	})
}

func TestValues(t *testing.T) {
	value := func(typ, bytes []byte) []byte { return cat(typ, u(len(bytes)), bytes) }
	used := func(types []byte, v []byte) []byte {
		return comp(types, valueSec(v), exportSec(export("v", sValue, 0)))
	}
	named := func(t []byte) []byte { return cat(typeSec(t), exportSec(export("t", sType, 0))) }
	none := []byte(nil)
	checkCases(t, []decodeCase{
		{"u32", used(none, value(tU32, u(70000))), ""},
		{"string", used(none, value(tString, str("é"))), ""},
		{"string that is not UTF-8", used(none, value(tString, []byte{1, 0xff})), "not valid UTF-8"},
		{"char", used(none, value(tChar, []byte("é"))), ""},
		{"half a char", used(none, value(tChar, []byte("é")[:1])), "not valid UTF-8"},
		{"bool above one", used(none, value(tBool, []byte{2})), "0x02 where a bool"},
		{"u8 too short", used(none, value(tU8, nil)), "a value is expected"},
		{"u8 too long", used(none, value(tU8, []byte{1, 2})), "left over at the end of a value"},
		{"nan", used(none, value(tF64, []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f})), ""},
		{"another nan", used(none, value(tF64, []byte{1, 0, 0, 0, 0, 0, 0xf8, 0x7f})), "the NaN is not the canonical one"},
		{"list", used(typeSec(list(tU8)), value(ix(0), []byte{3, 1, 2, 3})), ""},
		{"list cut short", used(typeSec(list(tU8)), value(ix(0), []byte{3, 1, 2})), "3 elements announced"},
		{"fixed list", used(typeSec(fixedList(tU8, 2)), value(ix(0), []byte{1, 2})), ""},
		{"variant", used(named(variant(vcase("a", nil), vcase("b", tU8))), value(ix(1), []byte{1, 9})), ""},
		{"variant out of range", used(typeSec(variant(vcase("a", nil))), value(ix(0), []byte{1})), "case 1 of a type with 1 cases"},
		{"flags", used(named(flags("a", "b", "c", "d", "e", "f", "g", "h", "i")), value(ix(1), []byte{1, 1})), ""},
		{"handle", used(typeSec(resource, own(0)), value(ix(1), []byte{1})), "cannot be defined"},
		{"unused", comp(valueSec(value(tU8, []byte{1}))), "never used"},
		{"used twice", comp(valueSec(value(tU8, []byte{1})), exportSec(export("a", sValue, 0), export("b", sValue, 0))), "more than once"},
		{"start", comp(typeSec(fn(params(labelled("a", tU8)), tString)), importSec(item("f", exFunc(0)), item("v", exValue(tU8))),
			startSec(0, vec(u(0)), u(1)), exportSec(export("r", sValue, 1))), ""},
		{"start of another type", comp(typeSec(fn(params(labelled("a", tU8)), nil)), importSec(item("f", exFunc(0)), item("v", exValue(tU32))),
			startSec(0, vec(u(0)), u(0))), "expected u8, found u32"},
		{"start without argument", comp(typeSec(fn(params(labelled("a", tU8)), nil)), importSec(item("f", exFunc(0))),
			startSec(0, vec(), u(0))), "requires 1 argument"},
		{"start with another result", comp(typeSec(fn(nil, nil)), importSec(item("f", exFunc(0))), startSec(0, vec(), u(1))), "has 1 results"},
	})
}
