package wit

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Detail returns what is wrong with a WIT text for a person to read: for each
// error in err its message, the source line with a mark below the place, and
// the hint. Of any other error it is the message.
//
//	task.wit:12:9: unknown type "usr" in interface "store"
//	   12 |   get: func(id: usr);
//	      |                 ^^^
//	      = did you mean "user"?
func Detail(err error) string {
	if list, ok := errors.AsType[Errors](err); ok {
		parts := make([]string, len(list))
		for i, e := range list {
			parts[i] = e.detail()
		}
		return strings.Join(parts, "\n")
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.detail()
	}
	return err.Error()
}

func (e *Error) detail() string {
	bare := *e
	bare.Hint = ""
	text := bare.Error()
	number := strconv.Itoa(e.Pos.Line)
	gutter := strings.Repeat(" ", max(5-len(number), 1)+len(number))
	if e.Line != "" && e.Pos.Column > 0 {
		before, marked := mark(e.Line, e.Pos.Column)
		text += "\n" + gutter[len(number):] + number + " | " + strings.ReplaceAll(e.Line, "\t", " ") +
			"\n" + gutter + " | " + strings.Repeat(" ", before) + strings.Repeat("^", marked)
	}
	if e.Hint != "" {
		text += "\n" + gutter + " = " + e.Hint
	}
	return text
}

// mark returns how many columns stand before a place in a line, and how many
// the word there takes.
func mark(line string, column int) (before, marked int) {
	var word []rune
	for i, r := range []rune(line) {
		switch {
		case i < column-1:
			before++
		case len(word) > 0 && !isWord(r):
			return before, len(word)
		default:
			word = append(word, r)
			if !isWord(r) && r != '@' {
				return before, 1
			}
		}
	}
	return before, max(len(word), 1)
}

func isWord(r rune) bool {
	return r == '-' || r == '%' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

const maxShownLine = 200 // characters

// explain sorts errors by position, and gives each the line it is about.
func (s *source) explain(errs Errors) Errors {
	slices.SortStableFunc(errs, func(a, b *Error) int { return cmp.Or(a.Pos.compare(b.Pos), strings.Compare(a.Msg, b.Msg)) })
	errs = slices.CompactFunc(errs, func(a, b *Error) bool { return a.Pos == b.Pos && a.Msg == b.Msg })
	errs = errs[:min(len(errs), maxErrors)]
	s.quoteLines(errs)
	return errs
}

// Explain gives the errors in err that are about the world's text, as generators
// report them, the lines that they are about. It returns err.
func (w *World) Explain(err error) error {
	list, ok := errors.AsType[Errors](err)
	if one, single := errors.AsType[*Error](err); !ok && single {
		list = Errors{one}
	}
	if w.Package.src != nil {
		slices.SortStableFunc(list, func(a, b *Error) int { return a.Pos.compare(b.Pos) })
		w.Package.src.quoteLines(list)
	}
	return err
}

// quoteLines gives each error the line it is about. They are sorted.
func (s *source) quoteLines(errs Errors) {
	for _, f := range s.files {
		shown := s.show(f.name)
		rest, at := f.text, 1
		for _, e := range errs {
			if e.Pos.File != shown || e.Pos.Line < at {
				continue
			}
			for ; at < e.Pos.Line && rest != ""; at++ {
				_, rest, _ = strings.Cut(rest, "\n")
			}
			line, _, _ := strings.Cut(rest, "\n")
			line = strings.TrimPrefix(strings.TrimSuffix(line, "\r"), byteOrderMark)
			if utf8.RuneCountInString(line) <= maxShownLine && !strings.ContainsFunc(line, hidden) {
				e.Line = line
			}
		}
	}
}

// hidden reports whether a terminal shows something else for r than its shape.
func hidden(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }
