package notes_test

import (
	"bytes"
	"flag"
	"os"
	"path"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/internal/wasmtools"
	"github.com/capsule-kit/capsule/wit"
)

var update = flag.Bool("update", false, "make the generated package and the component anew")

// current compares a file with what it is made of, or writes it.
func current(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if has, err := os.ReadFile(file); err != nil || !bytes.Equal(has, want) {
		t.Errorf("%s is stale (%v): go test ./testsuite/notes -update", file, err)
	}
}

func TestGeneratedIsCurrent(t *testing.T) {
	r, err := wit.Load(t.Context(), "wit", wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := r.World("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(world, codegen.Options{Go: &codegen.GoOptions{Package: "notes"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		current(t, f.Path, f.Data)
	}
}

func TestComponentIsCurrent(t *testing.T) {
	tool, err := wasmtools.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	run := func(archive *txtar.Archive, args ...string) []byte {
		t.Helper()
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
	source := &txtar.Archive{}
	for from, to := range map[string]string{
		"core.wat":                         "",
		"wit/notes.wit":                    "wit/deps",
		"testdata/wit/made.wit":            "wit",
		"testdata/wit/deps/cli.wit":        "wit/deps",
		"testdata/wit/deps/filesystem.wit": "wit/deps",
		"testdata/wit/deps/random.wit":     "wit/deps",
		"../http/wit/deps/clocks.wit":      "wit/deps",
		"../http/wit/deps/http.wit":        "wit/deps",
		"../http/wit/deps/io.wit":          "wit/deps",
	} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		source.Files = append(source.Files, txtar.File{Name: path.Join(to, path.Base(from)), Data: text})
	}
	embedded := run(source, "component", "embed", "--world", "made", "in/wit", "in/core.wat")
	made := &txtar.Archive{Files: []txtar.File{{Name: "embedded.wasm", Data: embedded}}}
	current(t, "notes.wasm", run(made, "component", "new", "in/embedded.wasm"))
}
