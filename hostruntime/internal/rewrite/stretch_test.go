package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// oneCount is 4 instructions that count in local 0.
var oneCount = seq(get(0), i32(1), add, set(0))

func counting(n int) []byte { return bytes.Repeat(oneCount, n) }

// However code is laid out, what runs pays a unit for every MaxStretch
// instructions.
func TestLongStretchesPay(t *testing.T) {
	long, short := counting(122), counting(8) // 488 and 32 instructions
	labels := make([]uint32, 100)
	for i := range labels {
		labels[i] = uint32(i)
	}
	ladder := seq(get(0), brTable(labels...)) // to the innermost of as many blocks
	for range labels {
		ladder = seq(block(void, ladder), counting(10))
	}
	tests := []struct {
		name string
		code []byte
		ran  int // instructions that run, at least
	}{
		{"straight line", counting(10_000), 40_000},
		{"100,000 instructions in a loop", loop(void, counting(25_000), get(0), i32(500_000), op(opI32LtU), brIf(0)), 2_000_000},
		{"a branch over what is left of a block", bytes.Repeat(block(void, long, br(0), short), 40), 40 * 488},
		{"a branch on a condition over the same", bytes.Repeat(block(void, long, i32(1), brIf(0), short), 40), 40 * 488},
		{"a table over the same", bytes.Repeat(block(void, long, i32(0), brTable(0, 0), short), 40), 40 * 488},
		{"the arm that is shorter", bytes.Repeat(seq(i32(0), ifElse(void, counting(160), long)), 40), 40 * 488},
		{"the arm that isn't there", bytes.Repeat(seq(long, i32(0), ifElse(void, counting(160), nil)), 40), 40 * 488},
		{"out of several blocks", bytes.Repeat(block(void, block(void, long, br(1)), short), 40), 40 * 488},
		{"a body without end in a loop", loop(void, counting(5_000), get(0), i32(50_000), op(opI32LtU), brIf(0)), 50_000 * 4},
		{"after a loop", bytes.Repeat(seq(loop(void, counting(1)), counting(124)), 40), 40 * 504},
		{"a ladder of br_table", ladder, 100 * 40},
		{"divisions", seq(get(0), bytes.Repeat(seq(i32(3), op(0x6e)), 10_000), set(0)), 10_000 * 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m asm
			m.exported("f", nil, vals(I32), vals(I32), tt.code, get(0))
			units := sameAsOriginal(t, m.bytes(), callEach(nil))
			if least := int64(tt.ran / (MaxStretch + 1)); units < least {
				t.Errorf("%d instructions ran for %d units, want %d at least", tt.ran, units, least)
			}
		})
	}
}

// A tree of calls without a loop pays for each call: 2^16 of them here, of
// functions that are all as long as goes without another check.
func TestTreesOfCallsPay(t *testing.T) {
	var m asm
	m.globals = append(m.globals, seq(op(byte(I32), 1), i32(0), op(opEnd)))
	leaf := m.exported("g0", nil, nil, nil, bytes.Repeat(seq(op(opGlobalGet, 0), i32(1), add, op(opGlobalSet, 0)), 120))
	for range 16 {
		leaf = m.exported(fmt.Sprint("g", leaf+1), nil, nil, nil, call(leaf), call(leaf))
	}
	m.exported("f", nil, vals(I32), nil, call(leaf), op(opGlobalGet, 0))
	const ran = 480<<16 + 2*(1<<16-1)
	if units := sameAsOriginal(t, m.bytes(), callEach(nil)); units < ran/MaxStretch {
		t.Errorf("%d instructions ran for %d units", ran, units)
	}
}

// Code in which no check is due has none but those of entries and loops.
func TestShortStretchesPayNothing(t *testing.T) {
	var m asm
	code := bytes.Repeat(seq(loop(void, counting(30)), i32(1), ifElse(void, counting(20), counting(20))), 50)
	m.exported("f", nil, vals(I32), vals(I32), code, get(0))
	if units := sameAsOriginal(t, m.bytes(), callEach(nil)); units != 1+50 {
		t.Errorf("%d units, want one for the entry and one for each loop", units)
	}
}

// Bulk operations pay for what they move, in as many slices as it takes.
func TestBulkOperationsPay(t *testing.T) {
	tests := []struct {
		name  string
		sub   byte
		imm   []byte
		shift int
		sizes []uint64
	}{
		{"memory.fill", subMemoryFill, op(0), bulkBytesShift, []uint64{0, 127, 128, 65_536, 65_537}},
		{"memory.copy", subMemoryCopy, op(0, 0), bulkBytesShift, []uint64{0, 127, 128, 65_536, 65_537}},
		{"memory.init", subMemoryInit, op(0, 0), bulkBytesShift, []uint64{0, 200, 300, 301}},
		{"table.copy", subTableCopy, op(0, 0), bulkElemsShift, []uint64{0, 15, 16, 100, 101}},
		{"table.init", subTableInit, op(0, 0), bulkElemsShift, []uint64{0, 1, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m asm
			m.memory(0, 1)
			m.dataCount = true
			m.passive(string(bytes.Repeat([]byte{7}, 300)))
			m.tables = append(m.tables, op(byte(FuncRef), 0, 100))
			m.elems = append(m.elems, op(1, 0, 1, 0)) // passive, one function
			m.exported("f", vals(I32), nil, vals(I32), i32(0), i32(0), get(0), op(opMisc, tt.sub), tt.imm)
			var want int64
			var args [][]uint64
			for _, n := range tt.sizes {
				args = append(args, []uint64{n})
				want += 1 + int64(n>>tt.shift)
			}
			if units := sameAsOriginal(t, m.bytes(), callEach(args...)); units != want {
				t.Errorf("%d units, want %d", units, want)
			}
		})
	}
}

// Each way out of a ladder on which units are owed settles them by a call, for
// which wazero reads all mutable globals again.
func TestSettlingIsBounded(t *testing.T) {
	const rungs = 9000
	labels := make([]uint32, rungs)
	for i := range labels {
		labels[i] = uint32(i)
	}
	grow := seq(i32(1), op(opMemoryGrow, 0, opDrop))
	code := seq(bytes.Repeat(op(opBlock, emptyType), rungs), counting(200), get(0), brTable(labels...))
	code = seq(code, bytes.Repeat(seq(op(opEnd), grow), rungs))
	for globals, refused := range map[int]bool{800: false, 1000: true} {
		var m asm
		m.memory(0, 1)
		for range globals {
			m.global(I32, true, i32(0))
		}
		m.fn(m.typ(vals(I32), nil), nil, code)
		parsed, err := Parse(m.bytes())
		if err != nil {
			t.Fatal(err)
		}
		_, err = parsed.Rewrite(Options{Meter: true})
		if _, ok := errors.AsType[*Error](err); ok != refused {
			t.Errorf("%d globals: %v", globals, err)
		}
		if _, err := parsed.Rewrite(Options{}); err != nil {
			t.Errorf("%d globals, not metered: %v", globals, err)
		}
	}
}
