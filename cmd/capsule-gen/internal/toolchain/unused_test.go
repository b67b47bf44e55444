package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestRemoveUnused(t *testing.T) {
	parent := t.TempDir()
	limit := time.Now().Add(-time.Hour)
	old, young := limit.Add(-time.Hour), limit.Add(time.Minute)
	for name, at := range map[string]time.Time{"old": old, "young": young, "used": old, "being.tmp-1": old} {
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(filepath.Join(dir, "deep"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	lock := filepath.Join(parent, "old.lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(lock, old, old); err != nil {
		t.Fatal(err)
	}
	use(filepath.Join(parent, "used"))
	if err := removeUnused(parent, limit); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"old": false, "young": true, "used": true, "being.tmp-1": true, "old.lock": true} {
		if _, err := os.Stat(filepath.Join(parent, name)); (err == nil) != want {
			t.Errorf("%s is there: %v", name, err == nil)
		}
	}
}

func TestInstallerHasATimeLimit(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	err = install(t.Context(), 50*time.Millisecond, t.TempDir(), nil, []string{sleep, "60"})
	if err == nil || err.Error() != "sleep took longer than 50ms and was ended" {
		t.Errorf("got %v", err)
	}
}
