package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero/api"
)

// Frames that return come to no check, and their entries were paid for long
// ago: a million of them could keep the collector waiting. So some frames are
// marks. A function whose check fails calls itself again, and its first frame
// enters Go when that call returns; a check fails once a slice. Where chance
// (or the guest) has it that checks only fail in loops while the stack gets
// deeper, the guest is given one unit at a time, until a function's does.
const (
	// maxStack is how much of a native stack a guest may use, in bytes. Python
	// and the JavaScript engines find at 33 MB that they recurse too deep; at
	// 42 MB, wazero copies the stack to one of 84.
	maxStack = 40 << 20
	// markEvery is how far marks are apart at least, and maxUnmarked how much
	// stack is without one before the guest is slowed down: frames have 32
	// bytes and more.
	markEvery   = 4 << 10
	maxUnmarked = 256 << 10
	// firstSteps is how many units a guest is given one by one before it gets a
	// slice all the same, since it may not go any deeper; each time twice as
	// many, and maxPardons times for one mark.
	firstSteps = 1 << 12
	maxPardons = 3
)

// A mark is a frame that enters Go when it returns, or the stack's beginning.
type mark struct {
	// at is where it is on the stack, in bytes from the beginning.
	at int
	// free is how deep the stack may be without another mark: beyond, the guest
	// gets single units. It has had steps of them since pardons were granted.
	free, steps, pardons int
}

func markAt(at int) mark { return mark{at: at, free: at + maxUnmarked} }

// A nativeStack is the one that code runs on.
type nativeStack struct {
	function api.Function // nil between calls
	// fields are its own, once they were looked for, if it is native code.
	fields         stackFields
	looked, native bool
	// beginning is the stack's, marks those frames of it that are marks.
	beginning mark
	marks     []mark
}

// unmark forgets the marks that have returned where so much is in use.
func (s *nativeStack) unmark(used int) *mark {
	n := len(s.marks)
	for n > 0 && s.marks[n-1].at >= used {
		n--
	}
	s.marks = s.marks[:n]
	if n == 0 {
		return &s.beginning
	}
	return &s.marks[n-1]
}

// enters notes that the function that runs becomes a mark.
func (s *nativeStack) enters(used int) {
	if used-s.unmark(used).at >= markEvery {
		s.marks = append(s.marks, markAt(used))
	}
}

// returns notes that frames have returned. It reports whether the guest must
// give back what it has: the next thing that deepens the stack shall be a mark.
func (s *nativeStack) returns(used int) bool { return used > s.unmark(used).free }

// steps reports whether a guest that asks in a loop gets a single unit.
func (s *nativeStack) steps(used int) bool {
	m := s.unmark(used)
	if used <= m.free {
		return false
	}
	if m.steps++; m.steps < firstSteps<<m.pardons || m.pardons == maxPardons {
		return true
	}
	m.free, m.steps, m.pardons = used+maxUnmarked/4, 0, m.pardons+1
	return false
}

// begin starts an empty stack for a function.
func (s *nativeStack) begin(fn api.Function) {
	*s = nativeStack{function: fn, beginning: markAt(0), marks: s.marks[len(s.marks):]}
}

// deepens looks at the native stack of code that asks for more. It reports
// whether the code gets a single unit.
func (in *Instance) deepens(why rewrite.Ask) (step bool, err error) {
	s := &in.stacks.running
	used := s.used()
	switch {
	case used == 0:
		return false, nil
	case used > maxStack:
		return false, &LimitError{Limit: LimitDepth, cause: &Trap{Reason: "call stack exhausted"}}
	case why == rewrite.Enter:
		s.enters(used)
		return false, nil
	}
	return s.steps(used), nil
}

// returned looks at the native stack of code that has returned, and takes from
// it what it could deepen the stack with unseen.
func (in *Instance) returned() {
	s := &in.stacks.running
	if used := s.used(); used > 0 && s.returns(used) {
		in.meter.collect()
	}
}
