//go:build guests

package limits

import (
	"context"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// act1 calls act in a new instance, and returns what it gave and used.
func act1(ctx context.Context, t *testing.T, c *hostruntime.Component, p hostruntime.Policy, what string) (string, hostruntime.Report, error) {
	t.Helper()
	in := instantiate(ctx, t, c, p)
	var used hostruntime.Report
	got, err := act(hostruntime.WithReport(ctx, &used), in, what)
	return got, used, err
}

func TestDeterministicRunsAreEqual(t *testing.T) {
	collect(t) // which changes when the counters are filled
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		for _, what := range []string{"hello", "dice", "count", "raise", "allocate"} {
			policy := func(seed uint64) hostruntime.Policy {
				return hostruntime.Policy{
					Deterministic: &hostruntime.Deterministic{Seed: seed},
					Limits:        hostruntime.Limits{WallTime: patience, MemoryBytes: 40 << 20},
				}
			}
			first, used, err := act1(ctx, t, c, policy(1), what)
			for range 3 {
				began := time.Now()
				got, again, e := act1(ctx, t, c, policy(1), what)
				if got != first || again.Fuel != used.Fuel || again.MemoryBytes != used.MemoryBytes || again.Outcome != used.Outcome || again.Stderr != used.Stderr {
					t.Errorf("%s: %q, %v, %+v; first %q, %v, %+v", what, got, e, again, first, err, used)
				}
				if what == "dice" && time.Since(began) > 500*time.Second {
					t.Error("waiting took real time")
				}
			}
			if err != nil {
				continue
			}
			limited := policy(1)
			in := instantiate(ctx, t, c, limited)
			var less hostruntime.Report
			narrow := hostruntime.WithLimits(hostruntime.WithReport(ctx, &less), hostruntime.Limits{Fuel: used.Fuel - 1})
			_, err = act(narrow, in, what)
			reached(t, err, hostruntime.LimitFuel, &less, hostruntime.OutcomeFuel)
			if less.Fuel != used.Fuel-1 {
				t.Errorf("%s: ended at %d of %d", what, less.Fuel, used.Fuel-1)
			}
			if what == "dice" {
				t.Logf("dice: %s", first)
				if got, _, err := act1(ctx, t, c, policy(2), what); err != nil || got == first && !baked(t) {
					t.Errorf("with another seed: %q, %v", got, err)
				}
			}
			t.Logf("%s: %d units in %v", what, used.Fuel, used.WallTime)
		}
	})
}

// baked reports whether an engine's random numbers don't come from the host.
func baked(t *testing.T) bool { return t.Name() == "TestDeterministicRunsAreEqual/quickjs" }

func TestAFullFolderIsTheOutcomeFiles(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		for most, want := range map[uint64]string{7: hostruntime.OutcomeOK, 6: hostruntime.OutcomeFiles} {
			dir := hostruntime.Dir{Host: t.TempDir(), Guest: "/data", Writable: true, MaxBytes: most}
			_, used, err := act1(ctx, t, c, hostruntime.Policy{Dirs: []hostruntime.Dir{dir}}, "write")
			if used.Outcome != want || hostruntime.Outcome(err) != want || len(used.Files.Created) != 1 {
				t.Errorf("%d bytes: %v, report %+v", most, err, used)
			}
		}
	})
}

func TestAFloodOfOutputEndsTheCall(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		for most, ok := range map[uint64]bool{1_000_000: true, 999_999: false} {
			in := instantiate(ctx, t, c, hostruntime.Policy{Limits: hostruntime.Limits{WrittenBytes: most}})
			var used hostruntime.Report
			_, err := in.Call(hostruntime.WithReport(ctx, &used), "act", value.String("flood"))
			if used.StdoutBytes > most {
				t.Errorf("%d bytes written of %d", used.StdoutBytes, most)
			}
			if ok {
				if err != nil || used.StdoutBytes != most {
					t.Errorf("%v, %d bytes of %d", err, used.StdoutBytes, most)
				}
				continue
			}
			reached(t, err, hostruntime.LimitOutput, &used, hostruntime.OutcomeOutput)
		}
	})
}
