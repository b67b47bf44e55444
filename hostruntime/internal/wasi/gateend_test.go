package wasi

import (
	"net"
	"runtime"
	"testing"
	"weak"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// TestTCPAfterTheGate: another flow can pass a limit at any moment, so that a
// connection or a listener is closed while it is being made. It needs -race.
func TestTCPAfterTheGate(t *testing.T) {
	server := serveTCP(t, echo)
	for range 20 {
		g := newNetGuest(t, loopback())
		conn, err := net.Dial("tcp", server.String())
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		flow, err := g.gate.Connect(egress.TCP, server)
		if err != nil {
			t.Fatal(err)
		}
		g.gate.Close()
		c := newTCPConn(g.host, conn.(*net.TCPConn), flow, nil)
		eventually(t, "the connection is closed", func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.closed
		})
		listener := newTCPListener(g.host, l.(*net.TCPListener))
		eventually(t, "the listener is closed", func() bool {
			listener.mu.Lock()
			defer listener.mu.Unlock()
			return listener.closed
		})
	}
}

// TestUDPSocketsAreForgotten: a guest can bind and drop sockets for as long as
// it likes, and the gate must keep none of them.
func TestUDPSocketsAreForgotten(t *testing.T) {
	g := newNetGuest(t, loopback())
	s := g.socket("udp", "ipv4")
	g.bind(udpPkg, udp, s, "127.0.0.1:0")
	conn := weak.Make(s.(value.Handle).Rep.(*udpSocket).conn)
	g.drop(udpPkg, s)
	s = nil
	eventually(t, "the socket is gone", func() bool {
		runtime.GC()
		return conn.Value() == nil
	})
	runtime.KeepAlive(g)
}
