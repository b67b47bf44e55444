package compile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// project writes files and returns the request for their guest.
func project(t *testing.T, e toolchain.Engine, guest string, files map[string]string) Request {
	t.Helper()
	dir := t.TempDir()
	for path, content := range files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Request{
		Engine: e, WIT: filepath.Join(dir, "wit"), World: "hello",
		Guest: filepath.Join(dir, filepath.FromSlash(guest)), Output: filepath.Join(dir, "out.wasm"),
	}
}

const helloWIT = `package demo:hello;
interface helper { add: func(a: u32, b: u32) -> u32; }
world hello {
  import progress: func(msg: string);
  export greet: func(name: string) -> string;
  export helper;
}
`

// TestDigest shows which changes have a guest compiled again.
func TestDigest(t *testing.T) {
	base := map[string]string{
		"wit/w.wit": "// A\n" + helloWIT, "g/app.js": "import './lib/a.js';", "g/lib/a.js": "2", "g/data.json": "3",
	}
	digestOf := func(change map[string]string, edit func(*Request)) string {
		files := map[string]string{}
		for path, content := range base {
			files[path] = content
		}
		for path, content := range change {
			files[path] = content
		}
		r := project(t, toolchain.QuickJS, "g/app.js", files)
		if edit != nil {
			edit(&r)
		}
		in, err := readInputs(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return in.digest(r, "toolchain")
	}
	same := digestOf(nil, nil)
	for _, row := range []struct {
		name    string
		change  map[string]string
		edit    func(*Request)
		rebuild bool
	}{
		{"nothing but the folder", nil, nil, false},
		{"the output's name", nil, func(r *Request) { r.Output = "other.wasm" }, false},
		{"a guest of the other language", map[string]string{"g/app.py": "x"}, nil, false},
		{"a component beside the guest", map[string]string{"g/app.wasm": "x"}, nil, false},
		{"hidden files", map[string]string{"g/.git/x.js": "x", "g/.x.js": "x"}, nil, false},
		{"installed packages", map[string]string{"g/node_modules/x/x.js": "x"}, nil, false},
		{"notes in the WIT folder", map[string]string{"wit/notes.md": "x"}, nil, false},
		{"words of a comment in the WIT", map[string]string{"wit/w.wit": "// B\n" + helloWIT}, nil, false},
		{"the guest", map[string]string{"g/app.js": "x"}, nil, true},
		{"what it imports", map[string]string{"g/lib/a.js": "x"}, nil, true},
		{"what it doesn't import", map[string]string{"g/lib/b.js": "", "g/data.json": "x"}, nil, false},
		{"the WIT", map[string]string{"wit/w.wit": "// A\n" + helloWIT + "\n"}, nil, true},
		{"a dependency of the WIT", map[string]string{"wit/deps/x/x.wit": "package a:b;"}, nil, true},
		{"the world", nil, func(r *Request) { r.World = "other" }, true},
		{"the engine", nil, func(r *Request) { r.Engine = toolchain.StarlingMonkey }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			if changed := digestOf(row.change, row.edit) != same; changed != row.rebuild {
				t.Errorf("rebuilt: %v, want %v", changed, row.rebuild)
			}
		})
	}
}

func TestReadInputsErrors(t *testing.T) {
	wit := "package a:b;\nworld hello {}\n"
	for _, row := range []struct {
		name   string
		engine toolchain.Engine
		guest  string
		files  map[string]string
		want   string
	}{
		{"no module name", toolchain.Python, "g/my-app.py", nil, "a Python guest's file name is a module name and .py"},
		{"keyword", toolchain.Python, "g/class.py", nil, "a Python guest's file name is a module name and .py"},
		{"taken module name", toolchain.Python, "g/wit_world.py", nil, "the module name wit_world is taken by the compiler"},
		{"taken file name", toolchain.QuickJS, "g/app.js", map[string]string{"g/capsule_entry.js": ""}, "this name is taken by capsule-gen"},
		{"blank in the name", toolchain.StarlingMonkey, "g/my app.js", nil, "only letters, digits and . _ -"},
		{"no JavaScript", toolchain.QuickJS, "g/app.coffee", nil, "ends in .js, .mjs, .ts or .mts"},
		{"no WIT", toolchain.QuickJS, "g/app.js", map[string]string{"wit/w.wit": ""}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := map[string]string{"wit/w.wit": wit, row.guest: ""}
			for path, content := range row.files {
				files[path] = content
			}
			_, err := readInputs(t.Context(), project(t, row.engine, row.guest, files))
			if row.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if _, ok := errors.AsType[*GuestError](err); !ok {
				t.Errorf("got a %T", err)
			}
		})
	}
}

// TestReadInputsBounds shows that a folder named by mistake is refused before
// it is read whole, and that links out of it aren't followed.
func TestReadInputsBounds(t *testing.T) {
	r := project(t, toolchain.QuickJS, "g/app.js", map[string]string{"wit/w.wit": helloWIT, "g/app.js": "1"})
	big := filepath.Join(filepath.Dir(r.Guest), "big.bin")
	f, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(maxInputBytes+1), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := readInputs(t.Context(), r); err == nil || !strings.Contains(err.Error(), "more than 5000 files or 64 MiB") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(big); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, big); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if _, followed := in.guests["big.bin"]; followed {
		t.Error("a symbolic link was followed")
	}
}

// TestReadInputsThroughLinks shows that the folders that the user names may be
// links, though what lies in them may not.
func TestReadInputsThroughLinks(t *testing.T) {
	r := project(t, toolchain.QuickJS, "g/app.js", map[string]string{
		"wit/w.wit": helloWIT, "g/app.js": "import './part.js';", "g/part.js": "2",
	})
	for path, target := range map[*string]string{&r.WIT: r.WIT, &r.Guest: filepath.Dir(r.Guest)} {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(target, link); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		*path = link
	}
	r.Guest = filepath.Join(r.Guest, "app.js")
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(in.wit) != 1 || len(in.guests) != 2 {
		t.Errorf("got %d files of WIT and %d of the guest", len(in.wit), len(in.guests))
	}
}

// TestReadInputsOfOneFile shows that the WIT may be a single file, of which its
// neighbours are no part.
func TestReadInputsOfOneFile(t *testing.T) {
	r := project(t, toolchain.QuickJS, "g/app.js", map[string]string{
		"wit/w.wit": helloWIT, "wit/other.wit": "package c:d;\n", "g/app.js": "1",
	})
	r.WIT = filepath.Join(r.WIT, "w.wit")
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(in.wit) != 1 || string(in.wit["w.wit"]) != helloWIT {
		t.Errorf("got %q", in.wit)
	}
}

func TestReadInputsInterrupted(t *testing.T) {
	r := project(t, toolchain.Python, "g/app.py", map[string]string{"wit/w.wit": helloWIT, "g/app.py": "1"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readInputs(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
