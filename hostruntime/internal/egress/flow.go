package egress

import (
	"context"
	"math"
	"net/netip"
	"slices"
	"time"
)

// A Flow is one request or connection under way: what it moves is counted.
type Flow struct {
	gate   *Gate
	record *Record
	ctx    context.Context
	cancel context.CancelFunc
	// active is the number that Done takes a request off.
	active *uint64
	over   bool // under gate.mu
	// private says that a grant which allows the request is for private
	// addresses too.
	private bool
	// outer is the flow in the outer gate, nil if there is none.
	outer *Flow
}

// Request begins an HTTP request: it is permitted, counted and recorded, and
// waits for its turn where there is a limit on the rate. A redirect that is
// followed is a request of its own. The caller must call Done when the response
// has come to its end, or the request to nothing.
//
// scheme is HTTP or HTTPS; name is the host without its port.
//
// Errors: *DeniedError, *LimitError, ctx's.
func (g *Gate) Request(ctx context.Context, method string, scheme Protocols, name string, port uint16) (*Flow, error) {
	record := Record{Protocol: scheme, Method: method, Host: name, Port: port}
	h, ok := newHost(name)
	if !ok {
		return nil, g.deny(record, whyName)
	}
	rules, why := g.find(scheme, h, port, method)
	if len(rules) == 0 {
		return nil, g.deny(record, why)
	}
	if h.addr.IsValid() && len(allowed([]netip.Addr{h.addr}, rules, false)) == 0 {
		return nil, g.prohibited(record)
	}
	f, wait, err := g.beginAll(record)
	if err != nil {
		return nil, err
	}
	f.private = slices.ContainsFunc(rules, func(r *rule) bool { return r.Private })
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			f.Done(0, ctx.Err())
			return nil, ctx.Err()
		case <-g.ctx.Done():
			f.Done(0, context.Cause(g.ctx))
			return nil, context.Cause(g.ctx)
		}
	}
	if g.limits.RequestTime != math.MaxInt64 {
		f.ctx, f.cancel = context.WithCancel(g.ctx)
		timer := time.AfterFunc(g.limits.RequestTime, f.late)
		cancel := f.cancel
		f.cancel = func() { timer.Stop(); cancel() }
	}
	return f, nil
}

// late fails the gate: the request took too long.
func (f *Flow) late() {
	f.gate.mu.Lock()
	defer f.gate.mu.Unlock()
	if !f.over {
		limit := uint64(f.gate.limits.RequestTime)
		f.gate.exceed(LimitRequestTime, limit, limit)
	}
}

// beginAll is begin in the outer gates too.
func (g *Gate) beginAll(r Record) (f *Flow, wait time.Duration, err error) {
	var outer *Flow
	if g.config.Outer != nil {
		if outer, wait, err = g.config.Outer.beginAll(r); err != nil {
			return nil, 0, err
		}
	}
	f, own, err := g.begin(r)
	if err != nil {
		outer.Done(0, err)
		return nil, 0, err
	}
	f.outer = outer
	return f, max(wait, own), nil
}

// begin counts and records a request, and says how long it must wait.
func (g *Gate) begin(r Record) (*Flow, time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return nil, 0, g.failed
	}
	if g.concurrent >= g.limits.ConcurrentRequests {
		return nil, 0, g.exceed(LimitConcurrentRequests, g.limits.ConcurrentRequests, g.concurrent+1)
	}
	if err := g.count(1, &g.used.requests, &g.summary.Requests, g.limits.Requests, LimitRequests); err != nil {
		return nil, 0, err
	}
	g.concurrent++
	return g.newFlow(r, &g.concurrent), g.turn(), nil
}

// newFlow records a flow; with g.mu held.
func (g *Gate) newFlow(r Record, active *uint64) *Flow {
	return &Flow{gate: g, record: g.add(r), active: active, ctx: g.ctx, cancel: func() {}}
}

// turn takes a place in the bucket of RequestsPerSecond and returns how long to wait for it.
func (g *Gate) turn() time.Duration {
	if g.limits.RequestsPerSecond <= 0 {
		return 0
	}
	each := time.Duration(float64(time.Second) / g.limits.RequestsPerSecond)
	now := time.Now()
	if g.next.Before(now) {
		g.next = now
	}
	g.next = g.next.Add(each)
	return g.next.Sub(now) - max(time.Second, each)
}

