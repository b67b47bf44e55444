package hostruntime

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ParseNetworkGrant reads a grant in the form that String writes:
//
//	[METHODS ] [PROTOCOLS://] HOST [:PORTS] [+private]
//
// Methods are separated by commas, protocols by plus signs, ports by commas, a
// range having a hyphen; "*" is all ports. An IPv6 address stands in brackets,
// and so does a prefix of them.
//
//	api.example.org                         https, port 443
//	GET,HEAD https://*.example.org:8443     only these methods
//	http+https://192.0.2.7:8000-8100,9000
//	tcp://db.example.org:5432
//	udp://127.0.0.1:53+private              an address that isn't public
//	tcp://[2001:db8::/32]:*
//
// Errors: what in the text makes it no grant.
func ParseNetworkGrant(text string) (NetworkGrant, error) {
	g, err := parseNetworkGrant(text)
	if err == nil {
		err = g.check()
	}
	if err != nil {
		return NetworkGrant{}, fmt.Errorf("hostruntime: network grant %q: %w", text, err)
	}
	return g, nil
}

func (g *NetworkGrant) check() error {
	grant, err := g.internal()
	if err != nil {
		return err
	}
	return grant.Check()
}

func parseNetworkGrant(text string) (g NetworkGrant, err error) {
	rest := text
	if methods, after, ok := strings.Cut(rest, " "); ok {
		g.Methods, rest = strings.Split(methods, ","), after
	}
	rest, g.Private = strings.CutSuffix(rest, "+private")
	if names, after, ok := strings.Cut(rest, "://"); ok {
		g.Protocols, rest = strings.Split(names, "+"), after
	}
	ports := ""
	if g.Host, ports, err = splitHost(rest); err != nil {
		return g, err
	}
	if ports != "" {
		g.Ports, err = parsePorts(ports)
	}
	return g, err
}

// splitHost separates a host from its ports.
func splitHost(s string) (host, ports string, err error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		host, after, ok := strings.Cut(inner, "]")
		if !ok {
			return "", "", fmt.Errorf("a bracket is not closed")
		}
		ports, ok = strings.CutPrefix(after, ":")
		if after != "" && after != "/" && !ok {
			return "", "", fmt.Errorf("%q follows the host", after)
		}
		return host, strings.TrimSuffix(ports, "/"), nil
	}
	host, ports, ok := strings.Cut(s, ":")
	if ok {
		ports = strings.TrimSuffix(ports, "/")
	} else {
		host = strings.TrimSuffix(host, "/")
	}
	if strings.Contains(ports, ":") {
		return "", "", fmt.Errorf("an IPv6 address stands in brackets")
	}
	if _, err := netip.ParsePrefix(host); err != nil && strings.Contains(host, "/") || strings.Contains(ports, "/") {
		return "", "", fmt.Errorf("grants are for hosts, not for paths")
	}
	if ok && ports == "" {
		return "", "", fmt.Errorf("a port is missing")
	}
	return host, ports, nil
}

func parsePorts(s string) ([]PortRange, error) {
	if s == "*" {
		return []PortRange{{1, 65535}}, nil
	}
	var list []PortRange
	for part := range strings.SplitSeq(s, ",") {
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			to = from
		}
		first, err := strconv.ParseUint(from, 10, 16)
		last, err2 := strconv.ParseUint(to, 10, 16)
		if err != nil || err2 != nil {
			return nil, fmt.Errorf("%q is neither a port nor a range of ports", part)
		}
		list = append(list, PortRange{uint16(first), uint16(last)})
	}
	return list, nil
}

// String returns the grant as text that ParseNetworkGrant reads.
func (g NetworkGrant) String() string {
	var b strings.Builder
	if len(g.Methods) > 0 {
		b.WriteString(strings.Join(g.Methods, ",") + " ")
	}
	protocols := g.Protocols
	if len(protocols) == 0 {
		protocols = []string{ProtocolHTTPS}
	}
	b.WriteString(strings.Join(protocols, "+") + "://")
	if strings.Contains(g.Host, ":") {
		b.WriteString("[" + g.Host + "]")
	} else {
		b.WriteString(g.Host)
	}
	b.WriteString(portsText(g.Ports))
	if g.Private {
		b.WriteString("+private")
	}
	return b.String()
}

func portsText(list []PortRange) string {
	if len(list) == 0 {
		return ""
	}
	if slices.Equal(list, []PortRange{{1, 65535}}) {
		return ":*"
	}
	var parts []string
	for _, p := range list {
		if p.First == p.Last {
			parts = append(parts, strconv.Itoa(int(p.First)))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", p.First, p.Last))
		}
	}
	return ":" + strings.Join(parts, ",")
}

// ParseListenGrant reads a grant to listen: "tcp://127.0.0.1:8080",
// "udp://[::1]:5353", "tcp://0.0.0.0:8000-8100". Without ports it is for one of
// the system's choice: "tcp://127.0.0.1".
//
// Errors: what in the text makes it no grant.
func ParseListenGrant(text string) (ListenGrant, error) {
	fail := func(err error) (ListenGrant, error) {
		return ListenGrant{}, fmt.Errorf("hostruntime: grant to listen %q: %w", text, err)
	}
	protocol, rest, ok := strings.Cut(text, "://")
	if !ok {
		return fail(fmt.Errorf("tcp:// or udp:// is missing"))
	}
	host, ports, err := splitHost(rest)
	if err != nil {
		return fail(err)
	}
	l := ListenGrant{Protocol: protocol}
	if l.Addr, err = netip.ParseAddr(host); err != nil {
		return fail(err)
	}
	if ports != "" {
		if l.Ports, err = parsePorts(ports); err != nil {
			return fail(err)
		}
	}
	if err := l.internal().Check(); err != nil {
		return fail(err)
	}
	return l, nil
}

// String returns the grant as text that ParseListenGrant reads.
func (l ListenGrant) String() string {
	host := l.Addr.String()
	if l.Addr.Is6() {
		host = "[" + host + "]"
	}
	return l.Protocol + "://" + host + portsText(l.Ports)
}
