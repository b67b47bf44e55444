package hostruntime

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// The defaults of the zero RetryPolicy.
const (
	DefaultBackOff    = 100 * time.Millisecond
	DefaultMaxBackOff = 10 * time.Second
)

// DefaultRetryOn returns the outcomes after which Retry tries again unless it is
// told: OutcomeTimeout and OutcomeHostError, which can come of a busy machine or
// of the host's own functions. Neither is the guest's doing alone. A trap, a
// limit of fuel or memory, or a function's own error would be the same again
// where the guest's inputs are, and always under a deterministic policy.
func DefaultRetryOn() []string { return []string{OutcomeTimeout, OutcomeHostError} }

// A RetryPolicy says how often Retry tries, and after what. The zero value
// tries once.
type RetryPolicy struct {
	// MaxRetries is how many attempts may follow the first one.
	MaxRetries int
	// RetryOn are the outcomes to try again after, of the Outcome constants;
	// nil is DefaultRetryOn. There is nothing to try again after ok, cancelled,
	// bad-argument and invalid.
	RetryOn []string
	// BackOff is how long to wait before the second attempt; each later wait is
	// twice as long, up to MaxBackOff. Zero is the default; a negative BackOff
	// is no wait.
	BackOff, MaxBackOff time.Duration
	// Fuel bounds what all attempts use together, instantiation included; one
	// that runs out of it is the last. Zero is no bound but each call's own.
	Fuel uint64
}

// An Attempt is one that a report tells of because another one followed.
type Attempt struct {
	// Outcome and Error are as in the attempt's report.
	Outcome, Error string
	// Fuel and WallTime are of all its calls, instantiation included.
	Fuel     uint64
	WallTime time.Duration
}

// maxAttempts is how many earlier attempts a report lists.
const maxAttempts = 100

// Retry runs attempt until it returns nil, or an error that isn't to be tried
// again, or there have been enough. attempt must make a new instance each time,
// with its context, and close it:
//
//	err := hostruntime.Retry(ctx, hostruntime.RetryPolicy{MaxRetries: 2}, func(ctx context.Context) error {
//		guest, err := review.Instantiate(ctx, comp, policy, imports)
//		if err != nil {
//			return err
//		}
//		defer guest.Close(ctx)
//		summary, err = guest.Summarize(ctx, quakes, window)
//		return err
//	})
//
// The report that ctx carries is of the last attempt's last call, with the
// number of attempts and how the others ended. Whatever the policy, ctx's
// deadline and limits hold: none begins after ctx is done, and no wait outlasts
// it.
//
// Errors: the last attempt's; ctx's, if it is done before the first; those of a
// policy that makes no sense.
func Retry(ctx context.Context, policy RetryPolicy, attempt func(ctx context.Context) error) error {
	if err := policy.Check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	outer, _ := ctx.Value(reportKey{}).(*Report)
	var earlier []Attempt
	fuel := uint64(0)
	for n := 1; ; n++ {
		var used Report
		sum := &usedSum{most: Unlimited}
		trying := context.WithValue(WithReport(ctx, &used), usedSumKey{}, sum)
		if policy.Fuel > 0 {
			sum.most = policy.Fuel - fuel
		}
		began := time.Now()
		err := attempt(trying)
		fuel += sum.fuel.Load()
		if outer != nil && used.Outcome != "" {
			used.Attempts, used.Earlier = n, earlier
			*outer = used
		}
		if err == nil || n > policy.MaxRetries || !slices.Contains(policy.retryOn(), Outcome(err)) ||
			policy.Fuel > 0 && fuel >= policy.Fuel || !policy.wait(ctx, n) {
			return err
		}
		if len(earlier) < maxAttempts {
			earlier = append(slices.Clip(earlier), Attempt{Outcome(err), err.Error(), sum.fuel.Load(), time.Since(began)})
		}
	}
}

// Check returns why the policy makes no sense, nil if it does. Retry checks it
// too. What the error wraps says the same without the field's name.
func (p RetryPolicy) Check() error {
	if p.MaxRetries < 0 {
		return fmt.Errorf("hostruntime: RetryPolicy.MaxRetries: %w", fmt.Errorf("%d is below 0", p.MaxRetries))
	}
	never := []string{OutcomeOK, OutcomeCancelled, OutcomeBadArgument, OutcomeInvalid}
	for _, outcome := range p.RetryOn {
		if !slices.Contains(outcomes, outcome) {
			return fmt.Errorf("hostruntime: RetryPolicy.RetryOn: %w", fmt.Errorf("there is no outcome %q", outcome))
		}
		if slices.Contains(never, outcome) {
			return fmt.Errorf("hostruntime: RetryPolicy.RetryOn: %w", fmt.Errorf("%s is nothing to try again after", outcome))
		}
	}
	return nil
}

func (p *RetryPolicy) retryOn() []string {
	if p.RetryOn == nil {
		return DefaultRetryOn()
	}
	return p.RetryOn
}

// wait waits after attempt n, and reports whether there is time for another.
func (p *RetryPolicy) wait(ctx context.Context, n int) bool {
	d := p.backOff(n)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// backOff returns how long to wait after attempt n.
func (p *RetryPolicy) backOff(n int) time.Duration {
	d, most := p.BackOff, p.MaxBackOff
	if d < 0 {
		return 0
	}
	if d == 0 {
		d = DefaultBackOff
	}
	if most <= 0 {
		most = DefaultMaxBackOff
	}
	for range n - 1 {
		if d >= most/2 {
			return most
		}
		d *= 2
	}
	return min(d, most)
}

// usedSum is the fuel that the calls of one attempt have used together, and the
// most that they may. Calls that run at the same time can together use more.
type usedSum struct {
	fuel atomic.Uint64
	most uint64
}

type usedSumKey struct{}

// boundFuel narrows a call's fuel to what Retry has left for its attempt.
//
// Errors: *LimitError where nothing is.
func (c *call) boundFuel(ctx context.Context) error {
	c.sum, _ = ctx.Value(usedSumKey{}).(*usedSum)
	if c.sum == nil || c.sum.most == Unlimited {
		return nil
	}
	left := c.sum.most - min(c.sum.fuel.Load(), c.sum.most)
	if left == 0 {
		return &LimitError{Export: c.export, Limit: LimitFuel, Max: c.sum.most}
	}
	c.limits.Fuel = min(c.limits.Fuel, left)
	return nil
}
