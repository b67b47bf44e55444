package hostruntime

import (
	"io"
	"net/netip"
	"strings"
	"testing"
)

func TestLimitsNarrow(t *testing.T) {
	whole := Limits{}.withDefaults()
	if got := whole.narrow(Limits{}); got != whole {
		t.Errorf("nothing asked for: %+v", got)
	}
	if got := whole.narrow(Limits{MemoryBytes: Unlimited, WallTime: -1}); got != whole {
		t.Errorf("more asked for: %+v", got)
	}
	got := whole.narrow(Limits{Fuel: 4, MemoryBytes: 5, WallTime: 6, LiftedBytes: 7, OutputBytes: 8, WrittenBytes: 10, Handles: 9, Tasks: 11, TaskDepth: 3, LogLines: 12})
	if got != (Limits{Fuel: 4, MemoryBytes: 5, WallTime: 6, LiftedBytes: 7, OutputBytes: 8, WrittenBytes: 10, Handles: 9, Tasks: 11, TaskDepth: 3, LogLines: 12}) {
		t.Errorf("less asked for: %+v", got)
	}
}

// TestDeterministicPolicyGrantsNothing: what others can change makes no two
// runs equal.
func TestDeterministicPolicyGrantsNothing(t *testing.T) {
	for name, p := range map[string]Policy{
		"folder":  {Dirs: []Dir{{Host: ".", Guest: "/"}}},
		"network": {Network: Network{Allow: []NetworkGrant{{Host: "example.org"}}}},
		"input":   {Stdin: io.LimitReader(strings.NewReader("x"), 1)},
		"listen":  {Network: Network{Listen: []ListenGrant{{Protocol: ProtocolTCP, Addr: netip.IPv6Loopback()}}}},
	} {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v, want no error without Deterministic", name, err)
		}
		p.Deterministic = &Deterministic{}
		if p.Check() == nil {
			t.Errorf("%s: no error, want one", name)
		}
	}
}

func TestPolicyCheck(t *testing.T) {
	for want, p := range map[string]Policy{
		"":                                  {Env: []string{"LANG=C"}, Dirs: []Dir{{Host: "nowhere", Guest: "/data"}}},
		"not both":                          {Record: io.Discard, Replay: strings.NewReader("")},
		`granting "data": Dir.Guest is`:     {Dirs: []Dir{{Host: "data"}}},
		`"b" as /data: that is already "a"`: {Dirs: []Dir{{Host: "a", Guest: "/data"}, {Host: "b", Guest: "/data"}}},
		"Env[1] has no equals sign":         {Env: []string{"A=", "hunter2"}},
		`grant of "a b"`:                    {Network: Network{Allow: []NetworkGrant{{Host: "a b"}}}},
	} {
		if err := p.Check(); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
