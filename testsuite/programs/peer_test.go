//go:build guests

package programs

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// peer returns the Python that has wasmtime, which make bench and the
// differential tests install.
func peer(t *testing.T) string {
	t.Helper()
	python := filepath.Join(filepath.Dir(cache(t)), "bench", "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(filepath.Dir(cache(t)), "bench", "Scripts", "python.exe")
	}
	if err := exec.CommandContext(t.Context(), python, "-c", "import wasmtime").Run(); err != nil {
		t.Skip("no wasmtime to ask: make bench installs it")
	}
	return python
}

// TestWasmtimeSaysTheSame runs programs here and on wasmtime: what they print,
// how they end and what they leave behind is one.
func TestWasmtimeSaysTheSame(t *testing.T) {
	python := peer(t)
	walker := goProgram(t, "walker")
	component := load(t, walker)
	for _, commands := range [][]string{
		{"edit /data", "walk /data", "edit /data", "walk /data"},
		{"many /data", "walk /data"},
		{"surroundings a b", "shout", "clocks", "walk /none"},
		{"escape /data /data/../x ../x /etc/passwd /data/out /data/out/x /data/in/../../x"},
	} {
		t.Run(strings.Fields(commands[0])[0], func(t *testing.T) {
			ours, theirs := t.TempDir(), t.TempDir()
			for _, dir := range []string{ours, theirs} {
				for name, target := range map[string]string{"out": "../..", "in": "sub"} {
					if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
						t.Skip(err)
					}
				}
				if err := os.Mkdir(filepath.Join(dir, "sub"), 0o777); err != nil {
					t.Fatal(err)
				}
			}
			for _, command := range commands {
				args := append([]string{"walker"}, strings.Fields(command)...)
				status, r := start(t, component, hostruntime.Policy{
					Stdin: strings.NewReader("one\ntwo"),
					Dirs:  []hostruntime.Dir{{Host: ours, Guest: "/data", Writable: true}},
				}, args...)

				cmd := exec.CommandContext(t.Context(), python, append([]string{"peer/run.py", walker, theirs}, args...)...)
				var stdout, stderr bytes.Buffer
				cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("one\ntwo"), &stdout, &stderr
				err := cmd.Run()
				if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
					t.Fatal(err)
				}
				if status != cmd.ProcessState.ExitCode() || r.Stdout != stdout.String() || r.Stderr != stderr.String() {
					t.Errorf("%s: status %d\n%s%s\non wasmtime: status %d\n%s%s", command,
						status, r.Stdout, r.Stderr, cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes())
				}
			}
			if here, there := contents(t, ours), contents(t, theirs); here != there {
				t.Errorf("left behind:\n%s\non wasmtime:\n%s", here, there)
			}
		})
	}
}

// contents returns what there is in a folder, as text.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		text := d.Type().String()
		switch d.Type() {
		case fs.ModeSymlink:
			if text, err = os.Readlink(path); err != nil {
				return err
			}
		case 0:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		b.WriteString(name + " " + text + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
