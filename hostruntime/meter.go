package hostruntime

import (
	"github.com/tetratelabs/wazero/api"
)

// slice is how many units the code of a component gets between two entries
// into Go: about half a millisecond of loops and calls, and never more than
// some 200 MB of instructions or 13 MB of bulk operations.
const slice = 100_000

// fullSlices is how many modules of a component get a whole slice. Where there
// are more, as only a hostile component has them, they share.
const fullSlices = 32

// A meter keeps the counters by which guest code is stopped.
//
// Code that wazero compiled can't be preempted: a guest that loops holds up
// the garbage collector, and with it the process. So the rewriting pass makes
// every loop iteration and function entry count down, and at zero the code
// enters Go; there the call's context is looked at, the scheduler and the
// collector get their turn, and the counters are filled again.
type meter struct {
	counters []api.MutableGlobal
	each     uint64 // what a fill gives every counter
}

// add starts a module's counter; its start function counts already.
func (m *meter) add(counter api.MutableGlobal) {
	m.counters = append(m.counters, counter)
	m.each = slice * fullSlices / uint64(max(fullSlices, len(m.counters)))
	counter.Set(m.each)
}

func (m *meter) fill() {
	for _, c := range m.counters {
		c.Set(m.each)
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
func (in *Instance) stopped() error {
	if err := in.call.over(); err != nil {
		return in.ended(err)
	}
	return nil
}
