package hostruntime

import "github.com/capsule-kit/capsule/hostruntime/internal/link"

// FuelModel is the version of what fuel counts. Under one version, from a new
// instance and with the same inputs (the clock and random bytes among them), a
// component uses the same fuel on every machine, to the unit. What counts as a
// unit is then:
//
//   - each entry to a function of the component's core modules, start
//     functions and post-return included;
//   - each start of a loop's body, the first and every later one;
//   - in long code without either, each 512 instructions at most, where one
//     that takes long, such as a division, counts for several; and a return
//     more than 128 instructions after a call;
//   - in memory.fill, memory.copy and memory.init, each 128 bytes, and in their
//     siblings for tables each 16 references;
//   - growth of a linear memory, by the 128 bytes, and 64 for each attempt.
//
// Every call of a host function, WASI's included, and every call between
// components is 100 units, and a unit for each 128 bytes of the host's memory
// that values lifted for it take, and each 128 bytes of the guest's that it
// asks for to lower values. A call from the host costs the same. A built-in
// function of the component model, such as dropping a handle, is 20 units.
//
// So a unit is some 2 to 10 nanoseconds of work, and at most 512 instructions
// between functions.
const FuelModel = 2

// Fuel for one call, by size, instead of numbers: roughly a tenth of a second,
// a second and ten seconds of computing. Of a loop that adds numbers up, which
// takes 27 units each time around in Python and 15 in JavaScript on QuickJS,
// they buy
//
//	             Python       QuickJS
//	FuelLow      700,000     1,300,000 times around
//	FuelMedium   7 million   13 million
//	FuelHigh     70 million  130 million
//
// A call that does nothing takes 4,000 units in Python, 300 on QuickJS and
// 17,000 on StarlingMonkey.
const (
	FuelLow    = 20_000_000
	FuelMedium = 200_000_000
	FuelHigh   = 2_000_000_000
)

// Prices of what the host does, in fuel.
const (
	hostCallFuel  = 100
	builtinFuel   = 20
	growFuel      = 64
	fuelByteShift = 7 // a unit for each 128 bytes
)

// burnCall pays for a call that crosses the border.
func (in *Instance) burnCall() error { return in.burn(hostCallFuel) }

// burnBuiltin pays for a built-in function. Those are quick, so that time is
// only looked at now and then, but before one that runs the host's destructor.
func (in *Instance) burnBuiltin(t *link.Trampoline) error {
	const every = 64
	c := &in.call
	c.builtins++
	if c.builtins%every == 0 || t.Kind == link.ResourceDrop && in.resources[t.Target].Dtor != nil {
		if err := in.stopped(); err != nil {
			return err
		}
	}
	return in.burn(builtinFuel)
}

// burnBytes pays for bytes that the host moves or allocates.
func (in *Instance) burnBytes(n uint64) error { return in.burn(n >> fuelByteShift) }

// burnLifted pays for what has been lifted since it last did.
func (in *Instance) burnLifted() error {
	c := &in.call
	if in.recorder != nil {
		in.recorder.lifted = c.lifted()
	}
	n := c.lifted() >> fuelByteShift
	units := n - c.liftedFuel
	c.liftedFuel = n
	return in.burn(units)
}
