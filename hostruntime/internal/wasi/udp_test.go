package wasi

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// peerUDP returns a socket of the test's own.
func peerUDP(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, udpAddrPort(conn.LocalAddr().(*net.UDPAddr).AddrPort())
}

// streams returns a bound socket's two streams; an invalid address is none.
func (g *netGuest) streams(s value.Value, remote netip.AddrPort) (in, out value.Value) {
	g.Helper()
	option := value.Option{}
	if remote.IsValid() {
		option.Some = lowerSocketAddress(remote)
	}
	both := g.ok(udpPkg, udp+"stream", s, option).(value.Tuple)
	return both[0], both[1]
}

// datagramTo returns an outgoing-datagram; an invalid address is none.
func datagramTo(to netip.AddrPort, data string) value.Value {
	option := value.Option{}
	if to.IsValid() {
		option.Some = lowerSocketAddress(to)
	}
	return value.Record{{Name: "data", Value: value.Bytes(data)}, {Name: "remote-address", Value: option}}
}

// send sends datagrams and returns the result.
func (g *netGuest) send(out value.Value, list ...value.Value) value.Result {
	g.Helper()
	g.ok(udpPkg, outgoing+"check-send", out)
	return g.call(udpPkg, outgoing+"send", out, value.List(list)).(value.Result)
}

// receive waits for datagrams.
func (g *netGuest) receive(in value.Value) value.List {
	g.Helper()
	for {
		if list := g.ok(udpPkg, incoming+"receive", in, value.U64(100)).(value.List); len(list) > 0 {
			return list
		}
		g.await(udpPkg, incoming, in)
	}
}

func received(from netip.AddrPort, data string) value.Value {
	return value.Record{
		{Name: "data", Value: value.Bytes(data)}, {Name: "remote-address", Value: lowerSocketAddress(from)},
	}
}

func TestUDP(t *testing.T) {
	for _, connected := range []bool{true, false} {
		t.Run(fmt.Sprint("connected ", connected), func(t *testing.T) {
			g := newNetGuest(t, loopback())
			peer, to := peerUDP(t)
			s := g.socket("udp", "ipv4")
			local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
			remote := netip.AddrPort{}
			if connected {
				remote = to
			}
			in, out := g.streams(s, remote)
			if connected {
				g.equal(g.ok(udpPkg, udp+"remote-address", s), lowerSocketAddress(to))
				g.equal(g.send(out, datagramTo(netip.AddrPort{}, "one"), datagramTo(to, "two")), value.Result{Payload: value.U64(2)})
			} else {
				g.fails(value.Enum("invalid-state"), udpPkg, udp+"remote-address", s)
				g.equal(g.send(out, datagramTo(to, "one"), datagramTo(to, "two")), value.Result{Payload: value.U64(2)})
			}
			buf := make([]byte, 9)
			for _, want := range []string{"one", "two"} {
				n, from, err := peer.ReadFromUDPAddrPort(buf)
				if err != nil || string(buf[:n]) != want || udpAddrPort(from) != local {
					t.Errorf("%q from %s, %v", buf[:n], from, err)
				}
			}
			g.equal(g.ok(udpPkg, incoming+"receive", in, value.U64(0)), value.List{})
			peer.WriteToUDPAddrPort([]byte("three"), local)
			g.equal(g.receive(in), value.List{received(to, "three")})
			peer.WriteToUDPAddrPort(nil, local)
			if got := g.receive(in); len(got) != 1 || len(got[0].(value.Record)[0].Value.(value.Bytes)) != 0 {
				t.Errorf("an empty datagram became %v", got)
			}
			g.drop(udpPkg, in)
			g.drop(udpPkg, out)
			g.drop(udpPkg, s)
			sum := g.gate.Take()
			if sum.Sent != 6 || sum.Received != 5 || sum.Denied != 0 {
				t.Errorf("sums %+v", sum)
			}
			for _, r := range sum.Records {
				if r.Duration == 0 || r.Protocol != egress.UDP {
					t.Errorf("record %+v", r)
				}
			}
		})
	}
}

