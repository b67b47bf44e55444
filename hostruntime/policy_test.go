package hostruntime

import "testing"

func TestLimitsNarrow(t *testing.T) {
	whole := Limits{}.withDefaults()
	if got := whole.narrow(Limits{}); got != whole {
		t.Errorf("nothing asked for: %+v", got)
	}
	if got := whole.narrow(Limits{MemoryBytes: Unlimited, WallTime: -1}); got != whole {
		t.Errorf("more asked for: %+v", got)
	}
	got := whole.narrow(Limits{Fuel: 4, MemoryBytes: 5, WallTime: 6, LiftedBytes: 7, OutputBytes: 8, WrittenBytes: 10, Handles: 9})
	if got != (Limits{Fuel: 4, MemoryBytes: 5, WallTime: 6, LiftedBytes: 7, OutputBytes: 8, WrittenBytes: 10, Handles: 9}) {
		t.Errorf("less asked for: %+v", got)
	}
}
