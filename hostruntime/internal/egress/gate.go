package egress

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// A Resolver looks names up; *net.Resolver is one.
type Resolver interface {
	// LookupNetIP returns the addresses of a host; network is "ip".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config is the network policy of one instance; the zero value allows nothing.
type Config struct {
	// Grants are what may be reached: what one of them allows is allowed.
	Grants []Grant
	// Listen are the addresses at which the guest may listen.
	Listen []Listen
	Limits Limits
	// Secrets are header values that the guest uses without knowing them.
	Secrets []Secret
	// Resolver looks names up, nil is the system's.
	Resolver Resolver
	// RootCAs are who vouches for servers, nil is whom the system trusts.
	RootCAs *x509.CertPool
	// Outer, if not nil, counts and records all that this gate does too, and
	// its limits and its end hold here. What it grants is not asked again: see
	// Intersect.
	Outer *Gate
}

// A Gate is the network policy of one instance at work. It is for concurrent
// use.
type Gate struct {
	config  Config
	rules   []*rule
	listen  []*rule
	secrets []secret
	limits  Limits
	start   time.Time
	ctx     context.Context // ends with Close or the first limit passed
	cancel  context.CancelCauseFunc
	unhook  func() bool // takes OnFail's function off the outer gate; may be nil

	mu         sync.Mutex
	failed     error
	onFail     func()
	resolved   map[netip.Addr]map[string]struct{} // names by address
	records    []*Record
	summary    Summary // since the last Take
	used       used
	concurrent uint64 // requests
	sockets    uint64
	next       time.Time // when the bucket of RequestsPerSecond is full again
}

// New checks a policy and returns its gate, which the caller must Close.
func New(cfg Config) (*Gate, error) {
	g := &Gate{
		config:   cfg,
		limits:   cfg.Limits.withDefaults(),
		start:    time.Now(),
		resolved: map[netip.Addr]map[string]struct{}{},
	}
	for _, grant := range cfg.Grants {
		r, err := newRule(grant)
		if err != nil {
			return nil, err
		}
		g.rules = append(g.rules, r)
	}
	for _, l := range cfg.Listen {
		r, err := l.rule()
		if err != nil {
			return nil, err
		}
		g.listen = append(g.listen, r)
	}
	var err error
	if g.secrets, err = newSecrets(cfg.Secrets); err != nil {
		return nil, err
	}
	if g.config.Resolver == nil {
		g.config.Resolver = net.DefaultResolver
	}
	ctx := context.Background()
	if cfg.Outer != nil {
		ctx = cfg.Outer.ctx
	}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	return g, nil
}

// RootCAs returns who vouches for servers, nil for whom the system trusts.
func (g *Gate) RootCAs() *x509.CertPool { return g.config.RootCAs }

// Offers reports whether there is anything at all that a protocol of the set
// may be used for, listening included.
func (g *Gate) Offers(set Protocols) bool {
	offers := func(r *rule) bool { return r.Protocols&set != 0 }
	return slices.ContainsFunc(g.rules, offers) || slices.ContainsFunc(g.listen, offers)
}

// OnFail sets what is called, once and on any goroutine, when a limit is
// passed: it wakes who waits. It must neither block nor use the gate, and is
// set before the gate is used. The end of an outer gate calls it too.
func (g *Gate) OnFail(f func()) {
	g.onFail = f
	if g.config.Outer != nil {
		g.unhook = context.AfterFunc(g.config.Outer.ctx, f)
	}
}

// Failed returns the *LimitError of the first limit that was passed, nil as
// long as none was.
func (g *Gate) Failed() error {
	g.mu.Lock()
	failed := g.failed
	g.mu.Unlock()
	if failed == nil && g.config.Outer != nil {
		return g.config.Outer.Failed()
	}
	return failed
}

// Context returns a context that ends with Close, or with the first limit
// passed, which is then its cause.
func (g *Gate) Context() context.Context { return g.ctx }

// Close ends the contexts of everything under way. It is idempotent.
func (g *Gate) Close() {
	if g.unhook != nil {
		g.unhook()
	}
	g.cancel(net.ErrClosed)
}

// exceed fails the gate; with g.mu held.
func (g *Gate) exceed(what string, limit, attempt uint64) error {
	if g.failed == nil {
		g.failed = &LimitError{What: what, Limit: limit, Attempt: attempt}
		g.cancel(g.failed)
		if g.onFail != nil {
			g.onFail()
		}
	}
	return g.failed
}

// used is what the limits count.
type used struct{ requests, connections, lookups, sent, received uint64 }

// count adds to a number with a limit, and to the summary's; with g.mu held.
func (g *Gate) count(add uint64, n, sum *uint64, limit uint64, what string) error {
	if g.failed != nil {
		return g.failed
	}
	if add > limit-*n {
		return g.exceed(what, limit, *n+add)
	}
	*n += add
	*sum += add
	return nil
}

// A DeniedError says that the policy doesn't allow what a guest asked for. To
// the guest it is an ordinary failure.
type DeniedError struct {
	// Record is what the gate's records say of it.
	Record Record
	// Address says that the host is granted, but no address that it has.
	Address bool
}

// Error says what was asked for and why it isn't allowed.
func (e *DeniedError) Error() string {
	text := "egress: " + e.Record.Protocol.String() + " "
	if e.Record.Method != "" {
		text += e.Record.Method + " "
	}
	return fmt.Sprintf("%s%s port %d is denied: %s", text, e.Record.Host, e.Record.Port, e.Record.Denied)
}

// deny records a refusal and returns it.
func (g *Gate) deny(r Record, why string) *DeniedError {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.Denied, r.Duration = why, 1
	g.summary.Denied++
	g.add(r)
	return &DeniedError{Record: r}
}

// Why something is denied.
const (
	whyHost    = "no grant names the host"
	whyPort    = "no grant for the host has this protocol and port"
	whyMethod  = "no grant for the host has this method"
	whyAddress = "the host's addresses are not public, and no grant allows them"
	whyName    = "neither a host name nor an address"
	whyListen  = "no grant to listen there"

	whyProtocol = "no grant is for the protocol"
)
