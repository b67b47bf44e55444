//go:build guests

package hostile

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestGuests has guests of every engine make attacks, each in an instance of
// its own.
func TestGuests(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	bystander := newBystander(t, rt)
	for _, engine := range guest.Engines {
		file := map[string]string{guest.Python: "sandbox/guest.py", guest.QuickJS: "sandbox/guest.js", guest.StarlingMonkey: "sandbox/starlingmonkey.js"}[engine]
		c, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "wit", World: "hostile", Engine: engine, File: file}))
		if err != nil {
			t.Fatal(err)
		}
		attacks := guestAttacks[engine]
		for _, name := range slices.Sorted(maps.Keys(attacks)) {
			t.Run(engine+"/"+name, func(t *testing.T) {
				a := attack{loaded: c, call: "attack", args: []value.Value{value.String(name)}, want: attacks[name]}
				a.limits.MemoryBytes = 96 << 20
				switch a.want {
				case onMemory:
					a.limits.MemoryBytes = 64 << 20 // below where StarlingMonkey's own heap ends
				case onFuel:
					a.limits.Fuel = 50_000_000
				case onTime:
					a.limits.WallTime = 100 * time.Millisecond
				}
				outside := t.TempDir()
				a.folder = filepath.Join(outside, "folder")
				if err := errors.Join(os.Mkdir(a.folder, 0o700), os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600)); err != nil {
					t.Fatal(err)
				}
				a.run(t, rt, bystander)
				if names, err := os.ReadDir(outside); len(names) != 2 {
					t.Errorf("beside the folder there is %v, %v", names, err)
				}
			})
		}
	}
}

// StarlingMonkey's collected heap ends by itself, at what depends on when it was
// last collected, and takes the guest with it: the limit must come first.
func TestStarlingMonkeysHeapEndsByItself(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	c, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "wit", World: "hostile", Engine: guest.StarlingMonkey, File: "sandbox/starlingmonkey.js"}))
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[uint64]ending{64 << 20: onMemory, 512 << 20: traps("out of memory")} {
		in, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: most, WallTime: patience}}, host())
		if err != nil {
			t.Fatal(err)
		}
		var used hostruntime.Report
		_, err = in.Call(hostruntime.WithReport(t.Context(), &used), "attack", value.String("arrayGrowth"))
		if errorKind(err) != want.kind || !strings.Contains(err.Error(), want.text) {
			t.Errorf("of %d MiB it took %d and ended with %v, want a %s that says %q", most>>20, used.MemoryBytes>>20, err, want.kind, want.text)
		}
		t.Logf("of %d MiB it took %d", most>>20, used.MemoryBytes>>20)
		if err := in.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
