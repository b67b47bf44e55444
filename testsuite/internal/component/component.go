// Package component makes components for tests out of hand-written core
// modules, without a language engine.
package component

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/internal/wasmtools"
	"golang.org/x/tools/txtar"
)

// New returns the component of a world, from the folder of its WIT files and a
// core module, binary or text, with the functions that wasm-tools wants of one.
func New(t testing.TB, witDir, world string, core []byte) []byte {
	t.Helper()
	archive := &txtar.Archive{Files: []txtar.File{{Name: "core.wasm", Data: core}}}
	paths, err := filepath.Glob(filepath.Join(witDir, "*.wit"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no WIT in %s: %v", witDir, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		archive.Files = append(archive.Files, txtar.File{Name: "wit/" + filepath.Base(path), Data: text})
	}
	embedded := run(t, archive, "component", "embed", "--world", world, "in/wit", "in/core.wasm")
	archive = &txtar.Archive{Files: []txtar.File{{Name: "embedded.wasm", Data: embedded}}}
	return run(t, archive, "component", "new", "in/embedded.wasm")
}

func run(t testing.TB, archive *txtar.Archive, args ...string) []byte {
	t.Helper()
	tool, err := wasmtools.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	files, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tool.Run(t.Context(), "in", files, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
