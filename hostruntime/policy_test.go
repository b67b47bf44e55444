package hostruntime

import (
	"io"
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
		"listen":  {Network: Network{Listen: []ListenGrant{{Protocol: ProtocolTCP}}}},
	} {
		if err := p.check(); err != nil {
			t.Errorf("%s: %v, want no error without Deterministic", name, err)
		}
		p.Deterministic = &Deterministic{}
		if p.check() == nil {
			t.Errorf("%s: no error, want one", name)
		}
	}
}
