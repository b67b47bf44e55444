package hostruntime

// FuelModel is the version of what fuel counts. Under one version, from a new
// instance and with the same inputs (the clock and random bytes among them), a
// component uses the same fuel on every machine, to the unit. What counts as a
// unit is then:
//
//   - each entry to a function of the component's core modules, start
//     functions and post-return included;
//   - each start of a loop's body, the first and every later one;
//   - in long code without either, each 512 instructions at most, where one
//     that takes long, such as a division, counts for several;
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
// So a unit is some 2 to 10 nanoseconds of work.
const FuelModel = 1

// Fuel for one call, by size, instead of numbers. What it buys is roughly, for
// loops that add numbers up, in Python (some 50 units for each time around) and
// in JavaScript on QuickJS (17):
//
//	FuelLow     a tenth of a second    400,000 times     1 million times
//	FuelMedium  a second               4 million        12 million
//	FuelHigh    ten seconds            40 million       120 million
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
// only looked at now and then.
func (in *Instance) burnBuiltin() error {
	const every = 64
	c := &in.call
	if c.builtins++; c.builtins%every == 0 {
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
	n := c.budget.Used() >> fuelByteShift
	units := n - c.liftedFuel
	c.liftedFuel = n
	return in.burn(units)
}
