package hostile

import (
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

var (
	text  = []value.Value{value.String("hello")}
	texts = []value.Value{value.List{value.String("hello"), value.String(strings.Repeat("x", 5000)), value.String("")}}
)

// An allocator that lies.
var attacksByRealloc = []attack{
	{name: "out of range", file: "realloc", call: "out-of-range", args: text, want: traps("realloc return: beyond end of memory")},
	{name: "wraps around", file: "realloc", call: "wraps", args: text, want: traps("realloc return: beyond end of memory")},
	{name: "misaligned", file: "realloc", call: "misaligned", args: []value.Value{value.List{value.U32(1)}}, want: traps("realloc return: result not aligned")},
	{name: "misaligned string", file: "realloc", call: "misaligned-string", args: text, want: traps("realloc return: result not aligned")},
	{name: "overlaps", file: "realloc", call: "overlaps", args: texts, want: survives},
	{name: "grows memory", file: "realloc", call: "grows", args: texts, want: survives},
	{name: "calls out", file: "realloc", call: "calls-out", args: text, want: traps("leave")},
	{name: "traps", file: "realloc", call: "traps", args: text, want: traps("unreachable")},
	{name: "spins", file: "realloc", call: "spins", args: text, limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "recurses", file: "realloc", call: "recurses", args: text, want: reaches(hostruntime.LimitDepth)},
}

// Results that aren't there, or are too much.
var attacksByResults = []attack{
	{name: "pointer out of range", file: "results", call: "pointer-out-of-range", want: traps("out of bounds")},
	{name: "pointer misaligned", file: "results", call: "pointer-misaligned", want: traps("unaligned pointer")},
	{name: "string too long", file: "results", call: "string-too-long", want: traps("string too long")},
	{name: "list too long", file: "results", call: "list-too-long", want: traps("list too long")},
	{name: "list size overflows", file: "results", call: "list-size-overflows", want: traps("list too long")},
	{name: "string wraps around", file: "results", call: "string-wraps", want: traps("out-of-bounds")},
	{name: "list wraps around", file: "results", call: "list-wraps", want: traps("out-of-bounds")},
	{name: "list misaligned", file: "results", call: "list-misaligned", want: traps("unaligned pointer")},
	{name: "UTF-16 misaligned", file: "results", call: "utf16-misaligned", want: traps("unaligned pointer")},
	{name: "tagged length out of range", file: "results", call: "latin1-tag-out-of-range", want: traps("out-of-bounds")},
	{name: "invalid UTF-8", file: "results", call: "invalid-utf8", want: traps("utf-8")},
	{name: "lone surrogate", file: "results", call: "lone-surrogate", want: traps("surrogate")},
	{name: "variant's case", file: "results", call: "variant-in-memory", want: traps("discriminant")},
	{name: "enum's case", file: "results", call: "enum-out-of-range", want: traps("discriminant")},
	{name: "char out of range", file: "results", call: "char-out-of-range", want: traps("char")},
	{name: "same bytes many times", file: "results", call: "same-bytes-many-times", limits: hostruntime.Limits{LiftedBytes: 2 << 20}, want: reaches(hostruntime.LimitLifted)},
	{name: "values larger than memory", file: "results", call: "values-larger-than-memory", limits: hostruntime.Limits{LiftedBytes: 2 << 20}, want: reaches(hostruntime.LimitLifted)},
	{name: "post-return traps", file: "after-return", call: "traps", want: traps("unreachable")},
	{name: "post-return recurses", file: "after-return", call: "recurses", want: reaches(hostruntime.LimitDepth)},
	{name: "no result of an asynchronous function", file: "yields", call: "forgets", want: traps("failed to produce a result")},
	{name: "post-return calls out", file: "after-return", call: "calls-out", want: traps("leave")},
}

// Handles that the guest doesn't have.
var attacksByHandles = []attack{
	{name: "zero", file: "forged-handles", call: "zero", want: traps("handle")},
	{name: "never given", file: "forged-handles", call: "never-given", want: traps("unknown handle index 12345")},
	{name: "negative", file: "forged-handles", call: "negative", want: traps("unknown handle index")},
	{name: "dropped twice", file: "forged-handles", call: "dropped-twice", want: traps("unknown handle index 1")},
	{name: "closed, then read", file: "forged-handles", call: "closed-then-read", want: traps("unknown handle index 1")},
	{name: "closed while lent", file: "forged-handles", call: "closed-while-lent", want: traps("lent")},
	{name: "one's own as a file", file: "forged-handles", call: "own-type-as-files", want: traps("resource")},
	{name: "file as one's own", file: "forged-handles", call: "file-as-own-type", want: traps("resource")},
	{name: "rep after drop", file: "forged-handles", call: "rep-after-drop", want: traps("unknown handle index 1")},
	{name: "returned after it was given away", file: "forged-handles", call: "returned-twice", want: traps("unknown handle index 1")},
	{name: "ten million files", file: "forged-handles", call: "hoards", want: reaches(hostruntime.LimitHandles)},
	{name: "ten million of one's own", file: "forged-handles", call: "hoards-its-own", want: reaches(hostruntime.LimitHandles)},
	{name: "one after the other", file: "forged-handles", call: "churns", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "borrow kept", file: "borrowed-handles", call: "kept-after-return", want: traps("borrow")},
	{name: "borrow passed on as own", file: "borrowed-handles", call: "passed-on-as-own", want: traps("borrow")},
	{name: "borrow dropped twice", file: "borrowed-handles", call: "dropped-twice", want: traps("unknown handle index 1")},
	{name: "borrow returned as own", file: "borrowed-handles", call: "returned-as-own", want: traps("borrow")},
	{name: "handle of another instance", file: "borrowed-handles", call: "of-another-instance", want: traps("unknown handle index 2")},
	{name: "destructor traps", file: "destructors", call: "traps", want: traps("unreachable")},
	{name: "destructor spins", file: "destructors", call: "spins", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "destructor recurses", file: "destructors", call: "recurses", want: reaches(hostruntime.LimitDepth)},
	{name: "destructor asks", file: "destructors", call: "asks", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "destructor left to the close", file: "destructors", call: "leaves", want: survives},
	{name: "destructor given to the host", file: "destructors", call: "gives", want: survives},
}

// Calls of the host.
var attacksOnHost = []attack{
	{name: "calls without end", file: "host-calls", call: "ask", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "a megabyte a call", file: "host-calls", call: "tell", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "131,072 lists a call", file: "host-calls", call: "sum", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "a megabyte in one call", file: "host-calls", call: "tell", limits: hostruntime.Limits{LiftedBytes: 1<<20 - 1}, want: reaches(hostruntime.LimitLifted)},
	{name: "131,072 lists in one call", file: "host-calls", call: "sum", limits: hostruntime.Limits{LiftedBytes: 1 << 20}, want: reaches(hostruntime.LimitLifted)},
	{name: "a megabyte back a call", file: "host-calls", call: "fetch", limits: brief, want: reaches(hostruntime.LimitWallTime)},
	{name: "argument out of range", file: "host-calls", call: "lies", want: traps("out-of-bounds")},
	{name: "result area out of range", file: "host-calls", call: "result-area", want: traps("out of bounds")},
	{name: "an import that nobody serves", file: "unserved-import", want: traps("nobody")},
}

// Recursion fills a native stack, which is not the host's.
var attacksOnStacks = func() []attack {
	var attacks []attack
	for _, export := range []string{"direct", "indirect", "mutual", "wide", "tall"} {
		attacks = append(attacks, attack{name: export, file: "recursion", call: export, heap: 400, want: reaches(hostruntime.LimitDepth)})
	}
	for file, limit := range map[string]string{
		"call-recursion": hostruntime.LimitDepth, "destructor-recursion": hostruntime.LimitDepth, "nested-stacks": hostruntime.LimitDepth,
	} {
		attacks = append(attacks, attack{name: file, file: file, heap: 400, want: reaches(limit)})
	}
	return attacks
}()