// Datagrams from peers that aren't granted never reach the guest, and none
// leave for them.
func TestUDPPeers(t *testing.T) {
	_, granted := peerUDP(t)
	stranger, strange := peerUDP(t)
	g := newNetGuest(t, egress.Config{Grants: []egress.Grant{{
		Host: "127.0.0.1", Private: true, Protocols: egress.UDP, Ports: []egress.Ports{{First: granted.Port(), Last: granted.Port()}},
	}}})
	s := g.socket("udp", "ipv4")
	local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
	in, out := g.streams(s, netip.AddrPort{})
	denied := value.Result{IsError: true, Payload: value.Enum("access-denied")}
	g.equal(g.send(out, datagramTo(strange, "x")), denied)
	g.equal(g.send(out, datagramTo(granted, "x"), datagramTo(strange, "x")), value.Result{Payload: value.U64(1)})
	g.equal(g.call(udpPkg, udp+"stream", g.boundUDP(), value.Option{Some: lowerSocketAddress(strange)}), denied)
	stranger.WriteToUDPAddrPort([]byte("x"), local)
	p := g.call(udpPkg, incoming+"subscribe", in)
	timer := g.call(monotonic, "subscribe-duration", value.U64(50*time.Millisecond))
	g.equal(g.call(pollPkg, "poll", value.List{p, timer}), value.List{value.U32(1)})
	g.equal(g.ok(udpPkg, incoming+"receive", in, value.U64(1)), value.List{})
	g.fails(value.Enum("access-denied"), udpPkg, udp+"start-bind", g.socket("udp", "ipv4"), g.net, address("127.0.0.1:5353"))
}

func (g *netGuest) boundUDP() value.Value {
	s := g.socket("udp", "ipv4")
	g.bind(udpPkg, udp, s, "127.0.0.1:0")
	return s
}

// A socket that may listen hears everybody, and may answer, but not more.
func TestUDPServer(t *testing.T) {
	cfg := loopback()
	cfg.Grants = nil
	g := newNetGuest(t, cfg)
	peer, from := peerUDP(t)
	_, other := peerUDP(t)
	s := g.socket("udp", "ipv4")
	local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
	in, out := g.streams(s, netip.AddrPort{})
	peer.WriteToUDPAddrPort([]byte("question"), local)
	g.equal(g.receive(in), value.List{received(from, "question")})
	g.equal(g.send(out, datagramTo(from, "answer")), value.Result{Payload: value.U64(1)})
	buf := make([]byte, 9)
	if n, _, err := peer.ReadFromUDPAddrPort(buf); string(buf[:n]) != "answer" || err != nil {
		t.Errorf("%q, %v", buf[:n], err)
	}
	g.equal(g.send(out, datagramTo(other, "x")), value.Result{IsError: true, Payload: value.Enum("access-denied")})
}

func TestUDPStatesAndArguments(t *testing.T) {
	g := newNetGuest(t, loopback())
	_, to := peerUDP(t)
	fails := func(s value.Value, code, method string, args ...value.Value) {
		t.Helper()
		g.fails(value.Enum(code), udpPkg, udp+method, append([]value.Value{s}, args...)...)
	}
	s := g.socket("udp", "ipv4")
	at := address("127.0.0.1:0")
	fails(s, "not-in-progress", "finish-bind")
	fails(s, "invalid-state", "local-address")
	fails(s, "invalid-state", "remote-address")
	fails(s, "invalid-state", "stream", value.Option{})
	fails(s, "invalid-argument", "start-bind", g.net, address("[::1]:0"))
	g.ok(udpPkg, udp+"start-bind", s, g.net, at)
	fails(s, "concurrency-conflict", "start-bind", g.net, at)
	fails(s, "invalid-state", "local-address")
	g.ok(udpPkg, udp+"finish-bind", s)
	fails(s, "invalid-state", "start-bind", g.net, at)
	for _, bad := range []string{"[::1]:1", "0.0.0.0:1", "127.0.0.1:0"} {
		fails(s, "invalid-argument", "stream", value.Option{Some: address(bad)})
	}
	in, out := g.streams(s, to)
	g.traps(udpPkg, udp+"stream", s, value.Option{})
	invalid := value.Result{IsError: true, Payload: value.Enum("invalid-argument")}
	g.equal(g.send(out, datagramTo(closedPort(t), "x")), invalid)
	g.equal(g.send(out, datagramTo(netip.AddrPort{}, string(make([]byte, maxDatagram+1)))),
		value.Result{IsError: true, Payload: value.Enum("datagram-too-large")})
	g.equal(g.send(out), value.Result{Payload: value.U64(0)})
	many := make(value.List, maxSend+1)
	for i := range many {
		many[i] = datagramTo(to, "x")
	}
	g.ok(udpPkg, outgoing+"check-send", out)
	g.traps(udpPkg, outgoing+"send", out, many)
	g.ok(udpPkg, outgoing+"send", out, many[1:])
	g.traps(udpPkg, outgoing+"send", out, many[:1])
	g.drop(udpPkg, in)
	g.drop(udpPkg, out)
	in, out = g.streams(s, netip.AddrPort{})
	g.equal(g.send(out, datagramTo(netip.AddrPort{}, "x")), invalid)
	g.equal(g.send(out, datagramTo(netip.MustParseAddrPort("0.0.0.0:1"), "x")), invalid)
	g.call(pollPkg, "[method]pollable.block", g.call(udpPkg, outgoing+"subscribe", out))
	g.call(pollPkg, "[method]pollable.block", g.call(udpPkg, udp+"subscribe", s))
	g.ok(udpPkg, udp+"set-unicast-hop-limit", s, value.U8(3))
	g.equal(g.ok(udpPkg, udp+"unicast-hop-limit", s), value.U8(3))
	fails(s, "invalid-argument", "set-unicast-hop-limit", value.U8(0))
	_ = in
}

