package value

import (
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/wit/abi"
)

// A parser goes over WAVE text once, from left to right, led by types.
type parser struct {
	text string
	pos  int
}

// eof is what peek returns at the end; the text itself may have NUL bytes, but
// no token starts with one.
const eof = 0

// peek skips space and comments and returns the byte at which the next token
// starts.
func (p *parser) peek() byte {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			p.pos++
		case strings.HasPrefix(p.text[p.pos:], "//"):
			end := strings.IndexByte(p.text[p.pos:], '\n')
			if end < 0 {
				end = len(p.text) - p.pos
			}
			p.pos += end
		case c == 0:
			return 0xff // no token either, but not the end
		default:
			return c
		}
	}
	return eof
}

// expect takes the punctuation c, or says what it is wanted for.
func (p *parser) expect(c byte, want string) error {
	if p.peek() != c {
		return p.want(want)
	}
	p.pos++
	return nil
}

// open takes the bracket c with which a value of type t starts.
func (p *parser) open(c byte, t *abi.Type) error {
	if p.peek() != c {
		return p.want(typeText(t)) // only now: the text can be long
	}
	p.pos++
	return nil
}

// word returns the number, keyword or label that comes next, without taking
// it; empty if something else does.
func (p *parser) word() string {
	p.peek()
	end := p.pos
	for end < len(p.text) && isWordByte(p.text[end]) {
		end++
	}
	return p.text[p.pos:end]
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '+' || c == '.' || c == '_' || c == '%'
}

// isKeyword reports whether a case of that name needs a percent sign.
func isKeyword(label string) bool {
	switch label {
	case "true", "false", "inf", "nan", "some", "none", "ok", "err":
		return true
	}
	return false
}

// want returns the error that something else comes next.
func (p *parser) want(want string) *ParseError {
	p.peek()
	return p.wantAt(p.pos, want)
}

func (p *parser) wantAt(pos int, want string) *ParseError {
	return &ParseError{Column: pos + 1, Want: want, Got: p.token(pos)}
}

// maxToken bounds the text that an error repeats.
const maxToken = 32

// token describes what stands at pos.
func (p *parser) token(pos int) string {
	rest := p.text[pos:]
	if rest == "" {
		return "the end of the text"
	}
	_, end := utf8.DecodeRuneInString(rest)
	switch {
	case rest[0] == '"' || rest[0] == '\'':
		if i := strings.IndexByte(rest[1:], rest[0]); i >= 0 {
			end = i + 2
		} else {
			end = len(rest)
		}
	case isWordByte(rest[0]):
		for end < len(rest) && isWordByte(rest[end]) {
			end++
		}
	}
	cut := ""
	if end > maxToken {
		for end = maxToken; !utf8.RuneStart(rest[end]); end-- {
			// Back to the start of a character.
		}
		cut = "…"
	}
	return string(appendVisible(nil, rest[:end])) + cut
}
