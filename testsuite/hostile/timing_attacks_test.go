package hostile

// What a look at the time, or at the machine, comes to where clocks and
// randomness are real. Under a deterministic policy all come to nothing: every
// instance sees the same.
type sight int

const (
	// differs is a look that sees something else each time: it would tell.
	differs sight = iota
	// may is one that happens to see the same, by what the toolchain baked in or
	// because nothing of the machine is there to see.
	may
	// learns is one that finds the host's secret.
	learns
)

// timingAttacks are the looks of testdata/timing.wat, sandbox/timing.py,
// timing.js and timing_web.js: exports of the first, functions of the others.
var timingAttacks = map[string]map[string]sight{
	"bytes": {
		"monotonic": differs, "wall": differs, "resolution": may, "two-readings": differs,
		"random": differs, "insecure": differs, "seed": differs,
		"loop": differs, "cache": differs, "division": differs, "growth": differs, "filling": differs, "pages": may, "host": differs,
		"waiting": differs, "waiting-for-now": differs, "rounds": differs, "race": differs,
	},
	"python": {
		"clocks": differs, "dates": differs, "sleeping": differs,
		"loop": differs, "rounds_until_the_clock_moves": differs,
		"colliding_keys": differs, "colliding_texts": differs, "comparing_texts": differs,
		"cached_memory": differs, "growing_memory": differs, "collecting": differs,
		"host_calls": differs, "secret_by_its_timing": learns,
		"chance": differs, "hashes": may, "addresses": may, "machine": may,
		"memory_that_there_is": may, "depth_that_there_is": may,
	},
	"quickjs": {
		"clocks": differs, "loop": differs, "roundsUntilTheClockMoves": differs,
		"collidingKeys": differs, "comparingTexts": may, "cachedMemory": differs, "growingMemory": may, "collecting": may,
		"hostCalls": differs, "secretByItsTiming": learns,
		"chance": may, "orders": may, "machine": may, "memoryThatThereIs": may,
	},
	"starlingmonkey": {
		"clocks": differs, "loop": differs, "roundsUntilTheClockMoves": differs,
		"collidingKeys": differs, "comparingTexts": may, "cachedMemory": differs, "growingMemory": may, "collecting": may,
		"hostCalls": differs, "secretByItsTiming": learns,
		"chance": differs, "orders": may, "machine": may, "memoryThatThereIs": may,
		"timers": differs, "ticks": may, "cloning": differs, "refusedRequest": differs,
	},
}
