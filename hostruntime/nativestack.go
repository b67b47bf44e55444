package hostruntime

import (
	"reflect"
	"sync/atomic"

	"github.com/tetratelabs/wazero/api"
)

// A wazero function has a native stack of its own, outside of the guest's
// memory, that grows to some 84 MB and stays that large. Guests decide how
// many functions run inside each other (a destructor that drops a resource,
// an adapter that calls its own caller's instance), and how many the runtime
// keeps for the next call. So both are bounded.
const (
	// maxNesting bounds the calls into core code that run inside each other,
	// and with them the Go stack, whose overflow would end the process.
	// Python's and JavaScript's guests need three.
	maxNesting = 500
	// maxSuspendedStack bounds the native stacks that wait for such a call.
	maxSuspendedStack = 100 << 20
	// maxKeptStack bounds the native stacks that an instance keeps between
	// calls.
	maxKeptStack = 8 << 20
)

// nativeStacks counts the native stacks of one instance, in bytes.
type nativeStacks struct {
	running         api.Function // the innermost, nil between calls
	depth           int
	suspended, kept int
}

// freeStack is how much native stack an instance has besides its memory.
const freeStack = 1 << 20

// chargeStacks counts native stacks beyond freeStack as memory. They have
// grown by then: wazero doesn't ask.
func (in *Instance) chargeStacks() error {
	s := &in.stacks
	size := max(0, int64(s.suspended+s.kept+stackBytes(s.running))-freeStack)
	if size == in.stackMemory {
		return nil
	}
	if !in.memory.charge(size - in.stackMemory) {
		in.memory.refused.Store(0) // it is not the guest's memory that ended
		return &LimitError{Limit: LimitDepth, cause: &Trap{Reason: "call stack exhausted: it takes up the memory that is left"}}
	}
	in.stackMemory = size
	return nil
}

// enter notes that fn, nil for a Go function, is about to run inside of what
// runs now. What it returns is for leave.
func (s *nativeStacks) enter(fn api.Function) (outer nativeStacks, err error) {
	outer = *s
	s.depth++
	s.suspended += stackBytes(s.running)
	s.running = fn
	if s.depth > maxNesting || s.suspended > maxSuspendedStack {
		s.leave(outer)
		return outer, &LimitError{Limit: LimitDepth, cause: &Trap{
			Reason: "call stack exhausted: calls between guests and destructors run too deep inside each other",
		}}
	}
	return outer, nil
}

func (s *nativeStacks) leave(outer nativeStacks) {
	outer.kept = s.kept
	*s = outer
}

// keep decides whether a function, of whose stack size bytes are counted
// already, is kept for its next call, and returns what is counted then.
func (s *nativeStacks) keep(fn api.Function, size int) (int, bool) {
	s.kept -= size
	size = stackBytes(fn)
	if s.kept+size > maxKeptStack {
		return 0, false
	}
	s.kept += size
	return size, true
}

// stackField remembers where wazero's type has its stack.
var stackField atomic.Pointer[struct {
	of    reflect.Type
	index int
}]

// stackBytes returns the size of a function's native stack. wazero doesn't
// tell, so its field is looked at; 0 if there is none.
func stackBytes(fn api.Function) int {
	if fn == nil {
		return 0
	}
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return 0
	}
	v = v.Elem()
	known := stackField.Load()
	if known == nil || known.of != v.Type() {
		f, ok := v.Type().FieldByName("stack")
		if !ok || f.Type.Kind() != reflect.Slice || len(f.Index) != 1 {
			return 0
		}
		known = &struct {
			of    reflect.Type
			index int
		}{v.Type(), f.Index[0]}
		stackField.Store(known)
	}
	stack := v.Field(known.index)
	return stack.Len() * int(stack.Type().Elem().Size())
}
