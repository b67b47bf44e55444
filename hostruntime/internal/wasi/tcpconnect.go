package wasi

import (
	"context"
	"net"
	"net/netip"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// startTCPConnect is tcp-socket.start-connect.
func startTCPConnect(c *call, s *tcpSocket) (value.Value, error) {
	switch {
	case s.state.inProgress():
		return socketFail("concurrency-conflict"), nil
	case s.state != tcpUnbound && s.state != tcpBound:
		return socketFail("invalid-state"), nil
	}
	to := liftSocketAddress(c.args[2])
	if !isRemote(to, s.v6) {
		return socketFail("invalid-argument"), nil
	}
	flow, err := c.config.Network.Connect(egress.TCP, to)
	if err != nil {
		return socketFailed(err)
	}
	var from net.Addr
	if s.state == tcpBound {
		from = net.TCPAddrFromAddrPort(s.local)
	}
	if s.listener != nil {
		s.listener.close() // it held on to the address
	}
	s.hold(nil, newTCPDial(c.Host, flow, from, forFamily("tcp", s.v6), to))
	s.state = tcpConnecting
	return ok(nil), nil
}

// finishTCPConnect is tcp-socket.finish-connect.
func finishTCPConnect(c *call, s *tcpSocket) (value.Value, error) {
	if s.state != tcpConnecting {
		return socketFail("not-in-progress"), nil
	}
	if !s.dial.over() {
		return socketFail("would-block"), nil
	}
	dial := s.dial
	s.hold(nil, nil)
	if dial.err != nil {
		s.state = tcpClosed
		if socketCode(dial.err) == "address-not-bindable" {
			return socketFail("address-in-use"), nil // no port is left
		}
		return socketFailed(dial.err)
	}
	s.attach(dial.conn, dial.flow)
	_ = s.reapply() // an option that the system refuses doesn't take the connection away
	return okOr(s.openStreams(c))
}

// attach makes conn the socket's connection.
func (s *tcpSocket) attach(conn *net.TCPConn, flow *egress.Flow) {
	s.mu.Lock()
	s.conn = newTCPConn(s.host, conn, flow, s.place)
	s.conn.join(&s.node)
	s.place = nil // the connection's now
	s.mu.Unlock()
	s.local = addrPort(conn.LocalAddr())
	s.state = tcpConnected
}

// openStreams returns the connection's two streams.
func (s *tcpSocket) openStreams(c *call) (value.Value, error) {
	in, err := s.conn.openInput(c)
	if err != nil {
		return nil, err
	}
	out, err := s.conn.openOutput(c)
	if err != nil {
		return nil, err
	}
	return value.Tuple{in, out}, nil
}

// A tcpDial is an attempt to connect.
type tcpDial struct {
	flow   *egress.Flow
	cancel context.CancelFunc

	mu      sync.Mutex
	done    bool
	aborted bool
	conn    *net.TCPConn
	err     error
}

func newTCPDial(h *Host, flow *egress.Flow, from net.Addr, network string, to netip.AddrPort) *tcpDial {
	ctx, cancel := context.WithCancel(flow.Context())
	d := &tcpDial{flow: flow, cancel: cancel}
	dialer := net.Dialer{LocalAddr: from, KeepAlive: -1}
	go func() {
		conn, err := dialer.DialContext(ctx, network, to.String())
		d.finish(conn, err)
		h.signal()
	}()
	return d
}

// finish takes the attempt's result.
func (d *tcpDial) finish(conn net.Conn, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done, d.err = true, err
	if conn != nil {
		d.conn = conn.(*net.TCPConn)
	}
	switch {
	case err != nil:
		d.flow.Done(0, err)
	case d.aborted || d.flow.Context().Err() != nil:
		_ = d.conn.Close()
		d.flow.Done(0, net.ErrClosed)
	}
}

// over reports whether the attempt has come to an end.
func (d *tcpDial) over() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done
}

// abort gives the attempt up.
func (d *tcpDial) abort() {
	d.cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done && d.conn != nil && !d.aborted {
		_ = d.conn.Close()
		d.flow.Done(0, net.ErrClosed)
	}
	d.aborted = true
}
