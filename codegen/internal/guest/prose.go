package guest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// newlines turns every character that some language or editor takes for the
// end of a line into a plain newline.
var newlines = strings.NewReplacer(
	"\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n",
)

// Lines returns the lines of a WIT documentation text, fit for a comment or
// a docstring: without trailing blanks, without empty lines at either end,
// and with every character that could hide or reorder text spelled out as
// \u{202e}. What ends a comment in one language is left to that language.
func Lines(docs string) []string {
	lines := strings.Split(newlines.Replace(docs), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(visible(line), " \t")
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// visible spells out control, format and invalid characters of one line.
func visible(line string) string {
	var b strings.Builder
	for i, r := range line {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == utf8.RuneError && !strings.HasPrefix(line[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, line[i])
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
