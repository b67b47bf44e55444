//go:build guests

package programs

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// An entry is what the host has behind a handle of its resource.
type entry struct {
	title string
	lines []string
}

// A journal serves the host's resource, and knows what of it is alive.
type journal struct{ alive map[*entry]bool }

func (j *journal) make(title string, lines ...string) *entry {
	e := &entry{title, lines}
	j.alive[e] = true
	return e
}

func (j *journal) imports() hostruntime.Imports {
	const iface = "test:native/journal@0.1.0"
	// What was dropped must not come back.
	entryOf := func(v value.Value) *entry {
		e := v.(value.Handle).Rep.(*entry)
		if !j.alive[e] {
			panic("an entry was used after it was dropped")
		}
		return e
	}
	handle := func(e *entry) (value.Value, error) { return value.Handle{Resource: "entry", Rep: e}, nil }
	serve := func(name string, f func(args []value.Value) (value.Value, error)) bind.Import {
		return hostruntime.HostFunc(iface, name, func(_ context.Context, args []value.Value) (value.Value, error) { return f(args) })
	}
	return hostruntime.Imports{
		serve("[constructor]entry", func(args []value.Value) (value.Value, error) {
			return handle(j.make(string(args[0].(value.String))))
		}),
		serve("[method]entry.append", func(args []value.Value) (value.Value, error) {
			e := entryOf(args[0])
			e.lines = append(e.lines, string(args[1].(value.String)))
			return value.U32(len(e.lines)), nil
		}),
		serve("[method]entry.lines", func(args []value.Value) (value.Value, error) {
			var list value.List
			for _, line := range entryOf(args[0]).lines {
				list = append(list, value.String(line))
			}
			return list, nil
		}),
		serve("[static]entry.merge", func(args []value.Value) (value.Value, error) {
			first, second := entryOf(args[0]), entryOf(args[1])
			delete(j.alive, first)
			return handle(j.make(first.title+"+"+second.title, slices.Concat(first.lines, second.lines)...))
		}),
		{Interface: iface, Name: "entry", Drop: func(_ context.Context, rep any) error {
			e := rep.(*entry)
			if !j.alive[e] {
				return errors.New("an entry was dropped twice")
			}
			delete(j.alive, e)
			return nil
		}},
	}
}

// A native is an instance of the C component.
type native struct {
	*testing.T
	in *hostruntime.Instance
}

func newNative(t *testing.T, c *hostruntime.Component, policy hostruntime.Policy, j *journal) *native {
	t.Helper()
	in, err := c.Instantiate(t.Context(), policy, j.imports())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if len(j.alive) > 0 {
			t.Errorf("%d entries were not dropped", len(j.alive))
		}
	})
	return &native{t, in}
}

func (n *native) call(name string, args ...value.Value) value.Value {
	n.Helper()
	v, err := n.in.Call(n.Context(), name, args...)
	if err != nil {
		n.Fatalf("%s: %v", name, err)
	}
	return v
}

func (n *native) equal(got, want value.Value) {
	n.Helper()
	if !reflect.DeepEqual(got, want) {
		n.Errorf("got %#v, want %#v", got, want)
	}
}

func (n *native) drop(v value.Value) {
	n.Helper()
	if err := n.in.Drop(n.Context(), v.(value.Handle)); err != nil {
		n.Error(err)
	}
}

func TestNativeResources(t *testing.T) {
	c := load(t, cComponent(t, "native"))
	j := &journal{map[*entry]bool{}}
	n := newNative(t, c, hostruntime.Policy{}, j)
	const counter = "[method]counter."
	a := n.call("[constructor]counter", value.S64(5))
	b := n.call("[static]counter.parse", value.String("-12")).(value.Result).Payload
	n.equal(n.call("[static]counter.parse", value.String("1x")), value.Result{IsError: true, Payload: value.String("not a number: 1x")})
	n.equal(n.call(counter+"add", a, value.S64(37)), value.S64(42))
	n.equal(n.call(counter+"value", a), value.S64(42))
	n.equal(n.call(counter+"value", b), value.S64(-12))
	n.equal(n.call("live"), value.U32(2))
	n.equal(n.call("largest", value.List{b, a, b}), value.Option{Some: value.U32(1)})
	n.equal(n.call("largest", value.List{}), value.Option{})

	// Own handles are used up, and what they stood for destroyed.
	sum := n.call("[static]counter.join", a, b)
	n.equal(n.call(counter+"value", sum), value.S64(30))
	n.equal(n.call("live"), value.U32(1))
	if _, err := n.in.Call(t.Context(), counter+"value", a); err == nil || hostruntime.Outcome(err) != hostruntime.OutcomeBadArgument {
		t.Errorf("a counter that was given away: %v", err)
	}

	// The host's own resource, lent to the guest and given.
	e := j.make("host", "first")
	lent := value.Handle{Resource: "entry", Rep: e}
	n.equal(n.call("note", sum, lent), value.U32(2))
	n.equal(n.call("note", sum, lent), value.U32(3))
	extended := n.call("extend", lent, value.String("guest")).(value.Handle).Rep.(*entry)
	if extended.title != "guest+host" || !slices.Equal(extended.lines, []string{"first", "30", "30"}) {
		t.Errorf("extended to %+v", extended)
	}
	if len(j.alive) != 1 || !j.alive[extended] {
		t.Errorf("%d entries are alive", len(j.alive))
	}
	given := value.Handle{Resource: "entry", Rep: extended}
	n.equal(n.call("keep", value.Option{Some: given}), value.Option{})
	back := n.call("keep", value.Option{}).(value.Option).Some
	n.equal(back, given)
	n.equal(n.call("keep", value.Option{Some: back}), value.Option{}) // dropped when the instance is closed

	n.drop(sum)
	n.equal(n.call("live"), value.U32(0))
	for i := range 1000 {
		n.drop(n.call("[constructor]counter", value.S64(i)))
	}
	n.equal(n.call("live"), value.U32(0))
	// Those that the host still has are no concern of the next instance.
	for i := range 10 {
		n.call("[constructor]counter", value.S64(i))
	}
	n.equal(n.call("live"), value.U32(10))
	other := newNative(t, c, hostruntime.Policy{}, &journal{map[*entry]bool{}})
	other.equal(other.call("live"), value.U32(0))
}

// Without a grant there is no socket and no name.
func TestNativeWithoutNetwork(t *testing.T) {
	n := newNative(t, load(t, cComponent(t, "native")), hostruntime.Policy{}, &journal{map[*entry]bool{}})
	const accessDenied = 1
	refused := func(v value.Value, step string) {
		t.Helper()
		n.equal(v, value.Result{IsError: true, Payload: value.String(fmt.Sprintf("%s: error %d", step, accessDenied))})
	}
	refused(n.call("[static]server.listen"), "create-tcp-socket")
	refused(n.call("[static]mirror.bind"), "create-udp-socket")
	refused(n.call("resolve", value.String("localhost")), "resolve-addresses")
	refused(n.call("tcp-exchange", value.String("localhost"), value.U16(80), value.Bytes("x")), "resolve-addresses")
}
