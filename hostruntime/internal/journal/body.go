package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// AppendUint appends a number.
func AppendUint(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) }

// AppendInt appends a signed number.
func AppendInt(b []byte, n int64) []byte { return binary.AppendVarint(b, n) }

// AppendBool appends 0 or 1.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendBytes appends bytes or text.
func AppendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(AppendUint(b, uint64(len(s))), s...)
}

// A Body reads the body of a record. After a failure it reads zeroes: Err says
// what the first one was.
type Body struct {
	rest []byte
	err  error
}

// NewBody returns a reader of b, which it keeps no copy of.
func NewBody(b []byte) *Body { return &Body{rest: b} }

var errShort = errors.New("the record ends too early")

func (b *Body) fail(err error) {
	if b.err == nil {
		b.err, b.rest = err, nil
	}
}

// Err returns the first failure.
func (b *Body) Err() error { return b.err }

// End returns the first failure; that there is more left is one.
func (b *Body) End() error {
	if b.err == nil && len(b.rest) > 0 {
		b.fail(fmt.Errorf("the record has %d bytes too many", len(b.rest)))
	}
	return b.err
}

// Rest returns all that is left.
func (b *Body) Rest() []byte {
	rest := b.rest
	b.rest = nil
	return rest
}

// Byte reads one byte.
func (b *Body) Byte() byte {
	if len(b.rest) == 0 {
		b.fail(errShort)
		return 0
	}
	v := b.rest[0]
	b.rest = b.rest[1:]
	return v
}

// Bool reads a byte that is 0 or 1.
func (b *Body) Bool() bool {
	v := b.Byte()
	if v > 1 {
		b.fail(fmt.Errorf("want 0 or 1, got %d", v))
	}
	return v == 1
}

// Uint reads a number.
func (b *Body) Uint() uint64 {
	v, n := binary.Uvarint(b.rest)
	if n <= 0 {
		b.fail(errShort)
		return 0
	}
	b.rest = b.rest[n:]
	return v
}

// Int reads a signed number.
func (b *Body) Int() int64 {
	v, n := binary.Varint(b.rest)
	if n <= 0 {
		b.fail(errShort)
		return 0
	}
	b.rest = b.rest[n:]
	return v
}

// Upto reads a number that must not be above most.
func (b *Body) Upto(most uint64) uint64 {
	v := b.Uint()
	if v > most {
		b.fail(fmt.Errorf("want a number up to %d, got %d", most, v))
		return 0
	}
	return v
}

// Count reads how many things follow, each of at least one byte.
func (b *Body) Count() int {
	n := b.Uint()
	if n > uint64(len(b.rest)) {
		b.fail(errShort)
		return 0
	}
	return int(n)
}

// Take reads so many bytes, which are the record's own.
func (b *Body) Take(n int) []byte {
	if n > len(b.rest) {
		b.fail(errShort)
		return nil
	}
	v := b.rest[:n]
	b.rest = b.rest[n:]
	return v
}

// Bytes reads bytes, which are the record's own.
func (b *Body) Bytes() []byte { return b.Take(b.Count()) }

// Text reads text, which may be any bytes.
func (b *Body) Text() string { return string(b.Bytes()) }
