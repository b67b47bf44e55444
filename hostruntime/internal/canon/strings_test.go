package canon_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const (
	utf8enc  = component.UTF8
	utf16enc = component.UTF16
	latin1   = component.Latin1UTF16
)

// Each row: a host string lowered, with the bytes, the tagged length and every
// realloc call that the specification gives for a UTF-8 source. The guest's
// allocator starts at 16 and never reuses.
func TestStoreString(t *testing.T) {
	for _, test := range []struct {
		encoding component.StringEncoding
		s        string
		bytes    string
		tagged   uint32
		calls    [][4]uint32
	}{
		{utf8enc, "", "", 0, [][4]uint32{{0, 0, 1, 0}}},
		{utf8enc, "hö🍰", "h\xc3\xb6\xf0\x9f\x8d\xb0", 7, [][4]uint32{{0, 0, 1, 7}}},
		{utf16enc, "", "", 0, [][4]uint32{{0, 0, 2, 0}}},
		{utf16enc, "hi", "h\x00i\x00", 2, [][4]uint32{{0, 0, 2, 4}}},
		{utf16enc, "hö🍰", "h\x00\xf6\x00\x3c\xd8\x70\xdf", 4, [][4]uint32{{0, 0, 2, 14}, {16, 14, 2, 8}}},
		{latin1, "", "", 0, [][4]uint32{{0, 0, 2, 0}}},
		{latin1, "hi", "hi", 2, [][4]uint32{{0, 0, 2, 2}}},
		{latin1, "hö", "h\xf6", 2, [][4]uint32{{0, 0, 2, 3}, {16, 3, 2, 2}}},
		{latin1, "hö🍰", "h\x00\xf6\x00\x3c\xd8\x70\xdf", 4 | abi.UTF16Tag, [][4]uint32{{0, 0, 2, 7}, {16, 7, 2, 14}, {24, 14, 2, 8}}},
		{latin1, "🍰", "\x3c\xd8\x70\xdf", 2 | abi.UTF16Tag, [][4]uint32{{0, 0, 2, 4}, {16, 4, 2, 8}, {20, 8, 2, 4}}},
	} {
		t.Run(fmt.Sprintf("%s/%s", test.encoding, test.s), func(t *testing.T) {
			g := newGuest(64)
			cx := g.context(test.encoding)
			ptr, tagged, err := cx.StoreString(test.s)
			if err != nil {
				t.Fatal(err)
			}
			if tagged != test.tagged {
				t.Errorf("length %#x, want %#x", tagged, test.tagged)
			}
			if got := cx.Mem[ptr:][:len(test.bytes)]; string(got) != test.bytes {
				t.Errorf("bytes %x, want %x", got, test.bytes)
			}
			if !slices.Equal(g.calls, test.calls) {
				t.Errorf("realloc calls %v, want %v", g.calls, test.calls)
			}
			if s, err := cx.LoadString(ptr, tagged); err != nil || s != test.s {
				t.Errorf("lifted %q, %v", s, err)
			}
		})
	}
}

