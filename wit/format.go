package wit

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Format returns WIT text in the one layout: two blanks for each level, one
// item a line, at most one empty line between them, and lists broken up where
// they don't fit. Comments stay where they are. What the text says stays the
// same, and formatting it again changes nothing.
//
// Errors: *Error or Errors with the mistakes in the syntax, whose positions
// name no file. Names need not be known.
func Format(text []byte) ([]byte, error) {
	if len(text) > maxFileSize {
		return nil, &Error{Code: CodeTooLarge, Msg: fmt.Sprintf("the text is larger than %d MiB", maxFileSize>>20)}
	}
	if !utf8.Valid(text) {
		return nil, &Error{Code: CodeSyntax, Msg: notUTF8}
	}
	plainText := string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	var trace []traced
	_, errs := parseTraced("", plainText, &trace)
	if len(errs) > 0 {
		src := &source{files: []sourceFile{{text: plainText}}}
		return nil, src.explain(errs).Err()
	}
	f := formatter{text: plainText, tokens: trace}
	f.print()
	return f.out.Bytes(), nil
}

// A formatter writes tokens and the comments between them.
type formatter struct {
	text   string
	tokens []traced
	out    bytes.Buffer
	column int
	groups []group // that are open
	angles int     // brackets that are open

	newline  bool   // what comes next starts a line
	boundary bool   // that line starts an item; else it goes on with one
	blank    bool   // with an empty line before it
	dense    bool   // with none, whatever the text has
	keyword  string // the first word of the item at hand
}

// A group is what stands between two braces or parentheses that matter to the
// layout.
type group struct {
	opener role
	broken bool // one item a line
	empty  bool
	outer  bool // an interface, world or package
}

func (f *formatter) print() {
	f.boundary = true
	for i, t := range f.tokens {
		closing := f.closes(t)
		if closing && f.lacksComma(i) {
			f.write(",")
			f.breakLine()
		}
		comments, lines := commentsIn(f.text[t.gap:t.start])
		f.comments(comments)
		if closing {
			f.close(i)
			continue
		}
		if f.boundary && f.newline && lines > 1 {
			f.blank = true
		}
		f.token(i)
	}
	end := 0
	if n := len(f.tokens); n > 0 {
		end = f.tokens[n-1].end
	}
	comments, _ := commentsIn(f.text[end:])
	f.comments(comments)
	if f.out.Len() > 0 {
		f.out.WriteByte('\n')
	}
}

// closes reports whether a token closes the group that is open.
func (f *formatter) closes(t traced) bool {
	if len(f.groups) == 0 {
		return false
	}
	if f.groups[len(f.groups)-1].opener == paramsParen {
		return t.is(")")
	}
	return t.is("}")
}

// lacksComma reports whether the last item of a broken list needs one before
// token i, which closes the list.
func (f *formatter) lacksComma(i int) bool {
	g := f.groups[len(f.groups)-1]
	return g.opener != blockBrace && g.broken && !g.empty && !f.tokens[i-1].is(",")
}

// close writes token i, which closes the open group.
func (f *formatter) close(i int) {
	g := f.groups[len(f.groups)-1]
	f.groups = f.groups[:len(f.groups)-1]
	if g.broken {
		f.newline, f.boundary = true, true
	}
	f.dense = true
	f.word(i)
	t := f.tokens[i]
	switch {
	case g.opener == blockBrace, g.opener == partsBrace:
		f.breakLine()
		f.blank = g.outer
	case t.role == renamesEnd && (i+1 == len(f.tokens) || !f.tokens[i+1].is(";")):
		f.breakLine()
	}
}

