package shared

import (
	"context"
	"os"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/bindings/shared/buyer"
	"github.com/capsule-kit/capsule/testsuite/bindings/shared/interfaces/test/shop/v0.1/catalog"
	"github.com/capsule-kit/capsule/testsuite/bindings/shared/lender"
	"github.com/capsule-kit/capsule/testsuite/internal/component"
)

// A shop serves the guests of both worlds.
type shop struct{ catalog.UnimplementedCatalog }

func (shop) Open(_ context.Context, id uint32) (catalog.Cart, error) { return &cart{id: id}, nil }

type cart struct {
	id     uint32
	items  []catalog.Item
	closed int
}

func (c *cart) Add(_ context.Context, it catalog.Item) (catalog.Outcome, error) {
	c.items = append(c.items, it)
	if len(c.items) > 1 {
		return catalog.OutcomeGone{}, nil
	}
	return catalog.OutcomeSold{Value: it}, nil
}

func (c *cart) Close(context.Context) error {
	c.closed++
	return nil
}

// One implementation serves two worlds, and what one guest gives the host
// another can be given.
func TestOneHostForTwoWorlds(t *testing.T) {
	ctx := t.Context()
	lends, err := lender.Instantiate(ctx, load(t, "lender"), hostruntime.Policy{}, lender.Imports{Catalog: shop{}})
	if err != nil {
		t.Fatal(err)
	}
	buys, err := buyer.Instantiate(ctx, load(t, "buyer"), hostruntime.Policy{}, buyer.Imports{Catalog: shop{}})
	if err != nil {
		t.Fatal(err)
	}
	lent, err := lends.Lend(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	item := catalog.Item{ID: 1, Price: 2.5, Also: hostruntime.Tuple2[uint32, float64]{F0: 3, F1: 4}}
	got, err := buys.Fill(ctx, lent, item)
	if err != nil || got != 1 {
		t.Errorf("fill: %d, %v", got, err)
	}
	c := lent.(*cart)
	if c.id != 7 || len(c.items) != 2 || c.items[1] != item || c.closed != 1 {
		t.Errorf("cart %+v", c)
	}
	if gone, err := lends.OutcomeOf(ctx, 1); err != nil || gone != catalog.Outcome(catalog.OutcomeGone{}) {
		t.Errorf("outcome: %#v, %v", gone, err)
	}
}

func load(t *testing.T, world string) *hostruntime.Component {
	t.Helper()
	core, err := os.ReadFile("testdata/" + world + ".wat")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	comp, err := rt.Load(t.Context(), component.New(t, "wit", world, core))
	if err != nil {
		t.Fatal(err)
	}
	return comp
}
