package hostruntime_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// The functions below write components byte by byte: no tool writes values as
// the specification has them.

func cat(parts ...string) string { return strings.Join(parts, "") }

// n is a LEB128 number below 16384.
func n(i int) string {
	if i < 0x80 {
		return string([]byte{byte(i)})
	}
	return string([]byte{byte(i) | 0x80, byte(i >> 7)})
}
func str(s string) string             { return n(len(s)) + s }
func vec(items ...string) string      { return n(len(items)) + cat(items...) }
func sec(id byte, body string) string { return string(id) + n(len(body)) + body }
func comp(sections ...string) []byte {
	return []byte("\x00asm\x0d\x00\x01\x00" + cat(sections...))
}

const tString, tU32 = "\x73", "\x79"

func valueImport(name, typ string) string { return "\x00" + str(name) + "\x02\x01" + typ }
func equalImport(name string, v int) string {
	return "\x00" + str(name) + "\x02\x00" + n(v)
}
func valueExport(name string, v int) string { return "\x00" + str(name) + "\x02" + n(v) + "\x00" }
func constant(typ, bytes string) string     { return typ + str(bytes) }

// echo are the sections of a component that has a start function as function
// 0: it takes a string and returns it.
func echo() string { return echoing("\x41\xc0\x00") } // always 64: there is room for one string

// echoing is echo with realloc's code.
func echoing(realloc string) string {
	body := func(code string) string { return str("\x00" + code + "\x0b") }
	module := "\x00asm\x01\x00\x00\x00" + cat(
		sec(1, vec("\x60\x02\x7f\x7f\x01\x7f", "\x60\x04\x7f\x7f\x7f\x7f\x01\x7f")),
		sec(3, vec("\x00", "\x01")),
		sec(5, vec("\x00\x01")),
		sec(7, vec(str("f")+"\x00\x00", str("realloc")+"\x00\x01", str("mem")+"\x02\x00")),
		sec(10, vec(
			// stores pointer and length at 8, and returns 8
			body("\x41\x08\x20\x00\x36\x02\x00\x41\x0c\x20\x01\x36\x02\x00\x41\x08"),
			body(realloc),
		)),
	)
	return cat(
		sec(1, module),
		sec(2, vec("\x00\x00\x00")),
		sec(6, vec("\x00\x00\x01\x00"+str("f"), "\x00\x00\x01\x00"+str("realloc"), "\x00\x02\x01\x00"+str("mem"))),
		sec(7, vec("\x40"+vec(str("s")+tString)+"\x00"+tString)),
		sec(8, vec("\x00\x00\x00"+vec("\x03\x00", "\x04\x01")+"\x00")),
	)
}

func instantiate(t *testing.T, component []byte, imports ...hostruntime.Imports) (*hostruntime.Instance, error) {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(context.Background()) })
	c, err := rt.Load(t.Context(), component)
	if err != nil {
		t.Fatal(err)
	}
	return c.Instantiate(t.Context(), hostruntime.Policy{}, imports...)
}

func wantValue(t *testing.T, in *hostruntime.Instance, name string, want value.Value) {
	t.Helper()
	if got, err := in.Value(name); err != nil || !value.Equal(got, want) {
		t.Errorf("value %q is %v, %v; want %v", name, got, err, want)
	}
}

// A constant, an imported value and what a start function makes of another are
// exported.
func TestValues(t *testing.T) {
	component := comp(
		sec(10, vec(valueImport("name", tString), valueImport("a:b/c@1.2.3", tU32))),
		sec(12, vec(constant(tString, "\x06h\xc3\xa9llo"))),
		echo(),
		sec(9, "\x00"+vec("\x00")+"\x01"), // value 3 from value 0
		sec(11, vec(valueExport("constant", 2), valueExport("echoed", 3), valueExport("number", 1))),
	)
	in, err := instantiate(t, component, hostruntime.Imports{
		hostruntime.HostValue("", "name", value.String("Ada")),
		hostruntime.HostValue("", "a:b/c@1.2.3", value.U32(7)),
	})
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, in, "constant", value.String("héllo"))
	wantValue(t, in, "echoed", value.String("Ada"))
	wantValue(t, in, "number", value.U32(7))
	if _, err := in.Value("name"); err == nil {
		t.Error("there is no value called name")
	}
}

func TestValueImportErrors(t *testing.T) {
	component := comp(
		sec(10, vec(valueImport("name", tString))),
		sec(11, vec(valueExport("out", 0))),
	)
	for _, c := range []struct {
		name    string
		imports hostruntime.Imports
		want    string
	}{
		{"missing", nil, "import name: the component needs a value of type string there"},
		{"wrong type", hostruntime.Imports{hostruntime.HostValue("", "name", value.U32(1))}, "import name: its value: "},
		{"nothing", hostruntime.Imports{hostruntime.HostValue("", "name", nil)}, "import name: its value: "},
	} {
		_, err := instantiate(t, component, c.imports)
		if e, ok := errors.AsType[*hostruntime.LinkError](err); !ok || !strings.Contains(e.Error(), c.want) {
			t.Errorf("%s: got %v, want a link error with %q", c.name, err, c.want)
		}
	}
	_, err := instantiate(t, component, hostruntime.Imports{
		hostruntime.HostFunc("", "name", func(context.Context, []value.Value) (value.Value, error) { panic("oops") }),
	})
	if p, ok := errors.AsType[*hostruntime.HostPanic](err); !ok || p.Value != "oops" {
		t.Errorf("got %v, want the host's panic", err)
	}
}

