package canon

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// LoadString lifts the string at ptr, a byte offset, with a length in code
// units of the context's encoding, tagged for latin1+utf16; both chosen by the
// guest. The result is a copy in UTF-8, charged before it is made.
//
// Errors: *TrapError if it is misaligned, too long, leaves memory or isn't
// valid in its encoding (a lone surrogate isn't), *BudgetError.
//
// Spec: CanonicalABI, "Loading", load_string_from_range.
func (cx *Context) LoadString(ptr, taggedCodeUnits uint32) (string, error) {
	align, byteLen, utf16 := uint32(1), uint64(taggedCodeUnits), false
	switch cx.Encoding {
	case component.UTF16:
		align, byteLen, utf16 = 2, 2*byteLen, true
	case component.Latin1UTF16:
		align = 2
		if utf16 = taggedCodeUnits&abi.UTF16Tag != 0; utf16 {
			byteLen = 2 * uint64(taggedCodeUnits^abi.UTF16Tag)
		}
	}
	if byteLen > abi.MaxStringByteLength {
		return "", trapf("string too long: %d bytes, at most %d", byteLen, abi.MaxStringByteLength)
	}
	if ptr&(align-1) != 0 {
		return "", trapf("unaligned pointer: string content at %#x, wanted alignment %d", ptr, align)
	}
	if uint64(ptr)+byteLen > uint64(len(cx.Mem)) {
		return "", trapf("string content out-of-bounds: %d bytes at %#x, memory has %d", byteLen, ptr, len(cx.Mem))
	}
	encoded := cx.Mem[ptr : uint64(ptr)+byteLen]
	switch {
	case utf16:
		return cx.decodeUTF16(encoded)
	case cx.Encoding == component.Latin1UTF16:
		return cx.decodeLatin1(encoded)
	}
	if !utf8.Valid(encoded) {
		return "", trapf("invalid utf-8 in a string of %d bytes at %#x", byteLen, ptr)
	}
	if err := cx.Budget.Charge(stringCost + byteLen); err != nil {
		return "", err
	}
	return string(encoded), nil
}

// decodeUTF16 goes over the units twice, so that the exact size is charged
// first and nothing is allocated for an invalid string.
func (cx *Context) decodeUTF16(encoded []byte) (string, error) {
	size := 0
	for i := 0; i < len(encoded); i += 2 {
		unit := binary.LittleEndian.Uint16(encoded[i:])
		switch {
		case unit < 0x80:
			size++
		case unit < 0x800:
			size += 2
		case unit < 0xd800 || unit > 0xdfff:
			size += 3
		default:
			if unit > 0xdbff || i+4 > len(encoded) || encoded[i+3]&0xfc != 0xdc {
				return "", trapf("invalid utf-16: lone surrogate %#x at code unit %d", unit, i/2)
			}
			size += 4
			i += 2
		}
	}
	if err := cx.Budget.Charge(stringCost + uint64(size)); err != nil {
		return "", err
	}
	var s strings.Builder
	s.Grow(size)
	for i := 0; i < len(encoded); i += 2 {
		r := rune(binary.LittleEndian.Uint16(encoded[i:]))
		if r >= 0xd800 && r <= 0xdfff {
			i += 2
			r = (r-0xd800)<<10 + rune(binary.LittleEndian.Uint16(encoded[i:])) - 0xdc00 + 0x10000
		}
		s.WriteRune(r)
	}
	return s.String(), nil
}

func (cx *Context) decodeLatin1(encoded []byte) (string, error) {
	size := len(encoded)
	for _, b := range encoded {
		size += int(b >> 7)
	}
	if err := cx.Budget.Charge(stringCost + uint64(size)); err != nil {
		return "", err
	}
	if size == len(encoded) {
		return string(encoded), nil
	}
	var s strings.Builder
	s.Grow(size)
	for _, b := range encoded {
		s.WriteRune(rune(b))
	}
	return s.String(), nil
}

// A relayedString is a string on its way from one guest to another. It is a
// value through the value.String in it.
type relayedString struct {
	value.String
	encoding        component.StringEncoding
	taggedCodeUnits uint32
}

func (cx *Context) loadStringValue(ptr, taggedCodeUnits uint32) (value.Value, error) {
	s, err := cx.LoadString(ptr, taggedCodeUnits)
	if err != nil {
		return nil, err
	}
	if cx.Relay {
		// The encoding and length beside the string.
		if err := cx.Budget.Charge(scalarCost); err != nil {
			return nil, err
		}
		return relayedString{value.String(s), cx.Encoding, taggedCodeUnits}, nil
	}
	return value.String(s), nil
}
