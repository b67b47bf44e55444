package wasi

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

const (
	tcpPkg    = "wasi:sockets/tcp"
	udpPkg    = "wasi:sockets/udp"
	tcp       = "[method]tcp-socket."
	udp       = "[method]udp-socket."
	incoming  = "[method]incoming-datagram-stream."
	outgoing  = "[method]outgoing-datagram-stream."
	pollPkg   = "wasi:io/poll"
	lookupPkg = "wasi:sockets/ip-name-lookup"
)

// loopback is a policy that allows every port of this machine, and to listen
// there at ports of the system's choice.
func loopback() egress.Config {
	all := []egress.Ports{{First: 1, Last: 65535}}
	return egress.Config{
		Grants: []egress.Grant{
			{Host: "127.0.0.0/8", Ports: all, Protocols: egress.TCP | egress.UDP, Private: true},
			{Host: "::1", Ports: all, Protocols: egress.TCP | egress.UDP, Private: true},
		},
		Listen: []egress.Listen{
			{Protocol: egress.TCP, Addr: netip.MustParseAddr("127.0.0.1")},
			{Protocol: egress.TCP, Addr: netip.MustParseAddr("::1")},
			{Protocol: egress.UDP, Addr: netip.MustParseAddr("127.0.0.1")},
		},
	}
}

// A netGuest is a guest with a network.
type netGuest struct {
	*guest
	gate *egress.Gate
	net  value.Value
}

func newNetGuest(t *testing.T, cfg egress.Config) *netGuest {
	t.Helper()
	gate, err := egress.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	g := &netGuest{guest: newGuest(t, Config{Network: gate}), gate: gate}
	t.Cleanup(gate.Close) // before the host's
	g.net = g.call("wasi:sockets/instance-network", "instance-network")
	return g
}

// socket creates a socket: "tcp" or "udp", "ipv4" or "ipv6".
func (g *netGuest) socket(protocol, family string) value.Value {
	g.Helper()
	return g.ok("wasi:sockets/"+protocol+"-create-socket", "create-"+protocol+"-socket", value.Enum(family))
}

// await blocks on a new pollable of a resource.
func (g *netGuest) await(iface, method string, self value.Value) {
	g.Helper()
	p := g.call(iface, method+"subscribe", self)
	g.call(pollPkg, "[method]pollable.block", p)
	g.drop(pollPkg, p)
}

// connect returns a connected socket's streams, or the error of
// finish-connect.
func (g *netGuest) connect(s value.Value, to netip.AddrPort) (in, out value.Value, failed value.Value) {
	g.Helper()
	g.ok(tcpPkg, tcp+"start-connect", s, g.net, lowerSocketAddress(to))
	g.await(tcpPkg, tcp, s)
	r := g.call(tcpPkg, tcp+"finish-connect", s).(value.Result)
	if r.IsError {
		return nil, nil, r.Payload
	}
	streams := r.Payload.(value.Tuple)
	return streams[0], streams[1], nil
}

// dial is connect on a new socket, which must succeed.
func (g *netGuest) dial(to netip.AddrPort) (s, in, out value.Value) {
	g.Helper()
	family := "ipv4"
	if to.Addr().Is6() {
		family = "ipv6"
	}
	s = g.socket("tcp", family)
	in, out, failed := g.connect(s, to)
	if failed != nil {
		g.Fatalf("connecting to %s: %v", to, failed)
	}
	return s, in, out
}

// bind binds a socket of either protocol.
func (g *netGuest) bind(iface, method string, s value.Value, at string) netip.AddrPort {
	g.Helper()
	g.ok(iface, method+"start-bind", s, g.net, address(at))
	g.ok(iface, method+"finish-bind", s)
	return liftSocketAddress(g.ok(iface, method+"local-address", s))
}

// listen returns a listening socket and its address.
func (g *netGuest) listen(at string) (value.Value, netip.AddrPort) {
	g.Helper()
	family := "ipv4"
	if netip.MustParseAddrPort(at).Addr().Is6() {
		family = "ipv6"
	}
	s := g.socket("tcp", family)
	local := g.bind(tcpPkg, tcp, s, at)
	g.ok(tcpPkg, tcp+"start-listen", s)
	g.ok(tcpPkg, tcp+"finish-listen", s)
	return s, local
}

