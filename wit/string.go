package wit

import (
	"strings"
	"unicode/utf8"
)

// unquote returns the text of a string literal, quotes included in lit. What is
// wrong with it, and at which byte of lit, comes back where bad isn't empty.
//
// Spec: WIT, "String Literals"; core WebAssembly's names.
func unquote(lit string) (s, bad string, at int) {
	var out strings.Builder
	body := lit[:len(lit)-1]
	for i := 1; i < len(body); {
		if body[i] != '\\' {
			_, n := utf8.DecodeRuneInString(body[i:])
			if body[i] == '\t' || body[i] == '\r' {
				return "", "a string has no control characters", i
			}
			out.WriteString(body[i : i+n])
			i += n
			continue
		}
		n := escape(&out, body[i+1:])
		if n == 0 {
			return "", `unknown escape in a string; there are \t \n \r \" \' \\ \hh and \u{hhhh}`, i
		}
		i += 1 + n
	}
	if !utf8.ValidString(out.String()) {
		return "", "the string is not valid UTF-8", 0
	}
	return out.String(), "", 0
}

// escape writes what the escape means that rest starts with, after the
// backslash, and returns its length; 0 where it is none.
func escape(out *strings.Builder, rest string) int {
	if rest == "" {
		return 0
	}
	if i := strings.IndexByte(`tnr"'\`, rest[0]); i >= 0 {
		out.WriteByte("\t\n\r\"'\\"[i])
		return 1
	}
	if rest[0] == 'u' {
		return unicodeEscape(out, rest)
	}
	if len(rest) < 2 || hexDigit(rest[0]) < 0 || hexDigit(rest[1]) < 0 {
		return 0
	}
	out.WriteByte(byte(hexDigit(rest[0])<<4 | hexDigit(rest[1])))
	return 2
}

// unicodeEscape is escape for u{hhhh}, in which single underscores may stand
// between digits.
func unicodeEscape(out *strings.Builder, rest string) int {
	end := strings.IndexByte(rest, '}')
	if end < 3 || rest[1] != '{' || rest[2] == '_' || rest[end-1] == '_' {
		return 0
	}
	var r rune
	for _, c := range []byte(rest[2:end]) {
		if c == '_' {
			continue
		}
		digit := hexDigit(c)
		if r = r<<4 | rune(digit); digit < 0 || r > utf8.MaxRune {
			return 0
		}
	}
	if !utf8.ValidRune(r) {
		return 0
	}
	out.WriteRune(r)
	return end + 1
}

// hexDigit returns the value of a hexadecimal digit, -1 for any other byte.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
