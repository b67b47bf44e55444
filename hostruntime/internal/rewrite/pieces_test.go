package rewrite

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Operations that are done in pieces do what they did in one, and pay as much.
func TestPieces(t *testing.T) {
	const pages, mib = 64, 1 << 20
	content := make([]byte, pages<<16)
	for i, random := 0, rand.New(rand.NewPCG(1, 2)); i < len(content); i++ {
		content[i] = byte(random.Uint32())
	}
	sizes := []uint64{mib, mib + 1, 2*mib + 77}
	var calls [][4]uint64 // operation, to, from, size
	for _, size := range sizes {
		for _, to := range []uint64{0, 100, mib} {
			calls = append(calls, [4]uint64{0, to, 0xa5, size})
			for _, from := range []uint64{0, 99, 101, mib} {
				calls = append(calls, [4]uint64{1, to, from, size})
			}
			calls = append(calls, [4]uint64{2, to, 0, size}, [4]uint64{2, to, 1, size})
		}
	}
	for op := range uint64(3) { // out of bounds, by little and by much
		calls = append(calls, [4]uint64{op, 2*mib + 1, 0, 2 * mib}, [4]uint64{op, 0, 1, 4 * mib}, [4]uint64{op, 0, 0, 1<<32 - 1},
			[4]uint64{op, 1<<32 - 1, 0, 2 * mib}, [4]uint64{op, 0, 1<<32 - 1, 1<<32 - 1})
	}

	var m asm
	m.memory(1, pages, pages)
	m.dataCount = true
	m.passive(string(content[:2*mib+78]))
	for i, operation := range [][]byte{op(opMisc, subMemoryFill, 0), op(opMisc, subMemoryCopy, 0, 0), op(opMisc, subMemoryInit, 0, 0)} {
		m.exported(fmt.Sprint(i), vals(I32, I32, I32), nil, nil, get(0), get(1), get(2), operation)
	}
	want := int64(0)
	for _, c := range calls {
		want += 1 + int64(c[3]>>bulkBytesShift)
	}
	run := func(mod api.Module) string {
		var b strings.Builder
		for _, c := range calls {
			mod.Memory().Write(0, content)
			got := outcome(mod, fmt.Sprint(c[0]), c[1], c[2], c[3])
			memory, _ := mod.Memory().Read(0, pages<<16)
			fmt.Fprintf(&b, "%d: %s %x\n", c, got, crc32.ChecksumIEEE(memory))
		}
		return b.String()
	}
	ctx, r := newRuntime(t)
	orig, err := r.InstantiateWithConfig(ctx, m.bytes(), wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t, m.bytes(), 1000)
	mod, err := h.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := run(mod), run(orig); got != want {
		t.Errorf("in pieces:\n%s\nin one:\n%s", got, want)
	}
	if h.used() != want {
		t.Errorf("%d units, want %d", h.used(), want)
	}
}

// A trap in a piece is the operation's, in the function that asked for it.
func TestPiecesInTraces(t *testing.T) {
	ctx, r := newRuntime(t)
	var m asm
	m.memory(1, 1, 1)
	m.exported("f", nil, nil, nil, i32(0), i32(0), i32(1<<20), op(opMisc, subMemoryCopy, 0, 0))
	h := newHost(t, m.bytes(), 1000)
	mod, err := h.start(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mod.ExportedFunction("f").Call(ctx)
	parsed := parse(t, m.bytes())
	if got := Symbolize(err.Error(), func(string) *Module { return parsed }); !strings.Contains(got, "$7 memory.copy(i32,i32,i32)") {
		t.Errorf("trace: %s", got)
	}
}
