package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

// retryFlags are the flags that say after what run tries again.
type retryFlags struct {
	maxRetries string
	retryOn    []string
	backOff    string
}

func (f *retryFlags) define(flags *pflag.FlagSet) {
	flags.StringVar(&f.maxRetries, "max-retries", "", "how often to try again, each time with a clean instance: a `NUMBER`")
	flags.StringSliceVar(&f.retryOn, "retry-on", nil, "the `OUTCOMES` to try again after: "+strings.Join(hostruntime.DefaultRetryOn(), ",")+" by default")
	flags.StringVar(&f.backOff, "back-off", "", "how long to wait before trying again, twice as long each time: a `TIME` such as 1s")
}

// policy returns the task's retries as the flags change them.
func (f *retryFlags) policy(own hostruntime.RetryPolicy) (hostruntime.RetryPolicy, error) {
	p := own
	if f.maxRetries != "" {
		n, err := strconv.Atoi(f.maxRetries)
		if err != nil || n < 0 {
			return p, fmt.Errorf("--max-retries: %q isn't a number from 0", f.maxRetries)
		}
		p.MaxRetries = n
	}
	if f.retryOn != nil {
		p.RetryOn = f.retryOn
	}
	if f.backOff != "" {
		d, err := policyfile.ParseDuration(f.backOff)
		if err != nil {
			return p, fmt.Errorf("--back-off: %w", err)
		}
		p.BackOff = d
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("--retry-on: %w", errors.Unwrap(err))
	}
	return p, nil
}

// addTasks grants the guest the tasks that capsule.toml lets it start: their
// components must have been built.
func (a *app) addTasks(ctx context.Context, rt *hostruntime.Runtime, c *config.Config, t *config.Task, p *hostruntime.Policy) error {
	if c == nil || len(t.Starts) == 0 {
		return nil
	}
	var err error
	p.Tasks, err = c.Policies.Grants(t.Name, func(name string) (*hostruntime.Component, error) {
		started, err := c.Task(name)
		if err != nil {
			return nil, err
		}
		if err := built(started); err != nil {
			return nil, err
		}
		done := a.progress("loading " + shown(started.Output))
		defer done()
		return rt.LoadFile(ctx, started.Output)
	})
	return err
}

// served reports whether a grant or the runtime serves an imported interface.
func served(p *hostruntime.Policy, iface string) bool {
	if runtimes(iface) {
		return true
	}
	bare, _, _ := strings.Cut(iface, "@")
	for _, g := range p.Tasks {
		if granted, _, _ := strings.Cut(g.Interface, "@"); granted == bare {
			return true
		}
	}
	return false
}
