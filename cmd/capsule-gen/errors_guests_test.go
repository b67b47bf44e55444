//go:build guests

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// TestErrorsInFallibleFunctions throws an Error by mistake where the WIT wants
// another value: the author's own line is told, and a value that is meant
// passes.
func TestErrorsInFallibleFunctions(t *testing.T) {
	needs(t, toolchain.StarlingMonkey)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"w.wit": "package demo:errors;\n\ninterface api {\n  text: func(n: u32) -> result<u32, string>;\n  none: func(n: u32) -> u32;\n}\n\n" +
			"world w {\n  variant bad { worse, worst(string) }\n  export api;\n  export choice: func(n: u32) -> result<u32, bad>;\n}\n",
		"guest.js": "function fail(n) {\n  if (n === 0) throw 'meant';\n  if (n === 1) throw { tag: 'worst', val: 'meant' };\n  if (n === 2) throw new TypeError('by mistake');\n" +
			"  if (n === 3) throw Object.assign(new Error('no'), { payload: 'carried' });\n  return n;\n}\n\n" +
			"export const choice = (n) => fail(n);\nexport const api = {\n  async text(n) {\n    return fail(n);\n  },\n  none: fail,\n};\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, stderr, err := command(t, dir, "build", "--wit", "w.wit", "--world", "w", "--engine", "starlingmonkey", "--guest", "guest.js", "-o", "guest.wasm"); err != nil {
		t.Fatal(err, stderr)
	}
	for _, row := range []struct {
		call, stdout string
		stderr       []string
	}{
		{"text(9)", "ok(9)\n", nil},
		{"text(0)", "err(\"meant\")\n", nil},
		{"text(3)", "err(\"carried\")\n", nil},
		{"none(4)", "4\n", nil},
		{"choice(1)", "err(worst(\"meant\"))\n", nil},
		{"choice(2)", "", []string{"fail@guest.js:4:", "choice@guest.js:9:", "trap: unreachable: TypeError: by mistake\n"}},
		{"text(2)", "", []string{"fail@guest.js:4:", "text@guest.js:12:", "trap: unreachable: TypeError: by mistake\n"}},
	} {
		stdout, stderr, _ := command(t, dir, "run", "guest.wasm", row.call)
		if stdout != row.stdout {
			t.Errorf("%s: got %q, want %q\n%s", row.call, stdout, row.stdout, stderr)
		}
		for _, want := range row.stderr {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: want %q in\n%s", row.call, want, stderr)
			}
		}
		if strings.Contains(stderr, "capsule_entry") {
			t.Errorf("%s: lines of ours are told:\n%s", row.call, stderr)
		}
	}
}
