//go:build guests

package limits

import (
	"context"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// An instance that has another one's core instances answers as one of its own,
// with the same figures to the unit, whatever was done with them before.
func TestInstancesOneAfterAnotherAreEqual(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		policy := hostruntime.Policy{Deterministic: &hostruntime.Deterministic{Seed: 1}, Limits: hostruntime.Limits{WallTime: patience}}
		run := func(what string) (string, hostruntime.Report) {
			var start, used hostruntime.Report
			in, err := c.Instantiate(hostruntime.WithReport(ctx, &start), policy)
			if err != nil {
				t.Fatal(err)
			}
			got, err := act(hostruntime.WithReport(ctx, &used), in, what)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if err := in.Close(ctx); err != nil {
				t.Fatal(err)
			}
			used.Fuel += start.Fuel << 32
			return got, used
		}
		first := map[string]string{}
		figures := map[string]hostruntime.Report{}
		for range 3 {
			for _, what := range []string{"hello", "dice", "print", "count"} {
				got, used := run(what)
				if figures[what].Fuel == 0 {
					first[what], figures[what] = got, used
					continue
				}
				if want := figures[what]; got != first[what] || used.Fuel != want.Fuel || used.MemoryBytes != want.MemoryBytes || used.Stdout != want.Stdout || used.Stderr != want.Stderr {
					t.Errorf("%s: %q, %+v; at first %q, %+v", what, got, used, first[what], want)
				}
			}
		}
	})
}