// token writes token i, which closes nothing.
func (f *formatter) token(i int) {
	t := f.tokens[i]
	if f.boundary {
		f.keyword = t.text
	}
	last := i+1 < len(f.tokens) && f.closes(f.tokens[i+1])
	if t.is(",") && last && !f.groups[len(f.groups)-1].broken && f.angles == 0 {
		return
	}
	f.word(i)
	switch {
	case opens(t.role):
		f.open(i)
	case t.is("<"):
		f.angles++
	case t.is(">"):
		f.angles--
	case t.is(";"):
		f.breakLine()
		f.blank = f.keyword == "package"
	case t.role == gateEnd:
		f.breakLine()
		f.dense = true
	case t.is(",") && f.angles == 0 && len(f.groups) > 0 && f.groups[len(f.groups)-1].broken:
		f.breakLine()
	}
}

// open starts the group that token i opens.
func (f *formatter) open(i int) {
	g := group{opener: f.tokens[i].role}
	g.outer = g.opener == blockBrace && (f.keyword == "interface" || f.keyword == "world" || f.keyword == "package")
	closer := ")"
	if g.opener != paramsParen {
		closer = "}"
	}
	next := f.tokens[i+1]
	comments, _ := commentsIn(f.text[next.gap:next.start])
	g.empty = next.is(closer)
	switch {
	case g.empty && len(comments) == 0:
	case g.opener == blockBrace, g.opener == partsBrace:
		g.broken = true
	default:
		g.broken = f.needsBreak(i, closer)
	}
	f.groups = append(f.groups, g)
	if g.broken {
		f.breakLine()
	}
	f.dense = true
}

// needsBreak reports whether the group that token i opened doesn't fit in the
// line, or holds a comment that ends one.
func (f *formatter) needsBreak(i int, closer string) bool {
	width, closed := f.column, false
	for j := i + 1; j < len(f.tokens) && width <= maxLine; j++ {
		t := f.tokens[j]
		comments, _ := commentsIn(f.text[t.gap:t.start])
		for _, c := range comments {
			if !closed && (c.line() || c.before > 0) {
				return true
			}
			width += 1 + len(c.text)
		}
		if spaced(f.tokens[j-1], t) {
			width++
		}
		width += len(t.text)
		switch {
		case t.is(closer) && !closed:
			closed = true
			if f.tokens[j-1].is(",") {
				width-- // which goes
			}
		case closed && (t.is(";") || t.is("{") || t.is(",")):
			return width > maxLine
		}
	}
	return width > maxLine
}

// breakLine lets the next item start a line.
func (f *formatter) breakLine() { f.newline, f.boundary, f.dense = true, true, false }

// comments writes comments: in the line where they are behind something, else
// in lines of their own.
func (f *formatter) comments(list []comment) {
	for _, c := range list {
		if c.before > 0 || f.out.Len() == 0 {
			f.newline = true
			f.blank = f.blank || c.before > 1 && f.boundary
			f.startLine()
			f.write(c.text)
			f.newline, f.dense = true, false
			continue
		}
		newline := f.newline
		f.write(" " + c.text)
		f.newline = newline || c.line()
	}
}

// startLine ends the line and indents the next one, if one was asked for.
func (f *formatter) startLine() {
	if !f.newline || f.out.Len() == 0 {
		f.newline, f.blank = false, false
		return
	}
	if f.blank && !f.dense {
		f.out.WriteByte('\n')
	}
	f.newline, f.blank, f.dense = false, false, false
	f.out.WriteByte('\n')
	f.column = 0
	depth := len(f.groups)
	if !f.boundary {
		depth++
	}
	for range depth {
		f.write("  ")
	}
}

// word writes the text of token i.
func (f *formatter) word(i int) {
	if f.newline {
		f.startLine()
	} else if i > 0 && f.out.Len() > 0 && spaced(f.tokens[i-1], f.tokens[i]) {
		f.write(" ")
	}
	f.write(f.tokens[i].text)
	f.boundary, f.blank, f.dense = false, false, false
}

func (f *formatter) write(s string) {
	f.out.WriteString(s)
	f.column += utf8.RuneCountInString(s)
}
