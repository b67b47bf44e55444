package egress

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// What the intersection allows both grants allow; and what both allow it does,
// except for a name and its addresses.
func TestIntersect(t *testing.T) {
	hosts := []string{
		"*", "example.org", "*.example.org", "a.example.org", "*.a.example.org", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0",
		"169.254.0.0/16", "169.254.169.254", "8.8.8.8", "::/0", "::1",
	}
	ports := [][]Ports{nil, {{80, 80}}, {{1, 100}}, {{443, 443}, {50, 90}}}
	methods := [][]string{nil, {"GET"}, {"GET", "POST"}, {"PUT"}}
	grant := func(r *rapid.T, label string) Grant {
		return Grant{
			Host: rapid.SampledFrom(hosts).Draw(r, label), Ports: rapid.SampledFrom(ports).Draw(r, "ports"),
			Methods: rapid.SampledFrom(methods).Draw(r, "methods"), Private: rapid.Bool().Draw(r, "private"),
			Protocols: Protocols(rapid.IntRange(0, 15).Draw(r, "protocols")),
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		a, b := grant(r, "a"), grant(r, "b")
		both, err := Intersect(a, b)
		if err != nil {
			if a.Check() == nil && b.Check() == nil {
				r.Fatal(err)
			}
			r.Skip(err)
		}
		gates := make([]*Gate, 3)
		for i, grants := range [][]Grant{both, {a}, {b}} {
			if gates[i], err = New(Config{Grants: grants}); err != nil {
				r.Fatalf("the intersection is no policy: %v", err)
			}
			defer gates[i].Close()
		}
		protocol := rapid.SampledFrom([]Protocols{HTTP, HTTPS, TCP, UDP}).Draw(r, "protocol")
		port := rapid.SampledFrom([]uint16{1, 50, 80, 90, 100, 443, 444}).Draw(r, "port")
		method := rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE"}).Draw(r, "method")
		if protocol == HTTP || protocol == HTTPS {
			name := rapid.SampledFrom([]string{"example.org", "a.example.org", "x.a.example.org", "evil.org", "10.1.2.3", "169.254.169.254", "8.8.8.8", "[::1]"}).Draw(r, "name")
			allowed := make([]bool, 3)
			for i, g := range gates {
				f, err := g.Request(r.Context(), method, protocol, name, port)
				if allowed[i] = err == nil; allowed[i] {
					f.Done(0, nil)
				}
			}
			if allowed[0] != (allowed[1] && allowed[2]) {
				r.Fatalf("%s %s://%s:%d: %v by %+v", method, protocol, name, port, allowed, both)
			}
			return
		}
		to := netip.AddrPortFrom(netip.MustParseAddr(rapid.SampledFrom([]string{"10.1.2.3", "10.9.9.9", "8.8.8.8", "169.254.1.1", "169.254.169.254", "127.0.0.1", "::1", "2a00::1"}).Draw(r, "address")), port)
		if got, want := gates[0].Permits(protocol, to), gates[1].Permits(protocol, to) && gates[2].Permits(protocol, to); got != want {
			r.Fatalf("%s to %s: %v, want %v by %+v", protocol, to, got, want, both)
		}
	})
}

func TestIntersectListen(t *testing.T) {
	l := func(at string, ports ...Ports) Listen {
		return Listen{Protocol: TCP, Addr: netip.MustParseAddr(at), Ports: ports}
	}
	for _, c := range []struct {
		a, b Listen
		want string
	}{
		{l("127.0.0.1"), l("127.0.0.1"), "127.0.0.1:0"},
		{l("0.0.0.0", Ports{80, 90}), l("127.0.0.1", Ports{85, 99}), "127.0.0.1:85"},
		{l("127.0.0.1", Ports{85, 99}), l("0.0.0.0", Ports{80, 90}), "127.0.0.1:85"},
		{l("127.0.0.1"), l("127.0.0.2"), ""},
		{l("127.0.0.1"), l("::"), ""},
		{l("127.0.0.1", Ports{1, 2}), l("127.0.0.1", Ports{3, 4}), ""},
	} {
		got, ok := IntersectListen(c.a, c.b)
		if ok != (c.want != "") || ok && netip.AddrPortFrom(got.Addr, got.Ports[0].First).String() != c.want {
			t.Errorf("%v and %v: %v, %v", c.a, c.b, got, ok)
		}
	}
}
