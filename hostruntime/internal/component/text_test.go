package component

import (
	"testing"

	"github.com/capsule-kit/capsule/wit/abi"
)

func TestTypeText(t *testing.T) {
	c := mustDecode(t, comp(
		typeSec(instanceType(
			declExport(item("conn", exSub)), declType(own(0)), declType(fn(params(labelled("host", tString)), ix(1))),
			declExport(item("connect", exFunc(2))), declType(record(labelled("a", tU8))), declExport(item("rec", exEq(3))),
		), usesResource),
		importSec(item("net", exInstance(0)), item("maker", exComponent(1)), item("r", exSub)),
		moduleSec(coreMod()),
	))
	for i, want := range []string{
		"instance { conn: type resource conn; connect: func(host: string) -> own<conn>; rec: type record { a: u8 }; }",
		"component { import r: type resource r; export make: func() -> own<r>; }",
		"type resource r",
	} {
		if got := c.Imports[i].Type.String(); got != want {
			t.Errorf("import %d is %s\nexpected     %s", i, got, want)
		}
	}
	def := c.Defs[0].(*TypeDef)
	if got, want := def.Type.String(), def.Type.Instance.String(); got != want {
		t.Errorf("type is %s, its instance type %s", got, want)
	}
}

func TestTypeTextIsBounded(t *testing.T) {
	types := [][]byte{tuple(tU8, tU8)}
	for i := range 15 {
		types = append(types, tuple(ix(i), ix(i)))
	}
	types = append(types, instanceType(declAlias(aliasOuter(sType, 1, 15)), declExport(item("t", exEq(0)))))
	c := mustDecode(t, comp(typeSec(types...)))
	def := c.Defs[len(c.Defs)-1].(*TypeDef)
	if n := len(def.Type.String()); n > abi.MaxText+100 {
		t.Errorf("the text has %d bytes", n)
	}
}
