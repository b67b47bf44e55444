//go:build guests

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// misbehaving are guests that do as the name they are to greet says.
var misbehaving = map[toolchain.Engine]struct{ file, source string }{
	toolchain.Python: {"guest.py", `import wit_world
from componentize_py_types import Err
class WitWorld(wit_world.WitWorld):
    def greet(self, who: wit_world.Person) -> str:
        if who.name == "nobody":
            raise Err(wit_world.Problem.UNKNOWN)
        if who.name == "error":
            raise ValueError("no \x1b[31mgood")
        if who.name == "type":
            return 3
        if who.name == "loop":
            while True: pass
        if who.name == "memory":
            return "x" * (1 << 28)
        return "Hi " + who.name
`},
	toolchain.QuickJS: {"guest.js", `export function greet(who) {
  switch (who.name) {
    case "nobody": throw "unknown";
    case "error": throw new Error("no \x1b[31mgood");
    case "type": return 3;
    case "loop": for (;;);
    case "memory": return "x".repeat(1 << 28);
  }
  return "Hi " + who.name;
}
`},
}

// TestRunErrors asserts what is said of a guest that fails when it is called,
// and of calls that don't reach it.
func TestRunErrors(t *testing.T) {
	const wit = `package demo:hello;
world hello {
  record person { name: string, age: u8 }
  enum problem { unknown }
  export greet: func(who: person) -> result<string, problem>;
}
`
	for e, guest := range misbehaving {
		t.Run(string(e), func(t *testing.T) {
			needs(t, e)
			dir := t.TempDir()
			for name, text := range map[string]string{"hello.wit": wit, guest.file: guest.source} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, stderr, err := command(t, dir, "build", "--wit", "hello.wit", "--world", "hello", "--guest", guest.file, "-o", "guest.wasm")
			if err != nil {
				t.Fatal(err, stderr)
			}
			const trap = "capsule-gen: greet: trap: unreachable"
			for _, row := range []struct {
				call   string
				args   []string
				stdout string // all of it; empty for most failures
				failed bool   // despite the output
				stderr string // a part of it
				python string // the same, for Python alone
			}{
				{call: `greet({name: "Ada", age: 36})`, stdout: `ok("Hi Ada")`},
				{call: `greet({name: "nobody", age: 1})`, stdout: `err(unknown)`, failed: true,
					stderr: "capsule-gen: greet: the guest returned an error"},
				{call: `greet({name: "nobody", age: 1})`, args: []string{"--report", "-"}, stdout: `err(unknown)`, failed: true,
					stderr: "\"outcome\": \"guest-error\",\n  \"value\": {\n    \"tag\": \"err\",\n"},
				{call: `greet({name: "error", age: 1})`, stderr: `no \`, python: trap + `: ValueError: no \x1b[31mgood`},
				{call: `greet({name: "type", age: 1})`, stderr: trap},
				{call: `greet({name: "loop", age: 1})`, args: []string{"--timeout", "1s"},
					stderr: "capsule-gen: greet: wall time limit of 1s reached"},
				{call: `greet({name: "memory", age: 1})`, stderr: "capsule-gen: greet: memory limit of 256 MiB reached, "},
				{call: `greet({name: "Ada", age: 1})`, args: []string{"--memory", "1MiB"},
					stderr: "capsule-gen: instantiation: memory limit of 1 MiB reached, "},
				{call: `greet({name: "Ada", age: 256})`, stderr: `capsule-gen: greet: argument 1 ("who"), column 26: want u8, got 256`},
				{call: `greet({name: "Ada"})`, stderr: `capsule-gen: greet: argument 1 ("who"), column 19: want field age: u8, got }`},
				{call: `greet("Ada")`, stderr: `capsule-gen: greet: argument 1 ("who"), column 7: want record`},
				{call: `greets()`, stderr: `capsule-gen: the component exports no function "greets"; it exports greet`},
			} {
				stdout, stderr, err := command(t, dir, append([]string{"run", "guest.wasm", row.call}, row.args...)...)
				if got := strings.TrimSuffix(stdout, "\n"); got != row.stdout || (err == nil) != (row.stdout != "" && !row.failed) {
					t.Errorf("%s: got %q, %v; want %q", row.call, got, err, row.stdout)
				}
				want := row.stderr
				if e == toolchain.Python && row.python != "" {
					want = row.python
				}
				if !strings.Contains("\n"+stderr, want) {
					t.Errorf("%s: got\n%s\nwant\n%s", row.call, stderr, want)
				}
				if strings.Contains(stdout+stderr, "\x1b") {
					t.Errorf("%s: a control character gets through", row.call)
				}
			}
		})
	}
}
