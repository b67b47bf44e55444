//go:build guests

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// command runs capsule-gen in dir, in a process of its own.
func command(t *testing.T, dir string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	exe, err := exec.LookPath("capsule-gen") // TestMain has put it there
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir = dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// needs skips a test where an engine's toolchain can't be had, except under CI.
func needs(t *testing.T, e toolchain.Engine) {
	t.Helper()
	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	_, err = toolchain.Ensure(t.Context(), e, toolchain.Options{Cache: cache})
	if missing, ok := errors.AsType[*toolchain.MissingError](err); ok && os.Getenv("CI") == "" {
		t.Skip("SKIPPED:", missing)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestInitBuildsAndRuns takes a new task through its life, in a module that
// uses this one: build, run from the shell, run by its own host program.
func TestInitBuildsAndRuns(t *testing.T) {
	for _, row := range []struct {
		guest, want string
		engine      toolchain.Engine
	}{
		{"python", "Hello, Ada, from Python!", toolchain.Python},
		{"js", "Hello, Ada, from JavaScript!", toolchain.QuickJS},
		{"ts", "Hello, Ada, from TypeScript!", toolchain.QuickJS},
	} {
		t.Run(row.guest, func(t *testing.T) {
			needs(t, row.engine)
			dir := userModule(t)
			if _, stderr, err := command(t, dir, "init", "hello", "--guest", row.guest); err != nil {
				t.Fatal(err, stderr)
			}
			dir = filepath.Join(dir, "hello")
			if _, stderr, err := command(t, dir, "build"); err != nil {
				t.Fatal(err, stderr)
			}
			stdout, stderr, err := command(t, dir, "run", "hello", `greet("Ada")`)
			if want := `"` + row.want + "\"\n"; stdout != want || err != nil {
				t.Errorf("run: got %q, %v; want %q\n%s", stdout, err, want, stderr)
			}
			host := exec.Command("go", "run", "./host")
			host.Dir = dir
			out, err := host.CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), row.want) {
				t.Errorf("host: %v\n%s", err, out)
			}
			if stdout, stderr, err := command(t, dir, "generate"); stdout != "" || err != nil {
				t.Errorf("generating again: %v\n%s%s", err, stdout, stderr)
			}
		})
	}
}

// TestInitServes takes a new task that answers requests through its life.
func TestInitServes(t *testing.T) {
	for _, row := range []struct {
		guest, want string
		engine      toolchain.Engine
	}{
		{"python", "Hello, Ada, from Python!\n", toolchain.Python},
		{"js", "Hello, Ada, from JavaScript!\n", toolchain.StarlingMonkey},
		{"ts", "Hello, Ada, from TypeScript!\n", toolchain.StarlingMonkey},
	} {
		t.Run(row.guest, func(t *testing.T) {
			needs(t, row.engine)
			dir := userModule(t)
			if _, stderr, err := command(t, dir, "init", "site", "--guest", row.guest, "--http"); err != nil {
				t.Fatal(err, stderr)
			}
			dir = filepath.Join(dir, "site")
			if _, stderr, err := command(t, dir, "build"); err != nil {
				t.Fatal(err, stderr)
			}
			program := filepath.Join(t.TempDir(), "host")
			build := exec.Command("go", "build", "-o", program, "./host")
			build.Dir = dir
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			host := exec.Command(program, "-listen", "localhost:0")
			host.Dir = dir
			out, err := host.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := host.Start(); err != nil {
				t.Fatal(err)
			}
			defer host.Wait()
			defer host.Process.Kill()
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.Get(strings.TrimSpace(url))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if string(body) != row.want || response.StatusCode != http.StatusOK || err != nil {
				t.Errorf("got %s, %q, %v", response.Status, body, err)
			}
		})
	}
}

// userModule makes a module that uses this one as it lies here.
func userModule(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			text := strings.Replace(string(data), "module github.com/capsule-kit/capsule", "module example.com/user", 1)
			text += "\nrequire github.com/capsule-kit/capsule v0.0.0\nreplace github.com/capsule-kit/capsule => " + root + "\n"
			data = []byte(text)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInstall installs a toolchain into an empty cache from two processes at
// once, after an attempt that was interrupted: both build, and one installation
// is all that is left.
func TestInstall(t *testing.T) {
	needs(t, toolchain.QuickJS)
	id, err := toolchain.ID(toolchain.QuickJS)
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	t.Setenv("CAPSULE_CACHE", cache)
	installed := filepath.Join(cache, "toolchains", "quickjs-"+id)
	if err := os.Chmod(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(installed+".tmp-123/node_modules", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(installed), 0o700); err != nil {
		t.Fatal(err)
	}
	dir := userModule(t)
	if _, stderr, err := command(t, dir, "init", "hello", "--guest", "js"); err != nil {
		t.Fatal(err, stderr)
	}
	var both sync.WaitGroup
	for _, name := range []string{"a.wasm", "b.wasm"} {
		both.Go(func() {
			_, stderr, err := command(t, filepath.Join(dir, "hello"), "build",
				"--wit", "wit", "--world", "hello", "--guest", "sandbox/hello.js", "-o", name)
			if err != nil || stderr != "" {
				t.Errorf("%s: %v\n%s", name, err, stderr)
			}
		})
	}
	both.Wait()
	a, err := os.ReadFile(filepath.Join(dir, "hello", "a.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "hello", "b.wasm"))
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("the two components differ (%v)", err)
	}
	entries, err := os.ReadDir(filepath.Dir(installed))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if path := filepath.Join(filepath.Dir(installed), entry.Name()); path != installed && path != installed+".lock" {
			t.Errorf("left over: %s", path)
		}
	}
}
