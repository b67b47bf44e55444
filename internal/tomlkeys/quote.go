package tomlkeys

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuoted is how many bytes of a value an error repeats.
const maxQuoted = 100

// Quote returns what a text has for a value as an error repeats it: texts in
// quotation marks with what doesn't print escaped, and the start of what is long.
func Quote(value any) string {
	text, isText := value.(string)
	if !isText {
		text = fmt.Sprint(value)
	}
	short := text
	if len(text) > maxQuoted {
		cut := maxQuoted
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		short = text[:cut]
	}
	if isText {
		quoted := strconv.Quote(short)
		if len(short) < len(text) {
			return quoted + "…"
		}
		return quoted
	}
	if len(short) < len(text) {
		return short + "…"
	}
	return short
}

// List returns names for an error, the first of many.
func List(names []string) string {
	const most = 20
	if rest := len(names) - most; rest > 0 {
		names = append(names[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(names, ", ")
}
