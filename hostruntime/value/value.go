// Package value holds component-model values as Go data, for tools and tests
// that don't know a component's types when they are compiled, and reads and
// writes them in WAVE, the component model's value text format.
package value

// A Value is one component-model value: one of the types below, and nothing
// else. Values describe themselves (a record carries its field names), so that
// they print without a type.
type Value interface{ value() }

// The primitive values.
type (
	Bool   bool
	S8     int8
	U8     uint8
	S16    int16
	U16    uint16
	S32    int32
	U32    uint32
	S64    int64
	U64    uint64
	F32    float32
	F64    float64
	Char   rune
	String string
)

// Bytes is a list<u8>. Lifting gives list<u8> only in this form; lowering
// takes a List of U8 too.
type Bytes []byte

// A List is a list of any other element type, fixed-length ones included.
type List []Value

// A Map is a map<k, v>, in the order in which it crossed the boundary.
type Map []Entry

// An Entry is one key of a Map with its value.
type Entry struct{ Key, Value Value }

// A Record holds its fields in declaration order.
type Record []Field

// A Field is one field of a record.
type Field struct {
	Name  string
	Value Value
}

// A Tuple holds its elements in order.
type Tuple []Value

// A Variant is one case of a variant; Payload is nil where the case has none.
type Variant struct {
	Case    string
	Payload Value
}

// An Enum is the name of a case.
type Enum string

// An Option is none when Some is nil; some(none) is Option{Option{}}.
type Option struct{ Some Value }

// A Result is ok or error; Payload is nil where that case has none.
type Result struct {
	IsError bool
	Payload Value
}

// Flags are the names of the flags that are set, in declaration order.
type Flags []string

// A Handle is an own or borrow handle on the host's side of the boundary.
// Which Go value stands behind it is between the runtime and the host
// function or caller that made it.
type Handle struct {
	// Borrowed says that the handle is a borrow: valid during the call only.
	Borrowed bool
	// Resource is the resource type's name, for messages.
	Resource string
	// Rep is what the handle stands for: the host's own value for a host
	// resource, an opaque one of the runtime's for a guest resource.
	Rep any
}

func (Bool) value()    {}
func (S8) value()      {}
func (U8) value()      {}
func (S16) value()     {}
func (U16) value()     {}
func (S32) value()     {}
func (U32) value()     {}
func (S64) value()     {}
func (U64) value()     {}
func (F32) value()     {}
func (F64) value()     {}
func (Char) value()    {}
func (String) value()  {}
func (Bytes) value()   {}
func (List) value()    {}
func (Map) value()     {}
func (Record) value()  {}
func (Tuple) value()   {}
func (Variant) value() {}
func (Enum) value()    {}
func (Option) value()  {}
func (Result) value()  {}
func (Flags) value()   {}
func (Handle) value()  {}
