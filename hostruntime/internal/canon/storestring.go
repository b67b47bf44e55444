package canon

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// StoreString lowers s into memory that the guest's realloc gives, in the
// context's encoding, and returns its address and its length in code units,
// tagged for latin1+utf16. The realloc calls are the specification's for a
// UTF-8 source: observable by the guest, so neither more nor fewer.
//
// Errors: *ArgumentError if s isn't valid UTF-8 or too long, then without any
// call into the guest; else those of Reallocate.
//
// Spec: CanonicalABI, "Storing", store_string_into_range.
func (cx *Context) StoreString(s string) (ptr, taggedCodeUnits uint32, err error) {
	if err := checkString(s); err != nil {
		return 0, 0, err
	}
	return cx.storeStringIntoRange(s, component.UTF8, uint32(len(s)))
}

func checkString(s string) error {
	if len(s) > abi.MaxStringByteLength {
		return &ArgumentError{
			Want: fmt.Sprintf("a string of at most %d bytes", abi.MaxStringByteLength),
			Got:  fmt.Sprintf("%d bytes", len(s)),
		}
	}
	if !utf8.ValidString(s) {
		return &ArgumentError{Want: "a string of valid UTF-8", Got: fmt.Sprintf("%.40q", s)}
	}
	return nil
}

// storeStringValue lowers a string value that was checked.
func (cx *Context) storeStringValue(v value.Value) (ptr, taggedCodeUnits uint32, err error) {
	if r, ok := v.(relayedString); ok {
		return cx.storeStringIntoRange(string(r.String), r.encoding, r.taggedCodeUnits)
	}
	s := string(v.(value.String))
	return cx.storeStringIntoRange(s, component.UTF8, uint32(len(s)))
}

// storeStringIntoRange lowers src, always UTF-8 here, as the specification
// does for a source of the given encoding and tagged length.
func (cx *Context) storeStringIntoRange(src string, from component.StringEncoding, taggedCodeUnits uint32) (ptr, tagged uint32, err error) {
	latin1, units := false, taggedCodeUnits
	if from == component.Latin1UTF16 {
		latin1 = units&abi.UTF16Tag == 0
		units &^= abi.UTF16Tag
	}
	switch cx.Encoding {
	case component.UTF16:
		if from == component.UTF8 {
			return cx.storeUTF8ToUTF16(src, units)
		}
		return cx.storeStringCopy(src, units, 2, 2, putUTF16)
	case component.Latin1UTF16:
		switch {
		case from != component.Latin1UTF16:
			return cx.storeStringToLatin1OrUTF16(src, units)
		case latin1:
			return cx.storeStringCopy(src, units, 1, 2, putLatin1)
		}
		return cx.storeProbablyUTF16ToLatin1OrUTF16(src, units)
	}
	switch {
	case from == component.UTF8:
		return cx.storeStringCopy(src, units, 1, 1, putUTF8)
	case latin1:
		return cx.storeStringToUTF8(src, units, units*2)
	}
	return cx.storeStringToUTF8(src, units, units*3)
}

func (cx *Context) storeStringCopy(src string, units, unitSize, align uint32, put func(dst []byte, src string)) (ptr, n uint32, err error) {
	ptr, err = cx.Allocate(align, unitSize*units)
	if err != nil {
		return 0, 0, err
	}
	put(cx.Mem[ptr:], src)
	return ptr, units, nil
}

func (cx *Context) storeStringToUTF8(src string, units, worst uint32) (ptr, n uint32, err error) {
	ptr, err = cx.Allocate(1, units)
	if err != nil {
		return 0, 0, err
	}
	ascii := 0
	for ascii < len(src) && src[ascii] < utf8.RuneSelf {
		ascii++
	}
	copy(cx.Mem[ptr:], src[:ascii])
	if ascii == len(src) {
		return ptr, units, nil
	}
	if ptr, err = cx.Reallocate(ptr, units, 1, worst); err != nil {
		return 0, 0, err
	}
	n = uint32(len(src))
	copy(cx.Mem[ptr+uint32(ascii):], src[ascii:])
	if worst > n {
		if ptr, err = cx.Reallocate(ptr, worst, 1, n); err != nil {
			return 0, 0, err
		}
	}
	return ptr, n, nil
}

