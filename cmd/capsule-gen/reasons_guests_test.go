//go:build guests

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// TestReasonsOnQuickJS has a guest do what its author would by mistake: the
// error says what it was, and not only that there was a trap.
func TestReasonsOnQuickJS(t *testing.T) {
	needs(t, toolchain.QuickJS)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"w.wit": `package demo:reasons;
world w {
  enum colour { red }
  import put: func(n: u32);
  export number: func() -> u32;
  export tree: func() -> list<string>;
  export paint: func() -> colour;
  export later: func() -> u32;
  export lend: func();
  export bare: func();
  export plain: func();
  export deep: func(n: u32) -> u32;
}
`,
		"guest.js": `export const number = () => "seven";
export const tree = () => 7;
export const paint = () => "blue";
export const later = async () => 7;
export const lend = () => { put("x"); };
export const bare = () => { throw 7; };
export const plain = () => { throw new TypeError("its own\nwords"); };
export function deep(n) { return 1 + deep(n + 1); }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, stderr, err := command(t, dir, "build", "--wit", "w.wit", "--world", "w", "--engine", "quickjs", "--guest", "guest.js", "-o", "guest.wasm"); err != nil {
		t.Fatal(err, stderr)
	}
	for call, want := range map[string]string{
		"number()": "number: trap: unreachable: expected a number, got a string, as a result or for an import\n",
		"tree()":   "tree: trap: unreachable: expected an array, got something else, as a result or for an import\n",
		"paint()":  "paint: trap: unreachable: unknown enum case: blue\n",
		"later()":  "later: trap: unreachable: expected a number, got a Promise, which nothing awaits, as a result or for an import\n",
		"lend()":   "lend: trap: unreachable: expected a number, got a string, as a result or for an import\n",
		"bare()":   "bare: trap: unreachable: 7 was thrown\n",
		"plain()":  "plain: trap: unreachable: its own words\n",
		"deep(1)":  "deep: trap: out of bounds memory access in a deep recursion, where the guest's own stack may end\n",
	} {
		_, stderr, err := command(t, dir, "run", "guest.wasm", call)
		if err == nil || !strings.Contains(stderr, want) {
			t.Errorf("%s: got %s, want %s", call, stderr, want)
		}
		if lines := strings.Count(stderr, "\n"); lines > 12 {
			t.Errorf("%s: %d lines are told", call, lines)
		}
	}
}
