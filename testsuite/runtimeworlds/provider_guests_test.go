//go:build guests

package runtimeworlds

import (
	"context"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/provider"
)

// The behaviours of resources that the guest provides.
var providerBehaviours = []struct {
	name, mirrors string
	test          func(c *check, p *provider.Provider)
}{
	{"resources", "resource-borrow, rust/method-chaining", func(c *check, p *provider.Provider) {
		a := is[*provider.Thing](c)(p.Things.NewThing(c.ctx, 42))
		want[uint32](c, 43)(a.Get(c.ctx))
		want[uint32](c, 45)(p.Things.Look(c.ctx, a))
		c.done(a.Set(c.ctx, 7))
		want[uint32](c, 7)(a.Get(c.ctx))
		c.done(a.Close(c.ctx))
	}},
	{"resources, given back", "rust/owned-resource-deref-mut", func(c *check, p *provider.Provider) {
		a, b := is[*provider.Thing](c)(p.Things.NewThing(c.ctx, 3)), is[*provider.Thing](c)(p.Things.NewThing(c.ctx, 4))
		want[uint32](c, 4)(p.Things.ThingConsume(c.ctx, a))
		a = is[*provider.Thing](c)(p.Things.NewThing(c.ctx, 10))
		want[uint32](c, 17)(is[*provider.Thing](c)(p.Things.ThingMerge(c.ctx, a, b)).Get(c.ctx))
	}},
	{"resources, aggregates", "resource_aggregates", func(c *check, p *provider.Provider) {
		next := uint32(0)
		part := func() *provider.Part {
			next++
			return is[*provider.Part](c)(p.Aggregates.NewPart(c.ctx, next-1))
		}
		sum := uint32(17*18/2 + 3)
		want(c, sum)(p.Aggregates.Sum(c.ctx,
			provider.Owning{Part: part()}, provider.Lending{Part: part()}, provider.Mixed{Lent: part(), Owned: part()},
			provider.Pair{F0: part(), F1: provider.Owning{Part: part()}}, provider.Single{F0: part()},
			provider.OwnedPart{Value: part()}, provider.LentPart{Value: part()},
			[]*provider.Part{part(), part()}, []*provider.Part{part(), part()}, part(), part(),
			hostruntime.Result[*provider.Part, hostruntime.Unit]{OK: part()}, hostruntime.Result[*provider.Part, hostruntime.Unit]{OK: part()}))
	}},
	{"resources, renamed", "resource_alias, resource_alias_redux", func(c *check, p *provider.Provider) {
		note := func(s string) *provider.Note { return is[*provider.Note](c)(p.Originals.NewNote(c.ctx, s)) }
		one := is[[]*provider.Note](c)(p.Originals.Unwrap(c.ctx, provider.Holder{Note: note("ciao")}))
		all := append(one, is[[]*provider.Note](c)(p.Renamed.Unwrap(c.ctx,
			provider.GuestHolder{Memo: note("aloha")}, provider.OriginalHolder{Note: note("ni hao")}, note("salut")))...)
		if len(all) != 3 {
			c.failf("%d notes came back", len(all))
			return
		}
		for i, s := range []string{"ciao", "aloha", "ni hao"} {
			want(c, s+", noted, read")(all[i].Get(c.ctx))
		}
	}},
	{"resources, lent in records", "resource_borrow_in_record", func(c *check, p *provider.Provider) {
		word := func(s string) *provider.Word { return is[*provider.Word](c)(p.Lent.NewWord(c.ctx, s)) }
		all := is[[]*provider.Word](c)(p.Lent.Copy(c.ctx, []provider.Loan{{Word: word("bonjour")}, {Word: word("mon cher")}}))
		if len(all) != 2 {
			c.failf("%d words came back", len(all))
			return
		}
		want(c, "bonjour new copy read")(all[0].Get(c.ctx))
		want(c, "mon cher new copy read")(all[1].Get(c.ctx))
	}},
	{"resources, lists", "resource_with_lists, cpp/param-ownership", func(c *check, p *provider.Provider) {
		b := is[*provider.Buffer](c)(p.Listed.NewBuffer(c.ctx, []byte("hi")))
		want(c, []byte("hi new read"))(b.Read(c.ctx))
		c.done(b.Write(c.ctx, []byte("hola")))
		want(c, []byte("hola write read"))(b.Read(c.ctx))
		want(c, []byte("ohayo twice"))(p.Listed.BufferTwice(c.ctx, []byte("ohayo")))
	}},
	{"resources, several", "resources", func(c *check, p *provider.Provider) {
		x := is[*provider.Left](c)(p.Several.NewLeft(c.ctx, 5))
		want[int32](c, 5)(x.GetA(c.ctx))
		c.done(x.SetA(c.ctx, 10))
		want[int32](c, 10)(x.GetA(c.ctx))
		a, b := is[*provider.Right](c)(p.Several.NewRight(c.ctx, 10)), is[*provider.Right](c)(p.Several.NewRight(c.ctx, 20))
		want[int32](c, 30)(is[*provider.Right](c)(p.Several.Add(c.ctx, a, b)).GetA(c.ctx))
		k := is[*provider.KebabCase](c)(p.Several.NewKebabCase(c.ctx, 9))
		want[uint32](c, 9)(k.GetA(c.ctx))
	}},
	{"resources, ends are heard", "resources", func(c *check, p *provider.Provider) {
		a, b := is[*provider.Right](c)(p.Several.NewRight(c.ctx, 10)), is[*provider.Right](c)(p.Several.NewRight(c.ctx, 20))
		before := is[uint32](c)(p.Several.RightNumDropped(c.ctx))
		c.done(a.Close(c.ctx))
		c.done(b.Close(c.ctx))
		want(c, before+2)(p.Several.RightNumDropped(c.ctx))
	}},
	{"resources, several given back", "resources", func(c *check, p *provider.Provider) {
		x := is[*provider.Left](c)(p.Several.LeftAdd(c.ctx, is[*provider.Left](c)(p.Several.NewLeft(c.ctx, 10)), 5))
		want[int32](c, 15)(x.GetA(c.ctx))
		c.done(p.Several.Consume(c.ctx, x))
		want[uint32](c, 9)(p.Several.KebabCaseTakeOwned(c.ctx, is[*provider.KebabCase](c)(p.Several.NewKebabCase(c.ctx, 9))))
	}},
}

func providerWorld() world {
	w := world{name: "provider"}
	for _, b := range providerBehaviours {
		w.behaviours = append(w.behaviours, behaviour{b.name, b.mirrors, map[string]func(*check, *hostruntime.Component){provides: withProvider(b.test)}})
	}
	return w
}

// withProvider runs f with an instance of its own.
func withProvider(f func(c *check, p *provider.Provider)) func(c *check, comp *hostruntime.Component) {
	return func(c *check, comp *hostruntime.Component) {
		p, err := provider.Instantiate(c.ctx, comp, hostruntime.Policy{})
		if err != nil {
			c.done(fmt.Errorf("instantiate: %w", err))
			return
		}
		defer p.Close(context.Background())
		f(c, p)
	}
}
