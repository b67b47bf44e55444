//go:build guests

package programs

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

func TestTally(t *testing.T) {
	tally := load(t, rustProgram(t, "tally"))
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "the cat\nThe dog\n", "sub/b": "cat und Käse", "sub/empty": ""} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	policy := hostruntime.Policy{
		Dirs: []hostruntime.Dir{{Host: dir, Guest: "/data", Writable: true}},
		Env:  []string{"STOP=the,und"},
	}
	status, r := start(t, tally, policy, "tally", "/data")
	if want := "/data/a 16\n/data/sub/b 13\n/data/sub/empty 0\n3 words, fresh: true\n"; status != 0 || r.Stdout != want {
		t.Errorf("status %d\n%s%s", status, r.Stdout, r.Stderr)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "tally")); string(data) != "2 cat\n1 dog\n1 käse\n" {
		t.Errorf("wrote %q, %v", data, err)
	}
	if !slices.Equal(r.Files.Created, []string{"/data/.tally", "/data/tally"}) || !slices.Equal(r.Files.Deleted, []string{"/data/.tally"}) {
		t.Errorf("%+v", r.Files)
	}

	policy.Dirs[0].MaxBytes = 10 // fewer than it writes
	if err := os.Remove(filepath.Join(dir, "tally")); err != nil {
		t.Fatal(err)
	}
	status, r = start(t, tally, policy, "tally", "/data")
	if status != 1 || !strings.Contains(r.Stderr, "tally: ") || r.Files.Refused != 1 {
		t.Errorf("status %d\n%s%s%+v", status, r.Stdout, r.Stderr, r.Files)
	}

	status, r = start(t, tally, hostruntime.Policy{Stdin: strings.NewReader("x y x")}, "tally", "-")
	if status != 0 || r.Stdout != "2 x\n1 y\n" {
		t.Errorf("status %d\n%s%s", status, r.Stdout, r.Stderr)
	}
	if status, r = start(t, tally, hostruntime.Policy{}, "tally"); status != 1 || r.Stderr != "usage: tally FOLDER|-\n" {
		t.Errorf("status %d\n%s%s", status, r.Stdout, r.Stderr)
	}
	_, r, err := try(t, tally, hostruntime.Policy{}, "tally", "limits")
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if want := "thread: true\nparent: true\nprocess: true\nslept: true\nmemory: refused\n"; !ok || r.Stdout != want ||
		!strings.Contains(r.Stderr, "that's all") {
		t.Errorf("%v\n%s%s", trap, r.Stdout, r.Stderr)
	}
}
