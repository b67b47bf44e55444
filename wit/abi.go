package wit

import (
	"sync"

	"github.com/capsule-kit/capsule/wit/abi"
)

// structural guards what ABI computes once and keeps in the model.
var structural sync.Mutex

// ABI returns the structural type that values of t have at the boundary.
// Aliases and names vanish, except that each resource declaration is one
// *abi.Resource, the same for every use of it.
func (t *Type) ABI() *abi.Type {
	structural.Lock()
	defer structural.Unlock()
	return t.lower()
}

// ABI returns the function's structural type. Of a method it includes self.
func (f *Func) ABI() *abi.Func {
	structural.Lock()
	defer structural.Unlock()
	out := &abi.Func{Async: f.Async}
	for _, p := range f.Params {
		out.Params = append(out.Params, abi.Param{Name: p.Name, Type: p.Type.lower()})
	}
	if f.Result != nil {
		out.Result = f.Result.lower()
	}
	return out
}

// Resolve returns the structure behind t's names: t itself, or the shape of
// the type at the end of its aliases. A resource's name resolves to the type
// that names it.
func (t *Type) Resolve() *Type {
	for t.Def != nil && t.Def.Shape != nil {
		t = t.Def.Shape
	}
	return t
}

// lower is ABI with the lock held.
func (t *Type) lower() *abi.Type {
	if t.abi == nil {
		t.abi = t.structure()
	}
	return t.abi
}

func lowerOrNil(t *Type) *abi.Type {
	if t == nil {
		return nil
	}
	return t.lower()
}

func (t *Type) structure() *abi.Type {
	if t.Def != nil {
		if t.Def.Resource {
			return abi.NewOwn(t.Def.identity())
		}
		return t.Def.Shape.lower()
	}
	switch t.Kind {
	case abi.List:
		if t.Length > 0 {
			return abi.NewFixedList(t.Elem.lower(), t.Length)
		}
		return abi.NewList(t.Elem.lower())
	case abi.Map:
		return abi.NewMap(t.Key.lower(), t.Elem.lower())
	case abi.Option:
		return abi.NewOption(t.Elem.lower())
	case abi.Stream:
		return abi.NewStream(lowerOrNil(t.Elem))
	case abi.Future:
		return abi.NewFuture(lowerOrNil(t.Elem))
	case abi.Record:
		fields := make([]abi.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = abi.Field{Name: f.Name, Type: f.Type.lower()}
		}
		return abi.NewRecord(fields...)
	case abi.Tuple:
		elems := make([]*abi.Type, len(t.Fields))
		for i, f := range t.Fields {
			elems[i] = f.Type.lower()
		}
		return abi.NewTuple(elems...)
	case abi.Variant:
		cases := make([]abi.Case, len(t.Cases))
		for i, c := range t.Cases {
			cases[i] = abi.Case{Name: c.Name, Type: lowerOrNil(c.Type)}
		}
		return abi.NewVariant(cases...)
	case abi.Result:
		return abi.NewResult(lowerOrNil(t.Cases[0].Type), lowerOrNil(t.Cases[1].Type))
	case abi.Enum:
		return abi.NewEnum(names(t.Cases)...)
	case abi.Flags:
		return abi.NewFlags(names(t.Labels)...)
	case abi.Own:
		return abi.NewOwn(t.Resource.identity())
	case abi.Borrow:
		return abi.NewBorrow(t.Resource.identity())
	}
	return abi.Primitive(t.Kind)
}

func names(cases []Case) []string {
	list := make([]string, len(cases))
	for i, c := range cases {
		list[i] = c.Name
	}
	return list
}

// identity returns the one *abi.Resource of a resource declaration.
func (d *TypeDef) identity() *abi.Resource {
	for !d.Resource {
		d = d.Shape.Def
	}
	if d.resource == nil {
		d.resource = &abi.Resource{Name: d.Name}
	}
	return d.resource
}
