package witjson

import (
	"encoding/json"
	"fmt"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// convertTypes converts the table of types. Types only refer to earlier ones,
// so that no recursion is needed and a cycle cannot be expressed.
func (c *converter) convertTypes() error {
	c.types = make([]convertedType, len(c.raw.Types))
	for i := range c.raw.Types {
		raw := &c.raw.Types[i]
		if err := c.convertType(i, raw); err != nil {
			if raw.Name != nil {
				return fmt.Errorf("type %s: %w", *raw.Name, err)
			}
			return err
		}
	}
	return nil
}

func (c *converter) convertType(i int, raw *rawTypeDef) error {
	out := &c.types[i]
	var def *wit.TypeDef
	if raw.Name != nil {
		def = &wit.TypeDef{Name: *raw.Name, Docs: raw.Docs.String(), Stability: raw.Stability.stability(), ExternalID: raw.ExternalID}
		if err := c.own(def, raw); err != nil {
			return err
		}
		out.def, out.typ = def, &wit.Type{Def: def}
	}
	if raw.Kind.tag == "resource" {
		if def == nil {
			return fmt.Errorf("a resource has no name")
		}
		def.Resource = true
		return nil
	}
	shape, err := c.shape(i, raw.Kind)
	if err != nil {
		return err
	}
	if def == nil {
		out.typ = shape
		return nil
	}
	def.Shape = shape
	// A use brings a type from another owner into this one.
	if shape.Def != nil && shape.Def.Owner != def.Owner {
		def.Use = true
	}
	return nil
}

func (c *converter) own(def *wit.TypeDef, raw *rawTypeDef) (err error) {
	switch {
	case raw.Owner == nil:
		return fmt.Errorf("a named type has no owner")
	case raw.Owner.Interface != nil:
		def.Owner.Interface, err = at(c.interfaces, *raw.Owner.Interface)
	default:
		def.Owner.World, err = atRef(c.worlds, raw.Owner.World)
	}
	return err
}

// use returns the type that ref names, which stands before limit in the
// table; the zero value where ref is absent.
func (c *converter) use(ref rawType, limit int) (convertedType, error) {
	switch {
	case !ref.set:
		return convertedType{}, nil
	case ref.name != "":
		kind, ok := abiKind(ref.name)
		if !ok {
			return convertedType{}, fmt.Errorf("unknown type %q", ref.name)
		}
		return convertedType{typ: &wit.Type{Kind: kind}}, nil
	}
	return at(c.types[:limit], ref.index)
}

// shape returns the structure of entry i of the table.
func (c *converter) shape(i int, kind oneOf) (*wit.Type, error) {
	b := shapeBuilder{c: c, limit: i}
	switch kind.tag {
	case "type":
		var ref rawType
		b.decode(kind.body, &ref)
		return b.alias(ref)
	case "list":
		b.t.Kind = abi.List
		b.elem(kind.body)
	case "fixed-size-list", "fixed-length-list": // an older name and today's
		b.t.Kind = abi.List
		var pair []json.RawMessage
		b.decode(kind.body, &pair)
		if len(pair) != 2 {
			return nil, fmt.Errorf("a fixed-length list has an element type and a length")
		}
		b.elem(pair[0])
		b.decode(pair[1], &b.t.Length)
	case "map":
		b.t.Kind = abi.Map
		var pair []rawType
		b.decode(kind.body, &pair)
		if len(pair) != 2 {
			return nil, fmt.Errorf("a map has a key and a value")
		}
		b.t.Key, b.t.Elem = b.mustPart(pair[0]), b.mustPart(pair[1])
	case "option":
		b.t.Kind = abi.Option
		b.elem(kind.body)
	case "stream", "future":
		b.t.Kind = abi.Stream
		if kind.tag == "future" {
			b.t.Kind = abi.Future
		}
		if string(kind.body) != "null" {
			b.elem(kind.body)
		}
	case "record":
		b.record(kind.body)
	case "tuple":
		b.tuple(kind.body)
	case "variant", "enum":
		b.t.Kind = abi.Variant
		if kind.tag == "enum" {
			b.t.Kind = abi.Enum
		}
		b.cases(kind.body)
	case "flags":
		b.flags(kind.body)
	case "result":
		b.t.Kind = abi.Result
		var raw rawResult
		b.decode(kind.body, &raw)
		b.t.Cases = []wit.Case{{Name: "ok", Type: b.part(raw.OK)}, {Name: "error", Type: b.part(raw.Err)}}
	case "handle":
		var raw rawHandle
		b.decode(kind.body, &raw)
		b.handle(raw)
	default:
		return nil, fmt.Errorf("a type of unknown kind %q", kind.tag)
	}
	return &b.t, b.err
}

// A shapeBuilder puts one structural type together; the first error sticks.
type shapeBuilder struct {
	c     *converter
	limit int
	t     wit.Type
	err   error
}

func (b *shapeBuilder) decode(data json.RawMessage, v any) {
	if err := decodeStrict(data, v); err != nil && b.err == nil {
		b.err = err
	}
}

// part returns the type of a part; nil where there is none.
func (b *shapeBuilder) part(ref rawType) *wit.Type {
	t, err := b.c.use(ref, b.limit)
	if err != nil && b.err == nil {
		b.err = err
	}
	return t.typ
}

// mustPart is part where one is required.
func (b *shapeBuilder) mustPart(ref rawType) *wit.Type {
	t := b.part(ref)
	if t == nil && b.err == nil {
		b.err = errMissing(nil)
	}
	return t
}

func (b *shapeBuilder) elem(data json.RawMessage) {
	var ref rawType
	b.decode(data, &ref)
	b.t.Elem = b.mustPart(ref)
}

// alias returns the target itself.
func (b *shapeBuilder) alias(ref rawType) (*wit.Type, error) {
	return b.mustPart(ref), b.err
}

func (b *shapeBuilder) record(body json.RawMessage) {
	b.t.Kind = abi.Record
	var raw rawRecord
	b.decode(body, &raw)
	for _, f := range raw.Fields {
		b.t.Fields = append(b.t.Fields, wit.Field{Name: f.Name, Docs: f.Docs.String(), Type: b.mustPart(f.Type)})
	}
}

func (b *shapeBuilder) tuple(body json.RawMessage) {
	b.t.Kind = abi.Tuple
	var raw rawTuple
	b.decode(body, &raw)
	for _, ref := range raw.Types {
		b.t.Fields = append(b.t.Fields, wit.Field{Type: b.mustPart(ref)})
	}
}

func (b *shapeBuilder) cases(body json.RawMessage) {
	var raw rawCases
	b.decode(body, &raw)
	for _, c := range raw.Cases {
		b.t.Cases = append(b.t.Cases, wit.Case{Name: c.Name, Docs: c.Docs.String(), Type: b.part(c.Type)})
	}
}

func (b *shapeBuilder) flags(body json.RawMessage) {
	b.t.Kind = abi.Flags
	var raw rawFlags
	b.decode(body, &raw)
	for _, f := range raw.Flags {
		b.t.Labels = append(b.t.Labels, wit.Case{Name: f.Name, Docs: f.Docs.String()})
	}
}

func (b *shapeBuilder) handle(raw rawHandle) {
	b.t.Kind = abi.Own
	index := raw.Own
	if index == nil {
		b.t.Kind, index = abi.Borrow, raw.Borrow
	}
	if index == nil {
		b.err = fmt.Errorf("a handle of unknown kind")
		return
	}
	t, err := at(b.c.types[:b.limit], *index)
	if err != nil {
		b.err = err
		return
	}
	def := t.def
	for def != nil && !def.Resource {
		def = def.Shape.Def // aliases end at the resource itself
	}
	if def == nil {
		b.err = fmt.Errorf("a handle refers to something that is no resource")
		return
	}
	b.t.Resource = def
}
