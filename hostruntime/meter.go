package hostruntime

import (
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero/api"
)

// The counters of a component hold together what its code may use between two
// entries into Go: sliceMax units, which stand for at most some 5 million
// instructions, and usually take less than a tenth of a millisecond. With the
// frames that can return unseen (see mark) it is less than 10 million. Where units take
// longer, as with code that waits for memory at every step, there are fewer,
// down to sliceMin.
const (
	sliceMax = 10_000
	sliceMin = 500

	// sliceLong is the time beyond which a slice was too long, sliceShort the
	// time below which the next one can be longer.
	sliceLong  = 4 * time.Millisecond
	sliceShort = time.Millisecond
)

// A meter counts fuel, and stops guest code.
//
// Code that wazero compiled can't be preempted: a guest that loops holds up
// the garbage collector, and with it the process. So the rewriting pass makes
// code count down, and at zero the code enters Go; there the call's context is
// looked at, the scheduler and the collector get their turn, and the counters
// are filled again. How much they get doesn't change what is counted. Entering
// Go is enough for others to get a turn, 10 ms after they asked: yielding more
// often (runtime.Gosched) made the pauses of other goroutines longer.
type meter struct {
	counters []counter
	// limit is the fuel of the call in progress; reserve is what of it is
	// neither used nor in a counter.
	limit, reserve uint64
	slice          uint64
	// withheld is what a replay keeps back of the limit: see stopAt.
	withheld uint64
	// fixed keeps the slice as it is, whatever time it takes: how deep recursion
	// gets depends on it a little.
	fixed bool
	// began is when the call did, filled when the counters were.
	began, filled time.Time
	// repeats is how often counters were filled since all were looked at.
	repeats int
}

// A counter is the one of a core module.
type counter struct {
	global api.MutableGlobal
	// granted is what it was last filled with, use how much its module has
	// used lately besides, which decides its share.
	granted, use uint64
}

// begin gives a call its fuel.
func (m *meter) begin(fuel uint64, now time.Time) {
	m.limit, m.slice, m.filled, m.withheld = fuel, max(m.slice, sliceMin), now, 0
	m.began = now
	if m.fixed {
		m.slice = sliceMax
	}
	if held := uint64(m.held()); held <= fuel {
		m.reserve = fuel - held
		return
	}
	m.collect()
	m.reserve = fuel
	m.share(-1)
}

// now is time.Now in half the time: it reads one clock of two.
func (m *meter) now() time.Time { return m.began.Add(time.Since(m.began)) }

// add starts a module's counter; its start function counts already.
func (m *meter) add(global api.MutableGlobal) {
	m.collect()
	m.counters = append(m.counters, counter{global: global})
	m.share(-1)
}

// used returns the fuel that the call has used.
func (m *meter) used() uint64 {
	// What a guest owes when it traps can be beyond its limit.
	limit := m.limit - m.withheld
	return min(limit-m.reserve-uint64(m.held()), limit)
}

// stopAt lets the call use so much fuel and no more, as if that were the limit.
// It reports whether it hasn't used more already.
func (m *meter) stopAt(fuel uint64) bool {
	used := m.used()
	if fuel < used || fuel > m.limit {
		return false
	}
	m.collect()
	m.withheld, m.reserve = m.limit-fuel, fuel-used
	m.share(-1)
	return true
}

// drain uses all the fuel that there is.
func (m *meter) drain() {
	m.collect()
	m.reserve = 0
}

// held returns the units in all counters; less than 0 if a module owes more.
func (m *meter) held() int64 {
	held := int64(0)
	for i := range m.counters {
		left, _ := m.counters[i].left()
		held += left
	}
	return held
}

// left returns the units in a counter, and why its module has entered Go. Only
// where it asks for more, or has trapped, it can owe some: they are below 0.
func (c *counter) left() (units int64, why rewrite.Ask) {
	left, why := rewrite.Left(uint32(c.global.Get()))
	return int64(left), why
}

// collect moves what is in the counters to the reserve.
func (m *meter) collect() {
	m.look(m.counters)
	for i := range m.counters {
		m.counters[i].global.Set(0)
	}
}

// look is collect, but for emptying the counters.
func (m *meter) look(counters []counter) {
	for i := range counters {
		c := &counters[i]
		left, _ := c.left()
		m.reserve += uint64(left)
		c.use = (c.use + c.granted - uint64(left)) / 2
		c.granted = 0
	}
}

// share fills the counters, each with some and the more the more its module
// has used lately, so that they run out together. At the very end, all that
// there is goes to the module that asks.
func (m *meter) share(asking int) { m.shareAmong(m.counters, asking, m.slice) }

func (m *meter) shareAmong(counters []counter, asking int, slice uint64) {
	if len(counters) == 0 {
		return
	}
	total := min(slice, m.reserve)
	each, use := total/8/uint64(len(counters)), uint64(0)
	for i := range counters {
		use += counters[i].use
	}
	rest := total - each*uint64(len(counters))
	for i := range counters {
		c := &counters[i]
		if c.granted = each; use > 0 {
			c.granted += rest * c.use / use
		}
	}
	if asking >= 0 && counters[asking].granted == 0 {
		for i := range counters {
			counters[i].granted = 0
		}
		counters[asking].granted = total
	}
	for i := range counters {
		c := &counters[i]
		c.global.Set(c.granted)
		m.reserve -= c.granted
	}
}

// settle pays what the module that asks owes, and leaves it nothing: it goes
// on to its next check, and if that is at once. A call is stopped where nothing
// is owed, so that how much it had used says where. settle reports whether
// anything was owed, and whether there was enough.
func (m *meter) settle(asking int) (owed, enough bool) {
	c := &m.counters[asking]
	left, _ := c.left()
	if left >= 0 {
		return false, true
	}
	c.global.Set(0)
	units := uint64(-left)
	if m.reserve < units {
		m.collect()
	}
	enough = m.reserve >= units
	m.reserve -= min(units, m.reserve)
	return true, enough
}

