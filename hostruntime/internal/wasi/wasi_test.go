package wasi

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A guest calls host functions as a guest would, from Go.
type guest struct {
	*testing.T
	host *Host
	ctx  context.Context
}

func newGuest(t *testing.T, cfg Config) *guest {
	h := New(cfg)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &guest{t, h, t.Context()}
}

func (g *guest) try(iface, name string, args ...value.Value) (value.Value, error) {
	g.Helper()
	i, ok := Lookup(iface + "@0.2.0")
	if !ok {
		g.Fatalf("no interface %s", iface)
	}
	f := i.Funcs[name]
	if f == nil {
		g.Fatalf("%s has no function %s", iface, name)
	}
	return f.Call(g.ctx, g.host, args)
}

// call returns a function's result; a trap fails the test.
func (g *guest) call(iface, name string, args ...value.Value) value.Value {
	g.Helper()
	v, err := g.try(iface, name, args...)
	if err != nil {
		g.Fatalf("%s#%s: %v", iface, name, err)
	}
	return v
}

// ok returns the payload of a function's ok result.
func (g *guest) ok(iface, name string, args ...value.Value) value.Value {
	g.Helper()
	r := g.call(iface, name, args...).(value.Result)
	if r.IsError {
		g.Fatalf("%s#%s: error %v", iface, name, r.Payload)
	}
	return r.Payload
}

// fails checks that a function's result is the given error.
func (g *guest) fails(want value.Value, iface, name string, args ...value.Value) {
	g.Helper()
	g.equal(g.call(iface, name, args...), value.Result{IsError: true, Payload: want})
}

// traps checks that a function traps, and returns the cause.
func (g *guest) traps(iface, name string, args ...value.Value) error {
	g.Helper()
	v, err := g.try(iface, name, args...)
	if err == nil {
		g.Fatalf("%s#%s: %v, want a trap", iface, name, v)
	}
	return err
}

func (g *guest) exceeds(what string, err error) {
	g.Helper()
	limit := (*LimitError)(nil)
	if !errors.As(err, &limit) || limit.What != what || limit.Attempt <= limit.Limit {
		g.Errorf("error %v, want a LimitError on %s", err, what)
	}
}

func (g *guest) equal(got, want value.Value) {
	g.Helper()
	if !reflect.DeepEqual(got, want) {
		g.Errorf("got %#v, want %#v", got, want)
	}
}

// drop gives up an own handle.
func (g *guest) drop(iface string, v value.Value) {
	g.Helper()
	if err := g.tryDrop(iface, v); err != nil {
		g.Errorf("drop: %v", err)
	}
}

func (g *guest) tryDrop(iface string, v value.Value) error {
	g.Helper()
	handle := v.(value.Handle)
	i, _ := Lookup(iface + "@0.2.0")
	return i.Resources[handle.Resource].Drop(g.host, handle.Rep)
}

func (g *guest) live() int { return len(g.host.live) }
