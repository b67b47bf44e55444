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
	"unicode"
	"unicode/utf8"
)

// Text returns s with all control and formatting characters (the bidirectional
// ones among them) and all bytes that aren't UTF-8 replaced by visible escapes
// such as \x1b and \u{202e}. Newlines and tabs stay, and so do backslashes:
// the result is for eyes, not for parsing back.
func Text(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		write(&out, s[:size], r)
		s = s[size:]
	}
	return out.String()
}

// Line is Text for what must stay on one line: newlines and tabs are escaped
// too.
func Line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(Text(s))
}

func write(out *strings.Builder, raw string, r rune) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(out, `\x%02x`, raw[0])
	case r == '\n' || r == '\t':
		out.WriteString(raw)
	case r == '\r':
		out.WriteString(`\r`)
	case r < 0x80 && unicode.IsControl(r):
		fmt.Fprintf(out, `\x%02x`, r)
	case hidden(r):
		fmt.Fprintf(out, `\u{%x}`, r)
	default:
		out.WriteString(raw)
	}
}

// hidden reports whether r can't be seen but changes what is: control, format
// (bidirectional marks, zero-width characters, tags) and separators of lines.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// A Writer escapes what is written to it, as Text does, and passes it on. A
// character may be split over two writes.
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

// Close passes on what an incomplete character left behind. It doesn't close
// the writer beneath.
func (w *Writer) Close() error {
	rest := w.rest
	w.rest = nil
	_, err := io.WriteString(w.to, Text(string(rest)))
	return err
}
