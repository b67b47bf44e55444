package canon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A guest is a memory with an allocator that does everything the ABI allows:
// each call moves the block, replaces the memory's Go slice and overwrites the
// old one, so that a view kept across a call reads 0xee.
type guest struct {
	mem   []byte
	next  uint32
	calls [][4]uint32
	// answer, if set, is what realloc returns instead.
	answer func(call int) (uint32, error)
}

// newGuest returns a guest with size bytes of memory, a multiple of 8. The
// allocator starts at 16.
func newGuest(size int) *guest { return &guest{mem: make([]byte, size), next: 16} }

func (g *guest) realloc(oldPtr, oldSize, align, newSize uint32) (uint32, error) {
	g.calls = append(g.calls, [4]uint32{oldPtr, oldSize, align, newSize})
	if g.answer != nil {
		return g.answer(len(g.calls))
	}
	ptr := abi.AlignTo(g.next, align)
	end := uint64(ptr) + uint64(newSize)
	fresh := make([]byte, max(uint64(len(g.mem)), (end+7)&^7))
	copy(fresh, g.mem)
	copy(fresh[ptr:end], g.mem[oldPtr:oldPtr+min(oldSize, newSize)])
	for i := range g.mem {
		g.mem[i] = 0xee
	}
	g.mem, g.next = fresh, uint32(end)
	return ptr, nil
}

func (g *guest) context(encoding component.StringEncoding) *canon.Context {
	return &canon.Context{
		Encoding: encoding,
		Mem:      g.mem,
		Refresh:  func() []byte { return g.mem },
		Realloc:  g.realloc,
		Budget:   canon.NewBudget(64 << 20),
	}
}

// reader returns a context over mem that can only lift.
func reader(mem []byte) *canon.Context {
	return &canon.Context{Mem: mem, Budget: canon.NewBudget(64 << 20)}
}

func wantTrap(t *testing.T, err error, text string) {
	t.Helper()
	var trap *canon.TrapError
	if !errors.As(err, &trap) || !strings.Contains(trap.Error(), text) {
		t.Errorf("got %v, want a trap with %q", err, text)
	}
}

func wantArgument(t *testing.T, err error, text string) {
	t.Helper()
	var arg *canon.ArgumentError
	if !errors.As(err, &arg) || !strings.Contains(arg.Error(), text) {
		t.Errorf("got %v, want an argument error with %q", err, text)
	}
}

func wantBudget(t *testing.T, err error, text string) {
	t.Helper()
	var budget *canon.BudgetError
	if !errors.As(err, &budget) || !strings.Contains(budget.Error(), text) {
		t.Errorf("got %v, want a budget error with %q", err, text)
	}
}

func prim(k abi.Kind) *abi.Type { return abi.Primitive(k) }

var (
	u8, u16, u32, u64 = prim(abi.U8), prim(abi.U16), prim(abi.U32), prim(abi.U64)
	s8, s16, s64      = prim(abi.S8), prim(abi.S16), prim(abi.S64)
	f32, f64          = prim(abi.F32), prim(abi.F64)
	boolean, char     = prim(abi.Bool), prim(abi.Char)
	str               = prim(abi.String)
)
