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
// and instantiates it.
func TestGolden(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(t.Context()) })
	expectations, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	total := map[Status]int{}
	// 128 of its 149 folders hold a component, one of them two more in folders
	// below; the rest is what the linker has to refuse.
	paths := suite(t, Golden, "/component.wasm")
	if len(paths) != 130 {
		t.Errorf("the suite has %d components, want 130", len(paths))
	}
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		_, known := expectations.For(Golden + "/" + name)
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// In the list, line 1 is the component and 2 its instance.
		results := []Result{judge(&Command{Line: 1, Type: "component"}, hostruntime.Validate(bytes), known)}
		if results[0].Status == Passed {
			results = append(results, judge(&Command{Line: 2, Type: "instance"}, instantiates(t, rt, bytes), known))
		}
		for _, r := range results {
			total[r.Status]++
			if r.Status == Failed {
				t.Errorf("%s: %s: %s", name, r.Command, r.Reason)
			}
		}
	}
	t.Logf("%d passed, %d failed, %d skipped", total[Passed], total[Failed], total[Skipped])
}

// instantiates loads, instantiates and closes a component. A trap in a call of
// an import that nothing serves is no failure: it was linked.
func instantiates(t *testing.T, rt *hostruntime.Runtime, bytes []byte) error {
	component, err := rt.Load(t.Context(), bytes)
	if err != nil {
		return err
	}
	in, err := component.Instantiate(t.Context(), hostruntime.Policy{})
	if trap, ok := errors.AsType[*hostruntime.Trap](err); ok && strings.Contains(trap.Reason, "which the host does not provide") {
		return nil
	}
	if err != nil {
		return err
	}
	return in.Close(t.Context())
}