func (cx *Context) storeUTF8ToUTF16(src string, units uint32) (ptr, n uint32, err error) {
	worst := 2 * units
	ptr, err = cx.Allocate(2, worst)
	if err != nil {
		return 0, 0, err
	}
	putUTF16(cx.Mem[ptr:], src)
	size := 2 * utf16Len(src)
	if size < worst {
		if ptr, err = cx.Reallocate(ptr, worst, 2, size); err != nil {
			return 0, 0, err
		}
	}
	return ptr, size / 2, nil
}

func (cx *Context) storeStringToLatin1OrUTF16(src string, units uint32) (ptr, tagged uint32, err error) {
	ptr, err = cx.Allocate(2, units)
	if err != nil {
		return 0, 0, err
	}
	stored := uint32(0)
	for at, r := range src {
		if r >= 0x100 {
			return cx.inflateToUTF16(src, at, ptr, stored, units)
		}
		cx.Mem[ptr+stored] = uint8(r)
		stored++
	}
	if stored < units {
		if ptr, err = cx.Reallocate(ptr, units, 2, stored); err != nil {
			return 0, 0, err
		}
	}
	return ptr, stored, nil
}

// inflateToUTF16 goes on where src[at:] no longer fits Latin-1: stored bytes at
// ptr become as many UTF-16 units, in place, and the rest follows them.
func (cx *Context) inflateToUTF16(src string, at int, ptr, stored, units uint32) (_, tagged uint32, err error) {
	worst := 2 * units
	if ptr, err = cx.Reallocate(ptr, units, 2, worst); err != nil {
		return 0, 0, err
	}
	for j := stored; j > 0; j-- {
		// From the end, since source and destination overlap.
		cx.storeU16(ptr+2*(j-1), uint16(cx.Mem[ptr+j-1]))
	}
	putUTF16(cx.Mem[ptr+2*stored:], src[at:])
	size := 2 * (stored + utf16Len(src[at:]))
	if worst > size {
		if ptr, err = cx.Reallocate(ptr, worst, 2, size); err != nil {
			return 0, 0, err
		}
	}
	return ptr, size/2 | abi.UTF16Tag, nil
}

func (cx *Context) storeProbablyUTF16ToLatin1OrUTF16(src string, units uint32) (ptr, tagged uint32, err error) {
	ptr, err = cx.Allocate(2, 2*units)
	if err != nil {
		return 0, 0, err
	}
	putUTF16(cx.Mem[ptr:], src)
	for _, r := range src {
		if r >= 0x100 {
			return ptr, units | abi.UTF16Tag, nil
		}
	}
	for i := range units {
		cx.Mem[ptr+i] = cx.Mem[ptr+2*i]
	}
	if ptr, err = cx.Reallocate(ptr, 2*units, 1, units); err != nil {
		return 0, 0, err
	}
	return ptr, units, nil
}

func putUTF8(dst []byte, src string) { copy(dst, src) }

func putLatin1(dst []byte, src string) {
	i := 0
	for _, r := range src {
		dst[i] = byte(r)
		i++
	}
}

func putUTF16(dst []byte, src string) {
	for _, r := range src {
		if r >= 0x10000 {
			r -= 0x10000
			binary.LittleEndian.PutUint16(dst, uint16(0xd800+r>>10))
			dst = dst[2:]
			r = 0xdc00 + r&0x3ff
		}
		binary.LittleEndian.PutUint16(dst, uint16(r))
		dst = dst[2:]
	}
}

func utf16Len(s string) uint32 {
	n := uint32(0)
	for _, r := range s {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}
