package wit

import (
	"strings"
	"unicode/utf8"
)

// A tokenKind says what a token is.
type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenID            // an identifier or keyword; escaped ones start with %
	tokenNumber
	tokenPunct // one character, or ->
)

// A token is one word of WIT text.
type token struct {
	kind tokenKind
	text string
	pos  Position
}

// name returns an identifier without its escape.
func (t token) name() string { return strings.TrimPrefix(t.text, "%") }

// is reports whether t is the given keyword or punctuation; an escaped
// identifier is never a keyword.
func (t token) is(text string) bool { return t.kind != tokenEOF && t.text == text }

// A lexer splits WIT text into tokens, leaving out white space and comments.
//
// It accepts more than WIT: whether the text is correct is for the parser to
// say, the lexer only finds where things are.
type lexer struct {
	file string
	text string
	off  int
	line int
	// column is that of the character at offset counted: columns count
	// characters, as the parser's do, and each character is counted once.
	column, counted int
}

func newLexer(file, text string) *lexer {
	return &lexer{file: file, text: text, line: 1, column: 1}
}

func (l *lexer) pos() Position {
	l.column += utf8.RuneCountInString(l.text[l.counted:l.off])
	l.counted = l.off
	return Position{l.file, l.line, l.column}
}

// next returns the next token.
func (l *lexer) next() token {
	l.skipSpace()
	if l.off >= len(l.text) {
		return token{tokenEOF, "", l.pos()}
	}
	pos, start := l.pos(), l.off
	switch c := l.text[l.off]; {
	case c == '%' || isLetter(c):
		l.off++
		for l.off < len(l.text) && (isLetter(l.text[l.off]) || isDigit(l.text[l.off]) || l.isInnerDash()) {
			l.off++
		}
		return token{tokenID, l.text[start:l.off], pos}
	case isDigit(c):
		for l.off < len(l.text) && (isLetter(l.text[l.off]) || isDigit(l.text[l.off])) {
			l.off++
		}
		return token{tokenNumber, l.text[start:l.off], pos}
	case c == '-' && strings.HasPrefix(l.text[l.off:], "->"):
		l.off += 2
	default:
		_, n := utf8.DecodeRuneInString(l.text[l.off:])
		l.off += n
	}
	return token{tokenPunct, l.text[start:l.off], pos}
}

// isInnerDash tells the dash of kebab-case from an arrow's.
func (l *lexer) isInnerDash() bool {
	return l.text[l.off] == '-' && l.off+1 < len(l.text) && (isLetter(l.text[l.off+1]) || isDigit(l.text[l.off+1]))
}

func (l *lexer) skipSpace() {
	for l.off < len(l.text) {
		switch rest := l.text[l.off:]; {
		case rest[0] == '\n':
			l.newline()
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			l.off++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.off += end
		case strings.HasPrefix(rest, "/*"):
			l.skipBlockComment()
		default:
			return
		}
	}
}

// skipBlockComment skips a comment that may hold others.
func (l *lexer) skipBlockComment() {
	depth := 0
	for l.off < len(l.text) {
		switch rest := l.text[l.off:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			l.off += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.off += 2
			if depth == 0 {
				return
			}
		case rest[0] == '\n':
			l.newline()
		default:
			l.off++
		}
	}
}

func (l *lexer) newline() {
	l.off++
	l.line++
	l.column, l.counted = 1, l.off
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
