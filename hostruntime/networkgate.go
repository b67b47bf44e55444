package hostruntime

import (
	"errors"
	"fmt"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// protocols are the names that grants have for them.
var protocols = map[string]egress.Protocols{
	ProtocolHTTP: egress.HTTP, ProtocolHTTPS: egress.HTTPS, ProtocolTCP: egress.TCP, ProtocolUDP: egress.UDP,
}

// gate checks a policy and returns what upholds it. One that allows nothing has
// a gate too, which records what was refused. outer is that of the instance
// that this one is a task of, nil if it is none.
func (n *Network) gate(outer *egress.Gate) (*egress.Gate, error) {
	cfg := egress.Config{Outer: outer, Resolver: n.Resolver, RootCAs: n.RootCAs, Limits: egress.Limits(n.Limits)}
	for _, g := range n.Allow {
		grant, err := g.internal()
		if err != nil {
			return nil, fmt.Errorf("hostruntime: network: %w", err)
		}
		cfg.Grants = append(cfg.Grants, grant)
	}
	for _, l := range n.Listen {
		cfg.Listen = append(cfg.Listen, l.internal())
	}
	for _, s := range n.Secrets {
		cfg.Secrets = append(cfg.Secrets, egress.Secret(s))
	}
	gate, err := egress.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("hostruntime: network: %w", err)
	}
	return gate, nil
}

// internal returns the grant as the gate knows it.
func (g *NetworkGrant) internal() (egress.Grant, error) {
	grant := egress.Grant{Host: g.Host, Ports: ports(g.Ports), Methods: g.Methods, Private: g.Private}
	for _, name := range g.Protocols {
		p, ok := protocols[name]
		if !ok {
			return grant, fmt.Errorf("grant of %q: unknown protocol %q", g.Host, name)
		}
		grant.Protocols |= p
	}
	return grant, nil
}

// internal returns the grant as the gate knows it, which refuses a protocol that
// it doesn't know.
func (l *ListenGrant) internal() egress.Listen {
	return egress.Listen{Protocol: protocols[l.Protocol], Addr: l.Addr, Ports: ports(l.Ports)}
}

func ports(list []PortRange) []egress.Ports {
	var out []egress.Ports
	for _, p := range list {
		out = append(out, egress.Ports(p))
	}
	return out
}

// A network is an instance's part of the network.
type network struct {
	gate           *egress.Gate
	stdout, stderr scrubbed
}

// open makes the gate, and the writers that keep its secrets out of what the
// guest prints.
func (n *network) open(policy *Network, outer *egress.Gate, stdout, stderr io.Writer) error {
	var err error
	if n.gate, err = policy.gate(outer); err != nil {
		return err
	}
	n.stdout = scrubbed{stdout, n.gate.NewScrubber()}
	n.stderr = scrubbed{stderr, n.gate.NewScrubber()}
	return nil
}

// beginCall forgets what was done before, which no report asked for.
func (n *network) beginCall() { n.gate.Take() }

// endCall sees to it that all that the guest printed has arrived.
//
// Errors: *wasi.LimitError where that is too much. A writer's failure comes too
// late for the guest, whom it would have been told.
func (n *network) endCall() error {
	err := errors.Join(n.stdout.flush(), n.stderr.flush())
	if _, ok := errors.AsType[*wasi.LimitError](err); ok {
		return err
	}
	return nil
}

// close ends what is under way.
func (n *network) close() { n.gate.Close() }

// A scrubbed writer passes on what the guest prints, without secrets.
type scrubbed struct {
	to       io.Writer
	scrubber *egress.Scrubber
}

func (s *scrubbed) Write(p []byte) (int, error) {
	if s.scrubber == nil {
		return s.to.Write(p)
	}
	clean := s.scrubber.Write(nil, p)
	if len(clean) == 0 {
		return len(p), nil
	}
	if _, err := s.to.Write(clean); err != nil {
		return 0, err
	}
	return len(p), nil
}

// flush passes on what was kept back: the call is over.
func (s *scrubbed) flush() error {
	rest := s.scrubber.Flush(nil)
	if len(rest) == 0 {
		return nil
	}
	_, err := s.to.Write(rest)
	return err
}

// report returns what was done since the last call.
func (n *network) report() NetworkReport {
	s := n.gate.Take()
	r := NetworkReport{
		Dropped: s.Dropped, Requests: s.Requests, Connections: s.Connections, Lookups: s.Lookups,
		Denied: s.Denied, SentBytes: s.Sent, ReceivedBytes: s.Received,
	}
	for _, record := range s.Records {
		r.Records = append(r.Records, NetworkRecord{
			Protocol: record.Protocol.String(), Method: record.Method, Host: record.Host, Port: record.Port,
			Addr: record.Addr, Status: record.Status, SentBytes: record.Sent, ReceivedBytes: record.Received,
			Began: record.Began, Duration: record.Duration, Denied: record.Denied, Error: record.Error,
		})
	}
	return r
}
