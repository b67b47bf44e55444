package hostruntime

import (
	"slices"
	"strings"
	"testing"
)

func TestRepeatedFramesAreToldOnce(t *testing.T) {
	for _, tt := range []struct {
		lines, want string
		repeated    int
	}{
		{"", "", 0},
		{"a b c", "a b c", 0},
		{"a a a", "a a a", 0},
		{"x a a a a y", "x a [previous line repeated 3 more times] y", 4},
		{"a b a b a b a b a", "a b [previous 2 lines repeated 3 more times] a", 8},
		{"a b c d a b c d a b c d a b c d", "a b c d [previous 4 lines repeated 3 more times]", 16},
		{"a a a a b b b b b", "a [previous line repeated 3 more times] b [previous line repeated 4 more times]", 5},
	} {
		got, repeated := foldRepeated(strings.Fields(tt.lines))
		if text := strings.Join(got, " "); text != tt.want || repeated != tt.repeated {
			t.Errorf("%s: got %s, %d; want %s, %d", tt.lines, text, repeated, tt.want, tt.repeated)
		}
	}
}

func TestFramesAreFoldedInTracebacks(t *testing.T) {
	text := "own\nown\nown\nown\nown\ntoo much recursion\nStack:\n" + strings.Repeat("  f@w.js:1:28\n", 100) + "  deep@w.js:2:1\n\nRedirecting\n"
	want := "own\nown\nown\nown\nown\ntoo much recursion\nStack:\n  f@w.js:1:28\n  [previous line repeated 99 more times]\n  deep@w.js:2:1\n\nRedirecting\n"
	if got := foldFrames(text); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTrapOfDeepRecursionSaysSo(t *testing.T) {
	const frame = "\tm1x1.$645(i32) i64\n"
	reason, stack := splitTrap("wasm error: out of bounds memory access\nwasm stack trace:\n" +
		strings.Repeat(frame, 30) + "\t... maybe followed by omitted frames")
	if want := "out of bounds memory access in a deep recursion, where the guest's own stack may end"; reason != want {
		t.Errorf("got %q, want %q", reason, want)
	}
	if want := []string{"$645(i32) i64", "[previous line repeated 29 more times]", "... maybe followed by omitted frames"}; !slices.Equal(stack, want) {
		t.Errorf("got %q, want %q", stack, want)
	}
	for _, other := range []string{
		"wasm error: unreachable\nwasm stack trace:\n" + strings.Repeat(frame, 30),
		"wasm error: out of bounds memory access\nwasm stack trace:\n" + strings.Repeat(frame, 5),
	} {
		if reason, _ := splitTrap(other); strings.Contains(reason, "recursion") {
			t.Errorf("%q became %q", other, reason)
		}
	}
}
