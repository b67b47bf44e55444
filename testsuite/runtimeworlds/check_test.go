package runtimeworlds

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/capsule-kit/capsule/hostruntime"
)

// A check collects what differs from what was expected of calls.
type check struct {
	ctx      context.Context
	failures []error
}

func (c *check) failf(format string, args ...any) {
	c.failures = append(c.failures, fmt.Errorf(format, args...))
}

// err returns everything that differed, nil if nothing did.
func (c *check) err() error { return errors.Join(c.failures...) }

// want returns what takes the outcome of a call that returns want.
func want[T any](c *check, want T) func(T, error) {
	return func(got T, err error) {
		if err != nil {
			c.done(err)
		} else if !reflect.DeepEqual(got, want) {
			c.failf("got %#v, want %#v", got, want)
		}
	}
}

// stop is what ends a test that can't go on.
type stop struct{}

// run runs f, up to a call in it that fails and whose value it needs.
func (c *check) run(f func()) {
	defer func() {
		if r := recover(); r != nil && r != (stop{}) {
			panic(r)
		}
	}()
	f()
}

// is takes the outcome of a call whose value it returns. It ends run if there is none.
func is[T any](c *check) func(T, error) T {
	return func(got T, err error) T {
		if err != nil {
			c.done(err)
			panic(stop{})
		}
		return got
	}
}

// done takes the outcome of a call that returns nothing.
func (c *check) done(err error) {
	if trap, ok := errors.AsType[*hostruntime.Trap](err); ok {
		err = fmt.Errorf("%w: %s", err, trap.Stderr)
	}
	if err != nil {
		c.failures = append(c.failures, err)
	}
}

// fails returns what takes the outcome of a call that returns the error want.
func fails[T, E any](c *check, want E) func(T, error) {
	return func(got T, err error) {
		if refused, ok := errors.AsType[*hostruntime.ResultError[E]](err); !ok || !reflect.DeepEqual(refused.Value, want) {
			c.failf("got %#v, %v; want the error %#v", got, err, want)
		}
	}
}

// A counter counts the calls of what the host provides.
type counter struct{ calls int }

func (c *counter) count() { c.calls++ }

// unexpected is the error of a host function that is called with anything but want.
func unexpected(got, want any) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("the host was given %#v, not %#v", got, want)
}
