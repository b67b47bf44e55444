package escape

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"plain", "a\tb\nc\\d é 漢", "a\tb\nc\\d é 漢"},
		{"terminal", "\x1b[31mred\x07", `\x1b[31mred\x07`},
		{"return", "a\rb", `a\rb`},
		{"bidi", "a\u202eb\u2066c\u200fd\u061ce", `a\u{202e}b\u{2066}c\u{200f}d\u{61c}e`},
		{"c1", "\u009b31m", `\u{9b}31m`},
		{"delete", "\x7f", `\x7f`},
		{"separators", "\u2028\u2029\ufeff", `\u{2028}\u{2029}\u{feff}`},
		{"bad utf-8", "a\xffb\xc3", `a\xffb\xc3`},
		{"the replacement character itself", "\ufffd", "\ufffd"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Text(row.in); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	if got, want := Line("a\nb\tc"), `a\nb\tc`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWriter writes a text in every pair of pieces: the result must not depend
// on where the pieces end.
func TestWriter(t *testing.T) {
	const text = "é\x1b漢\u202e𝄞\xf0\x9d!\xc3"
	for cut := range len(text) + 1 {
		var out strings.Builder
		w := NewWriter(&out)
		for _, piece := range []string{text[:cut], text[cut:]} {
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("Write gave %d, %v", n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), Text(text); got != want {
			t.Errorf("cut at %d: got %q, want %q", cut, got, want)
		}
	}
}
