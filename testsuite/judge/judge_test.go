//go:build guests

// Package judge holds the judge example to what it promises: the right
// verdict for every submission, and the same verdict and fuel every time.
package judge

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const folder = "../../separate-file-examples/judge"

// TestVerdicts judges two hundred submissions in parallel. Each file is named
// for its verdict.
func TestVerdicts(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"problems", "submissions"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(folder, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "build"), 0o755); err != nil {
		t.Fatal(err)
	}
	for engine, name := range map[string]string{guest.Python: "python", guest.QuickJS: "javascript"} {
		file := map[string]string{guest.Python: "runner.py", guest.QuickJS: "runner.js"}[engine]
		built := guest.Build(t, guest.Spec{WIT: folder + "/wit", World: "judge", Engine: engine, File: folder + "/sandbox/" + file})
		if err := os.Symlink(built, filepath.Join(dir, "build", name+".wasm")); err != nil {
			t.Fatal(err)
		}
	}
	// The command itself fails where one judging differs from the one before.
	cmd := exec.Command("go", "run", "./host", "-folder", dir, "-times", "11")
	cmd.Dir = folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")[1:]
	if len(lines) < 19 {
		t.Fatalf("only %d submissions:\n%s", len(lines), out)
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		stem, _, _ := strings.Cut(filepath.Base(fields[0]), ".")
		if want := strings.ToUpper(stem); fields[1] != want {
			t.Errorf("%s, want %s", line, want)
		}
	}
}
