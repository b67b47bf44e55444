package main

import (
	"fmt"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/hostruntime"
)

// printPolicy prints what a guest may do, and for that needs neither its
// component nor the values of its secrets.
func (a *app) printPolicy(c *config.Config, t *config.Task, policy hostruntime.Policy, asJSON bool) error {
	if c != nil && len(t.Starts) > 0 {
		var err error
		policy.Tasks, err = c.Policies.Grants(t.Name, func(string) (*hostruntime.Component, error) { return nil, nil })
		if err != nil {
			return err
		}
	}
	if asJSON {
		return a.printJSON(policy)
	}
	_, err := fmt.Fprint(a.out, policy)
	return err
}