// keep leaves the module that has entered Go what it had.
func (m *meter) keep(asking int) {
	c := &m.counters[asking]
	left, _ := c.left()
	c.global.Set(uint64(uint32(left)))
}

// asking returns the counter whose module has entered Go by itself, and why; -1
// if none has. Those that do so often move to the front.
func (m *meter) asking() (int, rewrite.Ask) {
	for i := range m.counters {
		_, why := m.counters[i].left()
		if why == rewrite.No {
			continue
		}
		if i > 0 {
			m.counters[i], m.counters[i-1] = m.counters[i-1], m.counters[i]
			i--
		}
		return i, why
	}
	return -1, rewrite.No
}

// refill fills the counters again, for code that asks for it. It reports
// whether there was any fuel left.
func (m *meter) refill(asking int, now time.Time) bool {
	switch took := now.Sub(m.filled); {
	case m.fixed:
	case took > sliceLong:
		m.slice, m.repeats = max(m.slice/2, sliceMin), maxRepeats
	case took < sliceShort:
		m.slice = min(m.slice*2, sliceMax)
	}
	m.filled = now
	if m.refillBusy(asking) {
		return true
	}
	m.collect()
	m.share(asking)
	m.repeats = 0
	return m.counters[asking].granted > 0
}

// step gives the module that asks one unit, and no other any. It reports
// whether there was one.
func (m *meter) step(asking int, now time.Time) bool {
	m.collect()
	m.filled, m.repeats = now, maxRepeats
	if m.reserve == 0 {
		return false
	}
	m.reserve--
	c := &m.counters[asking]
	c.granted = 1
	c.global.Set(1)
	return true
}

// Of many modules few are busy: the first maxBusy are filled anew maxRepeats
// times before all are.
const (
	maxBusy    = 4
	maxRepeats = 64
)

// refillBusy fills the counters of the modules that asked lately, and leaves
// the others what they have. It reports whether that was enough.
func (m *meter) refillBusy(asking int) bool {
	if m.repeats++; m.repeats > maxRepeats || asking >= maxBusy || len(m.counters) <= maxBusy {
		return false
	}
	slice := m.slice
	for i := range m.counters[maxBusy:] {
		slice -= min(slice, m.counters[maxBusy+i].granted)
	}
	busy := m.counters[:maxBusy]
	m.look(busy)
	m.shareAmong(busy, asking, slice)
	return busy[asking].granted > 0
}

// take uses fuel for what the host does. It reports whether there was enough;
// if not, all of it is used.
func (m *meter) take(units uint64) bool {
	if m.reserve >= units {
		m.reserve -= units
		return true
	}
	m.collect()
	enough := m.reserve >= units
	m.reserve -= min(units, m.reserve)
	m.share(-1)
	return enough
}

// tick runs in Go while guest code waits in memory.grow. A panic is how it
// ends the guest: wazero unwinds and returns the panic's value as error.
func (in *Instance) tick() {
	now := in.meter.now()
	err := in.stoppedAt(now)
	asking, why := in.meter.asking()
	if err == nil {
		switch why {
		case rewrite.No: // the guest's own memory.grow
		case rewrite.Return:
			err = in.goesBack(asking)
		default:
			err = in.goesOn(asking, why, now)
		}
	} else if asking >= 0 {
		in.meter.settle(asking)
	}
	if err != nil {
		in.call.fail(err)
		panic(err)
	}
}

// goesOn serves a module that asks for more.
func (in *Instance) goesOn(asking int, why rewrite.Ask, now time.Time) error {
	if owed, enough := in.meter.settle(asking); owed {
		if !enough || in.replayedUp() {
			return in.fuelSpent()
		}
		return nil
	}
	step, err := in.deepens(why)
	if err != nil {
		return err
	}
	if step && !in.meter.step(asking, now) || !step && !in.meter.refill(asking, now) {
		return in.fuelSpent()
	}
	return in.chargeStacks()
}

// goesBack serves a module that returns through a frame that was made for it.
func (in *Instance) goesBack(asking int) error {
	if in.replayedUp() {
		return in.fuelSpent()
	}
	in.meter.keep(asking)
	in.returned()
	return nil
}

// burn uses fuel for what the host does.
func (in *Instance) burn(units uint64) error {
	if in.meter.take(units) {
		return nil
	}
	return in.fuelSpent()
}

func (in *Instance) fuelSpent() error {
	if in.replayer != nil && in.replayer.armed {
		return errReplayed
	}
	return &LimitError{Limit: LimitFuel, Max: in.meter.limit}
}

// replayedUp reports whether a replay is where its journal says that the call
// was ended from outside: no check may come any more.
func (in *Instance) replayedUp() bool {
	return in.replayer != nil && in.replayer.armed && in.meter.used() == in.replayer.end.Fuel
}

// stopped returns why the call in progress must not go on, nil if it may.
func (in *Instance) stopped() error { return in.stoppedAt(time.Now()) }

func (in *Instance) stoppedAt(now time.Time) error {
	if err := in.call.overAt(now); err != nil {
		return in.ended(err)
	}
	return nil
}

// grows runs in Go while guest code waits in a memory.grow of its own, and
// ends it like a tick.
func (in *Instance) grows(bytes uint64) {
	err := in.stopped()
	if err == nil {
		err = in.burn(growFuel + min(bytes, MaxMemoryBytes)>>fuelByteShift)
	}
	if err != nil {
		in.call.fail(err)
		panic(err)
	}
}
