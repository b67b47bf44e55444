package egress

import "net/netip"

// host is what a guest asks to reach: a normalised name or an address.
type host struct {
	text string // as the guest gave it
	name string
	addr netip.Addr
}

// newHost reads a host; the second value is false if it is none.
func newHost(text string) (host, bool) {
	if len(text) > maxRecordText {
		return host{}, false
	}
	if a, ok := parseAddr(text); ok {
		return host{text: text, addr: a}, true
	}
	name := normalise(text)
	return host{text: text, name: name}, checkName(name) == nil
}

// IsHost reports whether text is a host name or an address.
func IsHost(text string) bool {
	_, ok := newHost(text)
	return ok
}

// matches reports whether a rule names the host. An address that is named but
// not public is refused later, so that the reason is the right one.
func (r *rule) matches(h host) bool {
	if h.name != "" {
		return r.matchesName(h.name)
	}
	return r.any() || r.prefix.IsValid() && r.prefix.Contains(h.addr)
}

// find returns the rules that allow a protocol, a host and a port, and an HTTP
// method unless that is empty; or why there are none.
func (g *Gate) find(p Protocols, h host, port uint16, method string) (rules []*rule, why string) {
	why = whyHost
	for _, r := range g.rules {
		switch {
		case !r.matches(h):
		case !r.allowsPort(p, port):
			if why == whyHost {
				why = whyPort
			}
		case method != "" && !r.allowsMethod(method):
			why = whyMethod
		default:
			rules = append(rules, r)
		}
	}
	if len(rules) > 0 {
		return rules, ""
	}
	return nil, why
}

// Permit reports, as nil or a recorded *DeniedError, whether a raw connection
// or a datagram may go to an address: because a grant names the address, or a
// name that Lookup resolved to it in this instance.
func (g *Gate) Permit(p Protocols, to netip.AddrPort) error {
	why := g.refusal(p, to)
	if why == "" {
		return nil
	}
	a := to.Addr().Unmap()
	return g.deny(Record{Protocol: p, Host: a.String(), Port: to.Port(), Addr: a}, why)
}

// PermitSocket reports, as nil or a recorded *DeniedError, whether there is
// anything that a socket of a protocol may be used for.
func (g *Gate) PermitSocket(p Protocols) error {
	if g.Offers(p) {
		return nil
	}
	return g.deny(Record{Protocol: p, Method: "socket"}, whyProtocol)
}

// Permits reports what Permit does, without a record: for what comes in.
func (g *Gate) Permits(p Protocols, to netip.AddrPort) bool { return g.refusal(p, to) == "" }

// refusal returns why a raw protocol must not go to an address, empty if it
// may.
func (g *Gate) refusal(p Protocols, to netip.AddrPort) string {
	a := to.Addr().WithZone("").Unmap()
	why := whyHost
	try := func(h host) bool {
		rules, reason := g.find(p, h, to.Port(), "")
		for _, r := range rules {
			if r.allowsAddr(a, h.name != "") {
				return true
			}
			reason = whyAddress
		}
		if why == whyHost {
			why = reason
		}
		return false
	}
	if try(host{addr: a}) {
		return ""
	}
	for _, name := range g.namesOf(a) {
		if try(host{name: name}) {
			return ""
		}
	}
	return why
}

// namesOf returns the names that Lookup resolved to an address.
func (g *Gate) namesOf(a netip.Addr) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var names []string
	for name := range g.resolved[a] {
		names = append(names, name)
	}
	return names
}
