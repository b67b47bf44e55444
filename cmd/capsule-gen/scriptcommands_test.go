package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/internal/wasmtools"
)

// buildComponent is the command "component WIT WORLD CORE OUT": it makes a
// component of a world from a core module in text form.
func buildComponent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: component WIT WORLD CORE OUT")
	}
	archive := &txtar.Archive{Files: []txtar.File{{Name: "core.wat", Data: []byte(ts.ReadFile(args[2]))}}}
	paths, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.wit"))
	ts.Check(err)
	for _, path := range paths {
		archive.Files = append(archive.Files, txtar.File{Name: "wit/" + filepath.Base(path), Data: []byte(ts.ReadFile(path))})
	}
	embedded := wasmTools(ts, archive, "component", "embed", "--world", args[1], "in/wit", "in/core.wat")
	archive = &txtar.Archive{Files: []txtar.File{{Name: "embedded.wasm", Data: embedded}}}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), wasmTools(ts, archive, "component", "new", "in/embedded.wasm"), 0o644))
}

func wasmTools(ts *testscript.TestScript, archive *txtar.Archive, args ...string) []byte {
	tool, err := wasmtools.Open(context.Background(), "")
	ts.Check(err)
	files, err := txtar.FS(archive)
	ts.Check(err)
	out, err := tool.Run(context.Background(), "in", files, args...)
	ts.Check(err)
	return out
}

// makeModule is the command "module PATH": it makes the script's folder a module
// of that path which uses this one, and has Go do without the network.
func makeModule(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: module PATH")
	}
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	ts.Check(err)
	data, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	ts.Check(err)
	const this = "github.com/capsule-kit/capsule"
	text := strings.Replace(string(data), "module "+this, "module "+args[0], 1) +
		"\nrequire " + this + " v0.0.0\n\nreplace " + this + " => " + repository + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("go.mod"), []byte(text), 0o644))
	sums, err := os.ReadFile(filepath.Join(repository, "go.sum"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("go.sum"), sums, 0o644))
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		out, err := exec.Command("go", "env", name).Output()
		ts.Check(err)
		ts.Setenv(name, strings.TrimSpace(string(out)))
	}
	ts.Setenv("GOFLAGS", "-mod=mod")
	ts.Setenv("GOPROXY", "off")
}
