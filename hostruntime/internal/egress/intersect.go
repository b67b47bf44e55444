package egress

import (
	"slices"
	"strings"
)

// Intersect returns the grants that allow what two grants both allow, or less,
// never more. A name and the addresses that it may have don't meet.
//
// Errors: those of Check.
func Intersect(a, b Grant) ([]Grant, error) {
	ra, err := newRule(a)
	if err != nil {
		return nil, err
	}
	rb, err := newRule(b)
	if err != nil {
		return nil, err
	}
	narrow, wide := ra, rb
	if !wide.covers(narrow) {
		narrow, wide = rb, ra
	}
	if !wide.covers(narrow) {
		return nil, nil
	}
	if p := narrow.prefix; p.IsValid() {
		// Special addresses must be named by both.
		if kind, within := classify(p.Addr()); kind == special && p.Bits() >= within.Bits() && !wide.allowsAddr(p.Addr(), false) {
			return nil, nil
		}
	}
	methods, ok := commonMethods(a.Methods, b.Methods)
	if !ok {
		return nil, nil
	}
	var list []Grant
	for _, p := range []Protocols{HTTP, HTTPS, TCP, UDP} {
		ports := commonPorts(ra.ports[p], rb.ports[p])
		g := Grant{Host: narrow.Host, Ports: ports, Protocols: p, Methods: methods, Private: a.Private && b.Private}
		// A grant of a private address that isn't private any more is none.
		if len(ports) > 0 && g.Check() == nil {
			list = append(list, g)
		}
	}
	return list, nil
}

// covers reports whether every host of s is one of r's.
func (r *rule) covers(s *rule) bool {
	switch {
	case r.any():
		return true
	case s.any():
		return false
	case s.name != "":
		return r.matchesName(s.name)
	case s.suffix != "":
		return r.suffix != "" && strings.HasSuffix(s.suffix, r.suffix)
	}
	return r.prefix.IsValid() && r.prefix.Bits() <= s.prefix.Bits() && r.prefix.Contains(s.prefix.Addr())
}

// commonMethods returns the methods in both lists, where none is all; false if
// there are none.
func commonMethods(a, b []string) ([]string, bool) {
	switch {
	case len(a) == 0:
		return b, true
	case len(b) == 0:
		return a, true
	}
	var both []string
	for _, m := range a {
		if slices.Contains(b, m) {
			both = append(both, m)
		}
	}
	return both, len(both) > 0
}

// commonPorts returns the ports in both lists.
func commonPorts(a, b []Ports) []Ports {
	var both []Ports
	for _, p := range a {
		for _, q := range b {
			if first, last := max(p.First, q.First), min(p.Last, q.Last); first <= last {
				both = append(both, Ports{first, last})
			}
		}
	}
	return both
}

// IntersectListen returns what two grants to listen both allow; false if that
// is nothing.
func IntersectListen(a, b Listen) (Listen, bool) {
	ra, errA := a.rule()
	rb, errB := b.rule()
	if errA != nil || errB != nil || a.Protocol != b.Protocol {
		return Listen{}, false
	}
	narrow := a
	switch {
	case ra.prefix.Contains(b.Addr) && (ra.prefix.Bits() == 0 || a.Addr == b.Addr):
		narrow = b
	case rb.prefix.Contains(a.Addr) && (rb.prefix.Bits() == 0 || a.Addr == b.Addr):
	default:
		return Listen{}, false
	}
	narrow.Ports = commonPorts(ra.ports[a.Protocol], rb.ports[a.Protocol])
	return narrow, len(narrow.Ports) > 0
}

// IntersectLimits returns the smaller of each limit, none of them zero but the
// rate.
func IntersectLimits(a, b Limits) Limits {
	a, b = a.withDefaults(), b.withDefaults()
	rate := min(a.RequestsPerSecond, b.RequestsPerSecond)
	if rate <= 0 {
		rate = max(a.RequestsPerSecond, b.RequestsPerSecond) // 0 is unlimited
	}
	return Limits{
		Requests:           min(a.Requests, b.Requests),
		ConcurrentRequests: min(a.ConcurrentRequests, b.ConcurrentRequests),
		Connections:        min(a.Connections, b.Connections),
		Sockets:            min(a.Sockets, b.Sockets),
		Lookups:            min(a.Lookups, b.Lookups),
		SentBytes:          min(a.SentBytes, b.SentBytes),
		ReceivedBytes:      min(a.ReceivedBytes, b.ReceivedBytes),
		RequestTime:        min(a.RequestTime, b.RequestTime),
		RequestsPerSecond:  rate,
	}
}

// IntersectHosts returns those of b's hosts that a's cover, in the sense of a
// Secret.
func IntersectHosts(a, b []string) []string {
	var both []string
	for _, host := range b {
		s := &rule{Grant: Grant{Private: true}}
		if s.setHost(host) != nil {
			continue
		}
		for _, other := range a {
			r := &rule{Grant: Grant{Private: true}}
			if r.setHost(other) == nil && r.covers(s) {
				both = append(both, host)
				break
			}
		}
	}
	return both
}
