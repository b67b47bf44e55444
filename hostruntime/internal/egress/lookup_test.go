package egress

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
)

// A dnsServer is a real name server on this machine, with answers that a test
// changes.
type dnsServer struct {
	answer  atomic.Pointer[[]netip.Addr]
	queries atomic.Int64
}

// serveDNS runs a name server and returns a resolver that asks it.
func serveDNS(t *testing.T) (*dnsServer, *net.Resolver) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &dnsServer{}
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			s.queries.Add(1)
			conn.WriteTo(s.reply(buf[:n]), from)
		}
	}()
	return s, &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// reply answers a question of type A or AAAA with what the server knows, for
// any name.
//
// Spec: RFC 1035, 4.1.
func (s *dnsServer) reply(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	question := query[12 : end+5]
	v6 := question[len(question)-3] == 28
	var answers []byte
	count := byte(0)
	for _, a := range *s.answer.Load() {
		if a.Is6() != v6 {
			continue
		}
		data := a.AsSlice()
		answers = append(answers, 0xc0, 12, 0, question[len(question)-3], 0, 1, 0, 0, 0, 0, 0, byte(len(data)))
		answers = append(answers, data...)
		count++
	}
	reply := []byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0}
	return append(append(reply, question...), answers...)
}

func (s *dnsServer) set(list ...string) {
	all := addrs(list...)
	s.answer.Store(&all)
}

func TestLookup(t *testing.T) {
	server, resolver := serveDNS(t)
	g := newGate(t, Config{Resolver: resolver, Grants: []Grant{
		{Host: "*.example.org", Protocols: TCP, Ports: []Ports{{5432, 5432}}},
		{Host: "inside.example.net", Protocols: TCP | UDP, Ports: []Ports{{53, 53}}, Private: true},
		{Host: "web.example.com"},
	}})
	server.set("8.8.8.8", "10.0.0.1", "2a00::1", "fd00::1", "169.254.169.254")
	got, err := g.Lookup(t.Context(), "DB.example.org.")
	if slices.SortFunc(got, netip.Addr.Compare); err != nil || !slices.Equal(got, addrs("8.8.8.8", "2a00::1")) {
		t.Errorf("%v, %v", got, err)
	}
	got, err = g.Lookup(t.Context(), "inside.example.net")
	if slices.SortFunc(got, netip.Addr.Compare); err != nil || !slices.Equal(got, addrs("8.8.8.8", "10.0.0.1", "2a00::1", "fd00::1")) {
		t.Errorf("%v, %v", got, err)
	}
	asked := server.queries.Load()
	// A name that no socket may go to isn't asked for: names can carry data.
	for _, name := range []string{"web.example.com", "example.org", "secret.example.net", "x.web.example.com", "a b", ""} {
		if _, err := g.Lookup(t.Context(), name); err == nil {
			t.Errorf("%q was looked up", name)
		} else {
			denied(t, err)
		}
	}
	if server.queries.Load() != asked {
		t.Error("the name server was asked")
	}
	server.set("10.0.0.1", "::1")
	_, err = g.Lookup(t.Context(), "private.example.org")
	if d := denied(t, err); !d.Address {
		t.Errorf("%+v", d)
	}
	if s := g.Take(); s.Lookups != 3 || s.Denied != 7 {
		t.Errorf("%+v", s)
	}
}

// A name that resolves to another address the next time opens no way: an
// address is allowed because of the look-up that gave it, and only if it is
// public.
func TestRebinding(t *testing.T) {
	server, resolver := serveDNS(t)
	g := newGate(t, Config{Resolver: resolver, Grants: []Grant{
		{Host: "evil.example.org", Protocols: TCP | HTTP, Ports: []Ports{{1, 65535}}},
	}})
	at := func(a string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(a), 80) }
	server.set("8.8.8.8")
	if _, err := g.Lookup(t.Context(), "evil.example.org"); err != nil {
		t.Fatal(err)
	}
	server.set("127.0.0.1", "169.254.169.254", "::1")
	_, err := g.Lookup(t.Context(), "evil.example.org")
	denied(t, err)
	for _, a := range []string{"127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "8.8.4.4"} {
		if g.Permits(TCP, at(a)) {
			t.Errorf("%s may be reached", a)
		}
	}
	if !g.Permits(TCP, at("8.8.8.8")) {
		t.Error("what the name once resolved to may not be reached")
	}

	// For HTTP the address that is checked is the one that is dialled, though
	// the name server says something else each time.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	f, err := g.Request(t.Context(), "GET", HTTP, "evil.example.org", port)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Done(0, nil)
	conn, err := g.Dial(t.Context(), HTTP, "evil.example.org", port, true)
	if err == nil {
		conn.Close()
	}
	if d := denied(t, err); !d.Address {
		t.Errorf("%+v", d)
	}
}

// An address where nobody answers at all holds the others up for no longer than
// it must.
func TestDialSilentAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	g := newGate(t, Config{
		Resolver: fixed{"here.example.org": addrs("10.255.255.1", "127.0.0.1")},
		Grants:   []Grant{{Host: "*.example.org", Protocols: HTTP, Ports: []Ports{{port, port}}, Private: true}},
	})
	conn, err := g.Dial(t.Context(), HTTP, "here.example.org", port, true)
	if err != nil {
		t.Fatal(err)
	}
	if a := conn.RemoteAddr().String(); a != l.Addr().String() {
		t.Errorf("connected to %s", a)
	}
	conn.Close()
}

func TestDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	g := newGate(t, Config{
		Resolver: fixed{"here.example.org": addrs("169.254.169.254", "127.0.0.2", "127.0.0.1")},
		Grants:   []Grant{{Host: "*.example.org", Protocols: HTTP, Ports: []Ports{{port, port}}, Private: true}},
	})
	// The first address may not be dialled, at the second nobody answers.
	conn, err := g.Dial(t.Context(), HTTP, "here.example.org", port, true)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for name, want := range map[string]uint16{"here.example.org": port + 1, "example.org": port, "127.0.0.1": port, "here.example.org\r\n": port} {
		if _, err := g.Dial(t.Context(), HTTP, name, want, true); err == nil {
			t.Errorf("%s:%d was dialled", name, want)
		} else {
			denied(t, err)
		}
	}
	if _, err := g.Dial(t.Context(), HTTPS, "here.example.org", port, true); err == nil {
		t.Error("a grant of http allows https")
	}
	if _, err := g.Dial(t.Context(), HTTP, "unknown.example.org", port, true); err == nil {
		t.Error("an unknown name was dialled")
	}
	g.Close()
	if _, err := g.Dial(t.Context(), HTTP, "here.example.org", port, true); err == nil {
		t.Error("dialled after Close")
	}
}

// A list is a resolver that gives everybody the same list.
type list []netip.Addr

func (l list) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { return l, nil }

func TestResolversKeepTheirLists(t *testing.T) {
	mapped := netip.MustParseAddr("::ffff:8.8.8.8")
	names := list{mapped}
	g := newGate(t, Config{
		Grants: []Grant{{Host: "example.org", Protocols: TCP, Ports: []Ports{{1, 1}}}}, Resolver: names,
	})
	if got, err := g.Lookup(t.Context(), "example.org"); err != nil || len(got) != 1 || got[0] != mapped.Unmap() {
		t.Errorf("%v, %v", got, err)
	}
	if names[0] != mapped {
		t.Errorf("the resolver's list is %v now", names)
	}
}
