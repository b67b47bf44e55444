package wit

import (
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// Text returns a use of a type as WIT writes it: "option<list<user-id>>"; for
// nil, which is the absence of a payload, "_".
func (t *Type) Text() string {
	var b strings.Builder
	writeType(&b, t)
	return b.String()
}

func writeType(b *strings.Builder, t *Type) {
	if t == nil {
		b.WriteByte('_')
		return
	}
	if t.Def != nil {
		b.WriteString(t.Def.Name)
		return
	}
	switch t.Kind {
	case abi.Own:
		b.WriteString(t.Resource.Name)
	case abi.Borrow:
		b.WriteString("borrow<" + t.Resource.Name + ">")
	case abi.Tuple:
		parts := make([]*Type, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Type
		}
		writeArguments(b, "tuple", parts...)
	case abi.Result:
		ok, err := t.Cases[0].Type, t.Cases[1].Type
		switch {
		case err != nil:
			writeArguments(b, "result", ok, err)
		case ok != nil:
			writeArguments(b, "result", ok)
		default:
			b.WriteString("result")
		}
	case abi.Map:
		writeArguments(b, "map", t.Key, t.Elem)
	case abi.List:
		b.WriteString("list<")
		writeType(b, t.Elem)
		if t.Length > 0 {
			b.WriteString(", " + strconv.FormatUint(uint64(t.Length), 10))
		}
		b.WriteByte('>')
	default:
		if t.Elem == nil {
			b.WriteString(t.Kind.String())
			return
		}
		writeArguments(b, t.Kind.String(), t.Elem)
	}
}

func writeArguments(b *strings.Builder, name string, parts ...*Type) {
	b.WriteString(name + "<")
	for i, part := range parts {
		if i > 0 {
			b.WriteString(", ")
		}
		writeType(b, part)
	}
	b.WriteByte('>')
}

// Text returns a function's declaration in WIT, without its docs:
// "name: func(a: u32) -> string;".
func (f *Func) Text() string {
	var b strings.Builder
	params, result := f.Params, f.Result
	switch f.Kind {
	case Constructor:
		b.WriteString("constructor(")
		if !f.Fallible() {
			result = nil
		}
	default:
		b.WriteString(f.Name + ": ")
		if f.Async {
			b.WriteString("async ")
		}
		if f.Kind == Static {
			b.WriteString("static ")
		}
		if f.Kind == Method {
			params = params[1:]
		}
		if f.Accessor != NoAccessor {
			b.WriteString(f.Accessor.String() + "(")
		} else {
			b.WriteString("func(")
		}
	}
	for i, p := range params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name + ": ")
		writeType(&b, p.Type)
	}
	b.WriteByte(')')
	if result != nil {
		b.WriteString(" -> ")
		writeType(&b, result)
	}
	b.WriteByte(';')
	return b.String()
}

// Text returns a type's declaration in WIT, without its docs, as lines.
func (def *TypeDef) Text() []string {
	if def.Resource {
		return []string{"resource " + def.Name + ";"}
	}
	if def.Shape.Def != nil {
		return []string{"type " + def.Name + " = " + def.Shape.Def.Name + ";"}
	}
	var members []string
	switch def.Shape.Kind {
	case abi.Record:
		for _, f := range def.Shape.Fields {
			members = append(members, f.Name+": "+f.Type.Text())
		}
	case abi.Variant, abi.Enum:
		for _, c := range def.Shape.Cases {
			text := c.Name
			if c.Type != nil {
				text += "(" + c.Type.Text() + ")"
			}
			members = append(members, text)
		}
	case abi.Flags:
		for _, l := range def.Shape.Labels {
			members = append(members, l.Name)
		}
	default:
		return []string{"type " + def.Name + " = " + def.Shape.Text() + ";"}
	}
	lines := []string{def.Shape.Kind.String() + " " + def.Name + " {"}
	for _, m := range members {
		lines = append(lines, "    "+m+",")
	}
	return append(lines, "}")
}
