package hostruntime

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// EscapeText makes a guest's text safe to show: control characters other than
// newline and tab, bidirectional controls and invalid UTF-8 are replaced by
// escapes such as \x1b and \u202e.
func EscapeText(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n' || r == '\t' || !deceptive(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// deceptive reports whether a character can change how others are shown.
func deceptive(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// amount writes a limit's value in its unit.
func amount(limit string, n uint64) string {
	switch limit {
	case LimitWallTime:
		return time.Duration(n).String()
	case LimitMemory, LimitLifted:
		const mib = 1 << 20
		if n >= mib && n%mib == 0 {
			return fmt.Sprintf("%d MiB", n/mib)
		}
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprint(n)
}
