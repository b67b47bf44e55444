package canon

import (
	"encoding/binary"
	"math"

	"github.com/capsule-kit/capsule/wit/abi"
)

// The scalar loads and stores take a ptr inside a range that CheckRange,
// CheckList or Reallocate accepted; memory never shrinks afterwards. They check
// nothing again, except what a guest can still get wrong: char.

// LoadBool returns the bool at ptr: any byte but 0 is true.
//
// Spec: CanonicalABI, "Loading", convert_int_to_bool.
func (cx *Context) LoadBool(ptr uint32) bool { return cx.Mem[ptr] != 0 }

// LoadU8 returns the byte at ptr.
func (cx *Context) LoadU8(ptr uint32) uint8 { return cx.Mem[ptr] }

// LoadU16 returns the little-endian 16 bits at ptr.
func (cx *Context) LoadU16(ptr uint32) uint16 { return binary.LittleEndian.Uint16(cx.Mem[ptr:]) }

// LoadU32 returns the little-endian 32 bits at ptr.
func (cx *Context) LoadU32(ptr uint32) uint32 { return binary.LittleEndian.Uint32(cx.Mem[ptr:]) }

// LoadU64 returns the little-endian 64 bits at ptr.
func (cx *Context) LoadU64(ptr uint32) uint64 { return binary.LittleEndian.Uint64(cx.Mem[ptr:]) }

// LoadF32 returns the float at ptr, any NaN as the canonical one.
func (cx *Context) LoadF32(ptr uint32) float32 { return LiftF32(uint64(cx.LoadU32(ptr))) }

// LoadF64 returns the float at ptr, any NaN as the canonical one.
func (cx *Context) LoadF64(ptr uint32) float64 { return LiftF64(cx.LoadU64(ptr)) }

// LoadChar returns the Unicode scalar value at ptr.
//
// Errors: *TrapError if it is a surrogate or too large.
func (cx *Context) LoadChar(ptr uint32) (rune, error) { return LiftChar(uint64(cx.LoadU32(ptr))) }

// LoadDiscriminant returns the case index of size bytes (1, 2 or 4) at ptr.
//
// Errors: *TrapError if there is no such case among cases.
//
// Spec: CanonicalABI, "Loading", load_variant.
func (cx *Context) LoadDiscriminant(ptr, size uint32, cases int) (uint32, error) {
	return checkCase(cx.loadUint(ptr, size), cases)
}

// StoreBool writes exactly 0 or 1.
func (cx *Context) StoreBool(ptr uint32, v bool) { cx.Mem[ptr] = uint8(LowerBool(v)) }

// StoreU8 writes one byte.
func (cx *Context) StoreU8(ptr uint32, v uint8) { cx.Mem[ptr] = v }

// StoreU16 writes 16 bits, little-endian.
func (cx *Context) StoreU16(ptr uint32, v uint16) { binary.LittleEndian.PutUint16(cx.Mem[ptr:], v) }

// StoreU32 writes 32 bits, little-endian.
func (cx *Context) StoreU32(ptr uint32, v uint32) { binary.LittleEndian.PutUint32(cx.Mem[ptr:], v) }

// StoreU64 writes 64 bits, little-endian.
func (cx *Context) StoreU64(ptr uint32, v uint64) { binary.LittleEndian.PutUint64(cx.Mem[ptr:], v) }

// StoreF32 writes the float's bits, any NaN as the canonical one.
func (cx *Context) StoreF32(ptr uint32, v float32) { cx.StoreU32(ptr, uint32(LowerF32(v))) }

// StoreF64 writes the float's bits, any NaN as the canonical one.
func (cx *Context) StoreF64(ptr uint32, v float64) { cx.StoreU64(ptr, LowerF64(v)) }

// StoreDiscriminant writes a case index of size bytes (1, 2 or 4).
func (cx *Context) StoreDiscriminant(ptr, size, index uint32) { cx.storeUint(ptr, size, index) }

