package hostruntime

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// Deterministic makes a guest's runs equal: with the same component, seed,
// arguments, standard input and calls, and with host functions that do the
// same, results, output, fuel and memory are the same on every run and every
// machine, to the unit, and so is where a limit of either ends it.
//
// The wall time limit still holds, and is no part of this: a run that can
// meet it needs a limit of fuel that it meets first. So is the depth of
// recursion at which the native stack ends, and so is the sign of a NaN that
// arithmetic makes: both differ between processors.
type Deterministic struct {
	// Seed decides all randomness that the guest gets.
	Seed uint64
}

// fuelTime is by how much a unit of fuel advances the clock.
const fuelTime = 5 * time.Nanosecond

// epoch is where the clock of deterministic instances starts: 2000-01-01.
var epoch = time.Unix(946_684_800, 0).UTC()

// A fuelClock goes by the fuel that its instance uses, and skips what the
// guest waits for.
type fuelClock struct {
	// before is the fuel of earlier calls; skipped is the time waited.
	before  uint64
	skipped time.Duration
}

func (in *Instance) clockNow() time.Duration {
	units := min(in.clock.before+in.meter.used(), math.MaxInt64/2/uint64(fuelTime))
	return time.Duration(units)*fuelTime + in.clock.skipped
}

func (in *Instance) clockSkip(d time.Duration) {
	in.clock.skipped = min(in.clock.skipped+min(d, math.MaxInt64/2-in.clock.skipped), math.MaxInt64/2)
}

// makeDeterministic gives WASI clocks and randomness that are the same on
// every run.
func (in *Instance) makeDeterministic(d *Deterministic, config *wasi.Config) {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], d.Seed)
	config.Random = rand.NewChaCha8(seed)
	config.Monotonic = in.clockNow
	config.Now = func() time.Time { return epoch.Add(in.clockNow()) }
	config.Skip = in.clockSkip
	in.meter.fixed = true
}
