package canon

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/wit/abi"
)

// The loads and stores take a ptr inside a range that CheckRange, CheckList or
// Reallocate accepted; memory never shrinks afterwards. They check nothing
// again.

func (cx *Context) loadU32(ptr uint32) uint32 { return binary.LittleEndian.Uint32(cx.Mem[ptr:]) }

func (cx *Context) loadU64(ptr uint32) uint64 { return binary.LittleEndian.Uint64(cx.Mem[ptr:]) }

func (cx *Context) storeU16(ptr uint32, v uint16) { binary.LittleEndian.PutUint16(cx.Mem[ptr:], v) }

func (cx *Context) storeU32(ptr uint32, v uint32) { binary.LittleEndian.PutUint32(cx.Mem[ptr:], v) }

func (cx *Context) storeU64(ptr uint32, v uint64) { binary.LittleEndian.PutUint64(cx.Mem[ptr:], v) }

// loadUint returns the little-endian integer of size bytes (1, 2 or 4) at ptr.
func (cx *Context) loadUint(ptr, size uint32) uint32 {
	switch size {
	case 1:
		return uint32(cx.Mem[ptr])
	case 2:
		return uint32(binary.LittleEndian.Uint16(cx.Mem[ptr:]))
	}
	return cx.loadU32(ptr)
}

// storeUint writes the low size bytes (1, 2 or 4) of v, little-endian.
func (cx *Context) storeUint(ptr, size, v uint32) {
	switch size {
	case 1:
		cx.Mem[ptr] = uint8(v)
	case 2:
		cx.storeU16(ptr, uint16(v))
	default:
		cx.storeU32(ptr, v)
	}
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
	if !utf8.ValidRune(rune(c)) {
		return 0, trapf("invalid `char` bit pattern: %#x", c)
	}
	return rune(c), nil
}

// LiftDiscriminant returns the case index in the low 32 bits of flat.
//
// Errors: *TrapError if there is no such case among cases.
func LiftDiscriminant(flat uint64, cases int) (uint32, error) {
	index := uint32(flat)
	if uint64(index) >= uint64(cases) {
		return 0, trapf("invalid variant discriminant: %d of %d cases", index, cases)
	}
	return index, nil
}

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

// lowerS32 returns the core i32 of a signed integer of up to 32 bits: sign
// extended to 32, the bits above clear.
//
// Spec: CanonicalABI, "Flat Lowering", lower_flat_signed.
func lowerS32(v int32) uint64 { return uint64(uint32(v)) }
