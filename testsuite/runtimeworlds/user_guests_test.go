//go:build guests

package runtimeworlds

import (
	"context"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/user"
)

// The behaviours of resources that the host provides, and how many resources
// the host makes and closes on the way.
var userBehaviours = []struct {
	name, run    string
	made, closed int
}{
	{"resources", "resources", 1, 1},
	{"resources, given back", "given_back", 4, 4},
	{"resources, aggregates", "aggregates", 17, 17},
	{"resources, renamed", "renamed", 4, 4},
	{"resources, lent in records", "lent_in_records", 4, 4},
	{"resources, lists", "lists", 1, 1},
	{"resources, several", "several", 5, 5},
	{"resources, several given back", "several_given_back", 3, 3},
}

func userWorld() world {
	w := world{name: "user"}
	for _, b := range userBehaviours {
		w.behaviours = append(w.behaviours, behaviour{name: b.name, tests: map[string]func(*check, *hostruntime.Component){uses: usesResources(b.run, b.made, b.closed)}})
	}
	return w
}

// usesResources runs a behaviour of the world user.
func usesResources(run string, made, closed int) func(c *check, comp *hostruntime.Component) {
	return func(c *check, comp *hostruntime.Component) {
		h := &makers{}
		u, err := user.Instantiate(c.ctx, comp, hostruntime.Policy{}, user.Imports{
			Things: &hostThings{makers: h}, Aggregates: &hostAggregates{makers: h}, Originals: &hostOriginals{makers: h},
			Renamed: &hostRenamed{}, Lent: &hostLent{makers: h}, Listed: &hostListed{makers: h}, Several: &hostSeveral{makers: h},
		})
		if err != nil {
			c.done(fmt.Errorf("instantiate: %w", err))
			return
		}
		c.done(u.Run(c.ctx, run))
		c.done(u.Close(context.Background()))
		if h.made != made || h.closed != closed {
			c.failf("the guest made %d resources and closed %d, not %d and %d", h.made, h.closed, made, closed)
		}
	}
}

// makers counts what the host makes, and what is closed of it.
type makers struct{ made, closed int }

// A made is part of every resource of the host's.
type made struct{ makers *makers }

func (m *makers) make() made { m.made++; return made{m} }

func (m made) Close(context.Context) error { m.makers.closed++; return nil }

type hostThings struct {
	user.UnimplementedThings
	*makers
}

type hostThing struct {
	made
	v uint32
}

func (t *hostThing) Get(context.Context) (uint32, error)   { return t.v, nil }
func (t *hostThing) Set(_ context.Context, v uint32) error { t.v = v; return nil }

func (h *hostThings) NewThing(_ context.Context, v uint32) (user.Thing, error) {
	return &hostThing{h.make(), v + 1}, nil
}

func (h *hostThings) ThingMerge(ctx context.Context, a, b user.Thing) (user.Thing, error) {
	defer a.(*hostThing).Close(ctx)
	defer b.(*hostThing).Close(ctx)
	return h.NewThing(ctx, a.(*hostThing).v+b.(*hostThing).v)
}

func (h *hostThings) ThingConsume(ctx context.Context, it user.Thing) (uint32, error) {
	return it.(*hostThing).v, it.(*hostThing).Close(ctx)
}

func (h *hostThings) Look(_ context.Context, it user.Thing) (uint32, error) {
	return it.(*hostThing).v + 2, nil
}

type hostAggregates struct {
	user.UnimplementedAggregates
	*makers
}

type hostPart struct {
	made
	v uint32
}

func (h *hostAggregates) NewPart(_ context.Context, v uint32) (user.Part, error) {
	return &hostPart{h.make(), v + 1}, nil
}

