package wit

import (
	"strconv"

	"github.com/capsule-kit/capsule/wit/abi"
)

// startsType reports whether the current token starts a declaration of a type.
func (p *parser) startsType() bool {
	if p.tok.kind != tokenKeyword {
		return false
	}
	switch p.tok.text {
	case "type", "record", "variant", "enum", "flags", "resource":
		return true
	}
	return false
}

// typeDecl reads the declaration of a type.
//
// Spec: WIT, "Items: type".
func (p *parser) typeDecl(docs string, gates gates) *typeText {
	keyword := p.tok.text
	p.advance()
	t := &typeText{name: p.name(), docs: docs, gates: gates}
	switch keyword {
	case "type":
		p.expect("=")
		t.alias = p.typ(0)
		p.expect(";")
	case "resource":
		t.resource = true
		if !p.accept(";") {
			p.resourceBody(t)
		}
	case "record":
		t.kind = abi.Record
		p.parts(t, func(part *partText) {
			p.expect(":")
			part.typ = p.typ(0)
		})
	case "variant":
		t.kind = abi.Variant
		p.parts(t, func(part *partText) {
			if p.accept("(") {
				part.typ = p.typ(0)
				p.expect(")")
			}
		})
	case "enum":
		t.kind = abi.Enum
		p.parts(t, func(*partText) {})
	case "flags":
		t.kind = abi.Flags
		p.parts(t, func(*partText) {})
	}
	return t
}

// parts reads fields, cases or flags; rest reads what follows the name of one.
func (p *parser) parts(t *typeText, rest func(*partText)) {
	p.mark(partsBrace)
	p.expect("{")
	p.list("}", func() {
		docs := p.docs()
		part := partText{name: p.name(), docs: docs}
		rest(&part)
		t.parts = append(t.parts, part)
	})
}

// resourceBody reads the functions of a resource.
//
// Spec: WIT, "Item: resource".
func (p *parser) resourceBody(t *typeText) {
	if !p.tok.is("{") {
		p.fail(`";" or "{"`)
		return
	}
	p.block(func() {
		f := &funcText{docs: p.docs(), gates: p.gates(), kind: Method}
		switch {
		case p.failing:
			return
		case p.tok.is("constructor"):
			f.kind, f.keyword = Constructor, p.tok.pos
			f.name = name{text: "constructor", pos: p.tok.pos}
			p.advance()
			p.params(f)
		case p.tok.kind == tokenID || p.tok.kind == tokenEscapedID:
			f.name = p.name()
			p.expect(":")
			if p.accept("static") {
				f.kind = Static
			}
			p.function(f)
		default:
			p.fail(`"constructor" or a method's name`)
		}
		if p.expect(";") {
			t.methods = append(t.methods, f)
		}
	})
}

// primitives are the types that are a word of their own.
var primitives = func() map[string]abi.Kind {
	kinds := make(map[string]abi.Kind)
	for k := abi.Bool; k <= abi.ErrorContext; k++ {
		kinds[k.String()] = k
	}
	return kinds
}()

// typ reads a type. It gives nil where there is none.
//
// Spec: WIT, "Types".
func (p *parser) typ(depth int) *typeExpr {
	if p.failing {
		return nil
	}
	t := &typeExpr{pos: p.tok.pos}
	if depth == MaxTypeDepth {
		p.failAt(t.pos, CodeTooLarge, "a type nests more than %d levels deep", MaxTypeDepth)
		return nil
	}
	if p.tok.kind == tokenID || p.tok.kind == tokenEscapedID {
		t.name = p.name().text
		return t
	}
	if p.tok.kind != tokenKeyword {
		p.fail("a type")
		return nil
	}
	if kind, ok := primitives[p.tok.text]; ok {
		t.kind = kind
		p.advance()
		return t
	}
	arg := func() { t.args = append(t.args, p.typ(depth+1)) }
	switch p.tok.text {
	case "list":
		t.kind = abi.List
		p.open()
		arg()
		p.length(t)
		p.expect(">")
	case "option":
		t.kind = abi.Option
		p.open()
		arg()
		p.expect(">")
	case "map":
		t.kind = abi.Map
		p.open()
		arg()
		p.expect(",")
		arg()
		p.expect(">")
	case "tuple":
		t.kind = abi.Tuple
		p.open()
		p.list(">", arg)
	case "result":
		t.kind = abi.Result
		p.advance()
		p.result(t, depth)
	case "stream", "future":
		t.kind = abi.Stream
		if p.tok.text == "future" {
			t.kind = abi.Future
		}
		p.advance()
		if p.accept("<") {
			arg()
			p.expect(">")
		}
	case "own", "borrow":
		t.kind = abi.Own
		if p.tok.text == "borrow" {
			t.kind = abi.Borrow
		}
		p.open()
		t.pos = p.tok.pos
		t.name = p.name().text
		p.expect(">")
	default:
		p.fail("a type")
	}
	return t
}

// open moves past a type's keyword and the bracket that follows it.
func (p *parser) open() {
	p.advance()
	p.expect("<")
}

// length reads the length of a fixed-length list, if there is one.
func (p *parser) length(t *typeExpr) {
	if !p.accept(",") {
		return
	}
	if p.failing || p.tok.kind != tokenInteger {
		p.fail("the list's length")
		return
	}
	n, err := strconv.ParseUint(p.tok.text, 10, 32)
	if err != nil || n == 0 {
		p.failAt(p.tok.pos, CodeSyntax, "a list's length is a number from 1 to 4294967295, not %s", p.tok.text)
		return
	}
	t.length = uint32(n)
	p.advance()
}

// result reads what a result has in brackets: ok, error, both or nothing.
func (p *parser) result(t *typeExpr, depth int) {
	t.args = make([]*typeExpr, 2)
	if !p.accept("<") {
		return
	}
	if p.accept("_") {
		p.expect(",")
		t.args[1] = p.typ(depth + 1)
	} else {
		t.args[0] = p.typ(depth + 1)
		if p.accept(",") {
			t.args[1] = p.typ(depth + 1)
		}
	}
	p.expect(">")
}
