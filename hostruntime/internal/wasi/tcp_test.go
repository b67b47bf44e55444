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

func TestTCPConnect(t *testing.T) {
	g := newNetGuest(t, loopback())
	to := serveTCP(t, echo)
	s, in, out := g.dial(to)
	g.equal(g.ok(tcpPkg, tcp+"remote-address", s), lowerSocketAddress(to))
	local := liftSocketAddress(g.ok(tcpPkg, tcp+"local-address", s))
	if local.Addr() != to.Addr() || local.Port() == 0 {
		t.Errorf("local address %s", local)
	}
	g.equal(g.call(tcpPkg, tcp+"address-family", s), value.Enum("ipv4"))
	g.equal(g.call(tcpPkg, tcp+"is-listening", s), value.Bool(false))
	g.write(out, []byte("hello"))
	g.equal(g.ok(ioPkg, "[method]input-stream.blocking-read", in, value.U64(99)), value.Bytes("hello"))
	g.ok(tcpPkg, tcp+"shutdown", s, value.Enum("send"))
	g.ok(tcpPkg, tcp+"shutdown", s, value.Enum("send"))
	g.fails(closedError, ioPkg, "[method]output-stream.check-write", out)
	if rest := g.read(in); len(rest) > 0 {
		t.Errorf("%q after the end", rest)
	}
	g.closeAll(s, in, out)
	summary := g.gate.Take()
	r := summary.Records[0]
	if len(summary.Records) != 1 || r.Protocol != egress.TCP || r.Port != to.Port() || r.Sent != 5 || r.Received != 5 || r.Duration == 0 {
		t.Errorf("records %+v", summary.Records)
	}
	if g.live() != 1 {
		t.Errorf("%d resources are alive", g.live())
	}
}

func TestTCPConnectIPv6(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	g := newNetGuest(t, loopback())
	s, _, _ := g.dial(addrPort(l.Addr()))
	g.equal(g.call(tcpPkg, tcp+"address-family", s), value.Enum("ipv6"))
	g.equal(g.ok(tcpPkg, tcp+"remote-address", s), lowerSocketAddress(addrPort(l.Addr())))
}

func TestTCPAccept(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		g := newNetGuest(t, loopback())
		listener, local := g.listen(at)
		g.equal(g.call(tcpPkg, tcp+"is-listening", listener), value.Bool(true))
		g.fails(value.Enum("would-block"), tcpPkg, tcp+"accept", listener)
		got := make(chan []byte)
		go func() {
			conn, err := net.Dial("tcp", local.String())
			if err != nil {
				t.Error(err)
				close(got)
				return
			}
			defer conn.Close()
			conn.Write([]byte("request"))
			conn.(*net.TCPConn).CloseWrite()
			answer, _ := io.ReadAll(conn)
			got <- answer
		}()
		s, in, out := g.accept(listener)
		g.equal(g.ok(tcpPkg, tcp+"local-address", s), lowerSocketAddress(local))
		if r := g.read(in); string(r) != "request" {
			t.Errorf("read %q", r)
		}
		g.write(out, []byte("answer"))
		g.closeAll(s, in, out)
		if r := <-got; string(r) != "answer" {
			t.Errorf("the peer read %q", r)
		}
		g.drop(tcpPkg, listener)
		if _, err := net.Dial("tcp", local.String()); err == nil {
			t.Error("the address still answers after the socket was dropped")
		}
	}
}

