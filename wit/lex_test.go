package wit

import (
	"strings"
	"testing"
)

func TestLexerPositions(t *testing.T) {
	l := newLexer("a.wit", "a é /* é\né */ b->c\n\t// x\n %d-e1-> 12")
	for _, want := range []struct {
		text         string
		line, column int
	}{
		{"a", 1, 1}, {"é", 1, 3}, {"b", 2, 6}, {"->", 2, 7}, {"c", 2, 9},
		{"%d-e1", 4, 2}, {"->", 4, 7}, {"12", 4, 10}, {"", 4, 12},
	} {
		got := l.next()
		if got.text != want.text || got.pos != (Position{"a.wit", want.line, want.column}) {
			t.Errorf("got %q at %s, want %q at %d:%d", got.text, got.pos, want.text, want.line, want.column)
		}
	}
}

// A file may be one line of megabytes: the time for it must not grow with its
// square, which would be minutes here.
func TestLexerOnALongLine(t *testing.T) {
	const tokens = 1 << 20
	l := newLexer("a.wit", strings.Repeat("a ", tokens))
	for range tokens {
		l.next()
	}
	if end := l.next(); end.kind != tokenEOF || end.pos.Column != 2*tokens+1 {
		t.Errorf("ends with %q at column %d, want %d", end.text, end.pos.Column, 2*tokens+1)
	}
}
