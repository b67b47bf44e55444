//go:build guests

package spec

import (
	"context"
	"strings"
	"testing"
)

// TestSpecification runs the component model's own scripts.
func TestSpecification(t *testing.T) { testScripts(t, Specification, 72) }

// TestRuntime runs scripts of this project, about what the others leave out.
func TestRuntime(t *testing.T) { testScripts(t, Runtime, 8) }

// TestValidator runs the scripts of a validator.
func TestValidator(t *testing.T) { testScripts(t, Validator, 88) }

func testScripts(t *testing.T, name string, want int) {
	files := suite(t, name, ".json")
	if len(files) != want {
		t.Errorf("the suite has %d scripts, want %d", len(files), want)
	}
	expectations, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	total := map[Status]int{}
	for _, path := range files {
		script, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		mode, known := expectations.For(path)
		results, err := Run(context.Background(), script, mode, known)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			total[r.Status]++
			if r.Status == Failed {
				t.Errorf("%s:%d: %s: %s", strings.TrimSuffix(path, ".json"), r.Line, r.Command, r.Reason)
			}
		}
	}
	t.Logf("%d passed, %d failed, %d skipped", total[Passed], total[Failed], total[Skipped])
}
