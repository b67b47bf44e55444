package hostruntime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/api"
	"pgregory.net/rapid"
)

// The component that these tests run has three core modules: the first exports
// a global, the second a memory with data, and a start function, and the third
// writes data over that.

const baseGlobal = 1000 // the exported global's value

// A dataSegment is one active data segment. Where based is set its offset is
// the value of baseGlobal, and at is ignored.
type dataSegment struct {
	at    int32
	based bool
	bytes []byte
}

func uleb(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func sleb(n int32) []byte {
	var b []byte
	for {
		low := byte(n & 0x7f)
		n >>= 7
		if n == 0 && low&0x40 == 0 || n == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func sized(b []byte) []byte { return append(uleb(len(b)), b...) }

func section(id byte, body []byte) []byte { return append([]byte{id}, sized(body)...) }

func coreModule(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), joined(sections...)...)
}

func dataSection(segments []dataSegment) []byte {
	b := uleb(len(segments))
	for _, s := range segments {
		offset := joined([]byte{0x41}, sleb(s.at), []byte{0x0b})
		if s.based {
			offset = []byte{0x23, 0, 0x0b}
		}
		b = append(b, 0)
		b = append(b, joined(offset, sized(s.bytes))...)
	}
	return section(11, b)
}

var importedGlobal = joined(sized([]byte("a")), sized([]byte("g")), []byte{3, 0x7f, 0})

// dataComponent returns the bytes of the component. Its start function adds
// up the bytes at probes and stores the sum as the four bytes at 0.
func dataComponent(pages int, first, second []dataSegment, probes []int32) []byte {
	code := []byte{0, 0x41, 0, 0x41, 0} // the address, and zero
	for _, at := range probes {
		code = joined(code, []byte{0x41}, sleb(at), []byte{0x2d, 0, 0, 0x6a})
	}
	code = append(code, 0x36, 2, 0, 0x0b)
	global := coreModule(
		section(6, joined([]byte{1, 0x7f, 0, 0x41}, sleb(baseGlobal), []byte{0x0b})),
		section(7, joined([]byte{1}, sized([]byte("g")), []byte{3, 0})))
	owner := coreModule(
		section(1, []byte{1, 0x60, 0, 0}), section(2, joined([]byte{1}, importedGlobal)), section(3, []byte{1, 0}),
		section(5, joined([]byte{1, 0}, uleb(pages))),
		section(7, joined([]byte{1}, sized([]byte("m")), []byte{2, 0})),
		section(8, []byte{0}), section(10, joined([]byte{1}, sized(code))), dataSection(first))
	over := coreModule(
		section(2, joined([]byte{2}, importedGlobal, sized([]byte("b")), sized([]byte("m")), []byte{2, 0, 0})),
		dataSection(second))
	argument := func(name string, instance byte) []byte { return append(sized([]byte(name)), 0x12, instance) }
	return append([]byte("\x00asm\x0d\x00\x01\x00"), joined(
		section(1, global), section(1, owner), section(1, over),
		section(2, joined([]byte{3},
			[]byte{0, 0, 0},
			[]byte{0, 1, 1}, argument("a", 0),
			[]byte{0, 2, 2}, argument("a", 0), argument("b", 1))))...)
}

// dataMemory is the oracle: what memory holds after instantiation, nil where
// that traps.
func dataMemory(pages int, first, second []dataSegment, probes []int32) []byte {
	memory := make([]byte, pages*pageSize)
	write := func(segments []dataSegment) bool {
		for _, s := range segments {
			at := int64(uint32(s.at))
			if s.based {
				at = baseGlobal
			}
			if at+int64(len(s.bytes)) > int64(len(memory)) {
				return false
			}
			copy(memory[at:], s.bytes)
		}
		return true
	}
	if !write(first) {
		return nil
	}
	sum := uint32(0)
	for _, at := range probes {
		if int64(uint32(at)) >= int64(len(memory)) {
			return nil
		}
		sum += uint32(memory[at])
	}
	if len(memory) == 0 {
		return nil
	}
	binary.LittleEndian.PutUint32(memory, sum)
	if !write(second) {
		return nil
	}
	return memory
}

// Memory holds after instantiation what executing the module's segments one
// after the other gives, and instances don't see what others write, of whom
// they may have the core instances; a segment out of bounds traps, and a start
// function sees its own module's data only.
func TestInitialMemory(t *testing.T) {
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	templates := 0
	rapid.Check(t, func(t *rapid.T) {
		pages := rapid.IntRange(0, 30).Draw(t, "pages")
		size := pages * pageSize
		segment := rapid.Custom(func(t *rapid.T) dataSegment {
			n := rapid.IntRange(0, 1<<rapid.IntRange(0, 21).Draw(t, "magnitude")).Draw(t, "length")
			s := dataSegment{
				based: rapid.IntRange(0, 20).Draw(t, "based") == 0,
				bytes: bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, n),
			}
			switch rapid.IntRange(0, 200).Draw(t, "place") {
			case 0:
				s.at = rapid.Int32().Draw(t, "anywhere")
			case 1:
				s.at = int32(size - n + 1) // just out of bounds, or below 0
			default:
				s.bytes = s.bytes[:min(n, size)]
				s.at = int32(rapid.IntRange(0, size-len(s.bytes)).Draw(t, "within"))
			}
			return s
		})
		first := rapid.SliceOfN(segment, 0, 30).Draw(t, "first")
		if rapid.Bool().Draw(t, "dense") {
			first = append([]dataSegment{{bytes: bytes.Repeat([]byte{0xd}, size/2)}}, first...)
		}
		second := rapid.SliceOfN(segment, 0, 5).Draw(t, "second")
		probes := rapid.SliceOfN(rapid.Int32Range(0, int32(max(size, 1)-1)), 0, 8).Draw(t, "probes")
		want := dataMemory(pages, first, second, probes)
		c, err := rt.Load(ctx, dataComponent(pages, first, second, probes))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx)
		if c.steps[1].template != nil {
			templates++
		}
		var before api.Module
		for range 3 {
			in, err := c.Instantiate(ctx, Policy{})
			if want == nil {
				if _, ok := errors.AsType[*Trap](err); !ok || !strings.Contains(err.Error(), "out of bounds") {
					t.Fatalf("error %v, want a trap", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			memory := view(in.cores[1].ExportedMemory("m"))
			if at := firstDifference(memory, want); at != "" {
				t.Fatalf("memory: %s", at)
			}
			if sharesMemory && before != nil && in.cores[1] != before {
				t.Fatal("core instances were not used again")
			}
			before = in.cores[1]
			for i := range memory {
				memory[i] ^= 0xff
			}
			if err := in.Close(ctx); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Logf("%d components with a template", templates)
	if sharesMemory && templates == 0 {
		t.Error("no memory was started from a template")
	}
}

// sharesMemory says whether memories are started from templates here.
const sharesMemory = runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

func firstDifference(got, want []byte) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d bytes, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Sprintf("byte %d is %d, want %d", i, got[i], want[i])
		}
	}
	return ""
}

// What an instance is charged doesn't depend on how its memory is filled, and
// a memory that is refused is refused before it is made.
func TestTemplatesAreNotCharged(t *testing.T) {
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	const pages = 100
	full := []dataSegment{{bytes: bytes.Repeat([]byte{1}, pages*pageSize)}}
	used := map[string]uint64{}
	for name, segments := range map[string][]dataSegment{"empty": nil, "full": full} {
		c, err := rt.Load(ctx, dataComponent(pages, segments, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			var report Report
			in, err := c.Instantiate(WithReport(ctx, &report), Policy{})
			if err != nil {
				t.Fatal(err)
			}
			if before, ok := used[name]; ok && before != report.MemoryBytes {
				t.Errorf("%s: %d bytes, then %d", name, before, report.MemoryBytes)
			}
			used[name] = report.MemoryBytes
			in.Close(ctx)
		}
		_, err = c.Instantiate(ctx, Policy{Limits: Limits{MemoryBytes: (pages - 1) * pageSize}})
		if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Limit != LimitMemory {
			t.Errorf("%s: error %v, want the memory limit", name, err)
		}
	}
	if used["empty"] != used["full"] || used["full"] < pages*pageSize {
		t.Errorf("charged %v", used)
	}
}

// A component with a template takes one file descriptor, however many memories
// start from it, and gives it back.
func TestTemplatesTakeOneFile(t *testing.T) {
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	files := func() (list []os.FileInfo) {
		const folder = "/proc/self/fd"
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Skip(err)
		}
		for _, entry := range entries {
			path := filepath.Join(folder, entry.Name())
			if to, err := os.Readlink(path); err == nil && strings.Contains(to, "capsule-memory") {
				if info, err := os.Stat(path); err == nil {
					list = append(list, info)
				}
			}
		}
		return list
	}
	// Those that other tests have left can go at any time.
	before := files()
	count := func() (n int) {
		for _, f := range files() {
			if !slices.ContainsFunc(before, func(old os.FileInfo) bool { return os.SameFile(f, old) }) {
				n++
			}
		}
		return n
	}
	bytes := dataComponent(40, []dataSegment{{bytes: bytes.Repeat([]byte{1}, 40*pageSize)}}, nil, []int32{5})
	c, err := rt.Load(ctx, bytes)
	if err != nil {
		t.Fatal(err)
	}
	var open []*Instance
	for range 500 {
		in, err := c.Instantiate(ctx, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, in)
	}
	if sharesMemory {
		if n := count(); n != 1 {
			t.Errorf("%d instances: %d files", len(open), n)
		}
	}
	if err := c.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("after closing: %d files", n)
	}
}
