package hostruntime

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// EscapeText makes a guest's text safe to show: control characters other than
// newline and tab, bidirectional controls, invisible characters and invalid
// UTF-8 are replaced by escapes such as \x1b and \u202e.
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

// deceptive reports whether a character can change how others are shown, or
// isn't shown at all; the joiners of emoji and of some scripts may stay.
func deceptive(r rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	if r == joiner || r == nonJoiner {
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// amount writes a limit's value in its unit.
func amount(limit string, n uint64) string {
	switch limit {
	case LimitWallTime, LimitRequestTime, LimitCompileTime:
		return time.Duration(n).String()
	case LimitMemory, LimitLifted, LimitOutput,
		LimitComponentBytes, LimitCodeBytes, LimitFunctionBytes, LimitSentBytes, LimitReceivedBytes:
		const kib, mib = 1 << 10, 1 << 20
		switch {
		case n == 1:
			return "1 byte"
		case n > 0 && n < mib && n%kib == 0:
			return fmt.Sprintf("%d KiB", n/kib)
		case n < mib:
			return fmt.Sprintf("%d bytes", n)
		case n%mib == 0:
			return fmt.Sprintf("%d MiB", n/mib)
		}
		return fmt.Sprintf("%.1f MiB", float64(n)/mib)
	}
	return fmt.Sprint(n)
}
