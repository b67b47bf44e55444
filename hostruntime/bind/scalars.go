package bind

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/capsule-kit/capsule/wit/abi"
)

// at returns the n bytes at ptr, nil when they are outside of memory.
func (c *Call) at(ptr, n uint32) []byte {
	if c.err != nil {
		return nil
	}
	mem := c.cx.Mem
	if uint64(ptr)+uint64(n) > uint64(len(mem)) {
		c.trap(fmt.Sprintf("pointer out of bounds: %d bytes at %d of %d", n, ptr, len(mem)))
		return nil
	}
	return mem[ptr : ptr+n : ptr+n]
}

// U8 loads the byte at ptr.
func (c *Call) U8(ptr uint32) uint8 {
	if b := c.at(ptr, 1); b != nil {
		return b[0]
	}
	return 0
}

// U16 loads a 16-bit integer.
func (c *Call) U16(ptr uint32) uint16 {
	if b := c.at(ptr, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// U32 loads a 32-bit integer.
func (c *Call) U32(ptr uint32) uint32 {
	if b := c.at(ptr, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// U64 loads a 64-bit integer.
func (c *Call) U64(ptr uint32) uint64 {
	if b := c.at(ptr, 8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// F32 loads a float; every NaN becomes the canonical one.
func (c *Call) F32(ptr uint32) float32 { return c.LiftF32(uint64(c.U32(ptr))) }

// F64 loads a float; every NaN becomes the canonical one.
func (c *Call) F64(ptr uint32) float64 { return c.LiftF64(c.U64(ptr)) }

// Bool loads a bool: any byte but zero is true.
func (c *Call) Bool(ptr uint32) bool { return c.U8(ptr) != 0 }

// Char loads a char; surrogates and values above U+10FFFF trap.
func (c *Call) Char(ptr uint32) rune { return c.LiftChar(uint64(c.U32(ptr))) }

// PutU8 stores v at ptr.
func (c *Call) PutU8(ptr uint32, v uint8) {
	if b := c.at(ptr, 1); b != nil {
		b[0] = v
	}
}

// PutU16 stores a 16-bit integer.
func (c *Call) PutU16(ptr uint32, v uint16) {
	if b := c.at(ptr, 2); b != nil {
		binary.LittleEndian.PutUint16(b, v)
	}
}

// PutU32 stores a 32-bit integer.
func (c *Call) PutU32(ptr uint32, v uint32) {
	if b := c.at(ptr, 4); b != nil {
		binary.LittleEndian.PutUint32(b, v)
	}
}

// PutU64 stores a 64-bit integer.
func (c *Call) PutU64(ptr uint32, v uint64) {
	if b := c.at(ptr, 8); b != nil {
		binary.LittleEndian.PutUint64(b, v)
	}
}

// PutF32 stores a float.
func (c *Call) PutF32(ptr uint32, v float32) { c.PutU32(ptr, uint32(c.LowerF32(v))) }

// PutF64 stores a float.
func (c *Call) PutF64(ptr uint32, v float64) { c.PutU64(ptr, c.LowerF64(v)) }

// PutBool stores 1 or 0.
func (c *Call) PutBool(ptr uint32, v bool) { c.PutU8(ptr, uint8(c.LowerBool(v))) }

// PutChar stores a char; a rune that is no Unicode scalar value fails.
func (c *Call) PutChar(ptr uint32, v rune) { c.PutU32(ptr, uint32(c.LowerChar(v))) }

// LiftBool lifts a flat bool.
func (c *Call) LiftBool(word uint64) bool { return uint32(word) != 0 }

// LowerBool lowers a bool to a flat value.
func (c *Call) LowerBool(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// LiftF32 lifts a flat float; every NaN becomes the canonical one.
func (c *Call) LiftF32(word uint64) float32 {
	bits := uint32(word)
	if bits&0x7fffffff > 0x7f800000 {
		bits = abi.CanonicalNaN32
	}
	return math.Float32frombits(bits)
}

// LiftF64 lifts a flat float; every NaN becomes the canonical one.
func (c *Call) LiftF64(bits uint64) float64 {
	if bits&(1<<63-1) > 0x7ff<<52 {
		bits = abi.CanonicalNaN64
	}
	return math.Float64frombits(bits)
}

// LowerF32 lowers a float to a flat value; NaNs become the canonical one, so
// that a guest can't tell hosts apart by their bits.
func (c *Call) LowerF32(v float32) uint64 {
	bits := math.Float32bits(v)
	if bits&0x7fffffff > 0x7f800000 {
		bits = abi.CanonicalNaN32
	}
	return uint64(bits)
}

// LowerF64 lowers a float as LowerF32 does.
func (c *Call) LowerF64(v float64) uint64 {
	bits := math.Float64bits(v)
	if bits&(1<<63-1) > 0x7ff<<52 {
		bits = abi.CanonicalNaN64
	}
	return bits
}

// LiftChar lifts a flat char; surrogates and values above U+10FFFF trap.
func (c *Call) LiftChar(word uint64) rune {
	code := uint32(word)
	if !isScalar(code) {
		c.trap(fmt.Sprintf("0x%x is no Unicode scalar value", code))
		return 0
	}
	return rune(code)
}

// LowerChar lowers a rune; one that is no Unicode scalar value fails.
func (c *Call) LowerChar(v rune) uint64 {
	if !isScalar(uint32(v)) {
		c.Argument("", "a Unicode scalar value", fmt.Sprintf("0x%x", uint32(v)))
		return 0
	}
	return uint64(v)
}

func isScalar(code uint32) bool {
	return code < 0xd800 || (code > 0xdfff && code < 0x110000)
}

// Case checks the discriminant of a variant-like type with count cases.
func (c *Call) Case(index, count uint32) uint32 {
	if index >= count {
		c.trap(fmt.Sprintf("discriminant %d of a type with %d cases", index, count))
		return 0
	}
	return index
}