// A string that comes from another guest makes the realloc calls for its
// encoding there: sized by its code units, not by the host's UTF-8.
func TestRelayedStringReallocs(t *testing.T) {
	for _, test := range []struct {
		from   component.StringEncoding
		mem    string
		tagged uint32
		to     component.StringEncoding
		bytes  string
		want   uint32
		calls  [][4]uint32
	}{
		{utf16enc, "h\x00i\x00", 2, utf8enc, "hi", 2, [][4]uint32{{0, 0, 1, 2}}},
		{utf16enc, "h\x00\xf6\x00", 2, utf8enc, "h\xc3\xb6", 3, [][4]uint32{{0, 0, 1, 2}, {16, 2, 1, 6}, {18, 6, 1, 3}}},
		{utf16enc, "\x01\x08", 1, utf8enc, "\xe0\xa0\x81", 3, [][4]uint32{{0, 0, 1, 1}, {16, 1, 1, 3}}},
		{utf16enc, "h\x00\xf6\x00", 2, utf16enc, "h\x00\xf6\x00", 2, [][4]uint32{{0, 0, 2, 4}}},
		{utf16enc, "h\x00\xf6\x00", 2, latin1, "h\xf6", 2, [][4]uint32{{0, 0, 2, 2}}},
		{latin1, "h\xf6", 2, utf8enc, "h\xc3\xb6", 3, [][4]uint32{{0, 0, 1, 2}, {16, 2, 1, 4}, {18, 4, 1, 3}}},
		{latin1, "\xf6", 1, utf8enc, "\xc3\xb6", 2, [][4]uint32{{0, 0, 1, 1}, {16, 1, 1, 2}}},
		{latin1, "h\xf6", 2, utf16enc, "h\x00\xf6\x00", 2, [][4]uint32{{0, 0, 2, 4}}},
		{latin1, "h\xf6", 2, latin1, "h\xf6", 2, [][4]uint32{{0, 0, 2, 2}}},
		// Tagged as UTF-16 but all of it Latin-1: copied, then narrowed.
		{latin1, "h\x00\xf6\x00", 2 | abi.UTF16Tag, latin1, "h\xf6", 2, [][4]uint32{{0, 0, 2, 4}, {16, 4, 1, 2}}},
		{latin1, "\x01\x01", 1 | abi.UTF16Tag, latin1, "\x01\x01", 1 | abi.UTF16Tag, [][4]uint32{{0, 0, 2, 2}}},
		{latin1, "\x01\x01", 1 | abi.UTF16Tag, utf8enc, "\xc4\x81", 2, [][4]uint32{{0, 0, 1, 1}, {16, 1, 1, 3}, {17, 3, 1, 2}}},
	} {
		t.Run(fmt.Sprintf("%s-%s-%x", test.from, test.to, test.mem), func(t *testing.T) {
			source := reader([]byte(test.mem))
			source.Encoding, source.Relay = test.from, true
			types := []*abi.Type{str}
			vals, err := source.LiftFlat(types, []uint64{0, uint64(test.tagged)}, 16)
			if err != nil {
				t.Fatal(err)
			}
			g := newGuest(64)
			cx := g.context(test.to)
			flat, err := cx.LowerFlat(vals, types, nil, 16, nil)
			if err != nil {
				t.Fatal(err)
			}
			if uint32(flat[1]) != test.want {
				t.Errorf("length %#x, want %#x", flat[1], test.want)
			}
			if got := cx.Mem[flat[0]:][:len(test.bytes)]; string(got) != test.bytes {
				t.Errorf("bytes %x, want %x", got, test.bytes)
			}
			if !slices.Equal(g.calls, test.calls) {
				t.Errorf("realloc calls %v, want %v", g.calls, test.calls)
			}
		})
	}
}

func TestLoadStringTraps(t *testing.T) {
	for _, test := range []struct {
		name        string
		encoding    component.StringEncoding
		mem         string
		ptr, tagged uint32
		want        string
	}{
		{"utf8 beyond the end", utf8enc, "abcd", 1, 4, "string content out-of-bounds"},
		{"utf8 empty beyond the end", utf8enc, "abcd", 5, 0, "string content out-of-bounds"},
		{"utf8 ptr and length wrap together", utf8enc, "abcd", 0xffffffff, 2, "string content out-of-bounds"},
		{"utf8 too long", utf8enc, "abcd", 0, 1 << 28, "string too long"},
		{"utf8 with the tag", utf8enc, "abcd", 0, 1 | abi.UTF16Tag, "string too long"},
		{"utf8 overlong", utf8enc, "\xc0\x80", 0, 2, "invalid utf-8"},
		{"utf8 surrogate", utf8enc, "\xed\xa0\x80", 0, 3, "invalid utf-8"},
		{"utf8 too large", utf8enc, "\xf4\x90\x80\x80", 0, 4, "invalid utf-8"},
		{"utf8 cut", utf8enc, "\xe2\x98", 0, 2, "invalid utf-8"},
		{"utf16 misaligned", utf16enc, "abcd", 1, 1, "unaligned pointer"},
		{"utf16 empty misaligned", utf16enc, "abcd", 1, 0, "unaligned pointer"},
		{"utf16 length doubles past 32 bits", utf16enc, "abcd", 0, 1<<31 + 1, "string too long"},
		{"utf16 too long", utf16enc, "abcd", 0, 1 << 27, "string too long"},
		{"utf16 beyond the end", utf16enc, "abcd", 2, 2, "string content out-of-bounds"},
		{"utf16 lone high surrogate at the end", utf16enc, "a\x00\x00\xd8", 0, 2, "lone surrogate"},
		{"utf16 high surrogate before another", utf16enc, "\x00\xd8\x00\xd8", 0, 2, "lone surrogate"},
		{"utf16 low surrogate first", utf16enc, "\x00\xdc\x00\xd8", 0, 2, "lone surrogate"},
		{"utf16 two low surrogates", utf16enc, "\x00\xdc\x00\xdc", 0, 2, "lone surrogate"},
		{"utf16 high surrogate before the end of memory", utf16enc, "a\x00\x00\xd8\x00\xdc", 0, 2, "lone surrogate"},
		{"latin1 misaligned", latin1, "abcd", 1, 1, "unaligned pointer"},
		{"latin1 beyond the end", latin1, "abcd", 0, 5, "string content out-of-bounds"},
		{"latin1 tagged beyond the end", latin1, "abcd", 0, 3 | abi.UTF16Tag, "string content out-of-bounds"},
		{"latin1 tagged lone surrogate", latin1, "\x00\xd8", 0, 1 | abi.UTF16Tag, "lone surrogate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cx := reader([]byte(test.mem))
			cx.Encoding = test.encoding
			_, err := cx.LoadString(test.ptr, test.tagged)
			wantTrap(t, err, test.want)
			if used := cx.Budget.Used(); used != 0 {
				t.Errorf("%d bytes charged for a string that wasn't lifted", used)
			}
		})
	}
}