func (h *hostAggregates) Sum(ctx context.Context, r1 user.Owning, r2 user.Lending, r3 user.Mixed, t1 user.Pair, t2 user.Single, v1 user.Owned, v2 user.Lent, l1, l2 []user.Part, o1, o2 user.Part, e1, e2 hostruntime.Result[user.Part, hostruntime.Unit]) (uint32, error) {
	owned := append(l1, r1.Part, r3.Owned, t1.F0, t1.F1.Part, v1.(user.OwnedPart).Value, o1, e1.OK)
	lent := append(l2, r2.Part, r3.Lent, t2.F0, v2.(user.LentPart).Value, o2, e2.OK)
	sum := uint32(3)
	for _, p := range lent {
		sum += p.(*hostPart).v
	}
	for _, p := range owned {
		sum += p.(*hostPart).v
		if err := p.(*hostPart).Close(ctx); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

type hostOriginals struct {
	user.UnimplementedOriginals
	*makers
}

type hostNote struct {
	made
	s string
}

func (n *hostNote) Get(context.Context) (string, error) { return n.s + ", read", nil }

func (h *hostOriginals) NewNote(_ context.Context, s string) (user.Note, error) {
	return &hostNote{h.make(), s + ", noted"}, nil
}

func (h *hostOriginals) Unwrap(_ context.Context, x user.Holder) ([]user.Note, error) {
	return []user.Note{x.Note}, nil
}

type hostRenamed struct{ user.UnimplementedRenamed }

func (h *hostRenamed) Unwrap(_ context.Context, a user.RenamedHolder, b user.OriginalHolder, c user.Note) ([]user.Note, error) {
	return []user.Note{a.Memo, b.Note}, unexpected(c.(*hostNote).s, "salut, noted")
}

type hostLent struct {
	user.UnimplementedLentImports
	*makers
}

type hostWord struct {
	made
	s string
}

func (w *hostWord) Get(context.Context) (string, error) { return w.s + " read", nil }

func (h *hostLent) NewWord(_ context.Context, s string) (user.Word, error) {
	return &hostWord{h.make(), s + " new"}, nil
}

func (h *hostLent) Copy(_ context.Context, x []user.Loan) ([]user.Word, error) {
	var copies []user.Word
	for _, loan := range x {
		copies = append(copies, &hostWord{h.make(), loan.Word.(*hostWord).s + " copy"})
	}
	return copies, nil
}

type hostListed struct {
	user.UnimplementedListed
	*makers
}

type hostBuffer struct {
	made
	bytes []byte
}

func (b *hostBuffer) Read(context.Context) ([]byte, error) { return append(b.bytes, " read"...), nil }
func (b *hostBuffer) Write(_ context.Context, x []byte) error {
	b.bytes = append(x, " write"...)
	return nil
}

func (h *hostListed) NewBuffer(_ context.Context, x []byte) (user.Buffer, error) {
	return &hostBuffer{h.make(), append(x, " new"...)}, nil
}

func (h *hostListed) BufferTwice(_ context.Context, x []byte) ([]byte, error) {
	return append(x, " twice"...), nil
}

type hostSeveral struct {
	user.UnimplementedSeveral
	*makers
}

type hostLeft struct {
	made
	a int32
}

func (l *hostLeft) GetA(context.Context) (int32, error)   { return l.a, nil }
func (l *hostLeft) SetA(_ context.Context, a int32) error { l.a = a; return nil }

type hostRight struct {
	made
	a int32
}

func (r *hostRight) GetA(context.Context) (int32, error) { return r.a, nil }

type hostKebabCase struct {
	made
	a uint32
}

func (k *hostKebabCase) GetA(context.Context) (uint32, error) { return k.a, nil }

func (h *hostSeveral) NewLeft(_ context.Context, a int32) (user.Left, error) {
	return &hostLeft{h.make(), a}, nil
}

func (h *hostSeveral) LeftAdd(ctx context.Context, x user.Left, a int32) (user.Left, error) {
	defer x.(*hostLeft).Close(ctx)
	return h.NewLeft(ctx, x.(*hostLeft).a+a)
}

func (h *hostSeveral) NewRight(_ context.Context, a int32) (user.Right, error) {
	return &hostRight{h.make(), a}, nil
}

func (h *hostSeveral) NewKebabCase(_ context.Context, a uint32) (user.KebabCase, error) {
	return &hostKebabCase{h.make(), a}, nil
}

func (h *hostSeveral) KebabCaseTakeOwned(ctx context.Context, k user.KebabCase) (uint32, error) {
	return k.(*hostKebabCase).a, k.(*hostKebabCase).Close(ctx)
}

func (h *hostSeveral) Add(ctx context.Context, a, b user.Right) (user.Right, error) {
	return h.NewRight(ctx, a.(*hostRight).a+b.(*hostRight).a)
}

func (h *hostSeveral) Consume(ctx context.Context, x user.Left) error {
	return x.(*hostLeft).Close(ctx)
}
