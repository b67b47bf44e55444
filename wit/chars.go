package wit

import (
	"fmt"
	"strings"
	"unicode"
)

// misleading are the characters that can make text read differently from what
// it says: they turn its direction, or Unicode deprecates or discourages them.
const misleading = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" +
	"\u0149\u0673\u0f77\u0f79\u17a3\u17a4\u17b4\u17b5"

// checkCharacters reports the characters that WIT text must not have, also not
// in comments.
//
// Spec: WIT, "Lexical structure".
func checkCharacters(file, text string) Errors {
	var errs Errors
	line, column := 1, 0
	for i, r := range text {
		column++
		switch {
		case r == '\n':
			line, column = line+1, 0
			continue
		case r == '\t', r == '\r', i == 0 && r == '\uFEFF':
			continue
		}
		what := ""
		switch {
		case r < 0x20 || r >= 0x7f && r <= 0x9f:
			what = "a control character"
		case r >= 0x80 && strings.ContainsRune(misleading, r):
			what = "a character that can make it read differently from what it says"
		default:
			continue
		}
		errs = append(errs, &Error{Pos: Position{file, line, column}, Code: CodeSyntax,
			Msg: fmt.Sprintf("the text has %s: U+%04X", what, r)})
		if len(errs) == maxErrors {
			break
		}
	}
	return errs
}

// quoted returns s in the quotes of our messages, with everything escaped that
// a terminal could be made to misread.
func quoted(s string) string {
	const limit = 100 // what is longer tells no more
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", s)
	}
	return `"` + s + `"`
}
