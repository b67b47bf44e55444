//go:build guests

package witsuite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/internal/witjson"
	"github.com/capsule-kit/capsule/testsuite/internal/crates"
	"github.com/capsule-kit/capsule/wit"
)

// cases returns the folder of wit-parser's golden cases. Without cargo the test
// is skipped, except under CI, where it fails.
func cases(t *testing.T) string { return crate(t, "wit-parser", "tests", "ui") }

func crate(t *testing.T, name string, folder ...string) string {
	t.Helper()
	root, err := crates.Folder(t.Context(), name)
	if errors.Is(err, crates.ErrNoCargo) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(append([]string{root}, folder...)...)
}

// goldens returns the golden results in a folder, and the input of each; empty
// for those whose input the crate doesn't carry.
func goldens(t *testing.T, folder, ending string, want int) (results map[string]string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil || len(paths) != want {
		t.Fatalf("%d golden results in %s, want %d: %v", len(paths), folder, want, err)
	}
	results = make(map[string]string)
	for _, path := range paths {
		base := strings.TrimSuffix(path, ending)
		for _, input := range []string{base + ".wit", base, base + ".wat"} {
			if _, err := os.Stat(input); err == nil {
				results[path] = input
				break
			}
		}
		if _, found := results[path]; !found {
			results[path] = ""
		}
	}
	return results
}

// options are what the golden cases were made with.
var options = wit.Options{Features: []string{"active"}}

// TestAccepted reads every input that wit-parser accepts, and compares the
// model with what its golden result says.
func TestAccepted(t *testing.T) {
	folder := cases(t)
	differences := Expected(t, "accepted")
	defer differences.Done()
	for golden, input := range goldens(t, folder, ".wit.json", 78) {
		data, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		want, err := witjson.Read(data)
		if err != nil {
			t.Fatalf("%s: %v", golden, err)
		}
		how := ""
		if got, err := wit.Load(t.Context(), input, options); err != nil {
			how = wit.Detail(err)
		} else {
			how = firstDifference(witjson.Dump(got.Packages), witjson.Dump(want))
		}
		differences.Check(filepath.Base(input), how)
	}
}

// TestGeneratorInputs reads every input that wit-bindgen is tried with.
func TestGeneratorInputs(t *testing.T) {
	for _, input := range generatorInputs(t) {
		if _, err := wit.Load(t.Context(), input, wit.Options{}); err != nil {
			t.Errorf("%s: %s", input, wit.Detail(err))
		}
	}
}

// generatorInputs returns the inputs of wit-bindgen: files, and folders with
// their dependencies.
func generatorInputs(t *testing.T) []string {
	t.Helper()
	inputs, err := filepath.Glob(filepath.Join(crate(t, "wit-bindgen-cli", "tests", "codegen"), "*"))
	if err != nil || len(inputs) != 109 {
		t.Fatalf("%d inputs, want 109: %v", len(inputs), err)
	}
	for i, input := range inputs {
		if _, err := os.Stat(filepath.Join(input, "wit")); err == nil {
			inputs[i] = filepath.Join(input, "wit")
		}
	}
	return inputs
}
