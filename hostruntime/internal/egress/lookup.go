package egress

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// maxAddrs is how many addresses of one name are looked at.
const maxAddrs = 64

// maxResolved is how many addresses that names resolved to are remembered.
const maxResolved = 4096

// Lookup returns the addresses of a name that a grant for raw sockets could
// allow to be reached, in the resolver's order and without those that no grant
// allows. From then on Permit allows them on the name's ports. An address is
// its own result.
//
// Errors: *DeniedError, *LimitError, the resolver's.
func (g *Gate) Lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	resolve, err := g.StartLookup(name)
	if err != nil {
		return nil, err
	}
	return resolve(ctx)
}

// StartLookup is the part of Lookup that doesn't wait: it returns the one that
// does, unless the name must not be looked up. That one is called once, on any
// goroutine.
func (g *Gate) StartLookup(name string) (func(context.Context) ([]netip.Addr, error), error) {
	h, ok := newHost(name)
	record := Record{Method: "lookup", Host: name}
	if !ok {
		return nil, g.deny(record, whyName)
	}
	if h.addr.IsValid() {
		return func(context.Context) ([]netip.Addr, error) { return []netip.Addr{h.addr}, nil }, nil
	}
	var rules []*rule
	for _, r := range g.rules {
		if r.Protocols&(TCP|UDP) != 0 && r.matches(h) {
			rules = append(rules, r)
			record.Protocol |= r.Protocols & (TCP | UDP)
		}
	}
	if len(rules) == 0 {
		return nil, g.deny(record, whyHost)
	}
	for outer := g.config.Outer; outer != nil; outer = outer.config.Outer {
		if err := outer.countLookup(); err != nil {
			return nil, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.count(1, &g.used.lookups, &g.summary.Lookups, g.limits.Lookups, LimitLookups); err != nil {
		return nil, err
	}
	kept := g.add(record)
	return func(ctx context.Context) ([]netip.Addr, error) { return g.lookup(ctx, h, rules, kept) }, nil
}

// countLookup counts a name that is looked up through an inner gate.
func (g *Gate) countLookup() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.count(1, &g.used.lookups, &g.summary.Lookups, g.limits.Lookups, LimitLookups)
}

// lookup resolves a name that rules are for, and notes how it went.
func (g *Gate) lookup(ctx context.Context, h host, rules []*rule, kept *Record) ([]netip.Addr, error) {
	all, err := g.resolve(ctx, h)
	addrs := allowed(all, rules, true)
	if err == nil && len(addrs) == 0 {
		err = g.prohibited(Record{Protocol: kept.Protocol, Method: "lookup", Host: h.text})
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	kept.Duration = max(1, time.Since(g.start)-kept.Began)
	if err != nil {
		kept.Error = err.Error()
		return nil, err
	}
	for _, a := range addrs {
		if g.resolved[a] == nil {
			if len(g.resolved) >= maxResolved {
				for old := range g.resolved {
					delete(g.resolved, old)
					break
				}
			}
			g.resolved[a] = map[string]struct{}{}
		}
		g.resolved[a][h.name] = struct{}{}
	}
	return addrs, nil
}

// prohibited records that a host has no address that may be reached.
func (g *Gate) prohibited(r Record) error {
	denied := g.deny(r, whyAddress)
	denied.Address = true
	return denied
}

// resolve returns a host's addresses. It ends with ctx or the gate.
func (g *Gate) resolve(ctx context.Context, h host) ([]netip.Addr, error) {
	if h.addr.IsValid() {
		return []netip.Addr{h.addr}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.ctx, cancel)()
	addrs, err := g.config.Resolver.LookupNetIP(ctx, "ip", h.name)
	if err != nil {
		return nil, err
	}
	addrs = slices.Clone(addrs[:min(len(addrs), maxAddrs)]) // a resolver may keep its own
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}

// allowed returns the addresses that one of the rules allows.
func allowed(addrs []netip.Addr, rules []*rule, named bool) []netip.Addr {
	var list []netip.Addr
	for _, a := range addrs {
		for _, r := range rules {
			if r.allowsAddr(a, named) {
				list = append(list, a)
				break
			}
		}
	}
	return list
}

// Dial connects to a host for HTTP: protocol is HTTP or HTTPS, which only
// chooses the grants, the connection is plain TCP. The name is resolved once,
// each address is checked, and exactly those that passed are dialled, until
// one answers. Request must have allowed the host; no
// record is made but of a refusal.
//
// private is Flow.Private of the requests that the connection is for: a grant
// that allows private addresses may be for other methods than theirs.
//
// Errors: *DeniedError whose Address is true, the resolver's and the dialler's.
func (g *Gate) Dial(ctx context.Context, protocol Protocols, name string, port uint16, private bool) (net.Conn, error) {
	record := Record{Protocol: protocol, Host: name, Port: port}
	h, ok := newHost(name)
	if !ok {
		return nil, g.deny(record, whyName)
	}
	rules, why := g.find(protocol, h, port, "")
	if len(rules) == 0 {
		return nil, g.deny(record, why)
	}
	if !private {
		rules = slices.DeleteFunc(rules, func(r *rule) bool { return r.Private })
	}
	all, err := g.resolve(ctx, h)
	if err != nil {
		return nil, err
	}
	addrs := allowed(all, rules, h.name != "")
	if len(addrs) == 0 {
		return nil, g.prohibited(record)
	}
	return g.dialAny(ctx, addrs, port)
}

// dialStagger is how long one address has before the next is tried besides.
//
// Spec: RFC 8305, 5.
const dialStagger = 250 * time.Millisecond

// A dialled is how the attempt at one address came out.
type dialled struct {
	conn net.Conn
	err  error
}

// dialAny connects to the first address that answers. One that is silent
// doesn't hold up the others.
func (g *Gate) dialAny(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.ctx, cancel)()
	results := make(chan dialled)
	begun, over := 0, 0
	defer func() {
		left := begun - over
		go func() {
			for range left {
				if d := <-results; d.conn != nil {
					_ = d.conn.Close()
				}
			}
		}()
	}()
	turn := time.NewTimer(0)
	defer turn.Stop()
	var first error
	for over < len(addrs) {
		select {
		case <-turn.C:
			if begun == len(addrs) {
				continue
			}
			to := netip.AddrPortFrom(addrs[begun], port).String()
			begun++
			go func() {
				var d net.Dialer
				conn, err := d.DialContext(ctx, "tcp", to)
				results <- dialled{conn, err}
			}()
			turn.Reset(dialStagger)
		case d := <-results:
			over++
			if d.err == nil {
				return d.conn, nil
			}
			if first == nil {
				first = d.err
			}
			turn.Reset(0)
		}
	}
	if cause := context.Cause(g.ctx); cause != nil {
		return nil, cause
	}
	return nil, fmt.Errorf("egress: %w", first)
}
