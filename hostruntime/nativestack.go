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
	running         nativeStack // the innermost
	depth           int
	suspended, kept int
}

// freeStack is how much native stack an instance has besides its memory.
const freeStack = 1 << 20

// chargeStacks counts native stacks beyond freeStack as memory. They have
// grown by then: wazero doesn't ask.
func (in *Instance) chargeStacks() error {
	s := &in.stacks
	size := max(0, int64(s.suspended+s.kept+stackBytes(s.running.function))-freeStack)
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
	s.suspended += stackBytes(s.running.function)
	s.running.begin(fn)
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

// stackFields are what wazero's type of functions has of a stack and doesn't
// tell: the bytes, the address where frames begin, and, in the context that
// compiled code writes to, the one where the last frame ends while Go runs.
type stackFields struct{ stack, top, pointer reflect.Value }

// stackIndex says where a type of functions has them.
type stackIndex struct {
	of                           reflect.Type
	stack, top, context, pointer int
}

// knownIndex is the one that was looked for last.
var knownIndex atomic.Pointer[stackIndex]

// fieldsOf returns the fields of a function; false if it has none such.
func fieldsOf(fn api.Function) (f stackFields, ok bool) {
	v := reflect.ValueOf(fn)
	if fn == nil || v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return f, false
	}
	v = v.Elem()
	x := knownIndex.Load()
	if x == nil || x.of != v.Type() {
		x = &stackIndex{of: v.Type()}
		context, ok := x.of.FieldByName("execCtx")
		if !ok || context.Type.Kind() != reflect.Struct || len(context.Index) != 1 ||
			!find(&x.stack, x.of, "stack", reflect.Slice) ||
			!find(&x.top, x.of, "stackTop", reflect.Uintptr) ||
			!find(&x.pointer, context.Type, "stackPointerBeforeGoCall", reflect.Pointer) {
			return f, false
		}
		x.context = context.Index[0]
		knownIndex.Store(x)
	}
	return stackFields{stack: v.Field(x.stack), top: v.Field(x.top), pointer: v.Field(x.context).Field(x.pointer)}, true
}

func find(index *int, in reflect.Type, name string, kind reflect.Kind) bool {
	f, ok := in.FieldByName(name)
	if !ok || f.Type.Kind() != kind || len(f.Index) != 1 {
		return false
	}
	*index = f.Index[0]
	return true
}

// stackBytes returns the size of a function's native stack; 0 if it has none.
func stackBytes(fn api.Function) int {
	f, ok := fieldsOf(fn)
	if !ok {
		return 0
	}
	return f.stack.Len() * int(f.stack.Type().Elem().Size())
}

// used returns how much of the stack is in use while the function waits for Go,
// in bytes; 0 if there is none.
func (s *nativeStack) used() int {
	if !s.looked {
		s.fields, s.native = fieldsOf(s.function)
		s.looked = true
	}
	if !s.native {
		return 0
	}
	end := s.fields.pointer.Pointer()
	if end == 0 {
		return 0
	}
	return int(uintptr(s.fields.top.Uint()) - end)
}
