package wit

// interfaceBody reads the items of an interface, braces included.
//
// Spec: WIT, "Item: interface".
func (p *parser) interfaceBody(i *interfaceText) {
	p.block(func() {
		docs := p.docs()
		gates := p.gates()
		switch {
		case p.failing:
		case p.tok.is("use"):
			if u := p.use(gates); !p.failing {
				i.items = append(i.items, member{use: u})
			}
		case p.startsType():
			if t := p.typeDecl(docs, gates); !p.failing {
				i.items = append(i.items, member{typ: t})
			}
		case p.tok.kind == tokenID || p.tok.kind == tokenEscapedID:
			f := &funcText{name: p.name(), docs: docs, gates: gates}
			p.expect(":")
			p.function(f)
			if p.expect(";") {
				i.items = append(i.items, member{fn: f})
			}
		default:
			p.fail(`"use", a type or a function`)
		}
	})
}

// use reads `use path.{a, b as c};`.
func (p *parser) use(gates gates) *useText {
	p.advance()
	u := &useText{gates: gates, path: p.path()}
	p.expect(".")
	p.mark(namesBrace)
	p.expect("{")
	p.list("}", func() {
		n := rename{from: p.name()}
		n.to = n.from
		if p.accept("as") {
			n.to = p.name()
		}
		u.names = append(u.names, n)
	})
	p.expect(";")
	return u
}

// function reads a function's type, up to the semicolon.
//
// Spec: WIT, "Item: interface": func-type. `get` and `set`, which are no
// keywords, declare a property's accessors.
func (p *parser) function(f *funcText) {
	f.async = p.accept("async")
	f.keyword = p.tok.pos
	accessor := p.accessor()
	switch {
	case !f.async && accessor != NoAccessor:
		f.accessor = accessor
		p.advance()
	case !p.accept("func"):
		p.fail(`"func"`)
	}
	p.params(f)
}

// accessor returns what the current token declares, if a parenthesis follows.
func (p *parser) accessor() AccessorKind {
	kind := NoAccessor
	switch {
	case p.tok.kind != tokenID:
	case p.tok.text == "get":
		kind = Getter
	case p.tok.text == "set":
		kind = Setter
	}
	if kind != NoAccessor && !p.peek().is("(") {
		return NoAccessor
	}
	return kind
}

// params reads `(a: t, b: u) -> v`.
func (p *parser) params(f *funcText) {
	p.mark(paramsParen)
	p.expect("(")
	p.list(")", func() {
		param := partText{name: p.name()}
		p.expect(":")
		param.typ = p.typ(0)
		f.params = append(f.params, param)
	})
	if p.accept("->") {
		f.result = p.typ(0)
	}
}
