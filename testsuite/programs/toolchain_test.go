//go:build guests

package programs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/internal/ownedir"
)

// need returns where a tool is. Without it the test is skipped, except under
// CI, where it fails.
func need(t *testing.T, tool, what string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("%s is not installed: it %s", tool, what)
		}
		t.Fatal(err)
	}
	return path
}

// run runs a command in dir and returns its output.
func run(t *testing.T, dir string, env []string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", args, err, stderr.Bytes())
	}
	return out
}

// cache returns the folder of what these tests install and build:
// $CAPSULE_CACHE/programs, or capsule/programs in the user's cache directory.
func cache(t *testing.T) string {
	t.Helper()
	base := os.Getenv("CAPSULE_CACHE")
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		base = filepath.Join(user, "capsule")
	}
	dir, err := ownedir.Open(filepath.Join(base, "programs"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// once returns the folder that fill made from the files in from, which it
// makes again when they, or more, have changed.
func once(t *testing.T, name, from, more string, fill func(work string)) string {
	t.Helper()
	h := sha256.New()
	fmt.Fprintln(h, runtime.GOOS, runtime.GOARCH, more)
	files := os.DirFS(from)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	root := cache(t)
	dir := filepath.Join(root, name+"-"+hex.EncodeToString(h.Sum(nil))[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	work, err := os.MkdirTemp(root, "setup-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(work)
	fill(work)
	if err := os.Rename(work, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// componentize returns the folder that holds the tool of that name, and WASI's
// WIT in the folder wit.
func componentize(t *testing.T) string {
	t.Helper()
	cargo := need(t, "cargo", "builds the tool that makes components")
	return once(t, "componentize", "componentize", "", func(work string) {
		build := filepath.Join(work, "build")
		if err := os.CopyFS(build, os.DirFS("componentize")); err != nil {
			t.Fatal(err)
		}
		run(t, build, nil, cargo, "build", "--locked", "--quiet", "--target-dir", "target")
		copyFile(t, filepath.Join(build, "target", "debug", tool), filepath.Join(work, tool))
		run(t, build, nil, cargo, "fetch", "--locked", "--quiet")
		var metadata struct {
			Packages []struct {
				Name         string
				ManifestPath string `json:"manifest_path"`
			}
		}
		out := run(t, build, nil, cargo, "metadata", "--locked", "--offline", "--format-version", "1")
		if err := json.Unmarshal(out, &metadata); err != nil {
			t.Fatal(err)
		}
		for _, p := range metadata.Packages {
			if p.Name != "wasip2" {
				continue
			}
			if err := os.CopyFS(filepath.Join(work, "wit"), os.DirFS(filepath.Join(filepath.Dir(p.ManifestPath), "wit", "deps"))); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.RemoveAll(build); err != nil {
			t.Fatal(err)
		}
	})
}

var tool = map[bool]string{false: "componentize", true: "componentize.exe"}[runtime.GOOS == "windows"]

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// component returns the path of the component made from a core module, which
// make writes to the path that it is given. adapter serves preview-1 imports;
// room is what else the tool is told.
func component(t *testing.T, name, source, adapter string, make func(module, work string), room ...string) string {
	t.Helper()
	tools := componentize(t)
	dir := once(t, name, source, fmt.Sprint(filepath.Base(tools), runtime.Version(), room), func(work string) {
		module := filepath.Join(work, "module.wasm")
		make(module, work)
		args := []string{filepath.Join(tools, tool), "component", module, adapter, "component.wasm"}
		run(t, work, nil, append(args, room...)...)
	})
	return filepath.Join(dir, "component.wasm")
}

// Where a Go program's data starts, and the room in front of it for the
// adapter: Go's runtime takes whatever memory comes after the data for its own.
const (
	goData = 8 << 20
	goRoom = goData - 256<<10
)

// goProgram returns the component made from a Go program.
func goProgram(t *testing.T, source string) string {
	t.Helper()
	return component(t, filepath.Base(source), source, "command", func(module, _ string) {
		run(t, source, []string{"GOOS=wasip1", "GOARCH=wasm", "GOFLAGS="}, "go", "build", fmt.Sprintf("-ldflags=-s -w -D=%d", goData), "-o", module, ".")
	}, fmt.Sprint(goRoom), fmt.Sprint(goData))
}

// zig returns the command line that starts the C compiler.
func zig(t *testing.T) []string {
	t.Helper()
	python := need(t, "python3", "installs the C compiler")
	dir := once(t, "zig", "zig", "", func(work string) {
		// The virtual environment brings pip along.
		venv := filepath.Join(work, "venv")
		run(t, work, nil, python, "-m", "venv", venv)
		requirements, err := filepath.Abs("zig/requirements.txt")
		if err != nil {
			t.Fatal(err)
		}
		in := filepath.Join(venv, "bin", "python")
		if runtime.GOOS == "windows" {
			in = filepath.Join(venv, "Scripts", "python.exe")
		}
		run(t, work, nil, in, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
			"--require-hashes", "--only-binary", ":all:", "--target", filepath.Join(work, "site"), "-r", requirements)
		if err := os.RemoveAll(venv); err != nil {
			t.Fatal(err)
		}
	})
	return []string{python, "-c", "import sys; sys.path.insert(0, sys.argv.pop(1)); import runpy; runpy.run_module('ziglang', alter_sys=True)",
		filepath.Join(dir, "site")}
}

// cComponent returns the component made from the C files and the WIT in source,
// whose world has the same name.
func cComponent(t *testing.T, source string) string {
	t.Helper()
	compiler, name := zig(t), filepath.Base(source)
	tools := componentize(t)
	source, err := filepath.Abs(source)
	if err != nil {
		t.Fatal(err)
	}
	return component(t, name, source, "reactor", func(module, work string) {
		wit, bindings := filepath.Join(work, "wit"), filepath.Join(work, "bindings")
		if err := os.CopyFS(wit, os.DirFS(filepath.Join(source, "wit"))); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(wit, "deps"), os.DirFS(filepath.Join(tools, "wit"))); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(bindings, 0o700); err != nil {
			t.Fatal(err)
		}
		run(t, work, nil, filepath.Join(tools, tool), "bindings", wit, name, bindings)
		files, err := filepath.Glob(filepath.Join(source, "*.c"))
		if err != nil {
			t.Fatal(err)
		}
		args := append(compiler, "cc", "-target", "wasm32-wasi", "-mexec-model=reactor", "-O1", "-Wall", "-Wextra",
			"-Wno-unused-parameter", "-Werror", "-I", bindings, "-o", module,
			filepath.Join(bindings, name+".c"), filepath.Join(bindings, name+"_component_type.o"))
		env := []string{"ZIG_GLOBAL_CACHE_DIR=" + filepath.Join(cache(t), "zig-cache"), "ZIG_LOCAL_CACHE_DIR=" + filepath.Join(work, "zig-cache")}
		run(t, work, env, append(args, files...)...)
	})
}

// rustProgram returns the component made from a Rust program. Rust's standard
// library for WASI is in no package index: without it the test is skipped.
// CAPSULE_WASI_RUSTC names another compiler than the one on the PATH.
func rustProgram(t *testing.T, source string) string {
	t.Helper()
	compiler := os.Getenv("CAPSULE_WASI_RUSTC")
	if compiler == "" {
		compiler = need(t, "rustc", "compiles the Rust program")
	}
	target := ""
	for _, name := range []string{"wasm32-wasip1", "wasm32-wasi"} { // the target's newer and older name
		dir, err := exec.CommandContext(t.Context(), compiler, "--print", "target-libdir", "--target", name).Output()
		if err != nil {
			continue
		}
		if _, err := os.Stat(strings.TrimSpace(string(dir))); err == nil {
			target = name
			break
		}
	}
	if target == "" {
		t.Skip("rustc has no standard library for WASI: rustup target add wasm32-wasip1")
	}
	main, err := filepath.Abs(filepath.Join(source, "main.rs"))
	if err != nil {
		t.Fatal(err)
	}
	return component(t, filepath.Base(source), source, "command", func(module, work string) {
		run(t, work, nil, compiler, "--target", target, "--edition", "2021", "-O", "-C", "strip=symbols", "-o", module, main)
	})
}
