package egress

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
)

// newGate returns a gate that is closed with the test.
func newGate(t testing.TB, cfg Config) *Gate {
	t.Helper()
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

func denied(t *testing.T, err error) *DeniedError {
	t.Helper()
	d, ok := errors.AsType[*DeniedError](err)
	if !ok {
		t.Fatalf("error %v, want a DeniedError", err)
	}
	return d
}

func limited(t *testing.T, err error, what string) {
	t.Helper()
	if l, ok := errors.AsType[*LimitError](err); !ok || l.What != what {
		t.Fatalf("error %v, want a LimitError on %s", err, what)
	}
}

// fixed is a resolver with fixed answers.
type fixed map[string][]netip.Addr

func (f fixed) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addrs, ok := f[host]; ok {
		return append([]netip.Addr(nil), addrs...), nil
	}
	return nil, errors.New("no such host")
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestRequestsAreMatchedWithGrants(t *testing.T) {
	g := newGate(t, Config{Grants: []Grant{
		{Host: "API.example.org."},
		{Host: "*.example.net", Protocols: HTTP | HTTPS, Ports: []Ports{{8000, 8010}}, Methods: []string{"GET"}},
		{Host: "192.168.1.0/24", Protocols: HTTP, Private: true},
		{Host: "0.0.0.0/0", Protocols: HTTP},
		{Host: "tcp.example.org", Protocols: TCP, Ports: []Ports{{443, 443}}},
	}})
	for _, c := range []struct {
		method string
		scheme Protocols
		host   string
		port   uint16
		why    string
	}{
		{"GET", HTTPS, "api.example.org", 443, ""},
		{"DELETE", HTTPS, "Api.Example.ORG.", 443, ""},
		{"GET", HTTPS, "api.example.org", 8443, whyPort},
		{"GET", HTTP, "api.example.org", 80, whyPort},
		{"GET", HTTPS, "api.example.org.evil.net", 443, whyHost},
		{"GET", HTTPS, "evilapi.example.org", 443, whyHost},
		{"GET", HTTPS, "x.api.example.org", 443, whyHost},
		{"GET", HTTPS, "a.example.net", 8000, ""},
		{"GET", HTTP, "a.b.example.net", 8010, ""},
		{"POST", HTTP, "a.b.example.net", 8010, whyMethod},
		{"get", HTTP, "a.b.example.net", 8010, whyMethod},
		{"GET", HTTP, "a.example.net", 8011, whyPort},
		{"GET", HTTP, "example.net", 8000, whyHost},
		{"GET", HTTP, "evilexample.net", 8000, whyHost},
		{"GET", HTTP, "192.168.1.77", 80, ""},
		{"GET", HTTP, "[::ffff:192.168.1.77]", 80, ""},
		{"GET", HTTP, "192.168.2.1", 80, whyAddress},
		{"GET", HTTP, "127.0.0.1", 80, whyAddress},
		{"GET", HTTP, "[::ffff:7f00:1]", 80, whyAddress},
		{"GET", HTTP, "[::1]", 80, whyHost},
		{"GET", HTTP, "8.8.8.8", 80, ""},
		{"GET", HTTP, "127.1", 80, whyName},
		{"GET", HTTP, "0x7f000001", 80, whyName},
		{"GET", HTTP, "2130706433", 80, whyName},
		{"GET", HTTP, "0177.0.0.1", 80, whyName},
		{"GET", HTTP, "[fe80::1%eth0]", 80, whyName},
		{"GET", HTTPS, "", 443, whyName},
		{"GET", HTTPS, "api.example.org\x00.evil.net", 443, whyName},
		{"GET", HTTPS, "user@api.example.org", 443, whyName},
		{"GET", HTTPS, "tcp.example.org", 443, whyPort},
	} {
		f, err := g.Request(t.Context(), c.method, c.scheme, c.host, c.port)
		if c.why == "" {
			if err != nil {
				t.Errorf("%+v: %v", c, err)
			} else {
				f.Done(200, nil)
			}
		} else if d := denied(t, err); d.Record.Denied != c.why {
			t.Errorf("%+v: denied because %q", c, d.Record.Denied)
		}
	}
}

// TestOffersIsConcurrent needs -race: three rules are a slice with room for a
// fourth, which Offers must not use.
func TestOffersIsConcurrent(t *testing.T) {
	g := newGate(t, Config{
		Grants: []Grant{{Host: "a.example"}, {Host: "b.example"}, {Host: "c.example"}},
		Listen: []Listen{{Protocol: TCP, Addr: netip.MustParseAddr("127.0.0.1")}},
	})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if !g.Offers(TCP) || g.Offers(UDP) {
				t.Error("want TCP and no UDP to be offered")
			}
		})
	}
	group.Wait()
}
