package plan

import (
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// TypeText returns a use of a type as WIT writes it: "option<list<user-id>>".
func TypeText(t *wit.Type) string {
	var b strings.Builder
	typeText(&b, t)
	return b.String()
}

func typeText(b *strings.Builder, t *wit.Type) {
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
		parts := make([]*wit.Type, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Type
		}
		arguments(b, "tuple", parts...)
	case abi.Result:
		ok, err := t.Cases[0].Type, t.Cases[1].Type
		switch {
		case err != nil:
			arguments(b, "result", ok, err)
		case ok != nil:
			arguments(b, "result", ok)
		default:
			b.WriteString("result")
		}
	case abi.Map:
		arguments(b, "map", t.Key, t.Elem)
	case abi.List:
		b.WriteString("list<")
		typeText(b, t.Elem)
		if t.Length > 0 {
			b.WriteString(", " + strconv.FormatUint(uint64(t.Length), 10))
		}
		b.WriteByte('>')
	default:
		if t.Elem == nil {
			b.WriteString(t.Kind.String())
			return
		}
		arguments(b, t.Kind.String(), t.Elem)
	}
}

func arguments(b *strings.Builder, name string, parts ...*wit.Type) {
	b.WriteString(name + "<")
	for i, part := range parts {
		if i > 0 {
			b.WriteString(", ")
		}
		typeText(b, part)
	}
	b.WriteByte('>')
}

// FuncText returns a function's declaration in WIT, without its docs.
func FuncText(f *wit.Func) string {
	var b strings.Builder
	params, result := f.Params, f.Result
	switch f.Kind {
	case wit.Constructor:
		b.WriteString("constructor(")
		if !f.Fallible() {
			result = nil
		}
	default:
		b.WriteString(f.Name + ": ")
		if f.Async {
			b.WriteString("async ")
		}
		if f.Kind == wit.Static {
			b.WriteString("static ")
		}
		if f.Kind == wit.Method {
			params = params[1:]
		}
		if f.Accessor != wit.NoAccessor {
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
		typeText(&b, p.Type)
	}
	b.WriteByte(')')
	if result != nil {
		b.WriteString(" -> ")
		typeText(&b, result)
	}
	b.WriteByte(';')
	return b.String()
}

// DefText returns a type's declaration in WIT, without its docs, as lines.
func DefText(def *wit.TypeDef) []string {
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
			members = append(members, f.Name+": "+TypeText(f.Type))
		}
	case abi.Variant, abi.Enum:
		for _, c := range def.Shape.Cases {
			text := c.Name
			if c.Type != nil {
				text += "(" + TypeText(c.Type) + ")"
			}
			members = append(members, text)
		}
	case abi.Flags:
		for _, l := range def.Shape.Labels {
			members = append(members, l.Name)
		}
	default:
		return []string{"type " + def.Name + " = " + TypeText(def.Shape) + ";"}
	}
	lines := []string{def.Shape.Kind.String() + " " + def.Name + " {"}
	for _, m := range members {
		lines = append(lines, "    "+m+",")
	}
	return append(lines, "}")
}
