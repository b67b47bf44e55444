package value

import (
	"strings"
	"unicode/utf8"
)

func (p *parser) char() (Value, error) {
	if p.peek() != '\'' {
		return nil, p.want("char")
	}
	start := p.pos
	p.pos++
	if p.pos < len(p.text) && (p.text[p.pos] == '\'' || p.text[p.pos] == '\n') {
		return nil, p.wantAt(start, "one character between '…'")
	}
	r, err := p.character()
	if err != nil {
		return nil, err
	}
	if p.pos >= len(p.text) || p.text[p.pos] != '\'' {
		return nil, p.wantAt(start, "one character between '…'")
	}
	p.pos++
	return Char(r), nil
}

// str parses a string on one line, or one of several between `"""`.
func (p *parser) str() (string, error) {
	if p.peek() != '"' {
		return "", p.want("string")
	}
	if strings.HasPrefix(p.text[p.pos:], `"""`) {
		return p.multiline()
	}
	start := p.pos
	p.pos++
	var s strings.Builder
	for p.pos < len(p.text) && p.text[p.pos] != '\n' {
		if p.text[p.pos] == '"' {
			p.pos++
			return s.String(), nil
		}
		r, err := p.character()
		if err != nil {
			return "", err
		}
		s.WriteRune(r)
	}
	return "", p.wantAt(start, "a string that ends on its line")
}

// multiline parses a string whose lines stand between `"""` and `"""`, each of
// which is alone on its side. The spaces before the closing one are taken off
// every line.
func (p *parser) multiline() (string, error) {
	start := p.pos
	p.pos += len(`"""`)
	if !p.lineBreak() {
		return "", p.want(`a line break after """`)
	}
	body := p.pos
	indent, err := p.closing(start)
	if err != nil {
		return "", err
	}
	end := p.pos
	p.pos = body
	var s strings.Builder
	for first := true; ; first = false {
		line := p.pos
		for range indent {
			if p.pos >= end || p.text[p.pos] != ' ' {
				break
			}
			p.pos++
		}
		if p.pos+len(`"""`) == end && p.text[p.pos] == '"' {
			p.pos = end
			return s.String(), nil
		}
		// A line without anything on it needs no indent.
		if p.pos-line < indent && !p.atLineBreak() {
			return "", p.wantAt(line, `a line indented like the closing """`)
		}
		if !first {
			s.WriteByte('\n')
		}
		for !p.lineBreak() {
			r, err := p.character()
			if err != nil {
				return "", err
			}
			s.WriteRune(r)
		}
	}
}

// closing moves behind the `"""` that ends the string and returns the spaces
// before it.
func (p *parser) closing(start int) (indent int, err error) {
	for i := p.pos; i < len(p.text); i++ {
		switch {
		case p.text[i] == '\\':
			i++
		case strings.HasPrefix(p.text[i:], `"""`):
			line := strings.LastIndexByte(p.text[:i], '\n') + 1
			if strings.Trim(p.text[line:i], " ") != "" {
				return 0, p.wantAt(i, `the closing """ on a line of its own`)
			}
			p.pos = i + len(`"""`)
			return i - line, nil
		}
	}
	return 0, p.wantAt(start, `a closing """`)
}

func (p *parser) atLineBreak() bool {
	rest := p.text[p.pos:]
	return strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n")
}

func (p *parser) lineBreak() bool {
	if !p.atLineBreak() {
		return false
	}
	if p.text[p.pos] == '\r' {
		p.pos++
	}
	p.pos++
	return true
}

// character takes one character of a string or char, which may be escaped.
func (p *parser) character() (rune, error) {
	r, size := utf8.DecodeRuneInString(p.text[p.pos:])
	if size == 0 {
		return 0, p.wantAt(p.pos, "a closing quote")
	}
	if r == utf8.RuneError && size == 1 {
		return 0, p.wantAt(p.pos, "valid UTF-8")
	}
	if r != '\\' {
		p.pos += size
		return r, nil
	}
	rest := p.text[p.pos+1:]
	if rest == "" {
		return 0, p.wantAt(p.pos, "an escape")
	}
	if i := strings.IndexByte(escapes, rest[0]); i >= 0 {
		p.pos += 2
		return rune(escaped[i]), nil
	}
	if r, n := unicodeEscape(rest); n > 0 {
		p.pos += 1 + n
		return r, nil
	}
	return 0, p.wantAt(p.pos, `an escape: \\ \' \" \t \n \r or \u{hex digits of a character}`)
}

const (
	escapes = `\'"tnr`
	escaped = "\\'\"\t\n\r"
)

// unicodeEscape reads `u{1f370}` at the start of s and returns the character
// and the bytes it took; 0 bytes if that isn't there.
func unicodeEscape(s string) (r rune, n int) {
	digits, ok := strings.CutPrefix(s, "u{")
	if !ok {
		return 0, 0
	}
	for i := 0; i < len(digits); i++ {
		d := strings.IndexByte("0123456789abcdef", digits[i]|0x20)
		switch {
		case digits[i] == '}' && i > 0 && utf8.ValidRune(r):
			return r, len("u{}") + i
		case d < 0 || digits[i] == ' ' || digits[i] < '0':
			return 0, 0
		}
		if r = r<<4 + rune(d); r > utf8.MaxRune {
			return 0, 0
		}
	}
	return 0, 0
}
