// Package escape makes untrusted text safe to show.
//
// What a component, a guest, a traceback or a toolchain says may hold terminal
// control sequences or characters that reorder what is around them. Everything
// of that kind that capsule-gen prints goes through this package.
package escape

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Text returns s with control and bidirectional characters and what isn't
// UTF-8 replaced by visible escapes such as \x1b and \u202e. Newlines and tabs
// stay, and so do backslashes: the result is for eyes, not for parsing back.
func Text(s string) string { return hostruntime.EscapeText(s) }

// Line is Text for what must stay on one line: newlines and tabs are escaped
// too.
func Line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(Text(s))
}

// Lines is Text of which each line has its first so many bytes.
func Lines(s string, most int) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		if whole := strings.TrimSuffix(line, "\n"); len(whole) > most {
			line = strings.ToValidUTF8(whole[:most], "") + "…" + line[len(whole):]
		}
		out.WriteString(Text(line))
	}
	return out.String()
}

// JSON returns JSON text with the same characters replaced by JSON's own
// escapes: what it says stays the same. It must be valid JSON.
func JSON(text []byte) []byte {
	var out strings.Builder
	for _, r := range string(text) {
		// Outside of strings there is only ASCII in JSON, and inside there is
		// no control character below it.
		if r < utf8.RuneSelf && r != 0x7f || Text(string(r)) == string(r) {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, `\u%04x`, r) // all of them are in the first plane
	}
	return []byte(out.String())
}

// A Writer escapes what is written to it, as Text does, and passes it on. A
// character may be split over two writes; what is left of one at the end is
// dropped.
type Writer struct {
	to   io.Writer
	rest []byte // the start of a character that isn't complete
}

// NewWriter returns a Writer that passes its text on to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Write escapes p. The count it returns is of p, not of what it became.
func (w *Writer) Write(p []byte) (int, error) {
	text := append(w.rest, p...)
	whole := len(text)
	for i := 1; i <= utf8.UTFMax && i <= len(text); i++ {
		if b := text[len(text)-i]; utf8.RuneStart(b) {
			if !utf8.FullRune(text[len(text)-i:]) {
				whole = len(text) - i
			}
			break
		}
	}
	w.rest = append([]byte(nil), text[whole:]...)
	if _, err := io.WriteString(w.to, Text(string(text[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}
