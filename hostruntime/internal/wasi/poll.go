package wasi

import (
	"errors"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// MaxPoll is the most pollables that one wasi:io/poll#poll takes.
const MaxPoll = 4096

var pollableResource = newResource[*pollable]("wasi:io/poll", "pollable")

// A pollable is ready when its function says so or, for one without a
// function, when the monotonic clock has reached an instant.
type pollable struct {
	node
	test func() bool
	// at is the instant in nanoseconds; passed says that a call has waited
	// for it, whatever the clock says.
	at     uint64
	passed bool
}

// always is the test of what never makes a guest wait.
func always() bool { return true }

func (p *pollable) ready(now uint64) bool {
	if p.test != nil {
		return p.test()
	}
	p.passed = p.passed || p.at <= now
	return p.passed
}

// subscribe returns a pollable, a child of parent unless that is nil.
func (c *call) subscribe(parent *node, test func() bool) (value.Value, error) {
	return c.open(pollableResource, &pollable{test: test}, parent)
}

// wait returns when one of the pollables is ready. It returns the context's
// error when that ends first, ErrClosed when the Host is closed, and the
// network's limit when one is passed.
func (c *call) wait(list ...*pollable) error {
	for {
		if err := c.Err(); err != nil {
			return err
		}
		if err := c.failed(); err != nil {
			return err
		}
		now := c.monotonic()
		first := uint64(math.MaxUint64)
		for _, p := range list {
			if p.ready(now) {
				return nil
			}
			if p.test == nil {
				first = min(first, p.at-now)
			}
		}
		err := c.waitFor(first)
		if errors.Is(err, errElapsed) {
			// The clock may stand still or run at a speed of its own.
			for _, p := range list {
				if p.test == nil && p.at-now <= first {
					p.passed = true
				}
			}
		} else if err != nil {
			return err
		}
	}
}

// waitFor waits for that many nanoseconds, which gives errElapsed, or for a
// signal; the largest number stands for no end.
func (c *call) waitFor(duration uint64) error {
	if duration == math.MaxUint64 {
		return c.sleep(nil)
	}
	d := time.Duration(min(duration, math.MaxInt64))
	if c.config.Skip != nil {
		c.config.Skip(d)
		return errElapsed
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	return c.sleep(timer.C)
}

var errElapsed = errors.New("wasi: the time is over")

// sleep waits for elapsed, which gives errElapsed, or for a signal.
func (c *call) sleep(elapsed <-chan time.Time) error {
	select {
	case <-c.Done():
		return c.Err()
	case <-c.closed:
		return ErrClosed
	case <-c.wake:
		return nil
	case <-elapsed:
		return errElapsed
	}
}

// block waits until test holds.
func (c *call) block(test func() bool) error {
	if test() {
		return nil
	}
	return c.wait(&pollable{test: test})
}

// ioPoll returns wasi:io/poll.
func ioPoll() *Interface {
	i := newInterface("wasi:io/poll")
	i.uses(pollableResource)
	method(i, pollableResource, "ready", fn(boolType),
		func(c *call, p *pollable) (value.Value, error) { return value.Bool(p.ready(c.monotonic())), nil })
	method(i, pollableResource, "block", fn(nil),
		func(c *call, p *pollable) (value.Value, error) { return nil, c.wait(p) })
	i.define("poll", fn(abi.NewList(u32Type), param("in", abi.NewList(borrow(pollableResource)))), poll)
	return i
}

func poll(c *call) (value.Value, error) {
	in := arg[value.List](c, 0)
	if len(in) == 0 {
		return nil, errors.New("wasi:io/poll#poll: the list is empty")
	}
	if len(in) > MaxPoll {
		return nil, &LimitError{What: "pollables in one poll", Limit: MaxPoll, Attempt: uint64(len(in))}
	}
	list := make([]*pollable, len(in))
	for n, v := range in {
		list[n] = v.(value.Handle).Rep.(*pollable)
	}
	if err := c.wait(list...); err != nil {
		return nil, err
	}
	now := c.monotonic()
	var ready value.List
	for n, p := range list {
		if p.ready(now) {
			ready = append(ready, value.U32(n))
		}
	}
	return ready, nil
}
