package component

import (
	"fmt"
	"unicode/utf8"
)

// A reader reads one stretch of the input. The first error sticks: every read
// after it returns zero, so callers check err once per item.
type reader struct {
	src     []byte // the whole input
	pos     int
	end     int
	section string
	// item is where the definition being read starts; errors that concern all
	// of it are reported there.
	item int
	err  error
}

// fail records the first error, about the item at offset.
func (r *reader) fail(offset int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Offset: offset, Section: r.section, Msg: fmt.Sprintf(format, args...)}
	}
}

func (r *reader) left() int { return r.end - r.pos }

// more reports whether there is something left to read.
func (r *reader) more() bool { return r.err == nil && r.pos < r.end }

func (r *reader) truncated(want string) {
	if r.end == len(r.src) {
		r.fail(r.pos, "the input ends where %s is expected", want)
		return
	}
	r.fail(r.pos, "unexpected end: %s is expected", want)
}

// byte reads one byte; want says what it is, for messages.
func (r *reader) byte(want string) byte {
	if r.err != nil {
		return 0
	}
	if r.pos >= r.end {
		r.truncated(want)
		return 0
	}
	b := r.src[r.pos]
	r.pos++
	return b
}

// peek returns the next byte without reading it, 0 at the end.
func (r *reader) peek() byte {
	if !r.more() {
		return 0
	}
	return r.src[r.pos]
}

// bytes reads n bytes; the result aliases the input.
func (r *reader) bytes(n uint32, want string) []byte {
	if r.err != nil {
		return nil
	}
	if uint64(n) > uint64(r.left()) {
		r.truncated(fmt.Sprintf("%s of %d bytes", want, n))
		return nil
	}
	b := r.src[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// u32 reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) u32(want string) uint32 {
	return uint32(r.unsigned(32, want))
}

// unsigned reads an unsigned LEB128 number of at most bits bits.
//
// Spec: core specification, "Integers": at most ceil(bits/7) bytes, and no
// set bit beyond the width.
func (r *reader) unsigned(bits uint, want string) uint64 {
	start := r.pos
	var value uint64
	for shift := uint(0); ; shift += 7 {
		b := r.byte(want)
		if r.err != nil {
			return 0
		}
		value |= uint64(b&0x7f) << shift
		if rest := bits - shift; rest < 7 && b>>rest != 0 {
			if b&0x80 != 0 {
				r.fail(start, "the encoding of %s is too long for a %d-bit number", want, bits)
			} else {
				r.fail(start, "%s is too large for a %d-bit number", want, bits)
			}
			return 0
		}
		if b&0x80 == 0 {
			return value
		}
	}
}

// signed reads a signed LEB128 number of at most bits bits.
func (r *reader) signed(bits uint, want string) int64 {
	start := r.pos
	var value int64
	for shift := uint(0); ; shift += 7 {
		b := r.byte(want)
		if r.err != nil {
			return 0
		}
		value |= int64(b&0x7f) << shift
		if rest := bits - shift; rest <= 7 {
			if b&0x80 != 0 {
				r.fail(start, "the encoding of %s is too long for a %d-bit number", want, bits)
				return 0
			}
			// The unused bits repeat the sign bit.
			if sign := int8(b<<1) >> rest; sign != 0 && sign != -1 {
				r.fail(start, "%s is too large for a %d-bit number", want, bits)
				return 0
			}
		}
		if b&0x80 == 0 {
			if used := shift + 7; used < 64 {
				value = value << (64 - used) >> (64 - used)
			}
			return value
		}
	}
}

// count reads the length of a vector whose elements take at least one byte
// each, and refuses one that the remaining bytes cannot hold or that is above
// limit.
func (r *reader) count(limit int, want string) int {
	start := r.pos
	n := r.u32("the number of " + want)
	if r.err != nil {
		return 0
	}
	if uint64(n) > uint64(limit) {
		r.fail(start, "%d %s; the limit is %d", n, want, limit)
		return 0
	}
	if uint64(n) > uint64(r.left()) {
		r.fail(start, "unexpected end: %d %s announced, %d bytes left", n, want, r.left())
		return 0
	}
	return int(n)
}

// name reads a length-prefixed UTF-8 string.
func (r *reader) name(want string) string {
	start := r.pos
	n := r.u32("the length of " + want)
	if r.err == nil && n > maxNameLength {
		r.fail(start, "%s has %d bytes; the limit is %d", want, n, maxNameLength)
	}
	b := r.bytes(n, want)
	if !utf8.Valid(b) {
		r.fail(start, "%s is not valid UTF-8", want)
		return ""
	}
	return string(b)
}

// flag reads a byte that must be 0 or 1.
func (r *reader) flag(want string) bool {
	start := r.pos
	b := r.byte(want)
	if b > 1 {
		r.fail(start, "0x%02x where %s (0x00 or 0x01) is expected", b, want)
	}
	return b == 1
}

// sub returns a reader for the next n bytes and skips them.
func (r *reader) sub(n uint32, section string) *reader {
	start := r.pos
	r.bytes(n, "the content")
	return &reader{src: r.src, pos: start, end: r.pos, section: section, err: r.err}
}