// The states of a socket, and what each refuses.
func TestTCPStates(t *testing.T) {
	g := newNetGuest(t, loopback())
	any4 := address("127.0.0.1:0")
	to := lowerSocketAddress(serveTCP(t, echo))
	fails := func(s value.Value, code string, methods ...string) {
		t.Helper()
		for _, m := range methods {
			args := []value.Value{s}
			switch m {
			case "start-bind":
				args = append(args, g.net, any4)
			case "start-connect":
				args = append(args, g.net, to)
			case "shutdown":
				args = append(args, value.Enum("both"))
			case "set-listen-backlog-size":
				args = append(args, value.U64(5))
			}
			g.fails(value.Enum(code), tcpPkg, tcp+m, args...)
		}
	}
	s := g.socket("tcp", "ipv4")
	fails(s, "not-in-progress", "finish-bind", "finish-connect", "finish-listen")
	fails(s, "invalid-state", "start-listen", "accept", "shutdown", "local-address", "remote-address")
	g.ok(tcpPkg, tcp+"start-bind", s, g.net, any4)
	fails(s, "concurrency-conflict", "start-bind", "start-connect", "start-listen")
	fails(s, "invalid-state", "local-address", "accept")
	g.ok(tcpPkg, tcp+"finish-bind", s)
	fails(s, "not-in-progress", "finish-bind")
	fails(s, "invalid-state", "start-bind", "accept", "remote-address", "shutdown")
	g.ok(tcpPkg, tcp+"start-listen", s)
	fails(s, "concurrency-conflict", "start-listen", "start-connect")
	g.ok(tcpPkg, tcp+"finish-listen", s)
	fails(s, "invalid-state", "start-bind", "start-listen", "start-connect", "remote-address", "shutdown")
	fails(s, "not-in-progress", "finish-listen", "finish-connect")

	s = g.socket("tcp", "ipv4")
	g.ok(tcpPkg, tcp+"start-connect", s, g.net, to)
	fails(s, "concurrency-conflict", "start-bind", "start-connect", "start-listen")
	fails(s, "invalid-state", "set-listen-backlog-size", "shutdown", "remote-address")
	g.await(tcpPkg, tcp, s)
	g.ok(tcpPkg, tcp+"finish-connect", s)
	fails(s, "not-in-progress", "finish-connect")
	fails(s, "invalid-state", "start-bind", "start-connect", "start-listen", "accept", "set-listen-backlog-size")

	// After a failed attempt the socket is closed.
	s = g.socket("tcp", "ipv4")
	if _, _, failed := g.connect(s, closedPort(t)); failed != value.Enum("connection-refused") {
		t.Errorf("error %v", failed)
	}
	fails(s, "invalid-state", "start-bind", "start-connect", "start-listen", "accept", "local-address", "remote-address")
}

// closedPort returns an address where nobody listens.
func closedPort(t *testing.T) netip.AddrPort {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return addrPort(l.Addr())
}

func TestTCPArguments(t *testing.T) {
	g := newNetGuest(t, loopback())
	mapped := value.Variant{Case: "ipv6", Payload: value.Record{
		{Name: "port", Value: value.U16(80)}, {Name: "flow-info", Value: value.U32(0)},
		{Name: "address", Value: value.Tuple{value.U16(0), value.U16(0), value.U16(0), value.U16(0), value.U16(0), value.U16(0xffff), value.U16(0x7f00), value.U16(1)}},
		{Name: "scope-id", Value: value.U32(0)},
	}}
	for family, bad := range map[string]map[string][]value.Value{
		"ipv4": {
			"start-bind":    {address("[::1]:0"), mapped, address("224.0.0.1:0"), address("255.255.255.255:0")},
			"start-connect": {address("[::1]:1"), mapped, address("224.0.0.1:1"), address("0.0.0.0:1"), address("127.0.0.1:0"), address("255.255.255.255:1")},
		},
		"ipv6": {
			"start-bind":    {address("127.0.0.1:0"), mapped, address("[ff02::1]:0")},
			"start-connect": {address("127.0.0.1:1"), mapped, address("[ff02::1]:1"), address("[::]:1"), address("[::1]:0")},
		},
	} {
		s := g.socket("tcp", family)
		for m, list := range bad {
			for _, a := range list {
				g.fails(value.Enum("invalid-argument"), tcpPkg, tcp+m, s, g.net, a)
			}
		}
	}
}

func TestTCPIsDenied(t *testing.T) {
	to := serveTCP(t, func(*net.TCPConn) { t.Error("connected") })
	cfg := loopback()
	cfg.Grants = []egress.Grant{{Host: "0.0.0.0/0", Protocols: egress.TCP, Ports: []egress.Ports{{First: 1, Last: 65535}}}}
	cfg.Listen = nil
	g := newNetGuest(t, cfg)
	denied := value.Enum("access-denied")
	s := g.socket("tcp", "ipv4")
	for _, a := range []string{to.String(), "10.0.0.1:1", "169.254.169.254:80", "100.64.0.1:1", "192.0.2.1:1"} {
		g.fails(denied, tcpPkg, tcp+"start-connect", s, g.net, address(a))
	}
	// Binding for a connection is allowed, to a port of one's own it is not,
	// nor listening.
	g.fails(denied, tcpPkg, tcp+"start-bind", s, g.net, address("127.0.0.1:1"))
	local := g.bind(tcpPkg, tcp, s, "127.0.0.1:0")
	g.fails(denied, tcpPkg, tcp+"start-listen", s)
	if conn, err := net.Dial("tcp", local.String()); err == nil {
		conn.Close()
		t.Error("a socket that may not listen answers")
	}
	sum := g.gate.Take()
	if sum.Denied != 7 || len(sum.Records) != 7 {
		t.Errorf("%d denied: %+v", sum.Denied, sum.Records)
	}
}