func (cx *Context) loadUint(ptr, size uint32) uint32 {
	switch size {
	case 1:
		return uint32(cx.LoadU8(ptr))
	case 2:
		return uint32(cx.LoadU16(ptr))
	}
	return cx.LoadU32(ptr)
}

func (cx *Context) storeUint(ptr, size, v uint32) {
	switch size {
	case 1:
		cx.StoreU8(ptr, uint8(v))
	case 2:
		cx.StoreU16(ptr, uint16(v))
	default:
		cx.StoreU32(ptr, v)
	}
}

func checkCase(index uint32, cases int) (uint32, error) {
	if uint64(index) >= uint64(cases) {
		return 0, trapf("invalid variant discriminant: %d of %d cases", index, cases)
	}
	return index, nil
}

// Core values travel as uint64: an i32 or f32 in the low 32 bits, with
// anything above them. Lifting a smaller integer from one is a Go conversion,
// int8(flat), which takes the low bits and the sign as the specification does;
// so is taking an i32 out of a joined i64 slot.

// LiftF32 returns the float with the low 32 bits of flat, any NaN as the
// canonical one: a payload would survive on one machine and not on another.
//
// Spec: CanonicalABI, "Loading", canonicalize_nan32.
func LiftF32(flat uint64) float32 {
	bits := uint32(flat)
	if bits&0x7fffffff > 0x7f800000 {
		bits = abi.CanonicalNaN32
	}
	return math.Float32frombits(bits)
}

// LiftF64 returns the float with the bits of flat, any NaN as the canonical
// one.
//
// Spec: CanonicalABI, "Loading", canonicalize_nan64.
func LiftF64(flat uint64) float64 {
	if flat&0x7fffffffffffffff > 0x7ff0000000000000 {
		flat = abi.CanonicalNaN64
	}
	return math.Float64frombits(flat)
}

// LiftBool returns whether the low 32 bits of flat are not 0.
func LiftBool(flat uint64) bool { return uint32(flat) != 0 }

// LiftChar returns the Unicode scalar value in the low 32 bits of flat.
//
// Errors: *TrapError if it is a surrogate or too large.
//
// Spec: CanonicalABI, "Loading", convert_i32_to_char.
func LiftChar(flat uint64) (rune, error) {
	c := uint32(flat)
	if c >= 0x110000 || (c >= 0xd800 && c <= 0xdfff) {
		return 0, trapf("invalid `char` bit pattern: %#x", c)
	}
	return rune(c), nil
}

// LiftDiscriminant returns the case index in the low 32 bits of flat.
//
// Errors: *TrapError if there is no such case among cases.
func LiftDiscriminant(flat uint64, cases int) (uint32, error) { return checkCase(uint32(flat), cases) }

// LowerBool returns 0 or 1.
func LowerBool(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// LowerF32 returns the float's bits, any NaN as the canonical one: of the
// choices that the specification leaves, the one that is the same everywhere.
//
// Spec: CanonicalABI, "Storing", maybe_scramble_nan32.
func LowerF32(v float32) uint64 {
	if v != v {
		return abi.CanonicalNaN32
	}
	return uint64(math.Float32bits(v))
}

// LowerF64 returns the float's bits, any NaN as the canonical one.
//
// Spec: CanonicalABI, "Storing", maybe_scramble_nan64.
func LowerF64(v float64) uint64 {
	if v != v {
		return abi.CanonicalNaN64
	}
	return math.Float64bits(v)
}

// LowerS32 returns the core i32 of a signed integer of up to 32 bits: sign
// extended to 32, the bits above clear.
//
// Spec: CanonicalABI, "Flat Lowering", lower_flat_signed.
func LowerS32(v int32) uint64 { return uint64(uint32(v)) }

// ValidChar reports whether c is a Unicode scalar value, as lowering needs it.
func ValidChar(c rune) bool {
	return c >= 0 && c < 0x110000 && (c < 0xd800 || c > 0xdfff)
}
