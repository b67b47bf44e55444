package hostile

import (
	"slices"

	"github.com/capsule-kit/capsule/hostruntime"
)

// What goes on for ever is stopped by the wall clock, and by fuel before that,
// however it is written.
var attacksOnTime = slices.Concat(spinning("spins",
	"empty-loop", "br-table", "loop-with-results", "nested-loops", "exponential-calls", "exponential-indirect-calls",
	"memory-copy", "memory-fill", "memory-grow", "memory-size", "refused-growth", "table-copy", "table-fill", "table-grow",
	"division", "square-roots",
), spinning("after-return", "spins"), spinning("yields", "yields"))

func spinning(file string, exports ...string) []attack {
	var attacks []attack
	for _, export := range exports {
		a := attack{name: file + " " + export, file: file, call: export, limits: brief, want: reaches(hostruntime.LimitWallTime)}
		attacks = append(attacks, a)
		a.name += " on fuel"
		a.limits, a.want = hostruntime.Limits{Fuel: 10_000_000}, reaches(hostruntime.LimitFuel)
		attacks = append(attacks, a)
	}
	return attacks
}

// A start function runs under the limits that calls have.
var attacksAtStart = []attack{
	{name: "spins", file: "start-spins", limits: brief, want: limitAtStart(hostruntime.LimitWallTime)},
	{name: "asks", file: "start-asks", limits: brief, want: limitAtStart(hostruntime.LimitWallTime)},
	{name: "traps", file: "start-traps", want: trapsAtStart("unreachable")},
	{name: "recurses", file: "start-recurses", want: limitAtStart(hostruntime.LimitDepth)},
	{name: "data out of range", file: "data-out-of-range", want: trapsAtStart("out of bounds")},
	{name: "elements out of range", file: "elements-out-of-range", want: trapsAtStart("out of bounds")},
}
