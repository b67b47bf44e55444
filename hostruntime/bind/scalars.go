package bind

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
)

// at returns the n bytes at ptr, nil when they are outside of memory or the
// call has failed.
func (c *Call) at(ptr, n uint32) []byte {
	if c.err != nil {
		return nil
	}
	mem := c.cx.Mem
	if uint64(ptr)+uint64(n) > uint64(len(mem)) {
		c.Fail(c.cx.CheckRange(ptr, n, 1)) // fails as the line above did, and says it
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

// LiftBool lifts a flat bool: any i32 but zero is true.
func (c *Call) LiftBool(word uint64) bool { return canon.LiftBool(word) }

// LowerBool lowers a bool to a flat value, 1 or 0.
func (c *Call) LowerBool(v bool) uint64 { return canon.LowerBool(v) }

// LiftF32 lifts a flat float; every NaN becomes the canonical one.
func (c *Call) LiftF32(word uint64) float32 { return canon.LiftF32(word) }

// LiftF64 lifts a flat float; every NaN becomes the canonical one.
func (c *Call) LiftF64(word uint64) float64 { return canon.LiftF64(word) }

// LowerF32 lowers a float to a flat value; every NaN becomes the canonical one.
func (c *Call) LowerF32(v float32) uint64 { return canon.LowerF32(v) }

// LowerF64 lowers a float to a flat value; every NaN becomes the canonical one.
func (c *Call) LowerF64(v float64) uint64 { return canon.LowerF64(v) }

// LiftChar lifts a flat char; surrogates and values above U+10FFFF trap.
func (c *Call) LiftChar(word uint64) rune {
	r, err := canon.LiftChar(word)
	if err != nil {
		c.Fail(err)
	}
	return r
}

// LowerChar lowers a rune; one that is no Unicode scalar value fails.
func (c *Call) LowerChar(v rune) uint64 {
	if !utf8.ValidRune(v) {
		c.Argument("", "a Unicode scalar value", fmt.Sprintf("%#x", v))
		return 0
	}
	return uint64(v)
}

// Case returns the discriminant of a variant-like type with count cases; one
// that is too large traps, and 0 is returned.
func (c *Call) Case(index, count uint32) uint32 {
	index, err := canon.LiftDiscriminant(uint64(index), int(count))
	if err != nil {
		c.Fail(err)
	}
	return index
}
