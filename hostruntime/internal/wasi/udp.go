package wasi

import (
	"context"
	"net"
	"net/netip"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A udpState is where a UDP socket stands.
//
// Spec: wasi:sockets/udp, udp-socket.
type udpState int

const (
	udpUnbound udpState = iota
	udpBinding
	udpBound
)

// A udpSocket is a udp-socket.
type udpSocket struct {
	node
	host  *Host
	v6    bool
	opts  socketOptions
	state udpState
	local netip.AddrPort
	// listens says that the socket was bound where the guest may listen.
	listens bool
	// queue reads the socket; channel is what stream made last.
	queue   *udpQueue
	channel *udpChannel

	mu    sync.Mutex // guards against close, which comes from any goroutine
	place *place
	conn  *net.UDPConn
	// forget takes conn off what ends with the gate.
	forget func() bool
}

func newUDPSocket(h *Host, p *place, v6 bool) *udpSocket {
	s := &udpSocket{host: h, v6: v6, place: p, opts: defaultOptions()}
	s.stop = s.close
	return s
}

func (s *udpSocket) close() {
	s.mu.Lock()
	place, conn, forget := s.place, s.conn, s.forget
	s.place = nil
	s.mu.Unlock()
	if conn != nil {
		forget()
		_ = conn.Close() // a second time does nothing
	}
	if place != nil {
		place.leave()
	}
}

func (s *udpSocket) options() *socketOptions { return &s.opts }

func (s *udpSocket) reapply() error {
	if s.conn == nil {
		return nil
	}
	return s.opts.apply(s.conn, s.v6)
}

// socketsUDP returns wasi:sockets/udp.
func socketsUDP() *Interface {
	i := newInterface("wasi:sockets/udp")
	i.uses(udpSocketResource, incomingDatagramResource, outgoingDatagramResource, networkResource, pollableResource)
	r := udpSocketResource
	method(i, r, "start-bind", fn(socketResult(nil), param("network", borrow(networkResource)),
		param("local-address", ipSocketAddress)), startUDPBind)
	method(i, r, "finish-bind", fn(socketResult(nil)), func(_ *call, s *udpSocket) (value.Value, error) {
		if s.state != udpBinding {
			return socketFail("not-in-progress"), nil
		}
		s.state = udpBound
		return ok(nil), nil
	})
	method(i, r, "stream", fn(socketResult(abi.NewTuple(own(incomingDatagramResource), own(outgoingDatagramResource))),
		param("remote-address", abi.NewOption(ipSocketAddress))), streamUDP)
	method(i, r, "local-address", fn(socketResult(ipSocketAddress)), func(_ *call, s *udpSocket) (value.Value, error) {
		if s.state != udpBound {
			return socketFail("invalid-state"), nil
		}
		return ok(lowerSocketAddress(s.local)), nil
	})
	method(i, r, "remote-address", fn(socketResult(ipSocketAddress)), func(_ *call, s *udpSocket) (value.Value, error) {
		if s.channel == nil || !s.channel.remote.IsValid() {
			return socketFail("invalid-state"), nil
		}
		return ok(lowerSocketAddress(s.channel.remote)), nil
	})
	method(i, r, "address-family", fn(addressFamily),
		func(_ *call, s *udpSocket) (value.Value, error) { return family(s.v6), nil })
	method(i, r, "subscribe", fn(own(pollableResource)),
		func(c *call, s *udpSocket) (value.Value, error) { return c.subscribe(&s.node, always) })
	bufferOptions[*udpSocket](i, r, "unicast-hop-limit")
	datagramMethods(i)
	return i
}

// startUDPBind is udp-socket.start-bind.
func startUDPBind(c *call, s *udpSocket) (value.Value, error) {
	switch s.state {
	case udpBinding:
		return socketFail("concurrency-conflict"), nil
	case udpBound:
		return socketFail("invalid-state"), nil
	}
	at := liftSocketAddress(c.args[2])
	if !fitsFamily(at.Addr(), s.v6) {
		return socketFail("invalid-argument"), nil
	}
	gate := c.config.Network
	if err := gate.PermitBind(egress.UDP, at); err != nil {
		return socketFailed(err)
	}
	conn, err := net.ListenUDP(forFamily("udp", s.v6), net.UDPAddrFromAddrPort(at))
	if err != nil {
		return socketFailed(err)
	}
	s.mu.Lock()
	s.conn = conn
	// Whatever becomes of the socket, it ends with the gate.
	s.forget = context.AfterFunc(gate.Context(), func() { _ = conn.Close() })
	s.mu.Unlock()
	_ = s.reapply() // as for a connection
	listens := gate.Listens(egress.UDP, at)
	s.listens = listens
	s.queue = &udpQueue{conn: conn, permits: func(from netip.AddrPort) bool { return listens || gate.Permits(egress.UDP, from) }, signal: c.signal}
	s.local = udpAddrPort(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	s.state = udpBinding
	return ok(nil), nil
}

// udpAddrPort returns an address in the form that guests give it.
func udpAddrPort(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
