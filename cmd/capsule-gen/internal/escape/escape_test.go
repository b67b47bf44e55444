package escape

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"plain", "a\tb\nc\\d é 漢", "a\tb\nc\\d é 漢"},
		{"terminal", "\x1b[31mred\x07", `\x1b[31mred\x07`},
		{"return", "a\rb", `a\x0db`},
		{"bidi", "a\u202eb\u2066c\u200fd\u061ce", `a\u202eb\u2066c\u200fd\u061ce`},
		{"c1", "\u009b31m", `\u009b31m`},
		{"delete", "\x7f", `\x7f`},
		{"separators", "\u2028\u2029", `\u2028\u2029`},
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

func TestJSON(t *testing.T) {
	const text = "a\u202eb\x1b\x7f\u2028é\u009b𝄞\n"
	plain, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	got := JSON(plain)
	var back string
	if err := json.Unmarshal(got, &back); err != nil || back != text {
		t.Errorf("%s reads back as %q, %v", got, back, err)
	}
	if want := `"a\u202eb\u001b\u007f\u2028é\u009b𝄞\n"`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWriter writes a text in every pair of pieces: the result must not depend
// on where the pieces end.
func TestWriter(t *testing.T) {
	const text = "é\x1b漢\u202e𝄞\xf0\x9d!\xc3."
	for cut := range len(text) + 1 {
		var out strings.Builder
		w := NewWriter(&out)
		for _, piece := range []string{text[:cut], text[cut:]} {
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("Write gave %d, %v", n, err)
			}
		}
		if got, want := out.String(), Text(text); got != want {
			t.Errorf("cut at %d: got %q, want %q", cut, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	text := "a\x1b\n" + strings.Repeat("ä", 3) + "\n\nlast"
	if got, want := Lines(text, 5), "a\\x1b\nää…\n\nlast"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
