package wasi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

const (
	// tcpReadAhead is the most bytes of one connection that are read ahead.
	tcpReadAhead = 32 << 10
	// tcpWriteWait is how long a write tries before the rest is left to a
	// goroutine: what the system takes at once is with the system when the
	// instance ends.
	tcpWriteWait = time.Millisecond
	// tcpLinger is how long what was written may take to leave when the guest
	// has dropped all that it had of a connection.
	tcpLinger = 10 * time.Second
)

// A tcpConn is a connection. The socket and both streams use it, and are
// dropped in any order.
type tcpConn struct {
	host   *Host
	net    *net.TCPConn
	flow   *egress.Flow
	remote netip.AddrPort
	// forget takes the connection off those that end with the gate.
	forget func() bool

	mu      sync.Mutex
	place   *place
	users   map[*node]struct{}
	closed  bool
	noRead  bool // shutdown(receive)
	noWrite bool // shutdown(send)
	pending []byte
	writing bool
	failed  error // of writing
	output  *node // what pending bytes are charged to
}

func newTCPConn(h *Host, conn *net.TCPConn, flow *egress.Flow, p *place) *tcpConn {
	c := &tcpConn{host: h, net: conn, flow: flow, place: p, remote: addrPort(conn.RemoteAddr()), users: map[*node]struct{}{}}
	c.mu.Lock() // close may come before forget is set
	defer c.mu.Unlock()
	c.forget = context.AfterFunc(flow.Context(), c.close)
	return c
}

// join makes n a user of the connection.
func (c *tcpConn) join(n *node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users[n] = struct{}{}
}

// leave ends a user's use. After the last one's, what was written leaves, and
// the connection is closed; if the Host was, that is so at once.
func (c *tcpConn) leave(n *node) {
	c.mu.Lock()
	delete(c.users, n)
	if n == c.output {
		c.output = nil
	}
	linger := c.writing && !c.host.isClosed()
	if len(c.users) > 0 && !c.host.isClosed() {
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	if !linger {
		c.close()
		return
	}
	_ = c.net.SetWriteDeadline(time.Now().Add(tcpLinger))
}

// close closes the connection, which ends its goroutines.
func (c *tcpConn) close() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	place, failed, forget := c.place, c.failed, c.forget
	c.mu.Unlock()
	forget()
	_ = c.net.Close()
	c.flow.Done(0, failed)
	if place != nil {
		place.leave()
	}
}

// errStreamClosed is the end of a stream that isn't a failure.
var errStreamClosed = errors.New("wasi: the stream is closed")

// shutReceive ends the input stream.
func (c *tcpConn) shutReceive() {
	c.mu.Lock()
	c.noRead = true
	c.mu.Unlock()
	_ = c.net.CloseRead() // which wakes a Read
	c.host.signal()
}

// shutSend ends the output stream, once what was written has left.
func (c *tcpConn) shutSend() {
	c.mu.Lock()
	done := c.noWrite || c.writing
	c.noWrite = true
	c.mu.Unlock()
	if !done {
		_ = c.net.CloseWrite()
	}
}

// openInput returns the connection's input stream.
func (c *tcpConn) openInput(in *call) (value.Value, error) {
	r := newReader(tcpReader{c}, in.signal)
	r.buf = make([]byte, tcpReadAhead)
	s := &inputStream{src: tcpSource{c, r}}
	s.stop = func() { c.leave(&s.node) }
	c.join(&s.node)
	v, err := in.open(inputStreamResource, s, nil)
	if err != nil {
		return nil, err
	}
	return v, in.hold(&s.node, tcpReadAhead)
}

// openOutput returns the connection's output stream.
func (c *tcpConn) openOutput(in *call) (value.Value, error) {
	s := newOutputStream(tcpSink{c})
	s.stop = func() { c.leave(&s.node) }
	c.join(&s.node)
	c.mu.Lock()
	c.output = &s.node
	c.mu.Unlock()
	return in.open(outputStreamResource, s, nil)
}

// A tcpReader reads from a connection and counts.
type tcpReader struct{ c *tcpConn }

func (r tcpReader) Read(b []byte) (int, error) {
	n, err := r.c.net.Read(b)
	if n > 0 {
		if limit := r.c.flow.Received(n); limit != nil {
			return 0, limit
		}
	}
	if err != nil && err != io.EOF {
		err = &socketFailure{err}
	}
	return n, err
}

// A tcpSource is the source of an input stream.
type tcpSource struct {
	c *tcpConn
	*reader
}

func (s tcpSource) read(n int) ([]byte, error) {
	if s.over() {
		return nil, io.EOF
	}
	return s.reader.read(n)
}

func (s tcpSource) ready() bool { return s.over() || s.reader.ready() }

func (s tcpSource) over() bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.c.noRead
}

// A tcpSink is the sink of an output stream. It has room when the system has
// taken all that was written.
type tcpSink struct{ c *tcpConn }

func (s tcpSink) room() (int, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	switch {
	case s.c.failed != nil:
		return 0, s.c.failed
	case s.c.noWrite:
		return 0, errStreamClosed
	case s.c.writing:
		return 0, nil
	}
	return WritePermit, nil
}

func (s tcpSink) write(data []byte) error {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.failed != nil:
		return c.failed
	case c.noWrite:
		return errStreamClosed
	case len(data) == 0:
		return nil
	}
	if err := c.flow.Sent(len(data)); err != nil {
		return err
	}
	if !c.writing {
		_ = c.net.SetWriteDeadline(time.Now().Add(tcpWriteWait))
		n, err := c.net.Write(data)
		_ = c.net.SetWriteDeadline(time.Time{})
		if data = data[n:]; len(data) == 0 {
			return nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			c.failed = writeFailure(err)
			return c.failed
		}
	}
	if err := c.charge(len(c.pending) + len(data)); err != nil {
		return err
	}
	c.pending = append(c.pending, data...)
	if !c.writing {
		c.writing = true
		go c.drain()
	}
	return nil
}

// flush has nothing to do: what was written leaves as soon as it can.
func (s tcpSink) flush() error {
	_, err := s.room()
	return err
}

// charge charges n pending bytes to the output stream; with c.mu held.
func (c *tcpConn) charge(n int) error {
	if c.output == nil {
		return nil
	}
	return c.host.hold(c.output, int64(n))
}

// drain writes what is pending.
func (c *tcpConn) drain() {
	c.mu.Lock()
	for len(c.pending) > 0 && c.failed == nil {
		data := c.pending
		c.mu.Unlock()
		n, err := c.net.Write(data)
		c.mu.Lock()
		c.pending = c.pending[n:]
		if err != nil {
			c.failed = writeFailure(err)
		}
	}
	c.pending, c.writing = nil, false
	_ = c.charge(0) // giving back can't fail
	shut, last := c.noWrite, len(c.users) == 0
	c.mu.Unlock()
	switch {
	case last:
		c.close()
	case shut:
		_ = c.net.CloseWrite()
	}
	c.host.signal()
}

// writeFailure is how a write's error ends an output stream: a peer that has
// gone away has closed it.
func writeFailure(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return errStreamClosed
	}
	return &socketFailure{err}
}
