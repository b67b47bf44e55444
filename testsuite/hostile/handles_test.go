package hostile

import (
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// The limit is the guest's, however many component instances it is made of,
// and a call's own narrower one holds too.
func TestHandlesOfAllInstancesCount(t *testing.T) {
	c := load(t, newRuntime(t), "handles")
	for _, test := range []struct {
		policy, call uint64
		fits         bool
	}{
		{policy: 20, fits: true}, {policy: 19}, {call: 20, fits: true}, {call: 19},
	} {
		in, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: hostruntime.Limits{Handles: test.policy}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Call(hostruntime.WithLimits(t.Context(), hostruntime.Limits{Handles: test.call}), "run")
		limit, full := errors.AsType[*hostruntime.LimitError](err)
		if test.fits && err != nil || !test.fits && (!full || limit.Limit != hostruntime.LimitHandles) {
			t.Errorf("20 handles with the limits %d and %d: %v", test.policy, test.call, err)
		}
		in.Close(t.Context())
	}
}
