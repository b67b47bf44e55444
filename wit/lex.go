package wit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tokenKind says what a token is.
type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenID
	tokenEscapedID // %name
	tokenKeyword
	tokenInteger
	tokenString
	tokenPunct // one character, or ->
	tokenBad   // no token of WIT; text says what is wrong
)

// A token is one word of WIT text.
type token struct {
	kind tokenKind
	text string
	pos  Position
	// start is the token's byte offset, gap that of the end of the one before:
	// between them are white space and comments.
	gap, start int
}

// is reports whether t is the given keyword or punctuation; an escaped
// identifier is never a keyword.
func (t token) is(text string) bool {
	return (t.kind == tokenKeyword || t.kind == tokenPunct) && t.text == text
}

// String describes the token in messages.
func (t token) String() string {
	switch t.kind {
	case tokenEOF:
		return "the end of the file"
	case tokenKeyword:
		return "keyword " + quoted(t.text)
	case tokenString:
		return "a string"
	}
	return quoted(t.text)
}

// Spec: WIT, "Keywords"; error-context is a type that the list there lacks.
var keywords = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(`_ as async bool borrow char constructor enum error-context export f32
		f64 flags from func future import include interface list map option own package record resource
		result s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world`) {
		set[word] = true
	}
	return set
}()

// A lexer splits WIT text into tokens, leaving out white space and comments.
// A copy of one reads on from the same place by itself.
type lexer struct {
	file string
	text string
	off  int
	line int
	// column is that of the character at offset counted: columns count
	// characters, and each character is counted once.
	column, counted int
	// unclosed is where a block comment without an end starts: there the text
	// ends, and errors about that are one.
	unclosed Position
}

const byteOrderMark = "\uFEFF"

func newLexer(file, text string) lexer {
	l := lexer{file: file, text: text, line: 1, column: 1}
	if strings.HasPrefix(text, byteOrderMark) {
		l.off, l.counted = len(byteOrderMark), len(byteOrderMark)
	}
	return l
}

func (l *lexer) pos() Position {
	l.column += utf8.RuneCountInString(l.text[l.counted:l.off])
	l.counted = l.off
	return Position{l.file, l.line, l.column}
}

// next returns the next token.
func (l *lexer) next() token {
	gap := l.off
	if bad, ok := l.skipSpace(); !ok {
		return bad
	}
	if l.off >= len(l.text) && l.unclosed.Line > 0 {
		return token{gap: gap, start: l.off, pos: l.unclosed}
	}
	t := token{gap: gap, start: l.off, pos: l.pos()}
	if l.off >= len(l.text) {
		return t
	}
	switch c := l.text[l.off]; {
	case c == '"':
		return l.str(t)
	case isDigit(c):
		t.kind = tokenInteger
		for l.off < len(l.text) && isDigit(l.text[l.off]) {
			l.off++
		}
	case strings.HasPrefix(l.text[l.off:], "->"):
		t.kind = tokenPunct
		l.off += 2
	case c == '%':
		t.kind = tokenEscapedID
		l.off++
		l.word()
	case strings.IndexByte("=,:;(){}<>*/.@+-", c) >= 0:
		t.kind = tokenPunct
		l.off++
	default:
		t.kind = tokenID
		if !l.word() {
			r, n := utf8.DecodeRuneInString(l.text[l.off:])
			l.off += n
			t.kind, t.text = tokenBad, fmt.Sprintf("unexpected character %s", quoted(string(r)))
			return t
		}
	}
	t.text = l.text[t.start:l.off]
	if t.kind == tokenID && keywords[t.text] {
		t.kind = tokenKeyword
	}
	return t
}

// word moves past what looks like an identifier: more than WIT allows, so that
// a mistake in one is reported as such.
func (l *lexer) word() bool {
	start := l.off
	for l.off < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[l.off:])
		first := l.off == start
		if !unicode.IsLetter(r) && r != '_' && (first || r != '-' && !unicode.IsDigit(r)) {
			break
		}
		l.off += n
	}
	return l.off > start
}

// str reads a string literal up to its quote, or to the end of the line.
func (l *lexer) str(t token) token {
	t.kind = tokenString
	for l.off++; l.off < len(l.text) && l.text[l.off] != '\n'; l.off++ {
		switch l.text[l.off] {
		case '\\':
			if l.off+1 < len(l.text) && l.text[l.off+1] != '\n' {
				l.off++
			}
		case '"':
			l.off++
			t.text = l.text[t.start:l.off]
			return t
		}
	}
	t.kind, t.text = tokenBad, "unterminated string literal"
	return t
}

// skipSpace moves past white space and comments; ok is false where a block
// comment has no end, which the token then says.
func (l *lexer) skipSpace() (bad token, ok bool) {
	for l.off < len(l.text) {
		switch c := l.text[l.off]; {
		case c == '\n':
			l.newline()
		case c == ' ' || c == '\t' || c == '\r':
			l.off++
		case c == '/':
			end := commentEnd(l.text[l.off:])
			if end == 0 {
				return token{}, true
			}
			if end < 0 {
				bad = token{kind: tokenBad, text: "unterminated block comment", start: l.off, pos: l.pos()}
				l.off, l.unclosed = len(l.text), bad.pos
				return bad, false
			}
			l.comment(l.off + end)
		default:
			return token{}, true
		}
	}
	return token{}, true
}

// comment moves past a comment that ends at end.
func (l *lexer) comment(end int) {
	for l.off < end {
		if l.text[l.off] == '\n' {
			l.newline()
			continue
		}
		l.off++
	}
}

func (l *lexer) newline() {
	l.off++
	l.line++
	l.column, l.counted = 1, l.off
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
