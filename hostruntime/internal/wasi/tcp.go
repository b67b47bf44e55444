package wasi

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A tcpState is where a TCP socket stands.
//
// Spec: wasi:sockets/tcp, tcp-socket.
type tcpState int

const (
	tcpUnbound tcpState = iota
	tcpBinding
	tcpBound
	tcpListenStarted
	tcpListening
	tcpConnecting
	tcpConnected
	tcpClosed
)

// inProgress reports whether an operation was started and not finished.
func (s tcpState) inProgress() bool {
	return s == tcpBinding || s == tcpListenStarted || s == tcpConnecting
}

// A tcpSocket is a tcp-socket. What waits for the outside does so on
// goroutines; all of them end when the socket does.
type tcpSocket struct {
	node
	host  *Host
	v6    bool
	opts  socketOptions
	state tcpState
	// local is the address that the socket is bound to.
	local netip.AddrPort

	// mu is held to write what follows, and by close, which comes from any
	// goroutine; everything else comes from the guest's calls.
	mu    sync.Mutex
	place *place
	// listener holds on to the local address from start-bind on, where the
	// guest may listen there.
	listener *tcpListener
	dial     *tcpDial // while connecting
	conn     *tcpConn // once connected
}

func newTCPSocket(h *Host, p *place, v6 bool) *tcpSocket {
	s := &tcpSocket{host: h, v6: v6, place: p, opts: defaultOptions()}
	s.stop = s.close
	return s
}

// close gives up all that the socket has. A connection lives on as long as its
// streams do.
func (s *tcpSocket) close() {
	s.mu.Lock()
	place, listener, dial, conn := s.place, s.listener, s.dial, s.conn
	s.place = nil // the others can be closed again, and the guest's calls still look at them
	s.mu.Unlock()
	if listener != nil {
		listener.close()
	}
	if dial != nil {
		dial.abort()
	}
	if conn != nil {
		conn.leave(&s.node)
	}
	if place != nil {
		place.leave()
	}
}

// hold makes l, d or neither what the socket waits with.
func (s *tcpSocket) hold(l *tcpListener, d *tcpDial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener, s.dial = l, d
}

func (s *tcpSocket) options() *socketOptions { return &s.opts }

func (s *tcpSocket) reapply() error {
	if s.conn == nil {
		return nil
	}
	return s.opts.apply(s.conn.net, s.v6)
}

// ready reports whether the operation in progress is over, or a connection can
// be accepted. Where there is nothing to wait for, that's so at once.
func (s *tcpSocket) ready() bool {
	switch s.state {
	case tcpConnecting:
		return s.dial.over()
	case tcpListening:
		return s.listener.ready()
	}
	return true
}

// socketsTCP returns wasi:sockets/tcp.
func socketsTCP() *Interface {
	i := newInterface("wasi:sockets/tcp")
	i.uses(tcpSocketResource, networkResource, inputStreamResource, outputStreamResource, pollableResource)
	r := tcpSocketResource
	withNetwork := func(address string) *abi.Func {
		return fn(socketResult(nil), param("network", borrow(networkResource)), param(address, ipSocketAddress))
	}
	streams := abi.NewTuple(own(inputStreamResource), own(outputStreamResource))
	accepted := abi.NewTuple(own(r), own(inputStreamResource), own(outputStreamResource))
	method(i, r, "start-bind", withNetwork("local-address"), startTCPBind)
	method(i, r, "finish-bind", fn(socketResult(nil)), finishTCPBind)
	method(i, r, "start-connect", withNetwork("remote-address"), startTCPConnect)
	method(i, r, "finish-connect", fn(socketResult(streams)), finishTCPConnect)
	method(i, r, "start-listen", fn(socketResult(nil)), startTCPListen)
	method(i, r, "finish-listen", fn(socketResult(nil)), finishTCPListen)
	method(i, r, "accept", fn(socketResult(accepted)), acceptTCP)
	method(i, r, "local-address", fn(socketResult(ipSocketAddress)), func(_ *call, s *tcpSocket) (value.Value, error) {
		if !s.local.IsValid() || s.state == tcpBinding || s.state == tcpClosed {
			return socketFail("invalid-state"), nil
		}
		return ok(lowerSocketAddress(s.local)), nil
	})
	method(i, r, "remote-address", fn(socketResult(ipSocketAddress)), func(_ *call, s *tcpSocket) (value.Value, error) {
		if s.state != tcpConnected {
			return socketFail("invalid-state"), nil
		}
		return ok(lowerSocketAddress(s.conn.remote)), nil
	})
	method(i, r, "is-listening", fn(boolType),
		func(_ *call, s *tcpSocket) (value.Value, error) { return value.Bool(s.state == tcpListening), nil })
	method(i, r, "address-family", fn(addressFamily),
		func(_ *call, s *tcpSocket) (value.Value, error) { return family(s.v6), nil })
	method(i, r, "subscribe", fn(own(pollableResource)),
		func(c *call, s *tcpSocket) (value.Value, error) { return c.subscribe(&s.node, s.ready) })
	method(i, r, "shutdown", fn(socketResult(nil), param("shutdown-type", abi.NewEnum("receive", "send", "both"))), shutdownTCP)
	tcpOptions(i, r)
	return i
}

