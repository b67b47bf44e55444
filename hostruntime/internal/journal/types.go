package journal

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/wit/abi"
)

// AppendFunc appends a function's type: the types that it is made of, each part
// before the whole and once, then the parameters and the result by their
// numbers. Number 0 stands for none.
func AppendFunc(b []byte, f *abi.Func) []byte {
	w := typeWriter{numbers: map[*abi.Type]uint64{}}
	for _, p := range f.Params {
		w.add(p.Type)
	}
	w.add(f.Result)
	b = append(AppendUint(b, uint64(len(w.numbers))), w.out...)
	b = AppendUint(b, uint64(len(f.Params)))
	for _, p := range f.Params {
		b = AppendUint(AppendBytes(b, p.Name), w.numbers[p.Type])
	}
	return AppendUint(b, w.numbers[f.Result])
}

type typeWriter struct {
	out     []byte
	numbers map[*abi.Type]uint64 // nil has 0
}

// add writes a type unless it is there already, parts first.
func (w *typeWriter) add(t *abi.Type) {
	if t == nil || w.numbers[t] > 0 {
		return
	}
	w.add(t.Key)
	w.add(t.Elem)
	for i := range t.Fields {
		w.add(t.Fields[i].Type)
	}
	for i := range t.Cases {
		w.add(t.Cases[i].Type)
	}
	w.out = append(w.out, byte(t.Kind))
	switch t.Kind {
	case abi.List:
		w.out = AppendUint(AppendUint(w.out, w.numbers[t.Elem]), uint64(t.Length))
	case abi.Option, abi.Stream, abi.Future:
		w.out = AppendUint(w.out, w.numbers[t.Elem])
	case abi.Map:
		w.out = AppendUint(AppendUint(w.out, w.numbers[t.Key]), w.numbers[t.Elem])
	case abi.Record, abi.Tuple:
		w.out = AppendUint(w.out, uint64(len(t.Fields)))
		for i := range t.Fields {
			w.out = AppendUint(AppendBytes(w.out, t.Fields[i].Name), w.numbers[t.Fields[i].Type])
		}
	case abi.Variant, abi.Enum, abi.Result:
		w.out = AppendUint(w.out, uint64(len(t.Cases)))
		for i := range t.Cases {
			w.out = AppendUint(AppendBytes(w.out, t.Cases[i].Name), w.numbers[t.Cases[i].Type])
		}
	case abi.Flags:
		w.out = AppendUint(w.out, uint64(len(t.Labels)))
		for _, label := range t.Labels {
			w.out = AppendBytes(w.out, label)
		}
	case abi.Own, abi.Borrow:
		w.out = AppendBytes(w.out, t.Resource.Name)
	}
	w.numbers[t] = uint64(len(w.numbers) + 1)
}

// Func reads a function's type.
func (b *Body) Func() *abi.Func {
	types := make([]*abi.Type, 1, 8)
	for range b.Count() {
		t := b.typ(types)
		if b.err != nil {
			return &abi.Func{}
		}
		if t.Depth() > canon.DefaultMaxDepth {
			b.fail(fmt.Errorf("a type of depth %d", t.Depth()))
			return &abi.Func{}
		}
		types = append(types, t)
	}
	f := &abi.Func{}
	for range b.Count() {
		f.Params = append(f.Params, abi.Param{Name: b.Text(), Type: b.part(types, false)})
	}
	f.Result = b.part(types, true)
	return f
}

// part reads the number of a type that was read already. Where it fails, it
// returns a type all the same.
func (b *Body) part(types []*abi.Type, none bool) *abi.Type {
	n := b.Uint()
	if n == 0 && none {
		return nil
	}
	if n == 0 || n >= uint64(len(types)) {
		b.fail(fmt.Errorf("type %d, where there are %d", n, len(types)-1))
		return abi.Primitive(abi.Bool)
	}
	return types[n]
}

func (b *Body) typ(types []*abi.Type) *abi.Type {
	kind := abi.Kind(b.Byte())
	switch kind {
	case abi.List:
		elem := b.part(types, false)
		if length := uint32(b.Upto(abi.MaxElemSize)); length > 0 {
			return abi.NewFixedList(elem, length)
		}
		return abi.NewList(elem)
	case abi.Option:
		return abi.NewOption(b.part(types, false))
	case abi.Stream:
		return abi.NewStream(b.part(types, true))
	case abi.Future:
		return abi.NewFuture(b.part(types, true))
	case abi.Map:
		return abi.NewMap(b.part(types, false), b.part(types, false))
	case abi.Record, abi.Tuple:
		return b.fieldsType(kind, types)
	case abi.Variant, abi.Enum, abi.Result:
		return b.casesType(kind, types)
	case abi.Flags:
		labels := make([]string, b.Upto(abi.MaxFlags))
		for i := range labels {
			labels[i] = b.Text()
		}
		return abi.NewFlags(labels...)
	case abi.Own:
		return abi.NewOwn(&abi.Resource{Name: b.Text()})
	case abi.Borrow:
		return abi.NewBorrow(&abi.Resource{Name: b.Text()})
	}
	if !kind.Primitive() {
		b.fail(fmt.Errorf("a type of kind %d", kind))
		kind = abi.Bool
	}
	return abi.Primitive(kind)
}

func (b *Body) fieldsType(kind abi.Kind, types []*abi.Type) *abi.Type {
	var fields []abi.Field
	var elems []*abi.Type
	for range b.Count() {
		f := abi.Field{Name: b.Text(), Type: b.part(types, false)}
		fields, elems = append(fields, f), append(elems, f.Type)
	}
	if len(fields) == 0 {
		// Its values would have no bytes, and lists of them no bounds.
		b.fail(fmt.Errorf("a %s without fields", kind))
		return abi.Primitive(abi.Bool)
	}
	if kind == abi.Tuple {
		return abi.NewTuple(elems...)
	}
	return abi.NewRecord(fields...)
}

func (b *Body) casesType(kind abi.Kind, types []*abi.Type) *abi.Type {
	var cases []abi.Case
	var names []string
	for range b.Count() {
		c := abi.Case{Name: b.Text(), Type: b.part(types, true)}
		cases, names = append(cases, c), append(names, c.Name)
	}
	switch {
	case kind == abi.Result && len(cases) == 2:
		return abi.NewResult(cases[0].Type, cases[1].Type)
	case len(cases) == 0 || kind == abi.Result:
		b.fail(fmt.Errorf("a %s with %d cases", kind, len(cases)))
		return abi.Primitive(abi.Bool)
	case kind == abi.Enum:
		return abi.NewEnum(names...)
	}
	return abi.NewVariant(cases...)
}
