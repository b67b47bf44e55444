package value

import (
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

func (p *parser) record(t *abi.Type) (Value, error) {
	if err := p.open('{', t); err != nil {
		return nil, err
	}
	record := make(Record, len(t.Fields))
	empty, err := p.emptyBraces()
	if err == nil && !empty {
		if p.peek() == '}' {
			return nil, p.want("a field, or {:} for a record whose fields are all left out")
		}
		_, err = p.items('}', func(int) error { return p.field(record, t) })
	}
	if err != nil {
		return nil, err
	}
	for i, f := range t.Fields {
		if record[i].Value == nil {
			if f.Type.Kind != abi.Option {
				return nil, p.wantAt(p.pos-1, fmt.Sprintf("field %s: %s", f.Name, typeText(f.Type)))
			}
			record[i].Value = Option{}
		}
		record[i].Name = f.Name
	}
	return record, nil
}

// field parses one `name: value` into its place in record.
func (p *parser) field(record Record, t *abi.Type) error {
	word := p.word()
	name := strings.TrimPrefix(word, "%")
	i := slices.IndexFunc(t.Fields, func(f abi.Field) bool { return f.Name == name })
	if i < 0 {
		names := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			names[i] = f.Name
		}
		return p.want("a field of the record: " + alternatives(names))
	}
	if record[i].Value != nil {
		return p.want("each field once")
	}
	p.pos += len(word)
	if err := p.expect(':', ": after a field's name"); err != nil {
		return err
	}
	v, err := p.value(t.Fields[i].Type)
	record[i].Value = v
	return err
}

func (p *parser) variant(t *abi.Type) (Value, error) {
	word := p.word()
	name := strings.TrimPrefix(word, "%")
	i := t.CaseIndex(name)
	if i < 0 {
		names := make([]string, len(t.Cases))
		for i, c := range t.Cases {
			names[i] = c.Name
		}
		return nil, p.want("one of " + alternatives(names))
	}
	if isKeyword(word) {
		return nil, p.want("%" + word + ", since the case is called like a keyword")
	}
	p.pos += len(word)
	payload, err := p.payload(name, t.Cases[i].Type)
	if err != nil {
		return nil, err
	}
	if t.Kind == abi.Enum {
		return Enum(name), nil
	}
	return Variant{Case: name, Payload: payload}, nil
}

// payload parses what follows a case's name: its payload in parentheses, or
// nothing if t is nil.
func (p *parser) payload(name string, t *abi.Type) (Value, error) {
	if t == nil {
		if p.peek() == '(' {
			return nil, p.want("no payload for " + name)
		}
		return nil, nil
	}
	if p.peek() != '(' {
		return nil, p.want(fmt.Sprintf("(%s) after %s", typeText(t), name))
	}
	p.pos++
	v, err := p.value(t)
	if err != nil {
		return nil, err
	}
	return v, p.expect(')', ")")
}

func (p *parser) option(t *abi.Type) (Value, error) {
	switch word := p.word(); {
	case word == "none":
		p.pos += len(word)
		_, err := p.payload(word, nil)
		return Option{}, err
	case word == "some":
		p.pos += len(word)
		v, err := p.payload(word, t.Elem)
		return Option{Some: v}, err
	case !canBeFlat(t.Elem):
		return nil, p.want("some(...) or none")
	}
	v, err := p.value(t.Elem)
	return Option{Some: v}, err
}

func (p *parser) result(t *abi.Type) (Value, error) {
	ok, failed := t.Cases[0].Type, t.Cases[1].Type
	switch word := p.word(); {
	case word == "ok":
		p.pos += len(word)
		v, err := p.payload(word, ok)
		return Result{Payload: v}, err
	case word == "err":
		p.pos += len(word)
		v, err := p.payload(word, failed)
		return Result{IsError: true, Payload: v}, err
	case !canBeFlat(ok):
		return nil, p.want("ok or err")
	}
	v, err := p.value(ok)
	return Result{Payload: v}, err
}

// canBeFlat reports whether a value of type t may stand for some or ok of
// itself: not where it could be taken for one.
func canBeFlat(t *abi.Type) bool {
	return t != nil && t.Kind != abi.Option && t.Kind != abi.Result
}
