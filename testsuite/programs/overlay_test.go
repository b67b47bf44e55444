//go:build guests

package programs

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// With Overlay a folder changes when the host says so, and else not at all.
func TestOverlay(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	walker := load(t, goProgram(t, "walker"))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "two"), []byte("the host's"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	policy := hostruntime.Policy{
		Args: []string{"walker", "edit", "/data"},
		Dirs: []hostruntime.Dir{{Host: dir, Guest: "/data", Writable: true, Overlay: true}},
	}
	for _, commit := range []bool{false, true} {
		in, err := walker.Instantiate(t.Context(), policy)
		if err != nil {
			t.Fatal(err)
		}
		var r hostruntime.Report
		if _, err := in.Call(hostruntime.WithReport(t.Context(), &r), "run"); hostruntime.Outcome(err) != hostruntime.OutcomeExit {
			t.Fatal(err)
		}
		if len(r.Files.Created) == 0 || len(r.Files.Changed) != 1 {
			t.Errorf("%+v", r.Files)
		}
		if got := contents(t, dir); got != before {
			t.Errorf("the host's folder has changed to\n%s", got)
		}
		if commit {
			if err := in.CommitDirs(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := in.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := in.CommitDirs(t.Context()); err != hostruntime.ErrClosed {
			t.Errorf("after Close: %v", err)
		}
	}
	status, r := start(t, walker, policy, "walker", "walk", "/data")
	want := "/data/\n/data/a/\n/data/a/b/\n/data/a/b/moved 25\n/data/a/hard 1234\n/data/a/link -> b/moved\n/data/c/\n/data/two 1234\n"
	if status != 0 || r.Stdout != want {
		t.Errorf("status %d\n%s%s", status, r.Stdout, r.Stderr)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}
