package golang

import (
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A goLayout is the size and alignment of a Go value on a 64-bit machine: what
// the runtime is told to charge for a lifted value.
type goLayout struct{ size, align uint64 }

// maxGoSize is where sizes stop growing.
const maxGoSize = 1 << 31

func word(n uint64) goLayout { return goLayout{8 * n, 8} }

// layout returns how much room a value of t takes in Go, without what its
// pointers, slices and strings point to.
func (e *emitter) layout(t *wit.Type) goLayout {
	if t == nil {
		return goLayout{0, 1} // hostruntime.Unit
	}
	t = e.resolve(t)
	if l, ok := e.layouts[t]; ok {
		return l
	}
	l := e.computeLayout(t)
	e.layouts[t] = l
	return l
}

func (e *emitter) computeLayout(t *wit.Type) goLayout {
	switch t.Kind {
	case abi.Bool, abi.S8, abi.U8:
		return goLayout{1, 1}
	case abi.S16, abi.U16:
		return goLayout{2, 2}
	case abi.S32, abi.U32, abi.F32, abi.Char:
		return goLayout{4, 4}
	case abi.String, abi.Variant:
		return word(2)
	case abi.List:
		if isArray(t) {
			elem := e.layout(t.Elem)
			return goLayout{min(elem.size*uint64(t.Length), maxGoSize), elem.align}
		}
		return word(3)
	case abi.Own, abi.Borrow:
		if r := e.plan.Resource(t.Resource); r.Group != nil && !r.Group.Exported {
			return word(2) // an interface; the others are pointers
		}
	case abi.Option:
		if isHandle(t.Elem) {
			return e.layout(t.Elem)
		}
	case abi.Enum:
		n := uint64(enumBits(len(t.Cases)) / 8)
		return goLayout{n, n}
	case abi.Flags:
		n := uint64(flagBits(len(t.Labels)) / 8)
		return goLayout{n, n}
	case abi.Record, abi.Tuple:
		parts := make([]goLayout, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = e.layout(f.Type)
		}
		return structLayout(parts...)
	case abi.Result:
		return structLayout(goLayout{1, 1}, e.layout(t.Cases[0].Type), e.layout(t.Cases[1].Type))
	}
	return word(1) // 64-bit numbers; options and maps, which are pointers
}

func structLayout(parts ...goLayout) goLayout {
	l := goLayout{0, 1}
	for _, p := range parts {
		l.size = min((l.size+p.align-1)/p.align*p.align+p.size, maxGoSize)
		l.align = max(l.align, p.align)
	}
	l.size = (l.size + l.align - 1) / l.align * l.align
	return l
}

// enumBits returns the width of an enum's Go type.
func enumBits(cases int) int {
	switch {
	case cases <= 1<<8:
		return 8
	case cases <= 1<<16:
		return 16
	}
	return 32
}

// flagBits returns the width of a flags type's Go type.
func flagBits(labels int) int {
	switch {
	case labels <= 8:
		return 8
	case labels <= 16:
		return 16
	}
	return 32
}
