package wasi

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A peer that reads slowly holds the guest up, and nothing is lost; the host
// holds a bounded part of it.
func TestTCPBackPressure(t *testing.T) {
	const size = 8 << 20
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	release := make(chan struct{})
	got := make(chan []byte, 1)
	to := serveTCP(t, func(c *net.TCPConn) {
		<-release
		all, _ := io.ReadAll(c)
		got <- all
		c.Write(data)
	})
	g := newNetGuest(t, loopback())
	s, in, out := g.dial(to)
	written := 0
	for {
		n := int(g.ok(ioPkg, "[method]output-stream.check-write", out).(value.U64))
		if n == 0 {
			break
		}
		n = min(n, size-written)
		g.ok(ioPkg, "[method]output-stream.write", out, value.Bytes(data[written:written+n]))
		if written += n; written == size {
			t.Skip("the system's buffers take it all")
		}
	}
	if g.host.buffered == 0 || g.host.buffered > WritePermit+tcpReadAhead {
		t.Errorf("%d bytes are held", g.host.buffered)
	}
	close(release)
	g.write(out, data[written:])
	g.ok(tcpPkg, tcp+"shutdown", s, value.Enum("send"))
	if !bytes.Equal(<-got, data) {
		t.Error("the peer read something else")
	}
	if !bytes.Equal(g.read(in), data) {
		t.Error("the guest read something else")
	}
	g.closeAll(s, in, out)
	if g.host.buffered != 0 {
		t.Errorf("%d bytes are held at the end", g.host.buffered)
	}
}

// What was written arrives though the guest drops everything at once, and
// though nobody has read it yet.
func TestTCPLingers(t *testing.T) {
	const size = 16 << 20
	release := make(chan struct{})
	got := make(chan int, 1)
	to := serveTCP(t, func(c *net.TCPConn) {
		<-release
		n, _ := io.Copy(io.Discard, c)
		got <- int(n)
	})
	g := newNetGuest(t, loopback())
	s, in, out := g.dial(to)
	written := 0
	for written < size {
		n := int(g.ok(ioPkg, "[method]output-stream.check-write", out).(value.U64))
		if n == 0 {
			break
		}
		g.ok(ioPkg, "[method]output-stream.write", out, make(value.Bytes, n))
		written += n
	}
	g.closeAll(s, in, out)
	close(release)
	if n := <-got; n != written {
		t.Errorf("%d bytes arrived of %d", n, written)
	}
}

func TestTCPShutdownReceive(t *testing.T) {
	to := serveTCP(t, func(c *net.TCPConn) {
		c.Write([]byte("unwanted"))
		io.Copy(io.Discard, c)
	})
	g := newNetGuest(t, loopback())
	s, in, out := g.dial(to)
	g.ok(ioPkg, "[method]input-stream.blocking-read", in, value.U64(1))
	g.ok(tcpPkg, tcp+"shutdown", s, value.Enum("receive"))
	g.fails(closedError, ioPkg, "[method]input-stream.read", in, value.U64(1))
	g.write(out, []byte("still"))
	g.ok(tcpPkg, tcp+"shutdown", s, value.Enum("both"))
	g.fails(closedError, ioPkg, "[method]output-stream.write", out, value.Bytes("x"))
}

// A connection that breaks is an error with a code of wasi:sockets.
func TestTCPReset(t *testing.T) {
	to := serveTCP(t, func(c *net.TCPConn) {
		c.Read(make([]byte, 1))
		c.SetLinger(0)
		c.Close()
	})
	g := newNetGuest(t, loopback())
	_, in, out := g.dial(to)
	g.write(out, []byte("x"))
	r := g.call(ioPkg, "[method]input-stream.blocking-read", in, value.U64(1)).(value.Result)
	failed, ok := r.Payload.(value.Variant)
	if !r.IsError || !ok || failed.Case != "last-operation-failed" {
		t.Fatalf("result %v", r)
	}
	g.equal(g.call("wasi:sockets/network", "network-error-code", failed.Payload), value.Option{Some: value.Enum("connection-reset")})
	g.equal(g.call("wasi:filesystem/types", "filesystem-error-code", failed.Payload), value.Option{})
}

// Resources of a connection are dropped in any order.
func TestTCPDropOrder(t *testing.T) {
	g := newNetGuest(t, loopback())
	to := serveTCP(t, echo)
	for i := range 6 {
		s, in, out := g.dial(to)
		list := []value.Value{s, in, out}
		for n := range 3 {
			// The six permutations.
			k := []int{i % 3, (i/3 + 1) % (3 - n), 0}[n] % len(list)
			h := list[k]
			list = append(list[:k], list[k+1:]...)
			if h == s {
				g.drop(tcpPkg, h)
			} else {
				g.drop(ioPkg, h)
			}
			if len(list) == 2 && h == s {
				g.write(out, []byte("streams outlive their socket"))
			}
		}
	}
	eventually(t, "no socket is open", func() bool { return g.gate.OpenSockets() == 0 })
}
