package wasi

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// StdinBuffer is the most bytes of standard input that are read ahead.
const StdinBuffer = 64 << 10

// A reader makes an io.Reader that can block into a source that doesn't.
//
// At most one goroutine reads, one Read at a time, and only when somebody
// wants bytes that aren't there.
type reader struct {
	from io.Reader
	// inline says that from never blocks.
	inline bool
	// signal is called when bytes or an error have arrived.
	signal func()

	mu      sync.Mutex
	reading bool
	buf     []byte
	pending []byte // the part of buf not yet taken
	err     error
}

func newReader(from io.Reader, signal func()) *reader {
	r := &reader{from: from, signal: signal}
	r.inline = InMemory(from)
	if from == nil {
		r.err = io.EOF
	}
	return r
}

// InMemory reports whether all that a reader has is there already.
func InMemory(from io.Reader) bool {
	switch from.(type) {
	case *bytes.Reader, *bytes.Buffer, *strings.Reader:
		return true
	}
	return false
}

// read returns up to n bytes, none if there are none yet.
func (r *reader) read(n int) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n == 0 {
		return nil, nil
	}
	r.fill()
	if len(r.pending) == 0 && !r.reading {
		if r.err != nil {
			r.buf, r.pending = nil, nil
		}
		return nil, r.err
	}
	n = min(n, len(r.pending))
	data := bytes.Clone(r.pending[:n])
	r.pending = r.pending[n:]
	return data, nil
}

// ready reports whether read has something to say.
func (r *reader) ready() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fill()
	return !r.reading
}

// fill sees to it that bytes or an error are there or on their way.
func (r *reader) fill() {
	if r.reading || len(r.pending) > 0 || r.err != nil {
		return
	}
	if r.buf == nil {
		r.buf = make([]byte, StdinBuffer)
	}
	if r.inline {
		r.take(readSome(r.from, r.buf))
		return
	}
	r.reading = true
	// The goroutine alone uses buf until reading is false again.
	go func() {
		n, err := readSome(r.from, r.buf)
		r.mu.Lock()
		r.reading = false
		r.take(n, err)
		r.mu.Unlock()
		r.signal()
	}()
}

func (r *reader) take(n int, err error) { r.pending, r.err = r.buf[:n], err }

// readSome reads at least one byte unless there is an error.
func readSome(from io.Reader, buf []byte) (int, error) {
	// The bound is bufio's, for readers that return nothing over and over.
	for range 100 {
		if n, err := from.Read(buf); n > 0 || err != nil {
			return max(0, n), err
		}
	}
	return 0, io.ErrNoProgress
}
