package main

import (
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Who reads a boundary is told what kind of clock a guest has.
func TestClocksAsked(t *testing.T) {
	imports := []string{"wasi:clocks/wall-clock@0.2.0", "wasi:random/random@0.2.0"}
	for _, test := range []struct {
		policy hostruntime.Policy
		want   string
	}{
		{hostruntime.Policy{}, "the system's"},
		{hostruntime.Policy{Deterministic: &hostruntime.Deterministic{Seed: 7}}, "deterministic, from the seed 7"},
	} {
		list := asks(imports, &test.policy)
		if len(list) != len(imports) {
			t.Fatalf("%d asks for %d interfaces", len(list), len(imports))
		}
		for _, ask := range list {
			if !ask.Granted || ask.Grant != test.want {
				t.Errorf("%s: granted %t, %q, want %q", ask.Name, ask.Granted, ask.Grant, test.want)
			}
		}
	}
}
