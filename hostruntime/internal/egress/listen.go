package egress

import (
	"errors"
	"fmt"
	"net/netip"
)

// Listen allows an instance to listen, for whoever can reach the address.
type Listen struct {
	// Protocol is TCP or UDP.
	Protocol Protocols
	// Addr is the address; the unspecified one ("0.0.0.0", "::") is for all
	// of its family.
	Addr netip.Addr
	// Ports are the ports. None means one that the system chooses, which is
	// what a guest gets that binds port 0.
	Ports []Ports
}

// Check returns why a grant to listen is none, nil if it is one.
func (l Listen) Check() error {
	_, err := l.rule()
	return err
}

func (l Listen) rule() (*rule, error) {
	if l.Protocol != TCP && l.Protocol != UDP {
		return nil, errors.New("grant to listen: the protocol is TCP or UDP")
	}
	if !l.Addr.IsValid() || l.Addr.Is4In6() || l.Addr.Zone() != "" {
		return nil, fmt.Errorf("grant to listen: %s is no address to listen at", l.Addr)
	}
	r := &rule{
		Grant:  Grant{Protocols: l.Protocol},
		prefix: netip.PrefixFrom(l.Addr, l.Addr.BitLen()),
		ports:  map[Protocols][]Ports{l.Protocol: l.Ports},
	}
	if l.Addr.IsUnspecified() {
		r.prefix = netip.PrefixFrom(l.Addr, 0)
	}
	if len(l.Ports) == 0 {
		r.ports[l.Protocol] = []Ports{{0, 0}}
	}
	for _, p := range l.Ports {
		if p.First > p.Last {
			return nil, fmt.Errorf("grant to listen at %s: ports %d-%d are no range", l.Addr, p.First, p.Last)
		}
	}
	return r, nil
}

// PermitListen reports, as nil or a recorded *DeniedError, whether a guest may
// listen at an address; the port is the one it asked for, 0 for any.
func (g *Gate) PermitListen(p Protocols, at netip.AddrPort) error {
	if g.Listens(p, at) {
		return nil
	}
	a := at.Addr().Unmap()
	return g.deny(Record{Protocol: p, Method: "listen", Host: a.String(), Port: at.Port(), Addr: a}, whyListen)
}

// Listens reports what PermitListen does, without a record.
func (g *Gate) Listens(p Protocols, at netip.AddrPort) bool {
	a := at.Addr().WithZone("").Unmap()
	for _, r := range g.listen {
		// All addresses are more than any one that is granted.
		if r.prefix.Contains(a) && (!a.IsUnspecified() || r.prefix.Bits() == 0) && r.allowsPort(p, at.Port()) {
			return true
		}
	}
	return false
}

// PermitBind reports, as nil or a recorded *DeniedError, whether a socket may
// be bound: to any address and a port of the system's choice where anything is
// granted for the protocol, to a port of its own where listening is.
func (g *Gate) PermitBind(p Protocols, at netip.AddrPort) error {
	if at.Port() == 0 && g.Offers(p) {
		return nil
	}
	return g.PermitListen(p, at)
}

// OpenSocket takes a place among the raw sockets that are open at once, and
// reports whether there was one. CloseSocket gives it back.
func (g *Gate) OpenSocket() bool {
	outer := g.config.Outer
	if outer != nil && !outer.OpenSocket() {
		return false
	}
	g.mu.Lock()
	open := g.sockets < g.limits.Sockets
	if open {
		g.sockets++
	}
	g.mu.Unlock()
	if !open && outer != nil {
		outer.CloseSocket()
	}
	return open
}

// CloseSocket gives back what OpenSocket took.
func (g *Gate) CloseSocket() {
	if g.config.Outer != nil {
		g.config.Outer.CloseSocket()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sockets--
}

// OpenSockets returns how many raw sockets are open.
func (g *Gate) OpenSockets() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sockets
}
