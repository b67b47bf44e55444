package wasi

import (
	"context"
	"net"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// startTCPListen is tcp-socket.start-listen.
func startTCPListen(c *call, s *tcpSocket) (value.Value, error) {
	switch {
	case s.state.inProgress():
		return socketFail("concurrency-conflict"), nil
	case s.state != tcpBound:
		return socketFail("invalid-state"), nil
	case s.listener == nil:
		// Binding was allowed, listening isn't; this records it.
		return socketFailed(c.config.Network.PermitListen(egress.TCP, s.local))
	}
	s.state = tcpListenStarted
	return ok(nil), nil
}

// finishTCPListen is tcp-socket.finish-listen.
func finishTCPListen(_ *call, s *tcpSocket) (value.Value, error) {
	if s.state != tcpListenStarted {
		return socketFail("not-in-progress"), nil
	}
	s.state = tcpListening
	return ok(nil), nil
}

// acceptTCP is tcp-socket.accept.
func acceptTCP(c *call, s *tcpSocket) (value.Value, error) {
	if s.state != tcpListening {
		return socketFail("invalid-state"), nil
	}
	p := takePlace(c.config.Network)
	if p == nil {
		return socketFail("new-socket-limit"), nil
	}
	conn, err := s.listener.take()
	if conn == nil {
		p.leave()
		if err != nil {
			return socketFailed(err)
		}
		return socketFail("would-block"), nil
	}
	flow, err := c.config.Network.Accept(egress.TCP, addrPort(conn.RemoteAddr()))
	if err != nil {
		_ = conn.Close()
		p.leave()
		return socketFailed(err)
	}
	accepted := newTCPSocket(c.Host, p, s.v6)
	accepted.opts = s.opts
	accepted.attach(conn, flow)
	_ = accepted.reapply() // as in finish-connect
	socket, err := c.open(tcpSocketResource, accepted, nil)
	if err != nil {
		return nil, err
	}
	streams, err := accepted.openStreams(c)
	if err != nil {
		return nil, err
	}
	return ok(append(value.Tuple{socket}, streams.(value.Tuple)...)), nil
}

// A tcpListener accepts connections one at a time, and only when somebody
// asks: the others wait in the system's queue.
type tcpListener struct {
	host *Host
	net  *net.TCPListener
	// forget takes the listener off what ends with the gate.
	forget func() bool

	mu        sync.Mutex
	accepting bool
	closed    bool
	conn      *net.TCPConn // not yet taken
	err       error
}

func newTCPListener(h *Host, l *net.TCPListener) *tcpListener {
	t := &tcpListener{host: h, net: l}
	t.mu.Lock() // close may come before forget is set
	defer t.mu.Unlock()
	t.forget = context.AfterFunc(h.config.Network.Context(), t.close)
	return t
}

// take returns a connection, an error, or neither yet.
func (l *tcpListener) take() (*net.TCPConn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accept()
	conn, err := l.conn, l.err
	l.conn, l.err = nil, nil
	return conn, err
}

// ready reports whether take has something.
func (l *tcpListener) ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accept()
	return !l.accepting
}

// accept sees to it that a connection or an error is there or on its way;
// with l.mu held.
func (l *tcpListener) accept() {
	if l.accepting || l.conn != nil || l.err != nil || l.closed {
		return
	}
	l.accepting = true
	go func() {
		conn, err := l.net.AcceptTCP()
		l.mu.Lock()
		l.accepting = false
		if l.closed && conn != nil {
			_ = conn.Close()
		} else {
			l.conn, l.err = conn, err
		}
		l.mu.Unlock()
		l.host.signal()
	}()
}

func (l *tcpListener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	l.forget()
	_ = l.net.Close()
	if l.conn != nil {
		_ = l.conn.Close()
		l.conn = nil
	}
}