// accept waits for a connection.
func (g *netGuest) accept(listener value.Value) (s, in, out value.Value) {
	g.Helper()
	for {
		r := g.call(tcpPkg, tcp+"accept", listener).(value.Result)
		if !r.IsError {
			all := r.Payload.(value.Tuple)
			return all[0], all[1], all[2]
		}
		if r.Payload != value.Enum("would-block") {
			g.Fatalf("accept: %v", r.Payload)
		}
		g.await(tcpPkg, tcp, listener)
	}
}

// read reads a stream to its end.
func (g *netGuest) read(in value.Value) []byte {
	g.Helper()
	var all []byte
	for {
		r := g.call(ioPkg, "[method]input-stream.blocking-read", in, value.U64(1<<20)).(value.Result)
		if r.IsError {
			g.equal(r.Payload, closedError)
			return all
		}
		all = append(all, r.Payload.(value.Bytes)...)
	}
}

// write writes all of data.
func (g *netGuest) write(out value.Value, data []byte) {
	g.Helper()
	for len(data) > 0 {
		n := int(g.ok(ioPkg, "[method]output-stream.check-write", out).(value.U64))
		if n == 0 {
			g.await(ioPkg, "[method]output-stream.", out)
			continue
		}
		n = min(n, len(data))
		g.ok(ioPkg, "[method]output-stream.write", out, value.Bytes(data[:n]))
		data = data[n:]
	}
	g.ok(ioPkg, "[method]output-stream.blocking-flush", out)
}

// closeAll drops what a connection is made of.
func (g *netGuest) closeAll(s, in, out value.Value) {
	g.Helper()
	g.drop(ioPkg, in)
	g.drop(ioPkg, out)
	g.drop(tcpPkg, s)
}

func address(s string) value.Value { return lowerSocketAddress(netip.MustParseAddrPort(s)) }

// serveTCP runs a TCP server for a test, and returns its address.
func serveTCP(t *testing.T, handle func(*net.TCPConn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn.(*net.TCPConn))
			}()
		}
	}()
	return addrPort(l.Addr())
}

// echo sends back what comes, and closes at its end.
func echo(conn *net.TCPConn) {
	_, _ = io.Copy(conn, conn)
	_ = conn.CloseWrite()
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t *testing.T, what string, test func() bool) {
	t.Helper()
	for range 2000 {
		if test() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestSocketAddresses(t *testing.T) {
	for _, s := range []string{"1.2.3.4:5", "0.0.0.0:0", "[::1]:65535", "[2001:db8:1:2:3:4:5:6]:80", "[fe80::1%7]:1"} {
		if got := liftSocketAddress(address(s)); got.String() != s {
			t.Errorf("%s became %s", s, got)
		}
	}
}

func TestSocketsAreOffUnlessGranted(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no network": {},
		"http alone": {Network: func() *egress.Gate {
			g, _ := egress.New(egress.Config{Grants: []egress.Grant{{Host: "example.org"}}})
			return g
		}()},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuest(t, cfg)
			network := g.call("wasi:sockets/instance-network", "instance-network")
			denied := value.Enum("access-denied")
			for _, protocol := range []string{"tcp", "udp"} {
				g.fails(denied, "wasi:sockets/"+protocol+"-create-socket", "create-"+protocol+"-socket", value.Enum("ipv4"))
			}
			g.fails(denied, lookupPkg, "resolve-addresses", network, value.String("example.org"))
		})
	}
	// A grant for one protocol is none for the other.
	g := newNetGuest(t, egress.Config{Grants: []egress.Grant{{Host: "*", Protocols: egress.TCP, Ports: []egress.Ports{{First: 1, Last: 1}}}}})
	g.socket("tcp", "ipv6")
	g.fails(value.Enum("access-denied"), "wasi:sockets/udp-create-socket", "create-udp-socket", value.Enum("ipv4"))
}

func TestOpenSocketsAreLimited(t *testing.T) {
	cfg := loopback()
	cfg.Limits.Sockets = 3
	g := newNetGuest(t, cfg)
	first := g.socket("tcp", "ipv4")
	g.socket("udp", "ipv4")
	g.socket("tcp", "ipv6")
	full := value.Enum("new-socket-limit")
	g.fails(full, "wasi:sockets/tcp-create-socket", "create-tcp-socket", value.Enum("ipv4"))
	g.fails(full, "wasi:sockets/udp-create-socket", "create-udp-socket", value.Enum("ipv4"))
	g.drop(tcpPkg, first)
	g.socket("udp", "ipv6")
	g.fails(full, "wasi:sockets/tcp-create-socket", "create-tcp-socket", value.Enum("ipv4"))
}