// A Go string can hold what no component string can: refused before the guest
// hears of it.
func TestStoreStringRefusesInvalidUTF8(t *testing.T) {
	for _, s := range []string{"\xff", "\xed\xa0\x80", "ok until \xc3"} {
		g := newGuest(64)
		cx := g.context(utf8enc)
		_, _, err := cx.StoreString(s)
		wantArgument(t, err, "want a string of valid UTF-8")
		_, err = cx.LowerFlat([]value.Value{value.List{value.String("fine"), value.String(s)}}, []*abi.Type{abi.NewList(str)}, nil, 16, nil)
		wantArgument(t, err, "[1]: want a string of valid UTF-8")
		if len(g.calls) > 0 {
			t.Errorf("realloc was called: %v", g.calls)
		}
	}
}

func TestStringBudget(t *testing.T) {
	for _, test := range []struct {
		encoding component.StringEncoding
		mem      []byte
		tagged   uint32
		size     uint64 // in UTF-8
	}{
		{utf8enc, bytes.Repeat([]byte("a"), 100), 100, 100},
		{utf16enc, bytes.Repeat([]byte("\x01\x08"), 100), 100, 300},
		{latin1, bytes.Repeat([]byte("\xff"), 100), 100, 200},
	} {
		t.Run(test.encoding.String(), func(t *testing.T) {
			exact := canon.NewBudget(test.size + 16)
			cx := &canon.Context{Encoding: test.encoding, Mem: test.mem, Budget: exact}
			if s, err := cx.LoadString(0, test.tagged); err != nil || uint64(len(s)) != test.size {
				t.Errorf("within the budget: %d bytes, %v", len(s), err)
			}
			if exact.Used() != test.size+16 {
				t.Errorf("charged %d, want %d", exact.Used(), test.size+16)
			}
			cx.Budget = canon.NewBudget(test.size + 15)
			_, err := cx.LoadString(0, test.tagged)
			wantBudget(t, err, "bytes of lifted values")
		})
	}
}

// Realloc may hand out a bad pointer at any of the calls that one string makes.
func TestStoreStringChecksEveryRealloc(t *testing.T) {
	for _, test := range []struct {
		encoding component.StringEncoding
		s        string
		calls    int
		bad      uint32
		want     string
	}{
		{utf8enc, "abc", 1, 62, "beyond end of memory"},
		{utf8enc, "", 1, 65, "beyond end of memory"},
		{utf8enc, "", 1, 0xffffffff, "beyond end of memory"},
		{utf16enc, "ö", 2, 1, "result not aligned"},
		{utf16enc, "ö", 2, 64, "beyond end of memory"},
		{latin1, "öö🍰", 3, 3, "result not aligned"},
		{latin1, "öö🍰", 3, 62, "beyond end of memory"},
	} {
		for bad := 1; bad <= test.calls; bad++ {
			t.Run(fmt.Sprintf("%s/%q/%d/%#x", test.encoding, test.s, bad, test.bad), func(t *testing.T) {
				g := newGuest(64)
				g.answer = func(call int) (uint32, error) {
					if call == bad {
						return test.bad, nil
					}
					return 16, nil
				}
				_, _, err := g.context(test.encoding).StoreString(test.s)
				wantTrap(t, err, "realloc return: "+test.want)
				if len(g.calls) != bad {
					t.Errorf("%d calls, want to stop at %d", len(g.calls), bad)
				}
			})
		}
	}
}

func TestStringTooLongToStore(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 256 MiB")
	}
	g := newGuest(64)
	_, _, err := g.context(utf8enc).StoreString(strings.Repeat("x", abi.MaxStringByteLength+1))
	wantArgument(t, err, "want a string of at most 268435455 bytes")
	if len(g.calls) > 0 {
		t.Error("realloc was called")
	}
}
