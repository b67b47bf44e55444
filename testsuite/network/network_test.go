//go:build guests

package network

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

func load(t *testing.T) *hostruntime.Component {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	c, err := rt.LoadFile(ctx, guest.Build(t, guest.Spec{WIT: "wit", World: "network", Engine: guest.Python, File: "sandbox/guest.py"}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve runs a TCP server for a test.
func serve(t *testing.T, handle func(*net.TCPConn)) uint16 {
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
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// granted is a policy with grants in text.
func granted(t *testing.T, list ...string) hostruntime.Policy {
	t.Helper()
	p := hostruntime.Policy{Limits: hostruntime.Limits{WallTime: 30 * time.Second}}
	for _, text := range list {
		g, err := hostruntime.ParseNetworkGrant(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Network.Allow = append(p.Network.Allow, g)
	}
	return p
}

func grant(protocol string, port uint16) string {
	return fmt.Sprintf("%s://127.0.0.1:%d+private", protocol, port)
}

// act runs one action on a fresh instance.
func act(t *testing.T, c *hostruntime.Component, p hostruntime.Policy, what, host string, port uint16) (string, *hostruntime.Report, error) {
	t.Helper()
	ctx := context.Background()
	in, err := c.Instantiate(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(ctx)
	report := &hostruntime.Report{}
	v, err := in.Call(hostruntime.WithReport(ctx, report), "act", value.String(what), value.String(host), value.U16(port))
	if err != nil {
		return "", report, err
	}
	r := v.(value.Result)
	if r.IsError {
		return "", report, errors.New(string(r.Payload.(value.String)))
	}
	return string(r.Payload.(value.String)), report, nil
}

func TestPythonSockets(t *testing.T) {
	c := load(t)
	echo := serve(t, func(conn *net.TCPConn) { io.Copy(conn, conn) })
	t.Run("fetch", func(t *testing.T) {
		got, report, err := act(t, c, granted(t, grant("tcp", echo)), "fetch", "127.0.0.1", echo)
		if got != "hello\n" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		n := report.Network
		if len(n.Records) != 1 || n.Records[0].Port != echo || n.SentBytes != 6 || n.ReceivedBytes != 6 || n.Connections != 1 {
			t.Errorf("report %+v", n)
		}
	})
	t.Run("pour", func(t *testing.T) {
		count := serve(t, func(conn *net.TCPConn) {
			var all bytes.Buffer
			io.Copy(&all, bufio.NewReaderSize(conn, 4096))
			fmt.Fprintf(conn, "%d %d", all.Len(), all.Bytes()[all.Len()-1])
		})
		got, _, err := act(t, c, granted(t, grant("tcp", count)), "pour", "127.0.0.1", count)
		if got != "8388608 255" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("serve", func(t *testing.T) {
		answer := make(chan string, 1)
		peer := serve(t, func(conn *net.TCPConn) {
			port, _ := io.ReadAll(conn)
			to, err := net.Dial("tcp", "127.0.0.1:"+string(port))
			if err != nil {
				answer <- err.Error()
				return
			}
			defer to.Close()
			to.Write([]byte("abc"))
			text, _ := io.ReadAll(to)
			answer <- string(text)
		})
		p := granted(t, grant("tcp", peer))
		p.Network.Listen = []hostruntime.ListenGrant{{Protocol: hostruntime.ProtocolTCP, Addr: netip.MustParseAddr("127.0.0.1")}}
		got, _, err := act(t, c, p, "serve", "127.0.0.1", peer)
		if got != "127.0.0.1 abc" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		if text := <-answer; text != "cba" {
			t.Errorf("the peer got %q", text)
		}
		p.Network.Listen = nil
		if _, _, err := act(t, c, p, "serve", "127.0.0.1", peer); err == nil || !strings.Contains(err.Error(), "PermissionError") {
			t.Errorf("without a grant to listen: %v", err)
		}
	})
	t.Run("datagram", func(t *testing.T) {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go func() {
			buf := make([]byte, 9)
			n, from, _ := conn.ReadFrom(buf)
			conn.WriteTo(append([]byte("pong "), buf[:n]...), from)
		}()
		port := uint16(conn.LocalAddr().(*net.UDPAddr).Port)
		got, _, err := act(t, c, granted(t, grant("udp", port)), "datagram", "127.0.0.1", port)
		if got != "pong ping from True" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("resolve", func(t *testing.T) {
		p := granted(t, "tcp://localhost:"+strconv.Itoa(int(echo))+"+private")
		got, _, err := act(t, c, p, "resolve", "localhost", echo)
		if !strings.Contains(got, "127.0.0.1") || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		// And connects by name.
		if got, _, err := act(t, c, p, "fetch", "localhost", echo); got != "hello\n" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if _, _, err := act(t, c, p, "resolve", "example.org", 80); err == nil {
			t.Error("a name without a grant was looked up")
		}
	})
	t.Run("wait", func(t *testing.T) {
		got, _, err := act(t, c, granted(t, grant("tcp", echo)), "wait", "127.0.0.1", echo)
		if got != "False True now" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// asyncio's event loop talks to itself over a connection on this machine, at a
// port that it lets the system choose.
func TestPythonAsyncio(t *testing.T) {
	c := load(t)
	echo := serve(t, func(conn *net.TCPConn) { io.Copy(conn, conn) })
	p := granted(t, "tcp://127.0.0.1:*+private")
	p.Network.Listen = []hostruntime.ListenGrant{{Protocol: hostruntime.ProtocolTCP, Addr: netip.MustParseAddr("127.0.0.1")}}
	got, report, err := act(t, c, p, "loops", "127.0.0.1", echo)
	if got != "ab" || err != nil {
		t.Errorf("%q, %v, %+v", got, err, report.Network)
	}
}

func TestPythonIsDenied(t *testing.T) {
	c := load(t)
	secret := serve(t, func(*net.TCPConn) { t.Error("connected") })
	for name, p := range map[string]hostruntime.Policy{
		"nothing granted":  {},
		"another port":     granted(t, grant("tcp", secret+1)),
		"another protocol": granted(t, grant("udp", secret)),
		"public addresses": granted(t, "tcp://*:*"),
	} {
		_, report, err := act(t, c, p, "fetch", "127.0.0.1", secret)
		if err == nil || !strings.Contains(err.Error(), "PermissionError") {
			t.Errorf("%s: %v", name, err)
		}
		if report.Outcome != hostruntime.OutcomeGuestError {
			t.Errorf("%s: outcome %s", name, report.Outcome)
		}
		t.Logf("%s: %+v", name, report.Network)
	}
}

// Limits end the instance and say which it was; so does the time.
func TestPythonLimits(t *testing.T) {
	c := load(t)
	endless := serve(t, func(conn *net.TCPConn) {
		for {
			if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	silent := serve(t, func(conn *net.TCPConn) { io.Copy(io.Discard, conn) })
	for _, s := range []struct {
		what, limit, outcome string
		port                 uint16
		spoil                func(*hostruntime.Policy)
	}{
		{"flood", hostruntime.LimitReceivedBytes, hostruntime.OutcomeNetwork, endless, func(p *hostruntime.Policy) { p.Network.Limits.ReceivedBytes = 5 << 20 }},
		{"pour", hostruntime.LimitSentBytes, hostruntime.OutcomeNetwork, silent, func(p *hostruntime.Policy) { p.Network.Limits.SentBytes = 5 << 20 }},
		{"loop", hostruntime.LimitConnections, hostruntime.OutcomeNetwork, silent, func(p *hostruntime.Policy) { p.Network.Limits.Connections = 20 }},
		{"flood", hostruntime.LimitWallTime, hostruntime.OutcomeTimeout, silent, func(p *hostruntime.Policy) { p.Limits.WallTime = time.Second }},
	} {
		p := granted(t, grant("tcp", s.port))
		s.spoil(&p)
		_, report, err := act(t, c, p, s.what, "127.0.0.1", s.port)
		limit, ok := errors.AsType[*hostruntime.LimitError](err)
		if !ok || limit.Limit != s.limit || report.Outcome != s.outcome {
			t.Errorf("%s: %v, outcome %s, want %s", s.what, err, report.Outcome, s.limit)
		}
		t.Log(err)
	}
}
