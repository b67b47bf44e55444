package wasi

import (
	"context"
	"net"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// startTCPBind is tcp-socket.start-bind.
//
// The port is taken for good only where the guest may listen at it: package
// net binds when it listens or connects. For a socket that may only connect,
// binding finds out whether the address is free and which port the system
// would choose.
func startTCPBind(c *call, s *tcpSocket) (value.Value, error) {
	switch {
	case s.state.inProgress():
		return socketFail("concurrency-conflict"), nil
	case s.state != tcpUnbound:
		return socketFail("invalid-state"), nil
	}
	at := liftSocketAddress(c.args[2])
	if !fitsFamily(at.Addr(), s.v6) || !isUnicast(at.Addr()) {
		return socketFail("invalid-argument"), nil
	}
	gate := c.config.Network
	if err := gate.PermitBind(egress.TCP, at); err != nil {
		return socketFailed(err)
	}
	// Multipath TCP would come with options of its own, and keep-alive is the
	// guest's to set.
	lc := net.ListenConfig{KeepAlive: -1}
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(context.Background(), forFamily("tcp", s.v6), at.String())
	if err != nil {
		return socketFailed(err)
	}
	s.local = addrPort(l.Addr())
	if !gate.Listens(egress.TCP, at) {
		_ = l.Close() // it only showed that the address is free
	} else {
		s.hold(newTCPListener(c.Host, l.(*net.TCPListener)), nil)
	}
	s.state = tcpBinding
	return ok(nil), nil
}

// finishTCPBind is tcp-socket.finish-bind.
func finishTCPBind(_ *call, s *tcpSocket) (value.Value, error) {
	if s.state != tcpBinding {
		return socketFail("not-in-progress"), nil
	}
	s.state = tcpBound
	return ok(nil), nil
}
