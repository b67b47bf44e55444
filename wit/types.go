package wit

import (
	"encoding/json"
	"fmt"

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
	var def *TypeDef
	if raw.Name != nil {
		def = &TypeDef{Name: *raw.Name, Docs: raw.Docs.String()}
		if err := c.own(def, raw); err != nil {
			return err
		}
		c.defs = append(c.defs, def)
		out.def, out.typ = def, &Type{Def: def}
	}
	if raw.Kind.tag == "resource" {
		if def == nil {
			return fmt.Errorf("a resource has no name")
		}
		def.Resource = true
		out.depth = 1
		return nil
	}
	shape, depth, err := c.shape(i, raw.Kind)
	if err != nil {
		return err
	}
	out.depth = depth
	if def != nil && depth > MaxTypeDepth {
		c.tooDeep(def.Name, func() Position { return def.Pos })
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

// tooDeep notes a type that is too deep for recursion. It is reported when
// positions are known.
func (c *converter) tooDeep(name string, pos func() Position) {
	c.deep = append(c.deep, func() *Error {
		return &Error{Pos: pos(), Code: CodeTooLarge, Msg: fmt.Sprintf("%q has a type that nests more than %d levels deep", name, MaxTypeDepth)}
	})
}

func (c *converter) own(def *TypeDef, raw *rawTypeDef) (err error) {
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
		return convertedType{typ: &Type{Kind: kind}, depth: 1}, nil
	}
	return at(c.types[:limit], ref.index)
}

// shape returns the structure of entry i of the table, and its depth.
func (c *converter) shape(i int, kind oneOf) (*Type, int, error) {
	b := shapeBuilder{c: c, limit: i}
	switch kind.tag {
	case "type":
		var ref rawType
		b.decode(kind.body, &ref)
		return b.alias(ref)
	case "list":
		b.t.Kind = abi.List
		b.elem(kind.body)
	case "fixed-size-list":
		b.t.Kind = abi.List
		var pair []json.RawMessage
		b.decode(kind.body, &pair)
		if len(pair) != 2 {
			return nil, 0, fmt.Errorf("a fixed-length list has an element type and a length")
		}
		b.elem(pair[0])
		b.decode(pair[1], &b.t.Length)
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
		b.t.Cases = []Case{{Name: "ok", Type: b.part(raw.OK)}, {Name: "error", Type: b.part(raw.Err)}}
	case "handle":
		var raw rawHandle
		b.decode(kind.body, &raw)
		b.handle(raw)
	default:
		return nil, 0, fmt.Errorf("a type of unknown kind %q", kind.tag)
	}
	return &b.t, b.depth + 1, b.err
}

// A shapeBuilder puts one structural type together; the first error sticks.
type shapeBuilder struct {
	c     *converter
	limit int
	t     Type
	depth int // of the deepest part
	err   error
}

func (b *shapeBuilder) decode(data json.RawMessage, v any) {
	if err := decodeStrict(data, v); err != nil && b.err == nil {
		b.err = err
	}
}

// part returns the type of a part; nil where there is none.
func (b *shapeBuilder) part(ref rawType) *Type {
	t, err := b.c.use(ref, b.limit)
	if err != nil && b.err == nil {
		b.err = err
	}
	b.depth = max(b.depth, t.depth)
	return t.typ
}

// mustPart is part where one is required.
func (b *shapeBuilder) mustPart(ref rawType) *Type {
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

// alias returns the target itself: an alias adds a name but no level.
func (b *shapeBuilder) alias(ref rawType) (*Type, int, error) {
	t := b.mustPart(ref)
	return t, b.depth, b.err
}

func (b *shapeBuilder) record(body json.RawMessage) {
	b.t.Kind = abi.Record
	var raw rawRecord
	b.decode(body, &raw)
	for _, f := range raw.Fields {
		b.t.Fields = append(b.t.Fields, Field{Name: f.Name, Docs: f.Docs.String(), Type: b.mustPart(f.Type)})
	}
}

func (b *shapeBuilder) tuple(body json.RawMessage) {
	b.t.Kind = abi.Tuple
	var raw rawTuple
	b.decode(body, &raw)
	for _, ref := range raw.Types {
		b.t.Fields = append(b.t.Fields, Field{Type: b.mustPart(ref)})
	}
}

func (b *shapeBuilder) cases(body json.RawMessage) {
	var raw rawCases
	b.decode(body, &raw)
	for _, c := range raw.Cases {
		b.t.Cases = append(b.t.Cases, Case{Name: c.Name, Docs: c.Docs.String(), Type: b.part(c.Type)})
	}
}

func (b *shapeBuilder) flags(body json.RawMessage) {
	b.t.Kind = abi.Flags
	var raw rawFlags
	b.decode(body, &raw)
	for _, f := range raw.Flags {
		b.t.Labels = append(b.t.Labels, Case{Name: f.Name, Docs: f.Docs.String()})
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
