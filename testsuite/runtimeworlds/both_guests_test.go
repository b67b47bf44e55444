//go:build guests

package runtimeworlds

import (
	"context"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/between"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/inline"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/inlineused"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/toplevel"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/versions"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/versionsused"
)

type tests = map[string]func(*check, *hostruntime.Component)

// betweenWorld is resources of one name on both sides.
func betweenWorld() world {
	return world{name: "between", behaviours: []behaviour{
		{"resources, imported and exported", "resource-import-and-export", tests{provides: withBetween(func(c *check, b *between.Between) {
			one := is[*between.GuestThing](c)(b.Things.NewThing(c.ctx, 42))
			want[uint32](c, 46)(one.Get(c.ctx)) // the host's adds 1, the guest's 1 and 2
			c.done(one.Set(c.ctx, 33))
			want[uint32](c, 38)(one.Get(c.ctx))
			want[uint32](c, 40)(b.Things.Look(c.ctx, one))
		})}},
		{"resources, imported and exported, given back", "resource-import-and-export, resource_floats", tests{provides: withBetween(func(c *check, b *between.Between) {
			one, two := is[*between.GuestThing](c)(b.Things.NewThing(c.ctx, 42)), is[*between.GuestThing](c)(b.Things.NewThing(c.ctx, 81))
			merged := is[*between.GuestThing](c)(b.Things.ThingMerge(c.ctx, one, two))
			want[uint32](c, 44+83+1+1+1+2)(merged.Get(c.ctx))
		})}},
		{"resources, lists on both sides", "resource_with_lists", tests{provides: withBetween(func(c *check, b *between.Between) {
			buffer := is[*between.GuestBuffer](c)(b.Listed.NewBuffer(c.ctx, []byte("hi")))
			want(c, []byte("hi outer new read outer"))(buffer.Read(c.ctx))
			c.done(buffer.Write(c.ctx, []byte("hola")))
			want(c, []byte("hola outer write read outer"))(buffer.Read(c.ctx))
			want(c, []byte("ohayo outer twice outer"))(b.Listed.BufferTwice(c.ctx, []byte("ohayo")))
		})}},
	}}
}

func withBetween(f func(c *check, b *between.Between)) func(c *check, comp *hostruntime.Component) {
	return func(c *check, comp *hostruntime.Component) {
		h := &makers{}
		b, err := between.Instantiate(c.ctx, comp, hostruntime.Policy{}, between.Imports{Things: betweenThings{h: &hostThings{makers: h}}, Listed: betweenListed{h: &hostListed{makers: h}}})
		if err != nil {
			c.done(fmt.Errorf("instantiate: %w", err))
			return
		}
		c.run(func() { f(c, b) })
		c.done(b.Close(context.Background()))
		if h.made == 0 || h.closed != h.made {
			c.failf("of %d resources of the host's, %d were closed", h.made, h.closed)
		}
	}
}

type betweenThings struct {
	between.UnimplementedThings
	h *hostThings
}

func (b betweenThings) NewThing(ctx context.Context, v uint32) (between.Thing, error) {
	return b.h.NewThing(ctx, v)
}

func (b betweenThings) ThingMerge(ctx context.Context, x, y between.Thing) (between.Thing, error) {
	return b.h.ThingMerge(ctx, x, y)
}

type betweenListed struct {
	between.UnimplementedListed
	h *hostListed
}

func (b betweenListed) NewBuffer(ctx context.Context, x []byte) (between.Buffer, error) {
	return b.h.NewBuffer(ctx, x)
}

func (b betweenListed) BufferTwice(ctx context.Context, x []byte) ([]byte, error) {
	return b.h.BufferTwice(ctx, x)
}

// toplevelWorld is the world's own functions, with resources of an interface.
func toplevelWorld() world {
	start := func(c *check, comp *hostruntime.Component, f func(h *makers, w *toplevel.Toplevel)) {
		h := &makers{}
		host := &toplevelHost{things: &hostThings{makers: h}}
		w, err := toplevel.Instantiate(c.ctx, comp, hostruntime.Policy{}, toplevel.Imports{Things: host, Host: host})
		if err != nil {
			c.done(fmt.Errorf("instantiate: %w", err))
			return
		}
		defer w.Close(context.Background())
		f(h, w)
	}
	return world{name: "toplevel", behaviours: []behaviour{
		{"resources, the world's functions", "resource-import-and-export", tests{provides: func(c *check, comp *hostruntime.Component) {
			start(c, comp, func(h *makers, w *toplevel.Toplevel) {
				it := &hostThing{h.make(), 7}
				want(c, toplevel.Thing(it))(w.Forward(c.ctx, it))
				if h.closed > 0 {
					c.failf("what came back was closed")
				}
			})
		}}},
		{"resources, of one name", "resource_floats, resources", tests{provides: func(c *check, comp *hostruntime.Component) {
			start(c, comp, func(h *makers, w *toplevel.Toplevel) {
				it := is[*toplevel.GuestThing](c)(w.Wrappers.NewThing(c.ctx, 22))
				want[uint32](c, 22+1+1+3)(it.Get(c.ctx))
				c.done(it.Close(c.ctx))
			})
		}}},
		{"resources, of one name, given back", "resource_floats, resources", tests{provides: func(c *check, comp *hostruntime.Component) {
			start(c, comp, func(h *makers, w *toplevel.Toplevel) {
				it := is[*toplevel.GuestThing](c)(w.Wrappers.ThingMerge(c.ctx, is[*toplevel.GuestThing](c)(w.Wrappers.NewThing(c.ctx, 22)), 7))
				want[uint32](c, 24+7+1+1+3)(it.Get(c.ctx))
			})
		}}},
		{"resources, lent to the world's functions", "resource_floats, c/autodrop-borrows", tests{provides: func(c *check, comp *hostruntime.Component) {
			start(c, comp, func(h *makers, w *toplevel.Toplevel) {
				a, b := &hostThing{h.make(), 42}, &hostThing{h.make(), 55}
				total := is[toplevel.Thing](c)(w.Total(c.ctx, a, b))
				want[uint32](c, 42+55+5+1)(total.Get(c.ctx))
				if h.made != 3 || h.closed > 0 {
					c.failf("%d made, %d closed", h.made, h.closed)
				}
			})
		}}},
	}}
}

