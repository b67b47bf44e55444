//go:build guests

package testsuite

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/spec"
)

var update = flag.Bool("update", false, "rewrite the .wasm files")

// TestAssembled holds each x.wasm that lies beside an x.wat to what that says,
// in all of the module.
func TestAssembled(t *testing.T) {
	const root = ".."
	folders := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".wat") {
			folders[filepath.Dir(path)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range folders {
		t.Run(filepath.ToSlash(strings.TrimPrefix(folder, root)), func(t *testing.T) { testAssembled(t, folder) })
	}
}

func testAssembled(t *testing.T, folder string) {
	made := t.TempDir()
	err := spec.Assemble(t.Context(), folder, made)
	if errors.Is(err, spec.ErrNoCargo) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join(made, filepath.Base(file)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has no text
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(got, want) {
			continue
		}
		if !*update {
			t.Errorf("%s isn't what its text says: run go test -tags guests ./testsuite -run TestAssembled -update", file)
		} else if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
