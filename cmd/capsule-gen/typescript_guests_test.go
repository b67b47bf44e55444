//go:build guests

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// TestTypeScriptGuest takes a guest of several modules in TypeScript, with a
// package, from its generated start to a traceback in its author's own lines.
func TestTypeScriptGuest(t *testing.T) {
	for _, engine := range []toolchain.Engine{toolchain.QuickJS, toolchain.StarlingMonkey} {
		t.Run(string(engine), func(t *testing.T) {
			needs(t, engine)
			dir := t.TempDir()
			write := func(name, text string) {
				t.Helper()
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write("wit/w.wit", "package demo:ts;\nworld w {\n  export run: func(word: string) -> string;\n}\n")
			write("capsule.toml", "[task.t]\nwit = \"wit\"\nworld = \"w\"\nguest = \"sandbox/guest.ts\"\noutput = \"t.wasm\"\nengine = \""+string(engine)+"\"\n")
			if _, stderr, err := command(t, dir, "generate"); err != nil {
				t.Fatal(err, stderr)
			}
			start, err := os.ReadFile(filepath.Join(dir, "sandbox", "guest.ts"))
			if err != nil || !strings.Contains(string(start), "export function run(word: string): string {") {
				t.Fatalf("%v\n%s", err, start)
			}
			write("sandbox/guest.ts", "import { fail } from './deep/fail';\nimport twice from 'twice';\n\nenum Mode { Bad = 'bad' }\n\n"+
				"export function run(word: string): string {\n  if (word === Mode.Bad) fail(word);\n  return twice(word);\n}\n")
			write("sandbox/deep/fail.ts", "interface Unused {\n  a: number;\n}\n\nexport function fail(word: string): never {\n  throw new TypeError('no ' + word);\n}\n")
			write("sandbox/node_modules/twice/package.json", `{"name": "twice", "main": "main.js"}`)
			write("sandbox/node_modules/twice/main.js", "module.exports = (word) => word + word;\n")
			if stdout, stderr, err := command(t, dir, "check"); err != nil {
				t.Fatal(err, stdout, stderr)
			}
			if _, stderr, err := command(t, dir, "build"); err != nil {
				t.Fatal(err, stderr)
			}
			if stdout, stderr, err := command(t, dir, "run", "t", `run("ab")`); stdout != "\"abab\"\n" || err != nil {
				t.Errorf("got %q, %v\n%s", stdout, err, stderr)
			}
			_, stderr, err := command(t, dir, "run", "t", `run("bad")`)
			for _, want := range []string{"deep/fail.ts:6:", "guest.ts:7:", "trap: "} {
				if err == nil || !strings.Contains(stderr, want) {
					t.Errorf("%v, want %q in:\n%s", err, want, stderr)
				}
			}
			stdout, stderr, err := command(t, dir, "boundary", "t")
			for _, want := range []string{"  sandbox/guest.ts\n", "  sandbox/deep/fail.ts\n", "  package twice (1 file)\n"} {
				if err != nil || !strings.Contains(stdout, want) {
					t.Errorf("%v, want %q in:\n%s%s", err, want, stdout, stderr)
				}
			}
		})
	}
}
