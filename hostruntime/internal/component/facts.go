package component

import "github.com/capsule-kit/capsule/wit/abi"

// facts are what validation asks about a value type beyond its layout.
type facts struct {
	shape
	// size64 and align64 are the layout in a 64-bit memory, by which the
	// specification bounds the size of every type; size64 saturates.
	size64, align64 uint64
	// pointers says that the flattened value points into memory.
	pointers bool
}

// tooWide is where size64 saturates.
const tooWide = abi.MaxElemSize + 1

// facts returns the facts of t, computed once for each node.
func (d *decoder) facts(t *abi.Type) facts {
	if f, ok := d.known[t]; ok {
		return f
	}
	f := facts{shape: shape{depth: 1, size: 1, resources: t.Resource != nil}}
	// Without pointers inside, the layout is that of 32 bits.
	f.size64, f.align64 = uint64(t.Size()), uint64(t.Align())
	switch t.Kind {
	case abi.String:
		f.size64, f.align64, f.pointers = 16, 8, true
	case abi.List, abi.Map:
		f.addPart(d, t.Key)
		elem := f.addPart(d, t.Elem)
		if t.Length == 0 {
			f.size64, f.align64, f.pointers = 16, 8, true
			break
		}
		f.size64 = min(uint64(t.Length)*elem.size64, tooWide)
		f.align64 = elem.align64
		f.pointers = elem.pointers
	case abi.Record, abi.Tuple:
		f.size64, f.align64 = 0, 1
		for i := range t.Fields {
			part := f.addPart(d, t.Fields[i].Type)
			f.align64 = max(f.align64, part.align64)
			f.size64 = min(alignTo(f.size64, part.align64)+part.size64, tooWide)
			f.pointers = f.pointers || part.pointers
		}
		f.size64 = alignTo(f.size64, f.align64)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		disc := uint64(t.DiscriminantSize())
		f.size64, f.align64 = 0, 1
		for i := range t.CaseCount() {
			part := f.addPart(d, t.CaseType(i))
			f.align64 = max(f.align64, part.align64)
			f.size64 = max(f.size64, part.size64)
			f.pointers = f.pointers || part.pointers
		}
		f.size64 += alignTo(disc, f.align64)
		f.align64 = max(f.align64, disc)
		f.size64 = min(alignTo(f.size64, f.align64), tooWide)
	case abi.Stream, abi.Future:
		f.addPart(d, t.Elem)
	}
	d.known[t] = f
	return f
}

// addPart takes a part, which may be nil, into account and returns its facts.
func (f *facts) addPart(d *decoder, t *abi.Type) facts {
	if t == nil {
		return facts{align64: 1}
	}
	part := d.facts(t)
	f.add(part.shape)
	return part
}

func alignTo(offset, align uint64) uint64 { return (offset + align - 1) &^ (align - 1) }

// funcFacts are what validation asks about a function type.
type funcFacts struct {
	shape
	// flatParams counts the flattened parameters.
	flatParams int
	// pointers says that a flattened parameter points into memory.
	pointers bool
}

// funcFacts returns the facts of f, computed once.
func (d *decoder) funcFacts(f *abi.Func) funcFacts {
	if known, ok := d.knownFuncs[f]; ok {
		return known
	}
	facts := funcFacts{shape: shape{depth: 1, size: 1}}
	for _, p := range f.Params {
		part := d.facts(p.Type)
		facts.add(part.shape)
		facts.flatParams += p.Type.FlatCount()
		facts.pointers = facts.pointers || part.pointers
	}
	if f.Result != nil {
		facts.add(d.facts(f.Result).shape)
	}
	d.knownFuncs[f] = facts
	return facts
}

// typeShape returns the shape of a type space entry.
func (d *decoder) typeShape(t *Type) shape {
	switch {
	case t.Value != nil:
		return d.facts(t.Value).shape
	case t.Func != nil:
		return d.funcFacts(t.Func).shape
	case t.Instance != nil:
		return t.Instance.shape
	case t.Component != nil:
		return t.Component.shape
	}
	return shape{depth: 1, size: 1, resources: true}
}

// externShape returns the shape of x.
func (d *decoder) externShape(x *Extern) shape {
	switch x.Sort {
	case SortFunc:
		return d.funcFacts(x.Func).shape
	case SortType:
		return d.typeShape(x.Type)
	case SortValue:
		s := d.facts(x.Value).shape
		s.values = true
		return s
	case SortInstance:
		return x.Instance.shape
	case SortComponent:
		return x.Component.shape
	}
	return shape{depth: 1, size: 1 + len(x.Module.Imports) + len(x.Module.Exports)}
}
