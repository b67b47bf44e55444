package egress

import "net/netip"

// A kind is what an address is good for.
type kind int

const (
	// public addresses are on the internet.
	public kind = iota
	// private addresses are of this machine or of networks around it.
	private
	// special addresses are for nobody's guests, unless named.
	special
)

// A block is a range of addresses of one kind.
type block struct {
	netip.Prefix
	kind
}

// blocks are the ranges that aren't public; the first that contains an address
// counts.
//
// Spec: the IANA IPv4 and IPv6 Special-Purpose Address Registries.
var blocks = []block{
	{netip.MustParsePrefix("169.254.169.254/32"), special}, // metadata of most clouds
	{netip.MustParsePrefix("169.254.170.0/24"), special},   // credentials of containers at AWS
	{netip.MustParsePrefix("100.100.100.200/32"), special}, // metadata at Alibaba
	{netip.MustParsePrefix("168.63.129.16/32"), special},   // the machine's host at Azure
	{netip.MustParsePrefix("fd00:ec2::/32"), special},      // metadata at AWS
	{netip.MustParsePrefix("fd20:ce::/32"), special},       // metadata at Google

	{netip.MustParsePrefix("127.0.0.0/8"), private},
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("169.254.0.0/16"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), private},
	{netip.MustParsePrefix("::1/128"), private},
	{netip.MustParsePrefix("fc00::/7"), private},
	{netip.MustParsePrefix("fe80::/10"), private},

	{netip.MustParsePrefix("0.0.0.0/8"), special},
	{netip.MustParsePrefix("192.0.0.0/24"), special},
	{netip.MustParsePrefix("192.0.2.0/24"), special},
	{netip.MustParsePrefix("192.88.99.0/24"), special}, // 6to4 relays
	{netip.MustParsePrefix("198.18.0.0/15"), special},
	{netip.MustParsePrefix("198.51.100.0/24"), special},
	{netip.MustParsePrefix("203.0.113.0/24"), special},
	{netip.MustParsePrefix("224.0.0.0/4"), special},
	{netip.MustParsePrefix("240.0.0.0/4"), special}, // and broadcast
	{netip.MustParsePrefix("64:ff9b:1::/48"), special},
	{netip.MustParsePrefix("2001::/23"), special}, // Teredo and other protocols
	{netip.MustParsePrefix("2001:db8::/32"), special},
	{netip.MustParsePrefix("3fff::/20"), special},
}

var (
	global6 = netip.MustParsePrefix("2000::/3")
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4  = netip.MustParsePrefix("2002::/16")
)

// classify returns an address's kind, and the range that makes it so unless
// the address is public. An address that carries an IPv4 address is of that
// one's kind: what is sent to it arrives there.
func classify(a netip.Addr) (kind, netip.Prefix) {
	a = a.WithZone("").Unmap()
	if inner, ok := embedded(a); ok {
		if k, _ := classify(inner); k == public {
			return public, netip.Prefix{}
		}
		return special, netip.PrefixFrom(a, 128)
	}
	for _, b := range blocks {
		if b.Contains(a) {
			return b.kind, b.Prefix
		}
	}
	if a.Is4() || global6.Contains(a) {
		return public, netip.Prefix{}
	}
	// The rest of IPv6: unspecified, multicast, not yet given out.
	return special, netip.PrefixFrom(a, 128)
}

// embedded returns the IPv4 address that an IPv6 address leads to.
func embedded(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() {
		return a, false
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case sixTo4.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return a, false
}
