package wit

import (
	"fmt"
	"slices"
)

const (
	// maxErrors bounds how many errors are reported of one file, and of one
	// load: who made more will make another round.
	maxErrors = 50
	// maxPackageNesting bounds how deeply package blocks stand in each other,
	// only to say that they mustn't at all.
	maxPackageNesting = 100
)

// A parser turns the tokens of one file into what they say. After an error it
// goes on with the next item, so that several are found.
type parser struct {
	lex     lexer
	tok     token // the current one
	depth   int   // of the braces around it
	errs    Errors
	failing bool      // an error was met, and the item around it isn't left yet
	role    role      // of the current token
	trace   *[]traced // what is consumed, for Format; nil where nobody asks
}

// parse returns what the text of one file says, as far as it could be read,
// with the mistakes in it.
func parse(file, text string) (*packageText, Errors) { return parseTraced(file, text, nil) }

// parseTraced is parse, and adds what it consumes to trace.
func parseTraced(file, text string, trace *[]traced) (*packageText, Errors) {
	if errs := checkCharacters(file, text); len(errs) > 0 {
		return nil, errs
	}
	p := parser{lex: newLexer(file, text), trace: trace}
	p.advance()
	parsed := p.file()
	return parsed, p.errs
}

func (p *parser) advance() {
	switch {
	case p.tok.is("{"):
		p.depth++
	case p.tok.is("}"):
		p.depth = max(p.depth-1, 0)
	}
	if p.trace != nil && p.tok.kind != tokenEOF {
		*p.trace = append(*p.trace, traced{token: p.tok, role: p.role, end: p.lex.off})
	}
	p.role = plain
	p.tok = p.lex.next()
}

// mark gives the current token a role.
func (p *parser) mark(r role) { p.role = r }

// markLast gives the token before the current one a role.
func (p *parser) markLast(r role) {
	if p.trace != nil && len(*p.trace) > 0 {
		(*p.trace)[len(*p.trace)-1].role = r
	}
}

// peek returns the token after the current one.
func (p *parser) peek() token {
	ahead := p.lex
	return ahead.next()
}

func (p *parser) report(pos Position, code, format string, args ...any) {
	again := len(p.errs) > 0 && p.errs[len(p.errs)-1].Pos == pos // by a block around
	if len(p.errs) < maxErrors && !again {
		p.errs = append(p.errs, &Error{Pos: pos, Code: code, Msg: fmt.Sprintf(format, args...)})
	}
}

// fail reports that something else than the current token was wanted.
func (p *parser) fail(wanted string) {
	if p.failing {
		return
	}
	p.failing = true
	if p.tok.kind == tokenBad {
		p.report(p.tok.pos, CodeSyntax, "%s", p.tok.text)
		return
	}
	p.report(p.tok.pos, CodeSyntax, "expected %s, found %s", wanted, p.tok)
}

// failAt reports a mistake that the grammar alone doesn't tell.
func (p *parser) failAt(pos Position, code, format string, args ...any) {
	if !p.failing {
		p.report(pos, code, format, args...)
	}
	p.failing = true
}

// accept moves past the given token if it is the current one.
func (p *parser) accept(text string) bool {
	if p.failing || !p.tok.is(text) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(text string) bool {
	if p.accept(text) {
		return true
	}
	p.fail(`"` + text + `"`)
	return false
}

// name reads an identifier.
func (p *parser) name() name {
	t := p.tok
	if p.failing || t.kind != tokenID && t.kind != tokenEscapedID {
		if t.kind == tokenKeyword && !p.failing {
			p.failAt(t.pos, CodeSyntax, "expected a name, found %s; as a name it is written %%%s", t, t.text)
		}
		p.fail("a name")
		return name{pos: t.pos}
	}
	p.advance()
	n := name{text: t.text, pos: t.pos}
	if t.kind == tokenEscapedID {
		n.text = t.text[1:]
	}
	if wrong := checkLabel(n.text); wrong != "" {
		p.failAt(n.pos, CodeSyntax, "%s is not a name: %s", quoted(t.text), wrong)
	}
	return n
}

// docs returns the documentation before the current token.
func (p *parser) docs() string {
	docs, _ := docsOf(p.lex.text[p.tok.gap:p.tok.start])
	return docs
}

// list reads items up to the token end, with commas between them and perhaps
// after the last.
func (p *parser) list(end string, item func()) {
	for !p.failing && !p.accept(end) {
		item()
		if p.accept(",") {
			continue
		}
		if !p.accept(end) {
			p.fail(`"," or "` + end + `"`)
		}
		return
	}
}

// block reads the items of a block up to its closing brace. One that can't be
// read is reported and passed over.
func (p *parser) block(item func()) {
	p.mark(blockBrace)
	p.expect("{")
	depth := p.depth
	for !p.failing && !p.accept("}") {
		start := p.tok.start
		item()
		if !p.failing {
			continue
		}
		if p.tok.kind == tokenEOF || p.tok.start == start && (p.tok.is("interface") || p.tok.is("world") || p.tok.is("package")) {
			p.failing = false
			return // the block itself has no end
		}
		if p.recover(depth); p.tok.start == start {
			p.advance()
		}
	}
}

// declares are the words that a new item starts with.
var declares = []string{
	"type", "record", "variant", "enum", "flags", "resource", "use", "import", "export", "include",
	"interface", "world", "package", "@",
}

// recover moves on to where a new item may start in the block at the given
// depth of braces: past a semicolon, past a block, or before the closing brace
// or a line that starts like an item.
func (p *parser) recover(depth int) {
	p.failing = false
	line := p.tok.pos.Line
	for p.tok.kind != tokenEOF {
		fresh := p.tok.pos.Line > line
		line = p.tok.pos.Line
		here := p.depth == depth
		if here && (p.tok.is("}") || fresh && slices.ContainsFunc(declares, p.tok.is)) {
			return
		}
		ends := here && p.tok.is(";") || p.depth == depth+1 && p.tok.is("}")
		p.advance()
		if ends {
			return
		}
	}
}