func TestTCPBind(t *testing.T) {
	g := newNetGuest(t, loopback())
	s := g.socket("tcp", "ipv4")
	local := g.bind(tcpPkg, tcp, s, "127.0.0.1:0")
	other := g.socket("tcp", "ipv4")
	g.fails(value.Enum("access-denied"), tcpPkg, tcp+"start-bind", other, g.net, lowerSocketAddress(local))
	g.fails(value.Enum("access-denied"), tcpPkg, tcp+"start-bind", other, g.net, address("0.0.0.0:4321"))
	// The bound address is what a connection comes from.
	froms := make(chan net.Addr, 1)
	to := serveTCP(t, func(c *net.TCPConn) { froms <- c.RemoteAddr() })
	if _, _, failed := g.connect(s, to); failed != nil {
		t.Fatal(failed)
	}
	if from := addrPort(<-froms); from != local {
		t.Errorf("connected from %s, bound to %s", from, local)
	}
	cfg := loopback()
	cfg.Listen = []egress.Listen{{Protocol: egress.TCP, Addr: netip.MustParseAddr("0.0.0.0"), Ports: []egress.Ports{{First: 1024, Last: 65535}}}}
	g = newNetGuest(t, cfg)
	s = g.socket("tcp", "ipv4")
	g.fails(value.Enum("address-in-use"), tcpPkg, tcp+"start-bind", s, g.net, lowerSocketAddress(to))
	g.fails(value.Enum("address-not-bindable"), tcpPkg, tcp+"start-bind", s, g.net, address("198.51.100.1:5000"))
	free := closedPort(t)
	if at := g.bind(tcpPkg, tcp, s, free.String()); at != free {
		t.Errorf("bound to %s", at)
	}
}

func TestTCPOptions(t *testing.T) {
	g := newNetGuest(t, loopback())
	s := g.socket("tcp", "ipv4")
	invalid := value.Enum("invalid-argument")
	check := func(s value.Value, name string, want value.Value) {
		t.Helper()
		g.equal(g.ok(tcpPkg, tcp+name, s), want)
	}
	set := func(s value.Value, name string, v value.Value) {
		t.Helper()
		g.ok(tcpPkg, tcp+"set-"+name, s, v)
	}
	check(s, "keep-alive-enabled", value.Bool(false))
	set(s, "keep-alive-enabled", value.Bool(true))
	set(s, "keep-alive-idle-time", value.U64(1500*time.Millisecond))
	set(s, "keep-alive-interval", value.U64(1))
	set(s, "keep-alive-count", value.U32(1<<31))
	set(s, "hop-limit", value.U8(42))
	set(s, "receive-buffer-size", value.U64(1<<63))
	set(s, "send-buffer-size", value.U64(1))
	set(s, "listen-backlog-size", value.U64(1<<63))
	expect := func(s value.Value) {
		t.Helper()
		check(s, "keep-alive-enabled", value.Bool(true))
		check(s, "keep-alive-idle-time", value.U64(time.Second))
		check(s, "keep-alive-interval", value.U64(time.Second))
		check(s, "keep-alive-count", value.U32(maxKeepCount))
		check(s, "hop-limit", value.U8(42))
		check(s, "receive-buffer-size", value.U64(maxSocketBuffer))
		check(s, "send-buffer-size", value.U64(1))
	}
	expect(s)
	for name, zero := range map[string]value.Value{
		"keep-alive-idle-time": value.U64(0), "keep-alive-interval": value.U64(0), "keep-alive-count": value.U32(0),
		"hop-limit": value.U8(0), "receive-buffer-size": value.U64(0), "send-buffer-size": value.U64(0),
		"listen-backlog-size": value.U64(0),
	} {
		g.fails(invalid, tcpPkg, tcp+"set-"+name, s, zero)
	}
	expect(s)

	// They are inherited by what is accepted, and a connection takes them.
	g.bind(tcpPkg, tcp, s, "127.0.0.1:0")
	g.ok(tcpPkg, tcp+"start-listen", s)
	g.ok(tcpPkg, tcp+"finish-listen", s)
	local := liftSocketAddress(g.ok(tcpPkg, tcp+"local-address", s))
	dialled, _, _ := g.dial(local)
	set(dialled, "hop-limit", value.U8(7))
	check(dialled, "hop-limit", value.U8(7))
	accepted, _, _ := g.accept(s)
	expect(accepted)
	set(accepted, "keep-alive-count", value.U32(2))
	check(accepted, "keep-alive-count", value.U32(2))
	check(s, "keep-alive-count", value.U32(maxKeepCount))
}
