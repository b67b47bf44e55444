package wit

import "strings"

// maxLine is how long a line may be before the lists in it are broken up.
const maxLine = 100

// A role is what a token is to the formatter beyond its text.
type role uint8

const (
	plain        role = iota
	blockBrace        // opens the body of an interface, world, package or resource
	partsBrace        // opens fields, cases or flags
	namesBrace        // opens the names of a use
	renamesBrace      // opens the renames of an include
	paramsParen       // opens parameters
	pathColon         // stands within a path
	gateEnd           // ends an attribute
	renamesEnd        // ends an include with renames
)

// opens reports whether a token with this role opens a group.
func opens(r role) bool { return r >= blockBrace && r <= paramsParen }

// A traced token is one that the parser consumed.
type traced struct {
	token
	role role
	end  int // the offset behind it
}

// spaced reports whether a blank stands between two tokens of one line.
func spaced(before, t traced) bool {
	switch {
	case t.is(",") || t.is(";") || t.is(")") || t.is(">") || t.is(".") || t.is(":") || t.is("/") || t.is("<") || t.is("@") || t.is("("):
		return false
	case before.is("(") || before.is("<") || before.is(".") || before.is("/") || before.is("@") || before.role == pathColon:
		return false
	case before.role == namesBrace || before.is("{") && t.is("}"):
		return false
	case t.is("}"):
		return t.role == renamesEnd
	}
	return true
}

// A comment is one comment and how many lines end before it.
type comment struct {
	text   string
	before int
}

// line reports whether nothing can follow the comment in its line.
func (c comment) line() bool { return strings.HasPrefix(c.text, "//") }

// commentsIn returns the comments in a gap between tokens, and how many lines
// end after the last of them.
func commentsIn(gap string) (list []comment, lines int) {
	for gap != "" {
		end := commentEnd(gap)
		if end <= 0 {
			if gap[0] == '\n' {
				lines++
			}
			gap = gap[1:]
			continue
		}
		list = append(list, comment{text: strings.TrimRight(gap[:end], " \t\r"), before: lines})
		gap, lines = gap[end:], 0
	}
	return list, lines
}
