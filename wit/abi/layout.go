package abi

// layout is what every use of a type asks for, computed once by seal.
type layout struct {
	size, align   uint32 // size saturates at sizeTooLarge
	discSize      uint32 // Variant, Enum, Option, Result
	payloadOffset uint32
	flatCount     uint32 // saturates at flatTooMany
	depth         uint32
	handles       bool // contains own, borrow, stream, future or error-context
	borrows       bool
	// flat is the flattened type where it has no more than MaxFlatParams
	// values. Types share parts, so flattening one afresh for every use could
	// take exponentially long.
	flat []CoreType
}

const (
	sizeTooLarge = MaxElemSize + 1
	flatTooMany  = 1 << 20
)

// Size returns the bytes a value takes in memory, padding included.
// A type that is too large for the specification reports more than MaxElemSize.
//
// Spec: CanonicalABI, "Element Size", elem_size.
func (t *Type) Size() uint32 { return t.layout.size }

// Align returns the value's alignment in bytes: 1, 2, 4 or 8.
//
// Spec: CanonicalABI, "Alignment".
func (t *Type) Align() uint32 { return t.layout.align }

// DiscriminantSize returns the bytes of a variant-like type's discriminant:
// 1 for up to 256 cases, 2 for up to 65536, else 4.
//
// Spec: CanonicalABI, "Alignment", discriminant_type.
func (t *Type) DiscriminantSize() uint32 { return t.layout.discSize }

// PayloadOffset returns where a variant-like type's payload starts; the
// same for all its cases.
func (t *Type) PayloadOffset() uint32 { return t.layout.payloadOffset }

// FlatCount returns how many core values the flattened type has. It saturates
// far above every limit that matters.
func (t *Type) FlatCount() int { return int(t.layout.flatCount) }

// Depth returns the nesting of the type: 1 for a primitive.
func (t *Type) Depth() int { return int(t.layout.depth) }

// HasHandles reports whether values of the type can contain a handle.
func (t *Type) HasHandles() bool { return t.layout.handles }

// HasBorrow reports whether values of the type can contain a borrow.
func (t *Type) HasBorrow() bool { return t.layout.borrows }

// AlignTo rounds offset up to a multiple of align, a power of two.
func AlignTo(offset, align uint32) uint32 { return (offset + align - 1) &^ (align - 1) }

// seal computes t's layout and returns t.
func seal(t *Type) *Type {
	l := &t.layout
	l.depth = 1
	switch t.Kind {
	case Bool, S8, U8:
		l.size, l.align, l.flatCount = 1, 1, 1
	case S16, U16:
		l.size, l.align, l.flatCount = 2, 2, 1
	case S32, U32, F32, Char:
		l.size, l.align, l.flatCount = 4, 4, 1
	case S64, U64, F64:
		l.size, l.align, l.flatCount = 8, 8, 1
	case String:
		l.size, l.align, l.flatCount = 8, 4, 2
	case Own, Borrow, Stream, Future, ErrorContext:
		l.size, l.align, l.flatCount = 4, 4, 1
		l.handles, l.borrows = true, t.Kind == Borrow
	case Map:
		l.size, l.align, l.flatCount = 8, 4, 2
		l.inherit(t.Key)
		l.inherit(t.Elem)
	case List:
		l.inherit(t.Elem)
		if t.Length == 0 {
			l.size, l.align, l.flatCount = 8, 4, 2
			break
		}
		l.align = t.Elem.layout.align
		l.size = saturate(uint64(t.Length)*uint64(t.Elem.layout.size), sizeTooLarge)
		l.flatCount = saturate(uint64(t.Length)*uint64(t.Elem.layout.flatCount), flatTooMany)
	case Record, Tuple:
		sealFields(t)
	case Flags:
		switch n := len(t.Labels); {
		case n <= 8:
			l.size = 1
		case n <= 16:
			l.size = 2
		default:
			l.size = 4
		}
		l.align, l.flatCount = l.size, 1
	case Variant, Enum, Option, Result:
		sealCases(t)
	}
	if t.Kind == Stream || t.Kind == Future {
		if t.Elem != nil {
			l.depth += t.Elem.layout.depth
		}
	}
	if l.flatCount <= MaxFlatParams {
		l.flat = t.Flatten(nil)
	}
	return t
}

// inherit takes over what a part's presence means for the whole.
func (l *layout) inherit(part *Type) {
	l.depth = max(l.depth, part.layout.depth+1)
	l.handles = l.handles || part.layout.handles
	l.borrows = l.borrows || part.layout.borrows
}

func sealFields(t *Type) {
	l := &t.layout
	l.align = 1
	var end, flat uint64
	for i := range t.Fields {
		f := &t.Fields[i]
		a := uint64(f.Type.layout.align)
		end = (end + a - 1) &^ (a - 1)
		f.Offset = saturate(end, sizeTooLarge)
		end += uint64(f.Type.layout.size)
		end = min(end, sizeTooLarge)
		flat = min(flat+uint64(f.Type.layout.flatCount), flatTooMany)
		l.align = max(l.align, f.Type.layout.align)
		l.inherit(f.Type)
	}
	a := uint64(l.align)
	l.size = saturate((end+a-1)&^(a-1), sizeTooLarge)
	l.flatCount = uint32(flat)
}

func sealCases(t *Type) {
	l := &t.layout
	if len(t.Cases) >= manyCases {
		t.names = new(caseNames)
	}
	switch n := t.CaseCount(); {
	case n <= 1<<8:
		l.discSize = 1
	case n <= 1<<16:
		l.discSize = 2
	default:
		l.discSize = 4
	}
	payloadAlign, payloadSize, flat := uint32(1), uint32(0), uint32(0)
	for i := range t.CaseCount() {
		c := t.CaseType(i)
		if c == nil {
			continue
		}
		payloadAlign = max(payloadAlign, c.layout.align)
		payloadSize = max(payloadSize, c.layout.size)
		flat = max(flat, c.layout.flatCount)
		l.inherit(c)
	}
	l.align = max(l.discSize, payloadAlign)
	l.payloadOffset = AlignTo(l.discSize, payloadAlign)
	end := uint64(l.payloadOffset) + uint64(payloadSize)
	a := uint64(l.align)
	l.size = saturate((end+a-1)&^(a-1), sizeTooLarge)
	l.flatCount = saturate(uint64(flat)+1, flatTooMany)
}

func saturate(n, limit uint64) uint32 { return uint32(min(n, limit)) }
