package wit

// file reads a whole file.
//
// Spec: WIT, "Top-level items": wit-file.
func (p *parser) file() *packageText {
	text := &packageText{}
	if p.tok.is("package") {
		p.header(text)
	}
	for p.tok.kind != tokenEOF {
		start := p.tok.start
		p.topItem(text, 0)
		if !p.failing {
			continue
		}
		if p.recover(0); p.tok.start == start || p.tok.is("}") {
			p.advance()
		}
	}
	return text
}

// header reads `package ns:pkg;` or, where a brace follows, a nested package.
func (p *parser) header(text *packageText) {
	docs, docsPos := p.docs(), p.docsPos()
	p.advance()
	name := p.packageName()
	if p.tok.is("{") {
		p.nested(text, name, docs, docsPos, 0)
		return
	}
	if p.expect(";") {
		text.header, text.docs, text.docsPos = name, docs, docsPos
	} else {
		p.recover(0)
		text.header = name
	}
}

// docsPos returns where the documentation before the current token starts; the
// zero value where there is none.
func (p *parser) docsPos() Position {
	gap := p.lex.text[p.tok.gap:p.tok.start]
	if _, found := docsOf(gap); !found {
		return Position{}
	}
	// Only a package asks, so that reading the file up to here again costs
	// little.
	l := newLexer(p.lex.file, p.lex.text)
	for l.off < p.tok.gap {
		l.next()
	}
	start := p.tok.gap
	for commentEnd(l.text[start:]) <= 0 {
		start++
	}
	l = newLexer(p.lex.file, p.lex.text)
	l.comment(start)
	return l.pos()
}

// packageName reads `ns:pkg@1.2.3`.
func (p *parser) packageName() *packageName {
	n := &packageName{namespace: p.name()}
	p.mark(pathColon)
	p.expect(":")
	n.pkg = p.name()
	n.version = p.optionalVersion()
	return n
}

// topItem reads one item of a file or nested package into text.
func (p *parser) topItem(text *packageText, depth int) {
	docs := p.docs()
	gates := p.gates()
	switch {
	case p.failing:
	case p.tok.is("interface"):
		p.advance()
		p.refuseExternalID(gates, "an interface")
		i := &interfaceText{name: p.name(), docs: docs, gates: gates}
		text.interfaces = append(text.interfaces, i)
		p.interfaceBody(i)
	case p.tok.is("world"):
		p.advance()
		p.refuseExternalID(gates, "a world")
		w := &worldText{name: p.name(), docs: docs, gates: gates}
		text.worlds = append(text.worlds, w)
		p.worldBody(w)
	case p.tok.is("use"):
		p.topUse(text, gates)
	case p.tok.is("package"):
		if gates.first.Line > 0 {
			p.failAt(p.tok.pos, CodeSyntax, "a package has no attributes")
			return
		}
		if depth >= maxPackageNesting {
			p.failAt(p.tok.pos, CodeTooLarge, "packages nest more than %d levels deep", maxPackageNesting)
			return
		}
		p.advance()
		p.nested(text, p.packageName(), docs, Position{}, depth)
	default:
		p.fail(`"interface", "world", "use" or "package"`)
	}
}

// nested reads the block of `package ns:pkg { … }`.
func (p *parser) nested(text *packageText, n *packageName, docs string, docsPos Position, depth int) {
	if depth == 1 && !p.failing {
		p.report(n.namespace.pos, CodeSyntax, "package %s is inside of another one: packages nest only at the top of a file", quoted(n.id()))
	}
	inner := &packageText{header: n, docs: docs, docsPos: docsPos}
	text.nested = append(text.nested, inner)
	p.block(func() { p.topItem(inner, depth+1) })
}

// topUse reads `use path as name;`.
func (p *parser) topUse(text *packageText, gates gates) {
	if gates.first.Line > 0 {
		p.failAt(p.tok.pos, CodeSyntax, "a use outside of interfaces and worlds has no attributes")
	}
	p.advance()
	u := &topUse{path: p.path()}
	u.alias = u.path.name
	if p.accept("as") {
		u.alias = p.name()
	}
	if p.expect(";") {
		text.uses = append(text.uses, u)
	}
}

// path reads the path of an interface or world.
//
// Spec: WIT, "Item: toplevel-use": use-path.
func (p *parser) path() entityPath {
	first := p.name()
	if p.mark(pathColon); !p.accept(":") {
		p.mark(plain)
		return entityPath{name: first}
	}
	n := &packageName{namespace: first, pkg: p.name()}
	p.expect("/")
	to := entityPath{pkg: n, name: p.name()}
	n.version = p.optionalVersion()
	return to
}
