package component

import (
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// String returns the type in WIT notation, on one line; `own` and `borrow`
// show the best name known of a resource type. Text beyond abi.MaxText bytes
// is cut and ends in "…".
func (t *Type) String() string {
	p := &printer{}
	p.entry(t)
	return p.text.String()
}

// String returns what is imported or exported in WIT notation, as Type.String
// does: `func(a: u32) -> string`, `instance { f: func() }`.
func (x *Extern) String() string {
	p := &printer{}
	p.extern(x)
	return p.text.String()
}

// String returns the instance type as `instance { name: func(); … }`.
func (t *InstanceType) String() string {
	p := &printer{}
	p.instance(t)
	return p.text.String()
}

// String returns the component type as
// `component { import name: func(); export other: func(); }`.
func (t *ComponentType) String() string {
	p := &printer{}
	p.component(t)
	return p.text.String()
}

// A printer collects text up to a limit: types are graphs whose text can be
// exponentially longer than they are.
type printer struct {
	text strings.Builder
	full bool
}

func (p *printer) write(s string) {
	if p.full {
		return
	}
	if p.text.Len()+len(s) > abi.MaxText {
		p.full = true
		s = "…"
	}
	p.text.WriteString(s)
}

func (p *printer) entry(t *Type) {
	switch {
	case t.Value != nil:
		p.write(t.Value.String())
	case t.Func != nil:
		p.write(t.Func.String())
	case t.Resource != nil:
		p.write("resource " + t.Resource.Name)
	case t.Instance != nil:
		p.instance(t.Instance)
	case t.Component != nil:
		p.component(t.Component)
	}
}

func (p *printer) extern(x *Extern) {
	switch x.Sort {
	case SortFunc:
		p.write(x.Func.String())
	case SortType:
		p.write("type ")
		p.entry(x.Type)
	case SortValue:
		p.write("value " + x.Value.String())
	case SortInstance:
		p.instance(x.Instance)
	case SortComponent:
		p.component(x.Component)
	default:
		p.write(x.Sort.String())
	}
}

func (p *printer) instance(t *InstanceType) {
	p.write("instance { ")
	p.items("", t.Exports)
	p.write("}")
}

func (p *printer) component(t *ComponentType) {
	p.write("component { ")
	p.items("import ", t.Imports)
	p.items("export ", t.Exports)
	p.write("}")
}

func (p *printer) items(prefix string, items []NamedExtern) {
	for i := range items {
		if p.full {
			return
		}
		p.write(prefix + items[i].Name + ": ")
		p.extern(&items[i].Extern)
		p.write("; ")
	}
}
