package wasi

import (
	"io"
	"slices"
	"sync"
	"time"
)

// bodyBuffer is how many bytes of a body that a guest sends wait in the host.
// A new pipe has room for one permit.
const bodyBuffer = WritePermit

// A bodyPipe carries a body from the guest, which writes without blocking, to
// net/http, which reads on a goroutine of its own.
type bodyPipe struct {
	// signal is called when room is made.
	signal func()

	mu    sync.Mutex
	more  sync.Cond
	buf   []byte // what was written; read before start
	start int
	// end is why no more is coming: io.EOF, or what went wrong.
	end error
	// gone says that nobody reads any more.
	gone     bool
	trailers []fieldEntry
}

func newBodyPipe(signal func()) *bodyPipe {
	p := &bodyPipe{signal: signal}
	p.more.L = &p.mu
	return p
}

// write takes data; room said how much. What nobody reads any more is taken
// and forgotten: a server may answer before it has read all of a request, and
// StarlingMonkey ends the instance when a write to a body fails.
func (p *bodyPipe) write(data []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil
	}
	if p.start > 0 && len(p.buf)+len(data) > bodyBuffer {
		p.buf = slices.Delete(p.buf, 0, p.start)
		p.start = 0
	}
	p.buf = append(p.buf, data...)
	p.more.Broadcast()
	return nil
}

func (p *bodyPipe) flush() error { return nil }

func (p *bodyPipe) room() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bodyBuffer - (len(p.buf) - p.start), nil
}

// finish says that no more is coming; trailers follow an end that is io.EOF.
// Only the first end counts.
func (p *bodyPipe) finish(end error, trailers []fieldEntry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end == nil {
		p.end, p.trailers = end, trailers
		p.more.Broadcast()
	}
}

// held returns what the pipe takes up in memory.
func (p *bodyPipe) held() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(cap(p.buf) + fieldsSize(p.trailers))
}

// whole returns what was written if the body is finished, has no trailers and
// nothing of it was read.
func (p *bodyPipe) whole() ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end != io.EOF || len(p.trailers) > 0 {
		return nil, false
	}
	return p.buf, true
}

// Read blocks until there is something, the body has ended, or the pipe is
// closed.
func (p *bodyPipe) Read(data []byte) (int, error) {
	p.mu.Lock()
	for p.start == len(p.buf) && p.end == nil && !p.gone {
		p.more.Wait()
	}
	if p.gone {
		p.mu.Unlock()
		return 0, io.ErrClosedPipe
	}
	n := copy(data, p.buf[p.start:])
	if p.start += n; p.start == len(p.buf) {
		p.buf, p.start = p.buf[:0], 0
	}
	var err error
	if n == 0 {
		err = p.end
	}
	p.mu.Unlock()
	p.signal()
	return n, err
}

// begin waits until there is something to read, but for no longer than d, and
// returns what went wrong if the body broke off before its first byte.
func (p *bodyPipe) begin(d time.Duration) error {
	late := false
	timer := time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.more.Broadcast()
	})
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.start == len(p.buf) && p.end == nil && !p.gone && !late {
		p.more.Wait()
	}
	if p.start < len(p.buf) || p.end == io.EOF {
		return nil
	}
	return p.end
}

// pending reports whether Read would return at once.
func (p *bodyPipe) pending() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.start < len(p.buf) || p.end != nil || p.gone
}

// Close says that nobody reads any more. It is idempotent.
func (p *bodyPipe) Close() error {
	p.mu.Lock()
	p.gone, p.buf, p.start = true, nil, 0
	p.more.Broadcast()
	p.mu.Unlock()
	p.signal()
	return nil
}
