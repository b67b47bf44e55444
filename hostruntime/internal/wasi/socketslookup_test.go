package wasi

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// lookup returns all that a resolve-address-stream says.
func (g *netGuest) lookup(name string) (addrs []value.Value, failed value.Value) {
	g.Helper()
	r := g.call(lookupPkg, "resolve-addresses", g.net, value.String(name)).(value.Result)
	if r.IsError {
		return nil, r.Payload
	}
	const stream = "[method]resolve-address-stream."
	g.await(lookupPkg, stream, r.Payload)
	defer g.drop(lookupPkg, r.Payload)
	for {
		next := g.call(lookupPkg, stream+"resolve-next-address", r.Payload).(value.Result)
		if next.IsError {
			return addrs, next.Payload
		}
		a := next.Payload.(value.Option).Some
		if a == nil {
			return addrs, nil
		}
		addrs = append(addrs, a)
	}
}

// The system's own resolver knows this machine.
func TestLookupLocalhost(t *testing.T) {
	cfg := loopback()
	cfg.Grants = append(cfg.Grants, egress.Grant{
		Host: "localhost", Protocols: egress.TCP, Ports: []egress.Ports{{First: 1, Last: 65535}}, Private: true,
	})
	g := newNetGuest(t, cfg)
	addrs, failed := g.lookup("LocalHost")
	if failed != nil || len(addrs) == 0 {
		t.Fatalf("%v, %v", addrs, failed)
	}
	for _, name := range []string{"127.0.0.1", "::1"} {
		addrs, failed = g.lookup(name)
		if failed != nil || len(addrs) != 1 {
			t.Fatalf("%v, %v", addrs, failed)
		}
		g.equal(addrs[0], lowerIP(netip.MustParseAddr(name)))
	}
	for name, code := range map[string]value.Enum{
		"": "invalid-argument", "a b": "invalid-argument", "127.1": "invalid-argument", "example.org": "access-denied",
	} {
		if _, failed := g.lookup(name); failed != code {
			t.Errorf("%q: %v, want %s", name, failed, code)
		}
	}
}

type hostsFile map[string][]netip.Addr

func (f hostsFile) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addrs := f[host]; addrs != nil {
		return addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// A name that was looked up lets the guest connect to its addresses, and to no
// others.
func TestConnectByName(t *testing.T) {
	to := serveTCP(t, echo)
	here := egress.Ports{First: to.Port(), Last: to.Port()}
	g := newNetGuest(t, egress.Config{
		Grants: []egress.Grant{
			{Host: "*.example.org", Protocols: egress.TCP, Ports: []egress.Ports{here}, Private: true},
			{Host: "public.example.net", Protocols: egress.TCP, Ports: []egress.Ports{here}},
		},
		Resolver: hostsFile{
			"db.example.org":     {netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("169.254.169.254")},
			"public.example.net": {netip.MustParseAddr("127.0.0.1")},
		},
	})
	denied := value.Enum("access-denied")
	start := func() value.Value {
		t.Helper()
		return g.call(tcpPkg, tcp+"start-connect", g.socket("tcp", "ipv4"), g.net, lowerSocketAddress(to))
	}
	g.equal(start(), value.Result{IsError: true, Payload: denied})
	if _, failed := g.lookup("public.example.net"); failed != denied {
		t.Errorf("a name that leads to this machine: %v", failed)
	}
	g.equal(start(), value.Result{IsError: true, Payload: denied})
	if _, failed := g.lookup("nobody.example.org"); failed != value.Enum("name-unresolvable") {
		t.Errorf("an unknown name: %v", failed)
	}
	addrs, failed := g.lookup("db.example.org")
	if failed != nil || len(addrs) != 1 {
		t.Fatalf("%v, %v", addrs, failed)
	}
	g.equal(addrs[0], lowerIP(to.Addr()))
	g.equal(start(), value.Result{})
	g.fails(denied, tcpPkg, tcp+"start-connect", g.socket("tcp", "ipv4"), g.net, lowerSocketAddress(netip.AddrPortFrom(to.Addr(), to.Port()+1)))
	g.fails(denied, tcpPkg, tcp+"start-connect", g.socket("tcp", "ipv4"), g.net, address("127.0.0.2:"+portOf(to)))
}

func portOf(ap netip.AddrPort) string {
	_, port, _ := net.SplitHostPort(ap.String())
	return port
}
