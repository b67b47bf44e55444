package hostile

import "github.com/capsule-kit/capsule/hostruntime"

// Calls of WASI that ask for more than there is. Standard input has no end.
var attacksOnWASI = []attack{
	{name: "a terabyte of random bytes", file: "wasi", call: "random", want: reaches("random bytes in one call")},
	{name: "all random bytes", file: "wasi", call: "insecure", want: reaches("random bytes in one call")},
	{name: "random bytes for ever", file: "wasi", call: "random-for-ever", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "all of an endless input", file: "wasi", call: "read", want: survives},
	{name: "skipping all of an endless input", file: "wasi", call: "skip", want: survives},
	{name: "a terabyte of zeroes", file: "wasi", call: "zeroes", want: traps("")},
	{name: "all of an endless input as output", file: "wasi", call: "splice", want: survives},
	{name: "endless input as output for ever", file: "wasi", call: "splice-for-ever", want: reaches(hostruntime.LimitOutput)},
	{name: "waiting 584 years", file: "wasi", call: "wait", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "ever more pollables", file: "wasi", call: "pollables", want: reaches(hostruntime.LimitHandles)},
	{name: "one pollable 100,000 times", file: "wasi", call: "poll", limits: brief, want: reaches("pollables in one poll")},
	{name: "polling nothing", file: "wasi", call: "poll-nothing", want: traps("")},
}
