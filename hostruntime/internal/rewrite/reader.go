package rewrite

import (
	"fmt"
	"unicode/utf8"
)

// A reader walks untrusted bytes up to end. The first failure sticks: it moves
// pos to end, and every later read returns zero, so loops over a count only
// have to stop on err.
type reader struct {
	src      []byte
	pos, end int
	section  string
	err      *Error
}

// failAt records the first failure.
func (r *reader) failAt(offset int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Offset: offset, Section: r.section, Msg: fmt.Sprintf(format, args...)}
	}
	r.pos = r.end
}

// off records that a feature is used that is off: "threads, which are off".
func (r *reader) off(offset int, format string, args ...any) {
	first := r.err == nil
	r.failAt(offset, "uses "+format, args...)
	if first {
		r.err.FeatureOff = true
	}
}

// fail records a failure at the current position.
func (r *reader) fail(format string, args ...any) { r.failAt(r.pos, format, args...) }

func (r *reader) byte() byte {
	if r.pos >= r.end {
		r.fail("unexpected end")
		return 0
	}
	b := r.src[r.pos]
	r.pos++
	return b
}

// u32 reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) u32() uint32 {
	if r.pos < r.end && r.src[r.pos] < 0x80 {
		r.pos++
		return uint32(r.src[r.pos-1])
	}
	start := r.pos
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		if shift == 28 && b > 0x0f {
			break
		}
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	r.failAt(start, "integer longer than 32 bits")
	return 0
}

// signed reads a signed LEB128 number of at most the given number of bits.
func (r *reader) signed(bits int) int64 {
	start := r.pos
	var v int64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if left := bits - shift; left < 7 {
			// Only left bits of the last byte count: the rest repeats the sign.
			if ext := int8(b<<1) >> left; b >= 0x80 || ext != 0 && ext != -1 {
				break
			}
		}
		if b < 0x80 {
			if shift+7 < 64 && b&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	r.failAt(start, "integer longer than %d bits", bits)
	return 0
}

// bytes returns the next n bytes, aliasing the input.
func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail("length %d leaves the section", n)
		return nil
	}
	b := r.src[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// name reads a length and that many bytes of UTF-8.
func (r *reader) name() string {
	start := r.pos
	b := r.bytes(r.u32())
	if !utf8.Valid(b) {
		r.failAt(start, "name is not valid UTF-8")
		return ""
	}
	return string(b)
}

// count reads the length of a vector whose elements take at least one byte
// each, so that what is allocated for them stays proportional to the input.
func (r *reader) count(limit uint32, what string) int {
	start := r.pos
	n := r.u32()
	if uint64(n) > uint64(r.end-r.pos) {
		r.failAt(start, "%d %s do not fit in the section", n, what)
		return 0
	}
	if n > limit {
		r.failAt(start, "%d %s, at most %d are run", n, what, limit)
		return 0
	}
	return int(n)
}
