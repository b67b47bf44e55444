package hostile

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A look is an attack on a clock, in a new instance.
type look struct {
	component *hostruntime.Component
	export    string
	args      []value.Value
	// policy is without what makes it deterministic.
	policy hostruntime.Policy
}

// surroundings are those of the instances that look, one after the other. What
// they have in common is the seed.
var surroundings = []struct {
	name string
	// others is how many look at the same time, busy has goroutines compute and
	// collect garbage, and slow is how long the host thinks about everything.
	others int
	busy   bool
	slow   time.Duration
}{
	{name: "alone"},
	{name: "on a busy machine", busy: true},
	{name: "of a slow host", slow: 20 * time.Millisecond},
	{name: "beside others", others: 2},
}

// TestTiming has components measure their host's time, and look for what tells
// machines apart.
func TestTiming(t *testing.T) {
	c := load(t, newRuntime(t), "timing")
	for _, name := range slices.Sorted(maps.Keys(timingAttacks["bytes"])) {
		t.Run(name, func(t *testing.T) {
			look{component: c, export: name}.test(t, timingAttacks["bytes"][name])
		})
	}
}

// test checks that all instances see the same under a deterministic policy, to
// the bit, and that with real clocks the attack sees what it is said to.
func (l look) test(t *testing.T, want sight) {
	l.policy.Limits = hostruntime.Limits{MemoryBytes: 64 << 20, WallTime: patience}
	real := l.policy
	l.policy.Deterministic = &hostruntime.Deterministic{Seed: 7}
	all := l.everywhere(t)
	for _, s := range all[1:] {
		if s.what != all[0].what {
			t.Errorf("%s it sees\n%s\n%s\n%s", s.where, s.what, all[0].where, all[0].what)
		}
	}
	t.Logf("deterministic: %.2000s", all[0].what)
	l.policy = real
	learnt, same := 0, true
	for tries := 0; tries < 5 && (want == differs && same || want == learns && learnt == 0); tries++ {
		seen := l.everywhere(t)
		for _, s := range seen {
			same = same && s.result == seen[0].result
			if strings.Contains(s.result, s.secret) {
				learnt++
			}
		}
		t.Logf("real: %.2000s; %d know the secret", seen[0].result, learnt)
	}
	if want == differs && same {
		t.Error("with real clocks all see the same: what tells that this look would see anything?")
	}
	if want == learns && learnt == 0 {
		t.Error("with real clocks none learnt the secret")
	}
}

// A sighting is what one instance saw, and in what all that is known of it.
type sighting struct{ where, result, what, secret string }

// everywhere looks in all surroundings.
func (l look) everywhere(t *testing.T) []sighting {
	t.Helper()
	var all []sighting
	for _, s := range surroundings {
		stop := make(chan struct{})
		var group sync.WaitGroup
		if s.busy {
			group.Go(func() { busy(stop, runtime.GC) })
			group.Go(func() { busy(stop, func() {}) })
		}
		first := len(all)
		all = append(all, make([]sighting, 1+s.others)...)
		var looks sync.WaitGroup
		for i := first; i < len(all); i++ {
			secret := string([]byte{"abcd"[(i+1)%4], "abcd"[(i+3)%4], "abcd"[i%4]})
			looks.Go(func() {
				seen, err := l.at(t.Context(), slowly(s.slow, secret), s.slow)
				if err != nil {
					t.Errorf("%s: %v", s.name, err)
				}
				seen.where, seen.secret = s.name, secret
				all[i] = seen
			})
		}
		looks.Wait()
		close(stop)
		group.Wait()
	}
	return all
}

func busy(stop <-chan struct{}, do func()) {
	for {
		select {
		case <-stop:
			return
		default:
			do()
		}
	}
}

// at looks in a new instance, which is called so much later than it is made.
func (l look) at(ctx context.Context, imports hostruntime.Imports, later time.Duration) (sighting, error) {
	in, err := l.component.Instantiate(ctx, l.policy, imports)
	if err != nil {
		return sighting{}, err
	}
	defer in.Close(ctx)
	time.Sleep(later)
	var r hostruntime.Report
	got, err := in.Call(hostruntime.WithReport(ctx, &r), l.export, l.args...)
	if err != nil {
		return sighting{}, err
	}
	result := value.Format(got)
	return sighting{result: result, what: fmt.Sprintf("%s, %s, %d units, %d bytes, %d host calls, %q, %q", result, r.Outcome, r.Fuel, r.MemoryBytes, r.HostCalls, r.Stdout, r.Stderr)}, nil
}

// perRight is by how much longer the host takes to refuse a guess for each
// letter that is right.
const perRight = 10 * time.Millisecond

// slowly serves the guests' imports: it thinks that long about a question, and
// compares what it is told with a secret, letter by letter, which takes time.
func slowly(thinks time.Duration, secret string) hostruntime.Imports {
	ask := func(context.Context, []value.Value) (value.Value, error) {
		time.Sleep(thinks)
		return nil, nil
	}
	compare := func(_ context.Context, args []value.Value) (value.Value, error) {
		guess := string(args[0].(value.String))
		for i := 0; i < min(len(guess), len(secret)) && guess[i] == secret[i]; i++ {
			time.Sleep(perRight)
		}
		return nil, nil
	}
	return append(host(),
		hostruntime.HostFunc("", "ask", ask), hostruntime.HostFunc(guestHost, "ask", ask), hostruntime.HostFunc(guestHost, "tell", compare))
}
