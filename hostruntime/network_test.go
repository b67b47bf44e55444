package hostruntime

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseNetworkGrant(t *testing.T) {
	for text, want := range map[string]struct {
		grant NetworkGrant
		again string // as String writes it, "" for the same
	}{
		"api.example.org": {NetworkGrant{Host: "api.example.org"}, "https://api.example.org"},
		"GET,HEAD https://*.example.org:8443": {NetworkGrant{
			Host: "*.example.org", Methods: []string{"GET", "HEAD"}, Protocols: []string{"https"}, Ports: []PortRange{{8443, 8443}},
		}, ""},
		"http+https://192.0.2.7:8000-8100,9000+private": {NetworkGrant{
			Host: "192.0.2.7", Protocols: []string{"http", "https"}, Ports: []PortRange{{8000, 8100}, {9000, 9000}}, Private: true,
		}, ""},
		"tcp://db.example.org:5432":  {NetworkGrant{Host: "db.example.org", Protocols: []string{"tcp"}, Ports: []PortRange{{5432, 5432}}}, ""},
		"udp://127.0.0.1:53+private": {NetworkGrant{Host: "127.0.0.1", Protocols: []string{"udp"}, Ports: []PortRange{{53, 53}}, Private: true}, ""},
		"tcp://[2a00::/32]:*":        {NetworkGrant{Host: "2a00::/32", Protocols: []string{"tcp"}, Ports: []PortRange{{1, 65535}}}, ""},
		"tcp://10.0.0.0/8:1+private": {NetworkGrant{Host: "10.0.0.0/8", Protocols: []string{"tcp"}, Ports: []PortRange{{1, 1}}, Private: true}, ""},
		"http://[::1]:8080/+private": {NetworkGrant{Host: "::1", Protocols: []string{"http"}, Ports: []PortRange{{8080, 8080}}, Private: true}, "http://[::1]:8080+private"},
		"https://example.org/":       {NetworkGrant{Host: "example.org", Protocols: []string{"https"}}, "https://example.org"},
		"*":                          {NetworkGrant{Host: "*"}, "https://*"},
	} {
		got, err := ParseNetworkGrant(text)
		if err != nil {
			t.Error(err)
			continue
		}
		again := want.again
		if again == "" {
			again = text
		}
		if got.String() != again {
			t.Errorf("%q is written as %q", text, got.String())
		}
		if second, err := ParseNetworkGrant(got.String()); err != nil || second.String() != again {
			t.Errorf("%q: the second time %v, %v", text, second, err)
		}
		if got.Host != want.grant.Host || got.Private != want.grant.Private || !slices.Equal(got.Ports, want.grant.Ports) ||
			!slices.Equal(got.Methods, want.grant.Methods) || !slices.Equal(got.Protocols, want.grant.Protocols) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestBadNetworkGrants(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "host name",
		"ftp://example.org":            `unknown protocol "ftp"`,
		"tcp://example.org":            "needs a port",
		"https://example.org/path":     "not for paths",
		"https://example.org:443/path": "not for paths",
		"https://example.org:":         "a port is missing",
		"https://example.org:x":        `"x" is neither a port`,
		"https://example.org:70000":    `"70000" is neither a port`,
		"https://example.org:2-1":      "no range",
		"https://127.0.0.1":            "must say private",
		"https://::1":                  "brackets",
		"https://[::1":                 "not closed",
		"https://[::1]x":               "follows the host",
		"G@T https://example.org":      "no HTTP method",
		"GET tcp://example.org:1":      "methods",
		"https://bücher.example":       "xn--",
	} {
		if g, err := ParseNetworkGrant(text); err == nil {
			t.Errorf("%q became %+v", text, g)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want it to say %q", text, err, want)
		}
	}
}

func TestParseListenGrant(t *testing.T) {
	for _, text := range []string{"tcp://127.0.0.1", "udp://[::1]:5353", "tcp://0.0.0.0:8000-8100,9000"} {
		l, err := ParseListenGrant(text)
		if err != nil || l.String() != text {
			t.Errorf("%q became %q, %v", text, l, err)
		}
	}
	for _, text := range []string{"", "127.0.0.1:1", "http://127.0.0.1:1", "tcp://localhost:1", "tcp://127.0.0.1:x", "tcp://[fe80::1%eth0]:1"} {
		if l, err := ParseListenGrant(text); err == nil {
			t.Errorf("%q became %+v", text, l)
		}
	}
}

func grants(t *testing.T, list ...string) (all []NetworkGrant) {
	t.Helper()
	for _, text := range list {
		g, err := ParseNetworkGrant(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func TestNetworkIntersect(t *testing.T) {
	listen := ListenGrant{Protocol: ProtocolTCP, Addr: netip.MustParseAddr("0.0.0.0"), Ports: []PortRange{{80, 90}}}
	parent := Network{
		Allow:   grants(t, "https://*.example.org", "tcp://10.0.0.0/8:1-100+private"),
		Listen:  []ListenGrant{listen},
		Limits:  NetworkLimits{Requests: 5, RequestTime: time.Second, RequestsPerSecond: 3},
		Secrets: []Secret{{Placeholder: "placeholder", Value: "the real one", Hosts: []string{"*.example.org"}}},
	}
	child := Network{
		Allow:   grants(t, "GET https://api.example.org", "https://evil.org", "tcp://10.1.2.3:50-200+private", "tcp://192.168.0.1:1+private"),
		Listen:  []ListenGrant{{Protocol: ProtocolTCP, Addr: netip.MustParseAddr("127.0.0.1"), Ports: []PortRange{{85, 85}}}},
		Limits:  NetworkLimits{Requests: 500, SentBytes: Unlimited, RequestTime: -1},
		Secrets: []Secret{{Placeholder: "placeholder", Hosts: []string{"api.example.org", "evil.org"}, Cleartext: true}},
	}
	got, err := parent.Intersect(child)
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, g := range got.Allow {
		text = append(text, g.String())
	}
	if want := []string{"GET https://api.example.org:443", "tcp://10.1.2.3:50-100+private"}; !slices.Equal(text, want) {
		t.Errorf("grants %q, want %q", text, want)
	}
	if len(got.Listen) != 1 || got.Listen[0].String() != "tcp://127.0.0.1:85" {
		t.Errorf("listen %v", got.Listen)
	}
	if l := got.Limits; l.Requests != 5 || l.SentBytes != DefaultSentBytes || l.RequestTime != time.Second || l.RequestsPerSecond != 3 {
		t.Errorf("limits %+v", l)
	}
	if s := got.Secrets; len(s) != 1 || s[0].Value != "the real one" || !slices.Equal(s[0].Hosts, []string{"api.example.org"}) || s[0].Cleartext {
		t.Errorf("secrets %+v", s)
	}
}

// No text makes reading panic, and what is read is written so that it is read
// as the same.
func FuzzParseNetworkGrant(f *testing.F) {
	for _, text := range []string{
		"api.example.org", "GET,HEAD https://*.example.org:8443", "http+https://192.0.2.7:8000-8100,9000",
		"udp://127.0.0.1:53+private", "tcp://[2001:db8::/32]:*", "https://[::1]:1/+private", "tcp://10.0.0.0/8:1+private", "tcp://127.0.0.1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := ParseListenGrant(text); err == nil {
			if again, err := ParseListenGrant(l.String()); err != nil || again.String() != l.String() {
				t.Fatalf("%q is written as %q: %v", text, l, err)
			}
		}
		g, err := ParseNetworkGrant(text)
		if err != nil {
			return
		}
		again, err := ParseNetworkGrant(g.String())
		if err != nil || again.String() != g.String() {
			t.Fatalf("%q is written as %q, which is read as %q, %v", text, g, again, err)
		}
	})
}
