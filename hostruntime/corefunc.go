package hostruntime

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/tetratelabs/wazero/api"
)

// A coreFunc is a core function that the runtime calls: a guest's, or a
// trampoline where a component lifts what it lowered.
type coreFunc struct {
	module     api.Module
	name       string
	fn         api.Function
	active     bool
	kept       int // bytes of fn's native stack that the instance counts
	trampoline int // -1 unless it is one
}

// core returns the function behind a reference, the same one each time.
func (in *Instance) core(ref *link.CoreRef) *coreFunc {
	if ref == nil {
		return nil
	}
	f, ok := in.functions[*ref]
	if !ok {
		f = &coreFunc{trampoline: -1}
		if ref.IsTrampoline() {
			f.trampoline = ref.Trampoline
		} else {
			f.module, f.name = in.cores[ref.Slot], ref.Name
		}
		in.functions[*ref] = f
	}
	return f
}

// callCore runs a core function: arguments from stack, results to it.
func (in *Instance) callCore(f *coreFunc, stack []uint64) error {
	if f.module == nil {
		outer, err := in.stacks.enter(nil)
		if err != nil {
			return err
		}
		err = in.serveDirectly(f.trampoline, stack)
		in.stacks.leave(outer)
		in.returned()
		return err
	}
	// A wazero function has one native stack: a nested call, such as a
	// destructor's that drops another resource, needs another function.
	fn := f.fn
	if fn == nil || f.active {
		if fn = f.module.ExportedFunction(f.name); fn == nil {
			return trapf("core module has no function %q", f.name)
		}
	}
	outer, err := in.stacks.enter(fn)
	if err != nil {
		return err
	}
	was := f.active
	f.active = true
	err = fn.CallWithStack(in.guest, stack)
	f.active = was
	in.stacks.leave(outer)
	in.returned()
	if !was {
		f.fn = nil
		var keep bool
		if f.kept, keep = in.stacks.keep(fn, f.kept); keep {
			f.fn = fn
		}
	}
	if err != nil {
		return in.failed(err)
	}
	return nil
}

// view returns the current bytes of a memory; nil where there is none.
func view(memory api.Memory) []byte {
	if memory == nil {
		return nil
	}
	bytes, _ := memory.Read(0, memory.Size())
	return bytes
}

// coreMemory returns the memory behind a reference.
func (in *Instance) coreMemory(ref *link.CoreRef) api.Memory {
	if ref == nil {
		return nil
	}
	return in.cores[ref.Slot].ExportedMemory(ref.Name)
}

func trapf(format string, args ...any) error {
	return &canon.TrapError{Reason: fmt.Sprintf(format, args...)}
}