// The streams of a socket are made anew for another peer, and nothing that
// comes for the new ones is lost to the old.
func TestUDPChannels(t *testing.T) {
	g := newNetGuest(t, loopback())
	one, first := peerUDP(t)
	two, second := peerUDP(t)
	s := g.socket("udp", "ipv4")
	local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
	for i := range 20 {
		for peer, at := range map[*net.UDPConn]netip.AddrPort{one: first, two: second} {
			in, out := g.streams(s, at)
			g.equal(g.ok(udpPkg, udp+"remote-address", s), lowerSocketAddress(at))
			p := g.call(udpPkg, incoming+"subscribe", in)
			g.call(pollPkg, "[method]pollable.ready", p) // somebody reads from here on
			g.drop(pollPkg, p)
			if i%2 == 0 {
				g.drop(udpPkg, in)
				g.drop(udpPkg, out)
				in, out = g.streams(s, at)
			}
			other := map[*net.UDPConn]*net.UDPConn{one: two, two: one}[peer]
			other.WriteToUDPAddrPort([]byte("not for these streams"), local)
			peer.WriteToUDPAddrPort([]byte("for these"), local)
			g.equal(g.receive(in), value.List{received(at, "for these")})
			g.drop(udpPkg, out)
			g.drop(udpPkg, in)
		}
	}
	in, _ := g.streams(s, netip.AddrPort{})
	two.WriteToUDPAddrPort([]byte("x"), local)
	g.equal(g.receive(in), value.List{received(second, "x")})
}

// A flood waits in the system's buffer, or is lost there: not in the host's
// memory.
func TestUDPFlood(t *testing.T) {
	g := newNetGuest(t, loopback())
	peer, _ := peerUDP(t)
	s := g.socket("udp", "ipv4")
	local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
	in, _ := g.streams(s, netip.AddrPort{})
	g.equal(g.ok(udpPkg, incoming+"receive", in, value.U64(1)), value.List{}) // reading begins
	big := bytes.Repeat([]byte("x"), 60_000)
	for range 100 {
		peer.WriteToUDPAddrPort(big, local)
	}
	q := in.(value.Handle).Rep.(*incomingDatagrams).ch.socket.queue
	eventually(t, "the queue is full", func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return !q.reading
	})
	if q.size > udpAhead+maxDatagram+datagramCost {
		t.Errorf("%d bytes are queued", q.size)
	}
	if g.host.buffered != udpCharge {
		t.Errorf("%d bytes are charged", g.host.buffered)
	}
	if got := g.receive(in); len(got) > 2 {
		t.Errorf("%d datagrams", len(got))
	}
}

func TestUDPLeavesNothingBehind(t *testing.T) {
	peer, _ := peerUDP(t)
	run := func() {
		g := newNetGuest(t, loopback())
		for range 50 {
			s := g.socket("udp", "ipv4")
			local := g.bind(udpPkg, udp, s, "127.0.0.1:0")
			in, out := g.streams(s, netip.AddrPort{})
			peer.WriteToUDPAddrPort([]byte("x"), local)
			g.receive(in)
			g.drop(udpPkg, in)
			g.drop(udpPkg, s)
			g.drop(udpPkg, out)
		}
		in, _ := g.streams(g.boundUDP(), netip.AddrPort{})
		g.ok(udpPkg, incoming+"receive", in, value.U64(1))
		g.gate.Close()
		g.host.Close()
	}
	run()
	goroutines, files := settled(t)
	for range 10 {
		run()
	}
	eventually(t, "goroutines and files are as before", func() bool {
		return runtime.NumGoroutine() <= goroutines+2 && openDescriptors() <= files+2
	})
}
