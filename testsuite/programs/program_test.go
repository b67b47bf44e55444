//go:build guests

package programs

import (
	"context"
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// load returns a component on a runtime of its own.
func load(t *testing.T, path string) *hostruntime.Component {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	c, err := rt.LoadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start runs a program to its end, and returns its exit status. args begin with
// the program's name.
func start(t *testing.T, c *hostruntime.Component, policy hostruntime.Policy, args ...string) (status int, r hostruntime.Report) {
	t.Helper()
	status, r, err := try(t, c, policy, args...)
	if err != nil {
		t.Fatalf("%q: %v\n%s%s", args, err, r.Stdout, r.Stderr)
	}
	return status, r
}

// try is start for programs that may end otherwise.
func try(t *testing.T, c *hostruntime.Component, policy hostruntime.Policy, args ...string) (status int, r hostruntime.Report, err error) {
	t.Helper()
	policy.Args = args
	in, err := c.Instantiate(t.Context(), policy)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	result, err := in.Call(hostruntime.WithReport(t.Context(), &r), "run")
	if exit, ok := errors.AsType[*hostruntime.ExitError](err); ok {
		return exit.Code, r, nil
	}
	if err == nil && result.(value.Result).IsError {
		return 1, r, nil
	}
	return 0, r, err
}
