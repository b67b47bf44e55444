// Package abi describes the component model's value types and their canonical
// layout: size, alignment, discriminants and flattening.
//
// It is pure: it imports nothing, reads no memory and knows neither WIT text
// nor component bytes. The generator uses it to compute offsets at generation
// time, the host runtime to check and move values at run time, so that both
// sides cannot disagree.
package abi

// SpecRevision is the commit of the WebAssembly/component-model repository
// that this project follows.
const SpecRevision = "6d281648bd89caf885a7adcc412962dbd2425ab7"

// Limits of the Canonical ABI.
const (
	// MaxFlatParams is the number of core parameters above which the
	// parameters of a synchronous function travel in memory.
	//
	// Spec: CanonicalABI, "Flattening", MAX_FLAT_PARAMS.
	MaxFlatParams = 16
	// MaxFlatResults is the number of core results above which the result
	// travels in memory.
	//
	// Spec: CanonicalABI, "Flattening", MAX_FLAT_RESULTS.
	MaxFlatResults = 1
	// MaxListByteLength bounds the bytes of one list's elements.
	//
	// Spec: CanonicalABI, "Loading", MAX_LIST_BYTE_LENGTH.
	MaxListByteLength = 1<<28 - 1
	// MaxStringByteLength bounds the encoded bytes of one string.
	//
	// Spec: CanonicalABI, "Loading", MAX_STRING_BYTE_LENGTH.
	MaxStringByteLength = 1<<28 - 1
	// MaxElemSize bounds the size of one value type. Validation refuses
	// larger ones.
	//
	// Spec: Binary, "Type Definitions" (elem_size below 2^28).
	MaxElemSize = 1<<28 - 1
	// UTF16Tag is the bit of a latin1+utf16 string's length that marks the
	// code units as UTF-16.
	//
	// Spec: CanonicalABI, "Loading", UTF16_TAG.
	UTF16Tag = 1 << 31
	// MaxFlags is the largest number of labels a flags type can have.
	MaxFlags = 32
	// CanonicalNaN32 and CanonicalNaN64 are the only NaNs a lifted float has.
	CanonicalNaN32 = 0x7fc00000
	CanonicalNaN64 = 0x7ff8000000000000
)
