package hostruntime

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// Intersect returns a policy that allows what n and by both allow, or less,
// never more: what remains for a task that another one starts. Of each limit
// it has the smaller one. Secrets are n's, as far as by names their
// placeholders and hosts; RootCAs and Resolver are n's.
//
// A grant of a name and one of addresses have nothing in common, though the
// name may have those addresses.
//
// Errors: a grant that isn't one.
func (n Network) Intersect(by Network) (Network, error) {
	both := Network{RootCAs: n.RootCAs, Resolver: n.Resolver}
	for i := range n.Allow {
		for j := range by.Allow {
			grants, err := intersectGrants(&n.Allow[i], &by.Allow[j])
			if err != nil {
				return Network{}, fmt.Errorf("hostruntime: network: %w", err)
			}
			both.Allow = append(both.Allow, grants...)
		}
	}
	for _, a := range n.Listen {
		for _, b := range by.Listen {
			l, ok := egress.IntersectListen(a.internal(), b.internal())
			if ok {
				both.Listen = append(both.Listen, ListenGrant{a.Protocol, l.Addr, portRanges(l.Ports)})
			}
		}
	}
	for _, s := range n.Secrets {
		for _, asked := range by.Secrets {
			if asked.Placeholder != s.Placeholder {
				continue
			}
			s.Hosts = egress.IntersectHosts(s.Hosts, asked.Hosts)
			s.Cleartext = s.Cleartext && asked.Cleartext
			if len(s.Hosts) > 0 {
				both.Secrets = append(both.Secrets, s)
			}
			break
		}
	}
	both.Limits = NetworkLimits(egress.IntersectLimits(egress.Limits(n.Limits), egress.Limits(by.Limits)))
	return both, nil
}

func intersectGrants(a, b *NetworkGrant) ([]NetworkGrant, error) {
	ga, err := a.internal()
	if err != nil {
		return nil, err
	}
	gb, err := b.internal()
	if err != nil {
		return nil, err
	}
	grants, err := egress.Intersect(ga, gb)
	if err != nil {
		return nil, err
	}
	var list []NetworkGrant
	for _, g := range grants {
		list = append(list, NetworkGrant{
			Host: g.Host, Ports: portRanges(g.Ports), Protocols: []string{g.Protocols.String()},
			Methods: g.Methods, Private: g.Private,
		})
	}
	return list, nil
}

func portRanges(list []egress.Ports) []PortRange {
	var out []PortRange
	for _, p := range list {
		out = append(out, PortRange(p))
	}
	return out
}
