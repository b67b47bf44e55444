package hostruntime

import (
	"context"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// slice is how many checks a module's code passes between two entries into
// Go: about half a millisecond.
const slice = 100_000

// A meter keeps the counters by which guest code is stopped.
//
// Code that wazero compiled can't be preempted: a guest that loops holds up
// the garbage collector, and with it the process. So the rewriting pass makes
// every loop iteration and function entry count down, and at zero the code
// enters Go; there the call's context is looked at, the scheduler and the
// collector get their turn, and the counters are filled again.
type meter struct {
	counters []api.MutableGlobal
}

// add starts a module's counter; its start function counts already.
func (m *meter) add(counter api.MutableGlobal) {
	m.counters = append(m.counters, counter)
	counter.Set(slice)
}

func (m *meter) fill() {
	for _, c := range m.counters {
		c.Set(slice)
	}
}

// tick runs in Go while guest code waits in memory.grow. A panic is how it
// ends the guest: wazero unwinds and returns the panic's value as error.
func (in *Instance) tick() {
	if err := in.stopped(); err != nil {
		in.call.fail(err)
		panic(err)
	}
	in.meter.fill()
}

// stopped returns why the call in progress must not go on, nil if it may.
//
// The deadline is compared here as well as in the context, whose timer needs
// a scheduler that the guest may be holding up.
func (in *Instance) stopped() error {
	c := &in.call
	if err := c.ctx.Err(); err != nil {
		return in.ended(err)
	}
	if !c.deadline.IsZero() && !time.Now().Before(c.deadline) {
		return in.ended(context.DeadlineExceeded)
	}
	return nil
}
