package hostile

import (
	"bytes"

	"github.com/capsule-kit/capsule/hostruntime"
)

var attacksOnMemory = []attack{
	{name: "growth loop", file: "greed", call: "memory", want: survives},
	{name: "growth loop that gives up", file: "greed", call: "memory-and-traps", want: reaches(hostruntime.LimitMemory)},
	{name: "table growth loop", file: "greed", call: "table", want: survives},
	{name: "table growth loop that gives up", file: "greed", call: "table-and-traps", want: traps("unreachable")},
	{name: "4 GiB at once", file: "greed", call: "all-at-once", want: survives},
	{name: "a table of 4 billion at once", file: "greed", call: "table-at-once", want: survives},
	{name: "giant memory", file: "giant-memory", want: limitAtStart(hostruntime.LimitMemory)},
	{name: "giant table", file: "giant-table", want: refused("tables start with")},
	{name: "two memories", file: "two-memories", want: unsupported("memor")},
	{name: "shared memory", file: "shared-memory", want: unsupported("threads")},
	{name: "100 tables of 10 million", made: tables(100, 10_000_000), want: refused("tables start with")},
	{name: "1,000 tables", made: tables(1_000, 1), want: refused("table")},
	{name: "1,000 core instances of a MiB", made: func() []byte {
		return runnable(1_000, simple(coreSec(5, []byte{1, 0, 16})))
	}, want: limitAtStart(hostruntime.LimitMemory)},
	{name: "100 tables in each of 500 core instances", made: func() []byte {
		return runnable(500, simple(coreSec(4, vec(times(100, cat([]byte{0x70, 0}, u(1_000)))))))
	}, want: limitAtStart(hostruntime.LimitMemory)},
}

// simple is a core module with a function "run" that does nothing, and more
// sections: between those of functions (3) and exports (7).
func simple(sections ...[]byte) []byte {
	return coreModule(
		coreSec(1, []byte{1, 0x60, 0, 0}), coreSec(3, []byte{1, 0}), cat(sections...),
		coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})), coreSec(10, []byte{1, 2, 0, 0x0b}))
}

// withBody is a component whose "run" has the given locals and code.
func withBody(locals, code []byte) []byte {
	body := cat(locals, code, []byte{0x0b})
	return runnable(1, coreModule(
		coreSec(1, []byte{1, 0x60, 0, 0}), coreSec(3, []byte{1, 0}),
		coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})),
		coreSec(10, cat([]byte{1}, u(len(body)), body))))
}

func tables(n, elements int) func() []byte {
	return func() []byte {
		return runnable(1, simple(coreSec(4, vec(times(n, cat([]byte{0x70, 0}, u(elements)))))))
	}
}

func repeat(code []byte, n int) []byte { return bytes.Repeat(code, n) }
