package egress

import (
	"net/netip"
	"testing"
)

func TestClassify(t *testing.T) {
	for want, list := range map[kind][]string{
		public: {
			"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "192.167.255.255",
			"2606:4700::1111", "2a00::1", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8",
		},
		private: {
			"127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
			"169.254.1.1", "100.64.0.1", "100.127.255.255", "::1", "fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0",
			"::ffff:127.0.0.1", "::ffff:10.0.0.1",
		},
		special: {
			"0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16",
			"fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254",
			"192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
			"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
			"::", "::2", "::7f00:1", "ff02::1", "fec0::1", "100::1", "2001::1", "2001:db8::1", "3fff::1", "4000::1",
			"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:c0a8:1::", "2002:a9fe:a9fe::1",
		},
	} {
		for _, s := range list {
			got, within := classify(netip.MustParseAddr(s))
			if got != want {
				t.Errorf("%s is %d, want %d", s, got, want)
			}
			if got != public && !within.Contains(netip.MustParseAddr(s).WithZone("").Unmap()) {
				t.Errorf("%s is not in %s", s, within)
			}
		}
	}
}

// What each form of grant allows of each kind of address.
func TestGrantsOfAddresses(t *testing.T) {
	all := []Ports{{1, 65535}}
	for _, c := range []struct {
		host    string
		private bool
		yes, no []string
	}{
		{"*", false, []string{"8.8.8.8", "2a00::1"}, []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "0.0.0.0"}},
		{"*", true, []string{"8.8.8.8", "127.0.0.1", "10.0.0.1", "fe80::1"}, []string{"169.254.169.254", "0.0.0.0", "224.0.0.1", "fd00:ec2::254", "64:ff9b::7f00:1"}},
		{"0.0.0.0/0", true, []string{"8.8.8.8", "10.0.0.1"}, []string{"169.254.169.254", "255.255.255.255", "2a00::1", "0.0.0.0"}},
		{"169.254.0.0/16", true, []string{"169.254.1.1"}, []string{"169.254.169.254"}},
		{"169.254.169.254", true, []string{"169.254.169.254"}, []string{"169.254.169.253"}},
		{"224.0.0.0/8", true, []string{"224.0.0.1"}, []string{"225.0.0.1"}},
		{"8.8.8.0/24", false, []string{"8.8.8.8", "::ffff:8.8.8.8"}, []string{"8.8.9.8", "64:ff9b::808:808"}},
		{"2002:808:808::/48", false, []string{"2002:808:808::1"}, []string{"8.8.8.8"}},
		{"example.org", true, nil, []string{"8.8.8.8", "127.0.0.1"}},
	} {
		g := newGate(t, Config{Grants: []Grant{{Host: c.host, Private: c.private, Protocols: TCP, Ports: all}}})
		for _, s := range c.yes {
			if err := g.Permit(TCP, netip.AddrPortFrom(netip.MustParseAddr(s), 1)); err != nil {
				t.Errorf("%s, private %v: %v", c.host, c.private, err)
			}
			if g.Permits(UDP, netip.AddrPortFrom(netip.MustParseAddr(s), 1)) {
				t.Errorf("%s: a grant of TCP allows UDP", c.host)
			}
		}
		for _, s := range c.no {
			if g.Permit(TCP, netip.AddrPortFrom(netip.MustParseAddr(s), 1)) == nil {
				t.Errorf("%s, private %v, allows %s", c.host, c.private, s)
			}
		}
	}
}

func TestBadGrants(t *testing.T) {
	for _, g := range []Grant{
		{Host: ""}, {Host: "."}, {Host: "a..b"}, {Host: "a b"}, {Host: "*."}, {Host: "a.*"}, {Host: "*.*.org"}, {Host: "bücher.de"},
		{Host: "127.1"}, {Host: "0x7f.1"}, {Host: "a/b"}, {Host: "user@host"}, {Host: "host:80"}, {Host: "fe80::1%eth0"},
		{Host: "::ffff:10.0.0.0/104"},
		{Host: "127.0.0.1"}, {Host: "10.1.0.0/16"}, {Host: "169.254.169.254"}, {Host: "::1"}, // not private
		{Host: "example.org", Protocols: TCP},                                           // no port
		{Host: "example.org", Protocols: UDP | HTTP},                                    // no port
		{Host: "example.org", Protocols: 1 << 7},                                        // unknown
		{Host: "example.org", Ports: []Ports{{0, 1}}},                                   // 0 is none
		{Host: "example.org", Ports: []Ports{{2, 1}}},                                   // backwards
		{Host: "example.org", Methods: []string{"GE T"}},                                // no token
		{Host: "example.org", Methods: []string{""}},                                    // no token
		{Host: "a.b", Protocols: TCP, Ports: []Ports{{1, 1}}, Methods: []string{"GET"}}, // no methods there
	} {
		if gate, err := New(Config{Grants: []Grant{g}}); err == nil {
			gate.Close()
			t.Errorf("%+v was taken", g)
		}
	}
	for _, l := range []Listen{
		{}, {Protocol: HTTP, Addr: netip.MustParseAddr("::1")}, {Protocol: TCP},
		{Protocol: TCP, Addr: netip.MustParseAddr("::ffff:1.2.3.4")}, {Protocol: TCP, Addr: netip.MustParseAddr("fe80::1%x")},
		{Protocol: TCP, Addr: netip.MustParseAddr("::1"), Ports: []Ports{{2, 1}}},
	} {
		if gate, err := New(Config{Listen: []Listen{l}}); err == nil {
			gate.Close()
			t.Errorf("%+v was taken", l)
		}
	}
}

func TestListen(t *testing.T) {
	g := newGate(t, Config{Listen: []Listen{
		{Protocol: TCP, Addr: netip.MustParseAddr("127.0.0.1")},
		{Protocol: TCP, Addr: netip.MustParseAddr("0.0.0.0"), Ports: []Ports{{8080, 8081}}},
		{Protocol: UDP, Addr: netip.MustParseAddr("::"), Ports: []Ports{{53, 53}}},
	}})
	for at, want := range map[string]bool{
		"127.0.0.1:0": true, "127.0.0.1:1": false, "127.0.0.2:0": false, "0.0.0.0:0": false,
		"0.0.0.0:8080": true, "192.0.2.1:8081": true, "127.0.0.1:8080": true, "0.0.0.0:8082": false, "[::]:8080": false, "[::1]:8080": false,
	} {
		if got := g.PermitListen(TCP, netip.MustParseAddrPort(at)) == nil; got != want {
			t.Errorf("listening for TCP at %s: %v", at, got)
		}
	}
	for at, want := range map[string]bool{"[::]:53": true, "[::1]:53": true, "[::1]:0": false, "0.0.0.0:53": false} {
		if got := g.PermitListen(UDP, netip.MustParseAddrPort(at)) == nil; got != want {
			t.Errorf("listening for UDP at %s: %v", at, got)
		}
	}
	// Any port of the system's choice may be bound where there is something
	// to do with it.
	if g.PermitBind(UDP, netip.MustParseAddrPort("0.0.0.0:0")) != nil || g.PermitBind(UDP, netip.MustParseAddrPort("0.0.0.0:54")) == nil {
		t.Error("binding")
	}
}
