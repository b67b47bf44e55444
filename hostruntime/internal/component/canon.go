package component

import "github.com/capsule-kit/capsule/wit/abi"

// A CanonOp is the kind of a canonical definition: its first byte.
type CanonOp byte

// The canonical definitions that synchronous components use. Every other one
// of the specification is decoded and validated too, and has the value of its
// first byte.
const (
	CanonLift         CanonOp = 0x00
	CanonLower        CanonOp = 0x01
	CanonResourceNew  CanonOp = 0x02
	CanonResourceDrop CanonOp = 0x03
	CanonResourceRep  CanonOp = 0x04
)

// A StringEncoding is how a canonical definition's strings look in memory.
type StringEncoding uint8

// The encodings.
const (
	UTF8 StringEncoding = iota
	UTF16
	Latin1UTF16
)

// String returns the encoding as the specification spells it.
func (e StringEncoding) String() string {
	switch e {
	case UTF16:
		return "utf16"
	case Latin1UTF16:
		return "latin1+utf16"
	}
	return "utf8"
}

// CanonOptions are the options of a canonical definition; indices are into
// the component's core memory and core function spaces.
type CanonOptions struct {
	Encoding                                          StringEncoding
	HasMemory, HasRealloc, HasPostReturn, HasCallback bool
	Memory, Realloc, PostReturn, Callback             uint32
	Async                                             bool
	// Memory64 says that Memory has 64-bit addresses.
	Memory64 bool
}

// pointer is the core type of addresses.
func (o *CanonOptions) pointer() byte {
	if o.Memory64 {
		return coreI64
	}
	return coreI32
}

// Canon is a canonical definition. CanonLift adds to the func space, every
// other one to the core func space.
type Canon struct {
	Position
	Op CanonOp
	// CoreFunc is what CanonLift lifts; Func is what CanonLower lowers.
	CoreFunc uint32
	Func     uint32
	Options  CanonOptions
	// Type is the component function type of CanonLift and CanonLower. That
	// of task.return has what is returned as its only parameter.
	Type *abi.Func
	// Resource is the resource type of the CanonResource operations.
	Resource *abi.Resource
	// Channel is the type of the stream and future built-ins.
	Channel *abi.Type
	// Slot is the one that context.get and context.set address; Slot64 says
	// that it holds an i64.
	Slot   uint32
	Slot64 bool
	// Core is the signature of the core function that the definition adds;
	// nil for CanonLift.
	Core *CoreFuncType
	// Name is the operation as the specification spells it, for messages:
	// "resource.drop", "stream.new".
	Name string
}
