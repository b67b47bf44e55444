package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Protocols is a set of protocols.
type Protocols uint8

// The protocols. HTTPS is HTTP over TLS; TCP and UDP are raw sockets, and
// allow whatever is spoken over them.
const (
	HTTP Protocols = 1 << iota
	HTTPS
	TCP
	UDP
)

// String returns the names: "http+tcp".
func (p Protocols) String() string {
	var names []string
	for i, name := range []string{"http", "https", "tcp", "udp"} {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// Ports is a range of ports, both ends included.
type Ports struct{ First, Last uint16 }

// A Grant allows an instance to reach hosts.
type Grant struct {
	// Host is a name ("api.example.org"), every name beneath one at any depth
	// ("*.example.org", which is not "example.org"), an address
	// ("192.0.2.1", "2001:db8::1"), a prefix ("198.51.100.0/24"), or "*" for
	// all names and addresses. Names are compared without regard to case and
	// to a dot at the end, in the form that DNS has (xn--…).
	Host string
	// Ports are the ports; none means 80 for HTTP and 443 for HTTPS. TCP and
	// UDP have no ports of their own.
	Ports []Ports
	// Protocols are the protocols, 0 is HTTPS.
	Protocols Protocols
	// Methods are the HTTP methods, as they are sent; none means all.
	Methods []string
	// Private allows addresses that aren't on the public internet: loopback,
	// private networks, link-local and shared address space. What is special
	// besides (metadata services of clouds, multicast, broadcast, the
	// unspecified address, reserved ranges) needs in addition that Host is
	// the address, or a prefix within the special range.
	Private bool
}

// Check returns why a grant is none, nil if it is one.
func (g Grant) Check() error {
	_, err := newRule(g)
	return err
}

// rule is a checked Grant.
type rule struct {
	Grant
	name   string       // an exact name
	suffix string       // ".example.org" of "*.example.org"; "." of "*"
	prefix netip.Prefix // an address or a prefix
	ports  map[Protocols][]Ports
}

// any reports whether the host is "*".
func (r *rule) any() bool { return r.suffix == "." }

// newRule checks a grant.
func newRule(g Grant) (*rule, error) {
	r := &rule{Grant: g, ports: map[Protocols][]Ports{}}
	if err := r.setHost(g.Host); err != nil {
		return nil, fmt.Errorf("grant of %q: %w", g.Host, err)
	}
	if r.Protocols == 0 {
		r.Protocols = HTTPS
	}
	if r.Protocols&^(HTTP|HTTPS|TCP|UDP) != 0 {
		return nil, fmt.Errorf("grant of %q: unknown protocol", g.Host)
	}
	for _, p := range g.Ports {
		if p.First > p.Last || p.First == 0 {
			return nil, fmt.Errorf("grant of %q: ports %d-%d are no range", g.Host, p.First, p.Last)
		}
	}
	for _, p := range []Protocols{HTTP, HTTPS, TCP, UDP} {
		if r.Protocols&p == 0 {
			continue
		}
		switch {
		case len(g.Ports) > 0:
			r.ports[p] = g.Ports
		case p == HTTP:
			r.ports[p] = []Ports{{80, 80}}
		case p == HTTPS:
			r.ports[p] = []Ports{{443, 443}}
		default:
			return nil, fmt.Errorf("grant of %q: %s needs a port", g.Host, p)
		}
	}
	for _, m := range g.Methods {
		if !IsToken(m) {
			return nil, fmt.Errorf("grant of %q: %q is no HTTP method", g.Host, m)
		}
	}
	if len(g.Methods) > 0 && r.Protocols&(TCP|UDP) != 0 {
		return nil, fmt.Errorf("grant of %q: methods don't restrict raw sockets", g.Host)
	}
	return r, nil
}

func (r *rule) setHost(host string) error {
	if prefix, ok := parsePrefix(host); ok {
		kind, within := classify(prefix.Addr())
		if kind != public && !r.Private && prefix.Bits() >= within.Bits() {
			return errors.New("not on the public internet: such a grant must say private")
		}
		r.prefix = prefix
		return nil
	}
	if host == "*" {
		r.suffix = "."
		return nil
	}
	name, below := strings.CutPrefix(host, "*.")
	name = normalise(name)
	if err := checkName(name); err != nil {
		return err
	}
	if below {
		r.suffix = "." + name
	} else {
		r.name = name
	}
	return nil
}

// parsePrefix reads an address, with or without brackets, or a prefix.
func parsePrefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() {
			return netip.Prefix{}, false
		}
		return p.Masked(), true
	}
	if a, ok := parseAddr(s); ok {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// parseAddr reads an address in the forms that a URL has it in. A zone is
// refused: which network it means is the host's business.
func parseAddr(s string) (netip.Addr, bool) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if s, ok = strings.CutSuffix(inner, "]"); !ok {
			return netip.Addr{}, false
		}
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// normalise returns a name as names are compared: in lower case, without the
// dot at the end.
func normalise(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// checkName checks a normalised name. What the system's resolver might read as
// an address in an old form ("127.1", "0x7f000001") is no name.
func checkName(name string) error {
	if name == "" || len(name) > 253 {
		return errors.New("a host name has 1 to 253 characters")
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return errors.New("a label of a host name has 1 to 63 characters")
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return errors.New("a host name has letters, digits, hyphens and dots; others in their xn-- form")
			}
		}
	}
	last := labels[len(labels)-1]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return errors.New("neither a host name nor an address")
	}
	return nil
}

// IsToken reports whether s is a token of HTTP: a method or a field name.
//
// Spec: RFC 9110, 5.6.2.
func IsToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// matchesName reports whether the rule names a normalised name.
func (r *rule) matchesName(name string) bool {
	return r.name == name && name != "" || r.any() || r.suffix != "" && strings.HasSuffix(name, r.suffix)
}

// allowsPort reports whether the rule is for a protocol and a port of it.
func (r *rule) allowsPort(protocol Protocols, port uint16) bool {
	return slices.ContainsFunc(r.ports[protocol], func(p Ports) bool { return p.First <= port && port <= p.Last })
}

// allowsMethod reports whether the rule is for an HTTP method.
func (r *rule) allowsMethod(method string) bool {
	return len(r.Methods) == 0 || slices.Contains(r.Methods, method)
}

// allowsAddr reports whether the rule lets a connection go to an address;
// named says that a name which the rule matches resolved to it.
func (r *rule) allowsAddr(a netip.Addr, named bool) bool {
	a = a.WithZone("").Unmap()
	if !named && !r.any() && !(r.prefix.IsValid() && r.prefix.Contains(a)) {
		return false
	}
	kind, within := classify(a)
	switch kind {
	case public:
		return true
	case private:
		return r.Private
	}
	return r.Private && r.prefix.IsValid() && r.prefix.Bits() >= within.Bits()
}
