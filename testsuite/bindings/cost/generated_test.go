package cost_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/wit"
)

var update = flag.Bool("update", false, "write the generated package anew")

const witDir = "wit"

// This package is what the generator makes of the world in wit.
func TestGeneratedIsCurrent(t *testing.T) {
	r, err := wit.Load(t.Context(), witDir, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := r.World("cost")
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(world, codegen.Options{Go: &codegen.GoOptions{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.FromSlash(f.Path)
		if *update {
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		has, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(has, f.Data) {
			t.Errorf("%s is stale (%v): go test ./testsuite/bindings/cost -update", path, err)
		}
	}
}