// Connect begins a raw connection, or an exchange of datagrams, to an address
// that the policy must permit. The caller must call Done.
//
// Errors: *DeniedError, *LimitError.
func (g *Gate) Connect(p Protocols, to netip.AddrPort) (*Flow, error) {
	if err := g.Permit(p, to); err != nil {
		return nil, err
	}
	return g.connection("", p, to)
}

// Accept begins a raw connection that another host has made to a socket that
// Listen allowed. The caller must call Done.
//
// Errors: *LimitError.
func (g *Gate) Accept(p Protocols, from netip.AddrPort) (*Flow, error) {
	return g.connection("accept", p, from)
}

// Bound begins the exchange of datagrams of a socket that is bound to an
// address, with all that the gate permits. The caller must call Done.
//
// Errors: *LimitError.
func (g *Gate) Bound(p Protocols, at netip.AddrPort) (*Flow, error) {
	return g.connection("bind", p, at)
}

func (g *Gate) connection(method string, p Protocols, peer netip.AddrPort) (*Flow, error) {
	a := peer.Addr().Unmap()
	record := Record{Protocol: p, Method: method, Host: a.String(), Port: peer.Port(), Addr: a}
	var outer *Flow
	if g.config.Outer != nil {
		var err error
		if outer, err = g.config.Outer.connection(method, p, peer); err != nil {
			return nil, err
		}
	}
	f, err := g.countConnection(record)
	if err != nil {
		outer.Done(0, err)
		return nil, err
	}
	f.outer = outer
	return f, nil
}

func (g *Gate) countConnection(r Record) (*Flow, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.count(1, &g.used.connections, &g.summary.Connections, g.limits.Connections, LimitConnections)
	if err != nil {
		return nil, err
	}
	return g.newFlow(r, nil), nil
}

// Context returns a context that ends when the flow has taken too long, with
// Done, and with the gate.
func (f *Flow) Context() context.Context { return f.ctx }

// Private reports whether the request may go to addresses that aren't public.
func (f *Flow) Private() bool { return f.private }

// Dialled notes the address that the flow goes to.
func (f *Flow) Dialled(a netip.Addr) {
	if f.outer != nil {
		f.outer.Dialled(a)
	}
	f.gate.mu.Lock()
	defer f.gate.mu.Unlock()
	f.record.Addr = a.Unmap()
}

// Answered notes the HTTP status of the response, before Done.
func (f *Flow) Answered(status int) {
	if f.outer != nil {
		f.outer.Answered(status)
	}
	f.gate.mu.Lock()
	defer f.gate.mu.Unlock()
	f.record.Status = status
}

// Sent counts n bytes before they are sent. The error is a *LimitError.
func (f *Flow) Sent(n int) error {
	if f.outer != nil {
		if err := f.outer.Sent(n); err != nil {
			return err
		}
	}
	g := f.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.count(uint64(n), &g.used.sent, &g.summary.Sent, g.limits.SentBytes, LimitSentBytes); err != nil {
		return err
	}
	f.record.Sent += uint64(n)
	return nil
}

// Received counts n bytes that have come. The error is a *LimitError.
func (f *Flow) Received(n int) error {
	if f.outer != nil {
		if err := f.outer.Received(n); err != nil {
			return err
		}
	}
	g := f.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.count(uint64(n), &g.used.received, &g.summary.Received, g.limits.ReceivedBytes, LimitReceivedBytes); err != nil {
		return err
	}
	f.record.Received += uint64(n)
	return nil
}

// Done ends the flow; status is the HTTP status if there is one, err how it
// failed, nil if it didn't. Later calls do nothing, and one on no flow.
func (f *Flow) Done(status int, err error) {
	if f == nil {
		return
	}
	f.outer.Done(status, err)
	f.gate.mu.Lock()
	defer f.gate.mu.Unlock()
	if f.over {
		return
	}
	f.over = true
	if f.active != nil {
		*f.active--
	}
	f.cancel()
	f.record.Duration = max(1, time.Since(f.gate.start)-f.record.Began)
	f.record.Status = status
	if err != nil {
		f.record.Error = err.Error()
	}
}
