//go:build guests

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// TestPythonPackages builds a guest of two modules with a package of pure
// Python, which is installed from its hash.
func TestPythonPackages(t *testing.T) {
	needs(t, toolchain.Python)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"wit/w.wit":    "package demo:py;\nworld w {\n  export run: func(word: string) -> string;\n}\n",
		"capsule.toml": "[task.t]\nwit = \"wit\"\nworld = \"w\"\nguest = \"sandbox/guest.py\"\noutput = \"t.wasm\"\npython = \"\"\n",
		"sandbox/guest.py": "import wit_world\nfrom helper import loud\n\n\nclass WitWorld(wit_world.WitWorld):\n" +
			"    def run(self, word: str) -> str:\n        return loud(word)\n",
		"sandbox/helper.py": "import six\n\n\ndef loud(word: str) -> str:\n    return six.ensure_str(word).upper() + str(six.PY3)\n",
		"sandbox/requirements.txt": "# locked\nsix==1.17.0 \\\n" +
			"    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \\\n" +
			"    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, stderr, err := command(t, dir, "build"); err != nil {
		t.Fatal(err, stderr)
	}
	if stdout, stderr, err := command(t, dir, "run", "t", `run("ab")`); stdout != "\"ABTrue\"\n" || err != nil {
		t.Errorf("got %q, %v\n%s", stdout, err, stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "sandbox", "requirements.txt"), []byte("--index-url http://localhost\nsix"), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = `sandbox/requirements.txt:1: "--index-url": want name==version and the hashes of its wheels`
	if _, stderr, err := command(t, dir, "build"); err == nil || !strings.Contains(stderr, want) {
		t.Errorf("%v, want %q in:\n%s", err, want, stderr)
	}
}
