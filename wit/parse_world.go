package wit

// worldBody reads the items of a world, braces included.
//
// Spec: WIT, "Item: world".
func (p *parser) worldBody(w *worldText) {
	p.block(func() {
		var m member
		docs := p.docs()
		gates := p.gates()
		switch {
		case p.failing:
		case p.tok.is("import"), p.tok.is("export"):
			m.extern = p.extern(docs, gates)
		case p.tok.is("use"):
			m.use = p.use(gates)
		case p.tok.is("include"):
			p.refuseExternalID(gates, "an include")
			m.include = p.include(gates)
		case p.startsType():
			m.typ = p.typeDecl(docs, gates)
		default:
			p.fail(`"import", "export", "include", "use" or a type`)
		}
		if !p.failing {
			w.items = append(w.items, m)
		}
	})
}

// extern reads an import or export.
func (p *parser) extern(docs string, gates gates) *externText {
	e := &externText{export: p.tok.is("export"), docs: docs, gates: gates}
	p.advance()
	if !p.labelled() {
		to := p.path()
		e.path = &to
		p.expect(";")
		return e
	}
	e.label = p.name()
	p.expect(":")
	switch {
	case p.tok.is("func"), p.tok.is("async"), p.accessor() != NoAccessor:
		e.fn = &funcText{name: e.label, docs: docs, gates: gates}
		p.function(e.fn)
	case p.accept("interface"):
		e.inline = &interfaceText{name: e.label, docs: docs, gates: gates}
		p.interfaceBody(e.inline)
		return e
	default:
		to := p.path()
		e.path = &to
	}
	p.expect(";")
	return e
}

// labelled reports whether an import or export has a plain name before a
// colon. `a:b/c` is one path, without a name.
func (p *parser) labelled() bool {
	ahead := p.lex
	if !ahead.next().is(":") {
		return false
	}
	ahead.next()
	return !ahead.next().is("/")
}

// include reads `include path;` or `include path with { a as b }`.
func (p *parser) include(gates gates) *includeText {
	p.advance()
	i := &includeText{gates: gates, path: p.path()}
	if !p.accept("with") {
		p.expect(";")
		return i
	}
	p.mark(renamesBrace)
	p.expect("{")
	p.list("}", func() {
		n := rename{from: p.name()}
		p.expect("as")
		n.to = p.name()
		i.names = append(i.names, n)
	})
	p.markLast(renamesEnd)
	p.accept(";") // the grammar has none here, people write one
	return i
}