type toplevelHost struct {
	toplevel.UnimplementedThings
	things *hostThings
	passed int
}

func (h *toplevelHost) NewThing(ctx context.Context, v uint32) (toplevel.Thing, error) {
	return h.things.NewThing(ctx, v)
}

func (h *toplevelHost) Pass(_ context.Context, it toplevel.Thing) (toplevel.Thing, error) {
	h.passed++
	return it, nil
}

// versionsWorlds are two versions of one interface.
func versionsWorlds() []world {
	const name, mirrors = "versions", "versions, package-with-version"
	return []world{
		{name: "versions", behaviours: []behaviour{{name, mirrors, tests{provides: func(c *check, comp *hostruntime.Component) {
			v, err := versions.Instantiate(c.ctx, comp, hostruntime.Policy{})
			if err != nil {
				c.done(fmt.Errorf("instantiate: %w", err))
				return
			}
			defer v.Close(context.Background())
			want[float32](c, 1)(v.Test.X(c.ctx))
			want[float32](c, 2)(v.Test.Y(c.ctx, 1))
			want[float32](c, 2)(v.DepTest.X(c.ctx))
			want[float32](c, 4)(v.DepTest.Z(c.ctx, 1, 1))
		}}}}},
		{name: "versions-used", behaviours: []behaviour{{name, mirrors, tests{uses: func(c *check, comp *hostruntime.Component) {
			h := &counter{}
			v, err := versionsused.Instantiate(c.ctx, comp, hostruntime.Policy{}, versionsused.Imports{Test: hostOld{h}, DepTest: hostNew{h}})
			if err != nil {
				c.done(fmt.Errorf("instantiate: %w", err))
				return
			}
			defer v.Close(context.Background())
			c.done(v.Run(c.ctx))
			if h.calls != 4 {
				c.failf("the guest made %d calls, not 4", h.calls)
			}
		}}}}},
	}
}

type hostOld struct{ *counter }

func (h hostOld) X(context.Context) (float32, error)              { h.count(); return 1, nil }
func (h hostOld) Y(_ context.Context, a float32) (float32, error) { h.count(); return 1 + a, nil }

type hostNew struct{ *counter }

func (h hostNew) X(context.Context) (float32, error) { h.count(); return 2, nil }
func (h hostNew) Z(_ context.Context, a, b float32) (float32, error) {
	h.count()
	return 2 + a + b, nil
}

// inlineWorlds are what worlds declare themselves.
func inlineWorlds() []world {
	withInline := func(calls int, f func(c *check, w *inline.Inline)) func(*check, *hostruntime.Component) {
		return func(c *check, comp *hostruntime.Component) {
			h := &counter{}
			w, err := inline.Instantiate(c.ctx, comp, hostruntime.Policy{}, inline.Imports{Host: hostAsk{h}})
			if err != nil {
				c.done(fmt.Errorf("instantiate: %w", err))
				return
			}
			defer w.Close(context.Background())
			f(c, w)
			if h.calls != calls {
				c.failf("the guest made %d calls, not %d", h.calls, calls)
			}
		}
	}
	const name, mirrors = "inline interfaces", "strings-simple, c/rename, rust/skip"
	return []world{
		{name: "inline", behaviours: []behaviour{
			{name, mirrors, tests{
				provides: withInline(0, func(c *check, w *inline.Inline) { want(c, "inner")(w.Inner.Name(c.ctx)) }),
			}},
			{"the world's functions", "resource-import-and-export", tests{
				provides: withInline(0, func(c *check, w *inline.Inline) { want(c, "answer")(w.Answer(c.ctx)) }),
				uses:     withInline(1, func(c *check, w *inline.Inline) { c.done(w.Run(c.ctx)) }),
			}},
		}},
		{name: "inline-used", behaviours: []behaviour{{name, mirrors, tests{uses: func(c *check, comp *hostruntime.Component) {
			h := &counter{}
			w, err := inlineused.Instantiate(c.ctx, comp, hostruntime.Policy{}, inlineused.Imports{Outer: hostOuter{h}})
			if err != nil {
				c.done(fmt.Errorf("instantiate: %w", err))
				return
			}
			defer w.Close(context.Background())
			c.done(w.Run(c.ctx))
			if h.calls != 1 {
				c.failf("the guest made %d calls, not 1", h.calls)
			}
		}}}}},
	}
}

type hostOuter struct{ *counter }

func (h hostOuter) Name(context.Context) (string, error) { h.count(); return "outer", nil }

type hostAsk struct{ *counter }

func (h hostAsk) Ask(context.Context) (string, error) { h.count(); return "asked", nil }
