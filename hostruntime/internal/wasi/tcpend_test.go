package wasi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestTCPLimits(t *testing.T) {
	endless := serveTCP(t, func(c *net.TCPConn) {
		for {
			if _, err := c.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	t.Run("received", func(t *testing.T) {
		cfg := loopback()
		cfg.Limits.ReceivedBytes = 1 << 20
		g := newNetGuest(t, cfg)
		_, in, _ := g.dial(endless)
		for {
			_, err := g.try(ioPkg, "[method]input-stream.blocking-read", in, value.U64(1<<20))
			if err != nil {
				passed(t, err, egress.LimitReceivedBytes)
				break
			}
		}
	})
	// A limit ends everything: a guest can't go on with other connections, or
	// without any.
	t.Run("everything", func(t *testing.T) {
		cfg := loopback()
		cfg.Limits.ReceivedBytes = 1000
		g := newNetGuest(t, cfg)
		_, other, _ := g.dial(serveTCP(t, echo))
		_, in, _ := g.dial(endless)
		eventually(t, "the limit is passed", func() bool {
			_, _ = g.try(ioPkg, "[method]input-stream.read", in, value.U64(1))
			return g.gate.Failed() != nil
		})
		passed(t, g.traps(ioPkg, "[method]input-stream.read", other, value.U64(1)), egress.LimitReceivedBytes)
		passed(t, g.traps("wasi:clocks/wall-clock", "now"), egress.LimitReceivedBytes)
	})
	t.Run("sent", func(t *testing.T) {
		cfg := loopback()
		cfg.Limits.SentBytes = 9
		g := newNetGuest(t, cfg)
		_, _, out := g.dial(serveTCP(t, echo))
		g.ok(ioPkg, "[method]output-stream.write", out, value.Bytes("123456789"))
		passed(t, g.traps(ioPkg, "[method]output-stream.write", out, value.Bytes("0")), egress.LimitSentBytes)
	})
	t.Run("connections", func(t *testing.T) {
		cfg := loopback()
		cfg.Limits.Connections = 2
		g := newNetGuest(t, cfg)
		to := serveTCP(t, echo)
		g.dial(to)
		g.dial(to)
		s := g.socket("tcp", "ipv4")
		passed(t, g.traps(tcpPkg, tcp+"start-connect", s, g.net, lowerSocketAddress(to)), egress.LimitConnections)
	})
}

func passed(t *testing.T, err error, what string) {
	t.Helper()
	if l, ok := errors.AsType[*egress.LimitError](err); !ok || l.What != what {
		t.Errorf("error %v, want the limit on %s", err, what)
	}
}

// Cancelling and closing end what a guest waits for.
func TestTCPInterrupted(t *testing.T) {
	silent := serveTCP(t, func(c *net.TCPConn) { io.Copy(io.Discard, c) })
	blocked := map[string]func(g *netGuest) error{
		"accept": func(g *netGuest) error {
			s, _ := g.listen("127.0.0.1:0")
			_, err := g.try(pollPkg, "[method]pollable.block", g.call(tcpPkg, tcp+"subscribe", s))
			return err
		},
		"read": func(g *netGuest) error {
			_, in, _ := g.dial(silent)
			_, err := g.try(ioPkg, "[method]input-stream.blocking-read", in, value.U64(1))
			return err
		},
		"write": func(g *netGuest) error {
			over := make(chan struct{})
			g.Cleanup(func() { close(over) })
			stuck := serveTCP(g.T, func(c *net.TCPConn) { c.SetReadBuffer(4096); <-over })
			_, _, out := g.dial(stuck)
			for {
				r, err := g.try(ioPkg, "[method]output-stream.blocking-write-and-flush", out, make(value.Bytes, 4096))
				if err != nil {
					return err
				}
				if r.(value.Result).IsError {
					return errors.New("the connection ended")
				}
			}
		},
		"connect": func(g *netGuest) error {
			s := g.socket("tcp", "ipv4")
			g.ok(tcpPkg, tcp+"start-connect", s, g.net, lowerSocketAddress(fullBacklog(g.T)))
			_, err := g.try(pollPkg, "[method]pollable.block", g.call(tcpPkg, tcp+"subscribe", s))
			return err
		},
	}
	for name, block := range blocked {
		t.Run(name+"/cancel", func(t *testing.T) {
			g := newNetGuest(t, loopback())
			ctx, cancel := context.WithTimeout(g.ctx, 50*time.Millisecond)
			defer cancel()
			g.ctx = ctx
			if err := block(g); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want the deadline's", err)
			}
		})
		t.Run(name+"/close", func(t *testing.T) {
			g := newNetGuest(t, loopback())
			ctx, cancel := context.WithCancel(g.ctx)
			defer cancel()
			g.ctx = ctx
			time.AfterFunc(50*time.Millisecond, func() { g.host.Close(); g.gate.Close() })
			if err := block(g); !errors.Is(err, ErrClosed) {
				t.Errorf("error %v, want ErrClosed", err)
			}
		})
	}
}

// fullBacklog returns an address where connecting takes for ever.
func fullBacklog(t *testing.T) netip.AddrPort {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("how a full backlog behaves is Linux's")
	}
	l := smallBacklog(t)
	for range 8 {
		d := net.Dialer{Timeout: 20 * time.Millisecond}
		conn, err := d.Dial("tcp", l.String())
		if err != nil {
			return l
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Skip("the backlog doesn't fill")
	return l
}

// Thousands of sockets in every state leave nothing behind.
func TestTCPLeavesNothingBehind(t *testing.T) {
	to := serveTCP(t, echo)
	cfg := loopback()
	cfg.Limits.Connections = 1 << 20
	run := func() {
		g := newNetGuest(t, cfg)
		for range 50 {
			s, in, out := g.dial(to)
			g.write(out, []byte("x"))
			g.await(ioPkg, "[method]input-stream.", in)
			g.closeAll(s, in, out)

			s = g.socket("tcp", "ipv4")
			g.ok(tcpPkg, tcp+"start-connect", s, g.net, lowerSocketAddress(to))
			g.drop(tcpPkg, s)

			s, local := g.listen("127.0.0.1:0")
			g.fails(value.Enum("would-block"), tcpPkg, tcp+"accept", s)
			waiting := g.socket("tcp", "ipv4")
			g.ok(tcpPkg, tcp+"start-connect", waiting, g.net, lowerSocketAddress(local))
			g.drop(tcpPkg, s)
			g.drop(tcpPkg, waiting)
		}
		// And what the guest left.
		_, in, _ := g.dial(to)
		g.equal(g.ok(ioPkg, "[method]input-stream.read", in, value.U64(1)), value.Bytes(nil))
		l, _ := g.listen("127.0.0.1:0")
		g.fails(value.Enum("would-block"), tcpPkg, tcp+"accept", l)
		s := g.socket("tcp", "ipv4")
		g.ok(tcpPkg, tcp+"start-connect", s, g.net, lowerSocketAddress(to))
		g.gate.Close()
		g.host.Close()
		eventually(t, "no socket is open", func() bool { return g.gate.OpenSockets() == 0 })
	}
	run()
	goroutines, files := settled(t)
	for range 10 {
		run()
	}
	eventually(t, "goroutines and files are as before", func() bool {
		n, f := runtime.NumGoroutine(), openDescriptors()
		return n <= goroutines+2 && f <= files+2
	})
}

// settled waits until the number of goroutines doesn't change, and returns it
// with that of open files.
func settled(t *testing.T) (goroutines, files int) {
	t.Helper()
	goroutines = runtime.NumGoroutine()
	for range 100 {
		time.Sleep(20 * time.Millisecond)
		n := runtime.NumGoroutine()
		if n == goroutines {
			break
		}
		goroutines = n
	}
	return goroutines, openDescriptors()
}

// openDescriptors returns how many files the process has open, 0 where that can't
// be told.
func openDescriptors() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}
