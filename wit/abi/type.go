package abi

// Kind says which of the component model's value types a Type is.
type Kind uint8

// The value types, in the order of the specification's grammar.
const (
	Invalid Kind = iota
	Bool
	S8
	U8
	S16
	U16
	S32
	U32
	S64
	U64
	F32
	F64
	Char
	String
	ErrorContext
	List
	Map
	Record
	Tuple
	Variant
	Enum
	Option
	Result
	Flags
	Own
	Borrow
	Stream
	Future
)

var kindNames = [...]string{
	Invalid: "invalid", Bool: "bool", S8: "s8", U8: "u8", S16: "s16", U16: "u16",
	S32: "s32", U32: "u32", S64: "s64", U64: "u64", F32: "f32", F64: "f64",
	Char: "char", String: "string", ErrorContext: "error-context", List: "list",
	Map: "map", Record: "record", Tuple: "tuple", Variant: "variant", Enum: "enum",
	Option: "option", Result: "result", Flags: "flags", Own: "own",
	Borrow: "borrow", Stream: "stream", Future: "future",
}

// String returns the kind's WIT keyword.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Primitive reports whether the kind has no parts: bool to string, and
// error-context.
func (k Kind) Primitive() bool { return k >= Bool && k <= ErrorContext }

// A Type is one structural value type. Types are immutable and may share
// parts; build them with the constructors, which compute the layout once.
// Named WIT types have no identity here, except resources.
type Type struct {
	// Kind selects which of the other fields mean something.
	Kind Kind
	// Elem is the element of List and Option, the value of Map and the
	// payload of Stream and Future (nil where there is none).
	Elem *Type
	// Key is the key of Map.
	Key *Type
	// Length is the element count of a fixed-length List, 0 for any other.
	Length uint32
	// Fields are the fields of Record and, without names, of Tuple.
	Fields []Field
	// Cases are the cases of Variant, of Enum (no payloads) and of Result
	// ("ok" then "error"). Option is not expanded: Elem is its payload.
	Cases []Case
	// Labels are the flags of Flags, in bit order.
	Labels []string
	// Resource is the resource type of Own and Borrow.
	Resource *Resource

	layout layout
	names  *caseNames // nil where there are few cases
}

// A Field is one part of a record or tuple.
type Field struct {
	// Name is the field's kebab-case label; empty in a tuple.
	Name string
	Type *Type
	// Offset is the byte offset from the start of the record.
	Offset uint32
}

// A Case is one case of a variant, enum or result.
type Case struct {
	// Name is the case's kebab-case label.
	Name string
	// Type is the payload, nil where there is none.
	Type *Type
}

// A Resource identifies one resource type; identity is the pointer's.
type Resource struct {
	// Name is what messages call it.
	Name string
}

// A Func is a component function's type.
type Func struct {
	Params []Param
	// Result is nil for a function without a result.
	Result *Type
	// Async marks a function declared `async`.
	Async bool
}

// A Param is one named parameter.
type Param struct {
	Name string
	Type *Type
}

var primitives [ErrorContext + 1]*Type

func init() {
	for k := Bool; k <= ErrorContext; k++ {
		primitives[k] = seal(&Type{Kind: k})
	}
}

// Primitive returns the shared type of a primitive kind.
// It panics for any other kind: that is a caller's bug.
func Primitive(k Kind) *Type {
	if !k.Primitive() {
		panic("abi: not a primitive kind: " + k.String())
	}
	return primitives[k]
}

// NewList returns list<elem>.
func NewList(elem *Type) *Type { return seal(&Type{Kind: List, Elem: elem}) }

// NewFixedList returns list<elem, length>; length is above zero.
func NewFixedList(elem *Type, length uint32) *Type {
	return seal(&Type{Kind: List, Elem: elem, Length: length})
}

// NewMap returns map<key, elem>.
func NewMap(key, elem *Type) *Type { return seal(&Type{Kind: Map, Key: key, Elem: elem}) }

// NewRecord returns a record; offsets in fields are computed, not read.
func NewRecord(fields ...Field) *Type {
	return seal(&Type{Kind: Record, Fields: append([]Field(nil), fields...)})
}

// NewTuple returns a tuple of the given types.
func NewTuple(elems ...*Type) *Type {
	fields := make([]Field, len(elems))
	for i, t := range elems {
		fields[i].Type = t
	}
	return seal(&Type{Kind: Tuple, Fields: fields})
}

// NewVariant returns a variant with the given cases.
func NewVariant(cases ...Case) *Type {
	return seal(&Type{Kind: Variant, Cases: append([]Case(nil), cases...)})
}

// NewEnum returns an enum with the given case names.
func NewEnum(names ...string) *Type {
	cases := make([]Case, len(names))
	for i, n := range names {
		cases[i].Name = n
	}
	return seal(&Type{Kind: Enum, Cases: cases})
}

// NewOption returns option<elem>.
func NewOption(elem *Type) *Type { return seal(&Type{Kind: Option, Elem: elem}) }

// NewResult returns result<ok, err>; either may be nil.
func NewResult(ok, err *Type) *Type {
	return seal(&Type{Kind: Result, Cases: []Case{{"ok", ok}, {"error", err}}})
}

// NewFlags returns flags with the given labels, at most MaxFlags.
func NewFlags(labels ...string) *Type {
	return seal(&Type{Kind: Flags, Labels: append([]string(nil), labels...)})
}

// NewOwn returns own<r>.
func NewOwn(r *Resource) *Type { return seal(&Type{Kind: Own, Resource: r}) }

// NewBorrow returns borrow<r>.
func NewBorrow(r *Resource) *Type { return seal(&Type{Kind: Borrow, Resource: r}) }

// NewStream returns stream<elem>; elem may be nil.
func NewStream(elem *Type) *Type { return seal(&Type{Kind: Stream, Elem: elem}) }

// NewFuture returns future<elem>; elem may be nil.
func NewFuture(elem *Type) *Type { return seal(&Type{Kind: Future, Elem: elem}) }