// A start function can be the host's, whose arguments and result need memory:
// there is no guest's.
func TestStartFunctionOfHost(t *testing.T) {
	component := comp(
		sec(7, vec("\x40"+vec(str("s")+tString)+"\x00"+tString)),
		sec(10, vec("\x00"+str("shout")+"\x01\x00")),
		sec(12, vec(constant(tString, "\x03abc"))),
		sec(9, "\x00"+vec("\x00")+"\x01"),
		sec(11, vec(valueExport("out", 1))),
	)
	dynamic := hostruntime.HostFunc("", "shout", func(_ context.Context, args []value.Value) (value.Value, error) {
		return value.String(strings.ToUpper(string(args[0].(value.String)))), nil
	})
	// as generated code serves it
	typed := bind.Import{Name: "shout", Type: "func(s: string) -> string", Serve: func(_ context.Context, c *bind.Call) error {
		s := c.LiftString(c.Stack[0], c.Stack[1])
		if c.Failed() {
			return c.Err()
		}
		c.StoreString(c.Range(c.Stack[2], 8, 4), strings.ToUpper(s))
		return nil
	}}
	for _, shout := range []bind.Import{dynamic, typed} {
		in, err := instantiate(t, component, hostruntime.Imports{shout})
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, in, "out", value.String("ABC"))
	}
}

// An equality bound holds where the values are equal, and is an error where
// they aren't.
func TestEqualValues(t *testing.T) {
	component := comp(
		sec(12, vec(constant(tString, "\x01x"))),
		sec(10, vec(equalImport("same", 0), valueImport("first", tU32), equalImport("again", 2))),
		sec(11, vec(valueExport("a", 0), valueExport("b", 1), valueExport("c", 2), valueExport("d", 3))),
	)
	supply := func(same string, first, again uint32) hostruntime.Imports {
		return hostruntime.Imports{
			hostruntime.HostValue("", "same", value.String(same)),
			hostruntime.HostValue("", "first", value.U32(first)),
			hostruntime.HostValue("", "again", value.U32(again)),
		}
	}
	in, err := instantiate(t, component, supply("x", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, in, "b", value.String("x"))
	for name, imports := range map[string]hostruntime.Imports{
		"same": supply("y", 1, 1), "again": supply("x", 1, 2),
	} {
		_, err := instantiate(t, component, imports)
		if e, ok := errors.AsType[*hostruntime.LinkError](err); !ok || e.Item != name {
			t.Errorf("got %v, want a link error for %q", err, name)
		}
	}
}

// A value goes into a nested component, by itself and in an instance, and comes
// out again.
func TestNestedValues(t *testing.T) {
	pair := "\x42" + vec( // an instance with two equal values
		"\x04\x00"+str("v")+"\x02\x01"+tU32,
		"\x04\x00"+str("w")+"\x02\x00\x00")
	nested := comp(
		sec(7, vec(pair)),
		sec(10, vec("\x00"+str("pair")+"\x05\x00")),
		sec(6, vec("\x02\x00\x00"+str("v"), "\x02\x00\x00"+str("w"))),
		sec(11, vec(valueExport("x", 0), valueExport("y", 1))),
	)
	outer := func(second string) []byte {
		return comp(
			sec(12, vec(constant(tU32, "\x2a"), constant(tU32, second))),
			sec(4, string(nested)),
			sec(5, vec("\x01"+vec("\x00"+str("v")+"\x02\x00", "\x00"+str("w")+"\x02\x01"))),
			sec(5, vec("\x00\x00"+vec(str("pair")+"\x05\x00"))),
			sec(11, vec("\x00"+str("inner")+"\x05\x01\x00")),
		)
	}
	in, err := instantiate(t, outer("\x2a"))
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, in, "inner#x", value.U32(42))
	wantValue(t, in, "inner#y", value.U32(42))
	wantValue(t, in, "y", value.U32(42))
	_, err = instantiate(t, outer("\x2b"))
	if e, ok := errors.AsType[*hostruntime.LinkError](err); !ok || e.Item != "pair#w" {
		t.Errorf("got %v, want a link error for pair#w", err)
	}
}

// A start function that never ends stops at the deadline, and one that traps
// ends the instantiation.
func TestStartFunctionStops(t *testing.T) {
	component := func(realloc string) []byte {
		return comp(
			echoing(realloc),
			sec(12, vec(constant(tString, "\x01x"))),
			sec(9, "\x00"+vec("\x00")+"\x01"),
			sec(11, vec(valueExport("out", 1))),
		)
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(context.Background()) })
	for _, test := range []struct {
		code, want string
	}{
		{"\x03\x40\x0c\x00\x0b\x00", "wall time limit"},
		{"\x00", "unreachable"},
		{"\x41\x7f", "realloc return: beyond end of memory"},
	} {
		c, err := rt.Load(t.Context(), component(test.code))
		if err != nil {
			t.Fatal(err)
		}
		limits := hostruntime.Limits{WallTime: 50 * time.Millisecond}
		if test.want != "wall time limit" {
			limits = hostruntime.Limits{}
		}
		if _, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: limits}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}
