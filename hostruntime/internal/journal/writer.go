package journal

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// flushBytes is how much a Writer gathers before it writes.
const flushBytes = 32 << 10

// A Writer writes one journal. It gathers records: see Flush.
type Writer struct {
	to  io.Writer
	buf []byte
	sum uint32
	err error
}

// NewWriter returns a Writer that has begun a journal.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to, buf: []byte(Magic)} }

// Write adds a record. Its body is not kept.
//
// Errors: the first of the underlying writer's, from then on.
func (w *Writer) Write(kind Kind, body []byte) error {
	if w.err != nil {
		return w.err
	}
	start := len(w.buf)
	w.buf = append(w.buf, byte(kind))
	w.buf = binary.AppendUvarint(w.buf, uint64(len(body)))
	head := w.buf[start:]
	w.sum = crc32.Update(crc32.Update(w.sum, castagnoli, head), castagnoli, body)
	if len(body) > flushBytes {
		// Straight from where it is: it is longer than the rest together.
		if err := w.Flush(); err != nil {
			return err
		}
		if _, err := w.to.Write(body); err != nil {
			w.err = err
			return err
		}
	} else {
		w.buf = append(w.buf, body...)
	}
	w.buf = binary.LittleEndian.AppendUint32(w.buf, w.sum)
	if len(w.buf) >= flushBytes {
		return w.Flush()
	}
	return nil
}

// Flush writes what has been gathered.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.to.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}
