//go:build guests

package hostile

import (
	"maps"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestTimingByGuests has guests of every engine measure their host's time, and
// look for what tells machines apart.
func TestTimingByGuests(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	for engine, file := range map[string]string{
		guest.Python: "sandbox/timing.py", guest.QuickJS: "sandbox/timing.js", guest.StarlingMonkey: "sandbox/timing_web.js",
	} {
		c, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "wit", World: "hostile", Engine: engine, File: file}))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(timingAttacks[engine])) {
			t.Run(engine+"/"+name, func(t *testing.T) {
				look{component: c, export: "attack", args: []value.Value{value.String(name)}}.test(t, timingAttacks[engine][name])
			})
		}
	}
}
