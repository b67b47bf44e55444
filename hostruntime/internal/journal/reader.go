package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// MaxRecordBytes bounds the body of one record, in bytes.
const MaxRecordBytes = 1 << 30

// A Record is one record of a journal.
type Record struct {
	// Number counts the records of the journal, from 0, the header's.
	Number int
	// Offset is where it starts, in bytes from the start of the stream.
	Offset int64
	Kind   Kind
	Body   []byte
}

// A Reader reads the records of a stream. Use NewReader.
type Reader struct {
	from   *bufio.Reader
	offset int64
	number int
	sum    uint32
	err    error
}

// NewReader returns a Reader, which may read more of from than it returns.
func NewReader(from io.Reader) *Reader { return &Reader{from: bufio.NewReader(from)} }

// A DamageError says that a journal isn't as it was written.
type DamageError struct {
	// Number and Offset are the record's, as in Record.
	Number int
	Offset int64
	Reason string
	// Cut says that the journal ends where it shouldn't.
	Cut bool
}

// Error returns the reason.
func (e *DamageError) Error() string { return e.Reason }

func (r *Reader) damaged(format string, args ...any) error {
	r.err = &DamageError{Number: r.number, Offset: r.offset, Reason: fmt.Sprintf(format, args...)}
	return r.err
}

// More reports whether there is anything left, be it a record or another
// journal.
func (r *Reader) More() bool {
	_, err := r.from.Peek(1)
	return err == nil
}

// Begin reads the line with which a journal begins.
//
// Errors: *DamageError; the stream's.
func (r *Reader) Begin() error {
	r.number, r.sum = 0, 0
	line, err := r.from.Peek(len(Magic))
	switch {
	case string(line) == Magic:
		r.offset += int64(len(Magic))
		_, err := r.from.Discard(len(Magic))
		return err
	case err != nil && err != io.EOF:
		return err
	case bytes.HasPrefix(line, []byte(Magic[:len(Magic)-2])):
		return r.damaged("the journal has another version: it begins with %q, this runtime reads %q", line, Magic)
	}
	return r.damaged("this is no journal: it begins with %.20q", line)
}

// Next reads a record. Its body is the caller's: nothing else refers to it.
//
// Errors: *DamageError, from then on; the stream's.
func (r *Reader) Next() (Record, error) {
	if r.err != nil {
		return Record{}, r.err
	}
	record, err := r.next()
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = &DamageError{Number: r.number, Offset: r.offset, Reason: "the journal ends here, before its end was recorded", Cut: true}
		}
		r.err = err
		return Record{}, err
	}
	r.number++
	return record, nil
}

func (r *Reader) next() (Record, error) {
	record := Record{Number: r.number, Offset: r.offset}
	head := make([]byte, 0, 1+binary.MaxVarintLen32)
	for len(head) < 2 || head[len(head)-1] >= 0x80 {
		if len(head) == cap(head) {
			return record, r.damaged("the record's length is no number below %d", MaxRecordBytes)
		}
		b, err := r.from.ReadByte()
		if err != nil {
			return record, err
		}
		head = append(head, b)
	}
	record.Kind = Kind(head[0])
	length, n := binary.Uvarint(head[1:])
	if n <= 0 || length > MaxRecordBytes {
		return record, r.damaged("the record's length is no number below %d", MaxRecordBytes)
	}
	body, err := r.body(int(length))
	if err != nil {
		return record, err
	}
	var sum [4]byte
	if _, err := io.ReadFull(r.from, sum[:]); err != nil {
		return record, err
	}
	r.sum = crc32.Update(crc32.Update(r.sum, castagnoli, head), castagnoli, body)
	if binary.LittleEndian.Uint32(sum[:]) != r.sum {
		return record, r.damaged("the record is damaged, or not the one that followed: its sum is another one")
	}
	record.Body = body
	r.offset += int64(len(head)+len(body)) + 4
	return record, nil
}

// body reads so many bytes, in pieces: a length that the stream hasn't the
// bytes for shall cost nothing.
func (r *Reader) body(length int) ([]byte, error) {
	const chunk = 64 << 10
	body := make([]byte, 0, min(length, chunk))
	for len(body) < length {
		n := min(length-len(body), max(len(body), chunk))
		grown := make([]byte, len(body)+n)
		copy(grown, body)
		if _, err := io.ReadFull(r.from, grown[len(body):]); err != nil {
			return nil, err
		}
		body = grown
	}
	return body, nil
}
