package abi

import (
	"strconv"
	"strings"
)

// MaxText bounds what String writes: types are shared graphs whose text can be
// exponentially longer than they are.
const MaxText = 64 << 10

// String returns the type's structure in WIT notation, on one line, with named
// types expanded: `record { id: u64, name: option<string> }`. Text beyond
// MaxText bytes is cut and ends in "…", which no other text does. Two types
// whose texts aren't cut are structurally equal exactly when the texts are,
// resources compared by name.
func (t *Type) String() string {
	p := printer{}
	p.typ(t)
	return p.String()
}

// String returns `func(a: u32, b: string) -> bool` with types expanded as
// Type.String does.
func (f *Func) String() string {
	p := printer{}
	if f.Async {
		p.text("async ")
	}
	p.text("func(")
	for i, param := range f.Params {
		if i > 0 {
			p.text(", ")
		}
		p.text(param.Name)
		p.text(": ")
		p.typ(param.Type)
	}
	p.text(")")
	if f.Result != nil {
		p.text(" -> ")
		p.typ(f.Result)
	}
	return p.String()
}

type printer struct {
	strings.Builder
	full bool
}

func (p *printer) text(s string) {
	if p.full {
		return
	}
	if p.Len()+len(s) > MaxText {
		p.full = true
		p.WriteString("…")
		return
	}
	p.WriteString(s)
}

func (p *printer) typ(t *Type) {
	if p.full {
		return
	}
	if t == nil {
		p.text("_")
		return
	}
	switch t.Kind {
	case List:
		p.text("list<")
		p.typ(t.Elem)
		if t.Length > 0 {
			p.text(", " + strconv.FormatUint(uint64(t.Length), 10))
		}
		p.text(">")
	case Map:
		p.text("map<")
		p.typ(t.Key)
		p.text(", ")
		p.typ(t.Elem)
		p.text(">")
	case Record:
		p.text("record { ")
		for i, f := range t.Fields {
			if i > 0 {
				p.text(", ")
			}
			p.text(f.Name + ": ")
			p.typ(f.Type)
			if p.full {
				return
			}
		}
		p.text(" }")
	case Tuple:
		p.text("tuple<")
		for i, f := range t.Fields {
			if i > 0 {
				p.text(", ")
			}
			p.typ(f.Type)
			if p.full {
				return
			}
		}
		p.text(">")
	case Variant, Enum:
		p.text(t.Kind.String() + " { ")
		for i, c := range t.Cases {
			if i > 0 {
				p.text(", ")
			}
			p.text(c.Name)
			if c.Type != nil {
				p.text("(")
				p.typ(c.Type)
				p.text(")")
			}
			if p.full {
				return
			}
		}
		p.text(" }")
	case Flags:
		p.text("flags { " + strings.Join(t.Labels, ", ") + " }")
	case Option:
		p.text("option<")
		p.typ(t.Elem)
		p.text(">")
	case Result:
		ok, err := t.Cases[0].Type, t.Cases[1].Type
		switch {
		case ok == nil && err == nil:
			p.text("result")
		case err == nil:
			p.text("result<")
			p.typ(ok)
			p.text(">")
		default:
			p.text("result<")
			p.typ(ok)
			p.text(", ")
			p.typ(err)
			p.text(">")
		}
	case Own, Borrow:
		p.text(t.Kind.String() + "<" + t.Resource.Name + ">")
	case Stream, Future:
		p.text(t.Kind.String())
		if t.Elem != nil {
			p.text("<")
			p.typ(t.Elem)
			p.text(">")
		}
	default:
		p.text(t.Kind.String())
	}
}
