package hostruntime_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// errAgain has an outcome that is tried again by default.
var errAgain = errors.New("a host function's failure")

func TestRetryMakesTheAttemptsItSays(t *testing.T) {
	trap, late := &hostruntime.Trap{}, &hostruntime.LimitError{Limit: hostruntime.LimitWallTime}
	for name, c := range map[string]struct {
		policy hostruntime.RetryPolicy
		errs   []error // of the attempts; nil from then on
		want   int
	}{
		"once by default":     {hostruntime.RetryPolicy{}, []error{errAgain, errAgain}, 1},
		"until it works":      {hostruntime.RetryPolicy{MaxRetries: 5}, []error{errAgain, late}, 3},
		"no more than asked":  {hostruntime.RetryPolicy{MaxRetries: 2}, []error{late, late, late, late}, 3},
		"not after a trap":    {hostruntime.RetryPolicy{MaxRetries: 2}, []error{trap}, 1},
		"after a trap, asked": {hostruntime.RetryPolicy{MaxRetries: 2, RetryOn: []string{hostruntime.OutcomeTrap}}, []error{trap, trap}, 3},
		"only what is asked":  {hostruntime.RetryPolicy{MaxRetries: 2, RetryOn: []string{hostruntime.OutcomeTrap}}, []error{trap, errAgain}, 2},
		"nothing":             {hostruntime.RetryPolicy{MaxRetries: 2, RetryOn: []string{}}, []error{errAgain}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			err := hostruntime.Retry(t.Context(), c.policy, func(context.Context) error {
				attempts++
				if attempts > len(c.errs) {
					return nil
				}
				return c.errs[attempts-1]
			})
			var want error
			if attempts <= len(c.errs) {
				want = c.errs[attempts-1]
			}
			if attempts != c.want || err != want {
				t.Errorf("%s: %d attempts, want %d; error %v", name, attempts, c.want, err)
			}
		})
	}
}

func TestRetryBacksOff(t *testing.T) {
	for name, c := range map[string]struct {
		policy hostruntime.RetryPolicy
		want   []time.Duration // between attempts
	}{
		"default": {hostruntime.RetryPolicy{MaxRetries: 4}, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond}},
		"capped":  {hostruntime.RetryPolicy{MaxRetries: 4, BackOff: time.Second, MaxBackOff: 3 * time.Second}, []time.Duration{1e9, 2e9, 3e9, 3e9}},
		"none":    {hostruntime.RetryPolicy{MaxRetries: 2, BackOff: -1}, []time.Duration{0, 0}},
		"less":    {hostruntime.RetryPolicy{MaxRetries: 1, BackOff: time.Hour, MaxBackOff: time.Second}, []time.Duration{time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var at []time.Time
			_ = hostruntime.Retry(t.Context(), c.policy, func(context.Context) error {
				at = append(at, time.Now())
				return errAgain
			})
			var waits []time.Duration
			for i := 1; i < len(at); i++ {
				waits = append(waits, at[i].Sub(at[i-1]))
			}
			if !slices.Equal(waits, c.want) {
				t.Errorf("%s: waited %v, want %v", name, waits, c.want)
			}
		})
	}
	// Doubling never comes round, however often.
	synctest.Test(t, func(t *testing.T) {
		n := 0
		began := time.Now()
		_ = hostruntime.Retry(t.Context(), hostruntime.RetryPolicy{MaxRetries: 200, BackOff: 1, MaxBackOff: 1 << 62}, func(ctx context.Context) error {
			if n++; n > 70 {
				return nil
			}
			return errAgain
		})
		if n < 60 || time.Since(began) < 0 {
			t.Errorf("%d attempts in %v", n, time.Since(began))
		}
	})
}

// The context's end ends a wait at once, and its deadline bounds all attempts
// together: what can't begin in time isn't waited for.
func TestRetryEndsWithItsContext(t *testing.T) {
	policy := hostruntime.RetryPolicy{MaxRetries: 1000, BackOff: time.Hour, MaxBackOff: time.Hour}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		if err := hostruntime.Retry(ctx, policy, func(context.Context) error { return errAgain }); err != errAgain || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := hostruntime.Retry(ctx, policy, func(context.Context) error { panic("begun") }); err != context.Canceled {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		began, attempts := time.Now(), 0
		err := hostruntime.Retry(ctx, policy, func(context.Context) error {
			attempts++
			return errAgain
		})
		if err != errAgain || attempts != 2 || time.Since(began) != time.Hour {
			t.Errorf("%v, %d attempts in %v", err, attempts, time.Since(began))
		}
	})
}

func TestRetryPoliciesThatMakeNoSense(t *testing.T) {
	for want, p := range map[string]hostruntime.RetryPolicy{
		"MaxRetries: -1 is below 0": {MaxRetries: -1},
		`there is no outcome "no"`:  {RetryOn: []string{"no"}},
		"nothing to try again":      {RetryOn: []string{hostruntime.OutcomeInvalid}},
	} {
		err := hostruntime.Retry(t.Context(), p, func(context.Context) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// The report tells of the last attempt, and how many there were before; all of
// them together stay within the fuel that the policy gives.
func TestRetriesAreReportedAndBounded(t *testing.T) {
	tt := newTasks(t)
	policy := hostruntime.RetryPolicy{MaxRetries: 5, BackOff: -1, RetryOn: []string{hostruntime.OutcomeTrap, hostruntime.OutcomeFuel}}
	run := func(p hostruntime.RetryPolicy, trapsUntil int, spin uint32) (used hostruntime.Report, instances int, err error) {
		ctx := hostruntime.WithReport(t.Context(), &used)
		err = hostruntime.Retry(ctx, p, func(ctx context.Context) error {
			in, err := tt.component.Instantiate(ctx, hostruntime.Policy{})
			if err != nil {
				return err
			}
			defer in.Close(ctx)
			n := uint32(13)
			if instances++; instances >= trapsUntil {
				n = spin
			}
			_, err = in.Call(ctx, "a:b/work#try-spin", value.U32(n))
			return err
		})
		return used, instances, err
	}
	used, instances, err := run(policy, 3, 100)
	if err != nil || instances != 3 || used.Attempts != 3 || len(used.Earlier) != 2 || used.Outcome != hostruntime.OutcomeOK {
		t.Fatalf("%v, %d instances, report %+v", err, instances, used)
	}
	for _, a := range used.Earlier {
		if a.Outcome != hostruntime.OutcomeTrap || a.Fuel == 0 || !strings.Contains(a.Error, "unreachable") {
			t.Errorf("%+v", a)
		}
	}
	text, err := json.Marshal(used)
	if err != nil || !strings.Contains(string(text), `"attempts":3,"earlier":[{"outcome":"trap","error":`) {
		t.Errorf("%s, %v", text, err)
	}
	if text, err := json.Marshal(hostruntime.Report{}); err != nil || !strings.Contains(string(text), `"attempts":1}`) {
		t.Errorf("%s, %v", text, err)
	}

	one := used.Earlier[0].Fuel
	policy.Fuel = 2*one + 1000
	used, instances, err = run(policy, 3, 1_000_000)
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitFuel || instances != 3 || used.Attempts != 3 {
		t.Errorf("%v, %d instances, report %+v", err, instances, used)
	}
	if sum := used.Earlier[0].Fuel + used.Earlier[1].Fuel + used.Fuel; sum > policy.Fuel {
		t.Errorf("used %d of %d", sum, policy.Fuel)
	}
}
