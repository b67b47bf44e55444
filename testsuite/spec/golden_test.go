//go:build guests

package spec

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// TestGolden validates every component that a linker makes of its test inputs,
// and instantiates those that can run here.
func TestGolden(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(t.Context()) })
	valid, ran := 0, 0
	unsupported := map[string]int{}
	for _, path := range suite(t, Golden, "/component.wasm") {
		name := filepath.Base(filepath.Dir(path))
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := hostruntime.Validate(bytes); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		valid++
		component, err := rt.Load(t.Context(), bytes)
		if e, ok := errors.AsType[*hostruntime.UnsupportedError](err); ok {
			unsupported[e.Reason]++
			t.Logf("%s: not run: %v", name, err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		in, err := component.Instantiate(t.Context(), hostruntime.Policy{})
		trap, ok := errors.AsType[*hostruntime.Trap](err)
		switch {
		case ok && strings.Contains(trap.Reason, "which the host does not provide"):
			t.Logf("%s: not run: %v", name, err)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			ran++
			if err := in.Close(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	t.Logf("%d valid, %d instantiated", valid, ran)
}
