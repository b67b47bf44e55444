//go:build guests

package compile

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// real makes a request work with the engine's real toolchain, which is
// installed into the user's cache (or $CAPSULE_CACHE) once. Components are kept
// apart, so that every test compiles. Without Python or Node the test is
// skipped, except under CI.
func real(t *testing.T, r Request) Request {
	t.Helper()
	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	tools, err := toolchain.Ensure(t.Context(), r.Engine, toolchain.Options{Cache: cache})
	if missing, ok := errors.AsType[*toolchain.MissingError](err); ok && os.Getenv("CI") == "" {
		t.Skip("SKIPPED, toolchain missing:", missing)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Cache = t.TempDir()
	r.Toolchain = func(context.Context) (*toolchain.Toolchain, error) { return tools, nil }
	r.Exports = func(context.Context) ([]Export, error) {
		return []Export{
			{Func: "greet"},
			{Interface: "helper", ID: "demo:hello/helper", Func: "add"},
		}, nil
	}
	return r
}

var goodGuests = map[toolchain.Engine]struct{ file, source string }{
	toolchain.Python: {"g/app.py", `import wit_world
from part import join
import os
assert not {"CAPSULE_TEST_SECRET", "HOME", "PATH"} & set(os.environ)
class WitWorld(wit_world.WitWorld):
    def greet(self, name: str) -> str:
        return join("hi", name)
class Helper:
    def add(self, a: int, b: int) -> int:
        return a + b
`},
	toolchain.QuickJS:        {"g/app.js", goodJS},
	toolchain.StarlingMonkey: {"g/app.js", goodJS},
}

// TestBuildWithHostileComments shows that a comment in the WIT can't break a
// guest's build, nor become a part of the guest.
func TestBuildWithHostileComments(t *testing.T) {
	const wit = `package demo:hello;
/// In C:\users: """
/// """; raise SystemExit("documentation has run"); """
interface helper {
  /* \N{} */
  /// C:\users """; raise SystemExit("documentation has run"); """
  add: func(a: u32, b: u32) -> u32;
}
/// """; raise SystemExit("documentation has run"); """
world hello {
  import progress: func(msg: string);
  /// \x """; raise SystemExit("documentation has run"); """
  export greet: func(name: string) -> string;
  export helper;
}
`
	for _, e := range toolchain.Engines {
		t.Run(string(e), func(t *testing.T) {
			guest := goodGuests[e]
			r := real(t, project(t, e, guest.file, map[string]string{
				"wit/w.wit": wit, guest.file: guest.source,
				"g/part.py": "def join(a, b): return a + ' ' + b\n",
				"g/part.js": "export function join(a, b) { return a + ' ' + b; }\n",
			}))
			if _, err := Build(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
}

const goodJS = `import { join } from "./part.js";
export function greet(name) { return join("hi", name); }
export const helper = { add(a, b) { return a + b; } };
`

func TestBuild(t *testing.T) {
	for _, e := range toolchain.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Setenv("CAPSULE_TEST_SECRET", "not for the toolchain")
			guest := goodGuests[e]
			r := real(t, project(t, e, guest.file, map[string]string{
				"wit/w.wit": helloWIT, guest.file: guest.source,
				"g/part.py": "def join(a, b): return a + ' ' + b\n",
				"g/part.js": "export function join(a, b) { return a + ' ' + b; }\n",
			}))
			before := listing(t, filepath.Dir(r.WIT))
			build := func(want Status) Result {
				t.Helper()
				got, err := Build(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if got.Status != want {
					t.Fatalf("got %s, want %s", got.Status, want)
				}
				return got
			}
			first := build(Compiled)
			component, err := os.ReadFile(r.Output)
			if err != nil {
				t.Fatal(err)
			}
			if first.Bytes != len(component) || first.SHA256 != digest(component) {
				t.Errorf("the result doesn't describe the output")
			}
			if second := build(Current); second.SHA256 != first.SHA256 || second.Inputs != first.Inputs {
				t.Errorf("got %+v after %+v", second, first)
			}
			// Lost outputs come back the same, to the byte.
			if err := os.Remove(r.Output); err != nil {
				t.Fatal(err)
			}
			build(Cached)
			again, err := os.ReadFile(r.Output)
			if err != nil || !bytes.Equal(again, component) {
				t.Errorf("the second build differs (%v)", err)
			}
			// Nothing else was written where the guest is.
			if err := os.Remove(r.Output); err != nil {
				t.Fatal(err)
			}
			if after := listing(t, filepath.Dir(r.WIT)); after != before {
				t.Errorf("the build left something behind:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

// listing names all files below dir.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, strings.TrimPrefix(path, dir))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, "\n")
}

// TestBuildErrors asserts what the author of a guest reads. The message begins
// with the guest's own path, which is cut off here.
func TestBuildErrors(t *testing.T) {
	const pyClass = "import wit_world\nclass WitWorld(wit_world.WitWorld):\n    def greet(self, name): return name\n"
	for _, row := range []struct {
		name         string
		engine       toolchain.Engine
		source, want string
	}{
		{"syntax error", toolchain.Python, "def f(:\n    pass\n", ":1: SyntaxError: invalid syntax\n"},
		{"endless loop", toolchain.Python, "while True: pass\n", ": the build took longer than 3s and was ended: the guest's top level"},
		{"missing method", toolchain.Python, pyClass + "class Helper: pass\n", ": the world asks for an export that the guest lacks: class Helper has no method add"},
		{"syntax error", toolchain.QuickJS, "export function f() {\n  return \"a\n}\n", ":2:10: unexpected end of string\n"},
		{"exception", toolchain.QuickJS, "function f() { throw new Error('a\\u202eb'); }\nf();\n", ":1:26: a\\u202eb\n"},
		{"endless loop", toolchain.QuickJS, "for (;;);\n", ": the build took longer than 3s and was ended"},
		{"missing function", toolchain.QuickJS, "export const helper = { add() {} };\n", ": the world asks for an export that the guest lacks: it doesn't export a function greet"},
		{"syntax error", toolchain.StarlingMonkey, "export function f() {\n  return \"a\n}\n", ":2:10: SyntaxError: Unterminated string"},
		{"endless loop", toolchain.StarlingMonkey, "for (;;);\n", ": the build took longer than 3s and was ended"},
		{"missing function", toolchain.StarlingMonkey, "export const helper = { add() {} };\n", ": the world asks for an export that the guest lacks: it doesn't export a function greet"},
	} {
		t.Run(string(row.engine)+"/"+row.name, func(t *testing.T) {
			t.Parallel()
			file := "g/app.js"
			if row.engine == toolchain.Python {
				file = "g/app.py"
			}
			r := real(t, project(t, row.engine, file, map[string]string{"wit/w.wit": helloWIT, file: row.source}))
			if row.name == "endless loop" {
				r.Limits.WallTime = 3 * time.Second
			}
			_, err := Build(t.Context(), r)
			guest, ok := errors.AsType[*GuestError](err)
			if !ok {
				t.Fatalf("got a %T: %v", err, err)
			}
			if got := strings.TrimPrefix(guest.Error(), r.Guest); !strings.HasPrefix(got, row.want) {
				t.Errorf("\n got %s\nwant %s…", got, row.want)
			}
			if _, err := os.Stat(r.Output); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("there is an output (%v)", err)
			}
		})
	}
}

// TestBuildInvalid shows that a component which the compiler got wrong is
// found out when it is built, with a way around it.
func TestBuildInvalid(t *testing.T) {
	r := real(t, project(t, toolchain.QuickJS, "g/app.js", map[string]string{
		"wit/w.wit": `package demo:hello;
world hello {
  variant style { plain, loud(u32) }
  record greeting { style: style }
  export greet: func() -> greeting;
}
`,
		"g/app.js": "export function greet() { return { style: { tag: 'plain' } }; }\n",
	}))
	r.Exports = nil
	_, err := Build(t.Context(), r)
	want := r.WIT + ": componentize-qjs can't compile a world that itself declares types"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s…", err, want)
	}
	if _, err := os.Stat(r.Output); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is an output (%v)", err)
	}
}

// TestBuildIsCancelled shows that the end of the context ends the build.
func TestBuildIsCancelled(t *testing.T) {
	r := real(t, project(t, toolchain.QuickJS, "g/app.js", map[string]string{"wit/w.wit": helloWIT, "g/app.js": "for (;;);"}))
	ctx, cancel := context.WithCancel(t.Context())
	r.Progress = func() func() {
		time.AfterFunc(500*time.Millisecond, cancel)
		return func() {}
	}
	if _, err := Build(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
