package wit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// String returns "file:line:column", or as much of it as is known.
func (p Position) String() string {
	s := p.File
	if p.Line > 0 {
		if s != "" {
			s += ":"
		}
		s += strconv.Itoa(p.Line)
		if p.Column > 0 {
			s += ":" + strconv.Itoa(p.Column)
		}
	}
	return s
}

// The codes of errors, which stay what they are. Each has an example in testdata/errors.
const (
	CodeSyntax      = "syntax"
	CodeUnknownName = "unknown-name"
	CodeUnknownPkg  = "unknown-package"
	CodeWrongKind   = "wrong-kind"
	CodeDuplicate   = "duplicate-name"
	CodeRecursive   = "recursive-type"
	CodeGated       = "unstable"
	CodeUnsupported = "unsupported"
	CodeTooLarge    = "too-large"
	CodeNoWIT       = "no-wit"
	CodeNoWorld     = "no-world"
	CodeInvalid     = "invalid"
)

// An Error is one thing that is wrong with a WIT text.
type Error struct {
	// Pos is where it was found; the zero value where no place fits.
	Pos Position
	// Code names the kind of error; programs and tests may compare it.
	Code string
	// Msg says what was met and what was wanted, on one line.
	Msg string
	// Hint says what could be done about it, on one line; often empty.
	Hint string
	// Line is the text of the line that Pos is in; empty where it isn't known
	// or too long to be shown.
	Line string
}

// Error returns all but the source line, on one line:
// `task.wit:12:9: unknown type "usr" in interface "store" (did you mean "user"?)`.
func (e *Error) Error() string {
	text := e.Msg
	if pos := e.Pos.String(); pos != "" {
		text = pos + ": " + text
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// Errors are all errors found in one load, sorted by position.
type Errors []*Error

// Error returns one line for each error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the single errors.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, err := range e {
		list[i] = err
	}
	return list
}

func (p Position) compare(q Position) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Err returns nil, the only error (*Error), or all of them (Errors) in the
// order of their positions.
func (e Errors) Err() error {
	switch len(e) {
	case 0:
		return nil
	case 1:
		return e[0]
	}
	slices.SortStableFunc(e, func(a, b *Error) int { return a.Pos.compare(b.Pos) })
	return e
}
