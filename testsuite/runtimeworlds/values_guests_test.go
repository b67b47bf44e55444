//go:build guests

package runtimeworlds

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

func valuesWorld() world {
	w := world{name: "values"}
	for _, b := range valueBehaviours {
		w.behaviours = append(w.behaviours, behaviour{b.name, b.mirrors, map[string]func(*check, *hostruntime.Component){
			provides: func(c *check, comp *hostruntime.Component) {
				host, _ := hostValues()
				withValues(c, comp, host, func(v *values.Values) { b.drive(c, exported(v)) })
			},
			uses: func(c *check, comp *hostruntime.Component) {
				// The guest calls as often as Go does.
				host, wanted := hostValues()
				b.drive(c, host)
				host, got := hostValues()
				withValues(c, comp, host, func(v *values.Values) { c.done(v.Run(c.ctx, b.run)) })
				if *got != *wanted {
					c.failf("the guest made %d calls, not %d", got.calls, wanted.calls)
				}
			},
		}})
	}
	return w
}

// withValues runs f with an instance of its own.
func withValues(c *check, comp *hostruntime.Component, host values.Imports, f func(v *values.Values)) {
	v, err := values.Instantiate(c.ctx, comp, hostruntime.Policy{}, host)
	if err != nil {
		c.done(fmt.Errorf("instantiate: %w", err))
		return
	}
	defer v.Close(context.Background())
	f(v)
}

// Guests of one world are interchangeable behind one Go type: what one
// provides serves another, whatever each is written in, through nothing but
// that type.
func TestInterchangeable(t *testing.T) {
	guests := map[string]*hostruntime.Component{}
	for _, engine := range guest.Engines {
		guests[engine] = load(t, "values", engine)
	}
	for _, b := range valueBehaviours {
		able := slices.DeleteFunc(slices.Clone(guest.Engines), func(engine string) bool {
			return reason(engine, b.name, provides) != unknown || reason(engine, b.name, uses) != unknown
		})
		for _, providing := range able {
			for _, using := range able {
				if providing == using {
					continue
				}
				t.Run(b.name+"/"+providing+" for "+using, func(t *testing.T) {
					c := &check{ctx: t.Context()}
					host, _ := hostValues()
					withValues(c, guests[providing], host, func(provider *values.Values) {
						withValues(c, guests[using], exported(provider), func(user *values.Values) { c.done(user.Run(c.ctx, b.run)) })
					})
					if err := c.err(); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}
