//go:build guests

package spec

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// suite returns files of a suite, set up on first use. Without cargo the
// test is skipped, except under CI, where it fails.
func suite(t *testing.T, name, ending string) []string {
	t.Helper()
	files, err := Files(t.Context(), name, ending)
	if errors.Is(err, ErrNoCargo) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return files
}

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
