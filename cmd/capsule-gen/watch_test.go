package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// A transcript is output that can be looked at while it is written.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// TestWatch changes files under the command's eyes. Building is the compilers'
// business, which a PATH without them keeps out of it.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const world = "package demo:w;\n\nworld w {\n  export %f: func();\n}\n"
	write("capsule.toml", "[task.t]\nwit = \"wit\"\nworld = \"w\"\nguest = \"sandbox/t.js\"\njs = \"stubs\"\n")
	write("wit/w.wit", strings.ReplaceAll(world, "%f", "one"))

	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CAPSULE_CACHE", cache)
	t.Setenv("PATH", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	var out, problems transcript
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, &app{in: strings.NewReader(""), out: &out, err: &problems}, []string{"watch"})
	}()

	wait := func(what string, holds func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("never: %s\nout: %s\nproblems: %s", what, out.String(), problems.String())
			}
		}
	}
	contains := func(path, text string) func() bool {
		return func() bool {
			data, _ := os.ReadFile(path)
			return strings.Contains(string(data), text)
		}
	}
	wait("the stub is there", contains("stubs/wit-world.d.ts", "function one("))
	wait("a build was tried", func() bool { return strings.Contains(problems.String(), "build t: ") })
	write("wit/w.wit", strings.ReplaceAll(world, "%f", "two"))
	wait("the stub follows the WIT", contains("stubs/wit-world.d.ts", "function two("))
	write("wit/w.wit", "world {")
	wait("a mistake is told", func() bool { return strings.Contains(problems.String(), "wit/w.wit:1:") })
	write("wit/w.wit", strings.ReplaceAll(world, "%f", "three"))
	wait("it goes on", contains("stubs/wit-world.d.ts", "function three("))
	write("capsule.toml", "[task.t]\nwit = \"wit\"\nworld = \"w\"\nguest = \"sandbox/t.js\"\njs = \"other\"\n")
	wait("a changed capsule.toml counts", contains("other/wit-world.d.ts", "function three("))
	cancel()
	select {
	case code := <-done:
		if code != exitOK {
			t.Errorf("exit %d, want 0: being interrupted is how it ends", code)
		}
	case <-time.After(time.Minute):
		t.Fatal("it doesn't end")
	}
	if text, err := os.ReadFile("sandbox/t.js"); err != nil || !strings.Contains(string(text), "one") {
		t.Errorf("the guest's own file was written more than once: %v\n%s", err, text)
	}
}