// family returns an ip-address-family.
func family(v6 bool) value.Value {
	if v6 {
		return value.Enum("ipv6")
	}
	return value.Enum("ipv4")
}

// tcpOptions adds the options of TCP sockets.
func tcpOptions(i *Interface, r *Resource) {
	method(i, r, "set-listen-backlog-size", fn(socketResult(nil), param("value", u64Type)),
		func(c *call, s *tcpSocket) (value.Value, error) {
			switch {
			case arg[value.U64](c, 1) == 0:
				return socketFail("invalid-argument"), nil
			case s.state == tcpConnecting || s.state == tcpConnected:
				return socketFail("invalid-state"), nil
			}
			return ok(nil), nil // a hint, and the system's own size is a good one
		})
	option[*tcpSocket](i, r, "keep-alive-enabled", func(o *socketOptions) value.Bool { return value.Bool(o.keepAlive.Enable) },
		func(o *socketOptions, v value.Bool) bool {
			o.keepAlive.Enable, o.set.keepAlive = bool(v), true
			return true
		})
	duration := func(name string, of func(*socketOptions) *time.Duration) {
		option[*tcpSocket](i, r, name, func(o *socketOptions) value.U64 { return value.U64(*of(o)) },
			func(o *socketOptions, v value.U64) bool {
				if v == 0 {
					return false
				}
				// Systems count in seconds.
				n := time.Duration(min(uint64(v), uint64(maxKeepAlive)))
				*of(o), o.set.keepAlive = max(time.Second, n.Truncate(time.Second)), true
				return true
			})
	}
	duration("keep-alive-idle-time", func(o *socketOptions) *time.Duration { return &o.keepAlive.Idle })
	duration("keep-alive-interval", func(o *socketOptions) *time.Duration { return &o.keepAlive.Interval })
	option[*tcpSocket](i, r, "keep-alive-count", func(o *socketOptions) value.U32 { return value.U32(o.keepAlive.Count) },
		func(o *socketOptions, v value.U32) bool {
			if v == 0 {
				return false
			}
			o.keepAlive.Count, o.set.keepAlive = int(min(v, maxKeepCount)), true
			return true
		})
	bufferOptions[*tcpSocket](i, r, "hop-limit")
}

// shutdownTCP is tcp-socket.shutdown.
func shutdownTCP(c *call, s *tcpSocket) (value.Value, error) {
	if s.state != tcpConnected {
		return socketFail("invalid-state"), nil
	}
	how := arg[value.Enum](c, 1)
	if how != "send" {
		s.conn.shutReceive()
	}
	if how != "receive" {
		s.conn.shutSend()
	}
	return ok(nil), nil
}

// addrPort returns an address of TCP in the form that guests give it, an
// invalid one for any other.
func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
