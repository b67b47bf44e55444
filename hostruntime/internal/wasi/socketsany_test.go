package wasi

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Whatever a guest with sockets calls in whatever order: nothing panics,
// results have their types, nothing that isn't granted is reached, and all is
// closed at the end.
func TestAnyNetGuest(t *testing.T) {
	to := serveTCP(t, echo)
	forbidden := serveTCP(t, func(*net.TCPConn) { t.Error("the guest reached a port that isn't granted") })
	peer, at := peerUDP(t)
	go func() {
		buf := make([]byte, maxDatagram)
		for {
			n, from, err := peer.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			peer.WriteToUDPAddrPort(buf[:n], from)
		}
	}()
	rapid.Check(t, func(r *rapid.T) {
		gate, err := egress.New(egress.Config{
			Grants: []egress.Grant{
				{Host: "127.0.0.1", Private: true, Protocols: egress.TCP, Ports: []egress.Ports{{First: to.Port(), Last: to.Port()}}},
				{Host: "localhost", Private: true, Protocols: egress.UDP, Ports: []egress.Ports{{First: at.Port(), Last: at.Port()}}},
			},
			Listen: loopback().Listen,
			Limits: egress.Limits{Sockets: 8, Connections: 20, ReceivedBytes: 1 << 20},
		})
		if err != nil {
			r.Fatal(err)
		}
		m := &netMachine{
			anyMachine: &anyMachine{T: r, handles: map[string][]value.Handle{}, host: New(Config{Network: gate})},
			addresses:  []netip.AddrPort{to, at, forbidden, netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("[::1]:0"), netip.MustParseAddrPort("0.0.0.0:0")},
		}
		m.begin(to)
		for range rapid.IntRange(1, 150).Draw(r, "calls") {
			m.step()
		}
		gate.Close()
		if err := m.host.Close(); err != nil {
			r.Errorf("Close: %v", err)
		}
		for _, list := range m.handles {
			for _, h := range list {
				if err := m.resource(h).Drop(m.host, h.Rep); err != nil {
					r.Errorf("drop after Close: %v", err)
				}
			}
		}
		for deadline := time.Now().Add(10 * time.Second); gate.OpenSockets() > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				r.Fatalf("%d sockets are open", gate.OpenSockets())
			}
		}
	})
}

// netTargets are the functions of sockets and streams.
var netTargets = func() (list []target) {
	for _, f := range targets {
		if strings.HasPrefix(f.name, "wasi:sockets/") || strings.HasPrefix(f.name, "wasi:io/") {
			list = append(list, f)
		}
	}
	return list
}()

// A netMachine is a guest that does anything with sockets.
type netMachine struct {
	*anyMachine
	addresses []netip.AddrPort
}

// begin gives the guest a connection, a socket that listens, to which somebody
// connects, and one for datagrams with its streams: chance alone seldom gets
// that far.
func (m *netMachine) begin(to netip.AddrPort) {
	do := func(name string, args ...value.Value) value.Value {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		iface, f, _ := strings.Cut(name, "#")
		v, err := interfaces[iface].Funcs[f].Call(ctx, m.host, args)
		if err != nil {
			m.Fatalf("%s: %v", name, err)
		}
		r, isResult := v.(value.Result)
		if !isResult {
			m.keep(v)
			return v
		}
		if r.IsError {
			m.Fatalf("%s: %v", name, r.Payload)
		}
		if list, ok := r.Payload.(value.Tuple); ok {
			m.keep(list)
		}
		return r.Payload
	}
	const create = "wasi:sockets/tcp-create-socket#create-tcp-socket"
	network := do("wasi:sockets/instance-network#instance-network")
	m.keep(do(lookupPkg+"#resolve-addresses", network, value.String("localhost")))
	s := do(create, value.Enum("ipv4"))
	do(tcpPkg+"#"+tcp+"start-connect", s, network, lowerSocketAddress(to))
	p := do(tcpPkg+"#"+tcp+"subscribe", s)
	do(pollPkg+"#[method]pollable.block", p)
	do(tcpPkg+"#"+tcp+"finish-connect", s)

	l := do(create, value.Enum("ipv4"))
	do(tcpPkg+"#"+tcp+"start-bind", l, network, address("127.0.0.1:0"))
	do(tcpPkg+"#"+tcp+"finish-bind", l)
	do(tcpPkg+"#"+tcp+"start-listen", l)
	do(tcpPkg+"#"+tcp+"finish-listen", l)
	conn, err := net.Dial("tcp", liftSocketAddress(do(tcpPkg+"#"+tcp+"local-address", l)).String())
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { conn.Close() })

	u := do("wasi:sockets/udp-create-socket#create-udp-socket", value.Enum("ipv4"))
	do(udpPkg+"#"+udp+"start-bind", u, network, address("127.0.0.1:0"))
	do(udpPkg+"#"+udp+"finish-bind", u)
	do(udpPkg+"#"+udp+"stream", u, value.Option{})
	for _, v := range []value.Value{s, l, u} {
		m.keep(v)
	}
}

func (m *netMachine) step() {
	if rapid.IntRange(0, 9).Draw(m.T, "drop") == 9 {
		m.drop()
		return
	}
	var possible []target
	for _, f := range netTargets {
		if m.possible(f.Type) {
			possible = append(possible, f)
		}
	}
	m.call(rapid.SampledFrom(possible).Draw(m.T, "function"))
}

func (m *netMachine) call(f target) {
	args := make([]value.Value, len(f.Type.Params))
	for i, p := range f.Type.Params {
		args[i] = m.argument(p.Type)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
	defer cancel()
	result, err := f.Call(ctx, m.host, args)
	switch {
	case errors.Is(err, ErrClosed):
		m.Errorf("%s: %v", f.name, err)
	case err == nil && f.Type.Result != nil:
		if err := canon.Check(result, f.Type.Result); err != nil {
			m.Errorf("%s: %v", f.name, err)
		}
		m.keep(result)
	}
}

// argument gives the guest addresses that make a difference.
func (m *netMachine) argument(t *abi.Type) value.Value {
	switch {
	case t == ipSocketAddress:
		return lowerSocketAddress(rapid.SampledFrom(m.addresses).Draw(m.T, "address"))
	case t.Kind == abi.Option && t.Elem == ipSocketAddress:
		if rapid.Bool().Draw(m.T, "none") {
			return value.Option{}
		}
		return value.Option{Some: m.argument(ipSocketAddress)}
	case t.Kind == abi.String:
		return value.String(rapid.SampledFrom([]string{"localhost", "127.0.0.1", "example.org", "", "a b"}).Draw(m.T, "name"))
	case t.Kind == abi.List && t.Elem.Kind == abi.Record:
		var list value.List
		for range rapid.IntRange(0, 3).Draw(m.T, "datagrams") {
			list = append(list, value.Record{
				{Name: "data", Value: value.Bytes("datagram")}, {Name: "remote-address", Value: m.argument(t.Elem.Fields[1].Type)},
			})
		}
		return list
	}
	return m.anyMachine.argument(t)
}
