//go:build linux || darwin

package wit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe among the files is an error, and is not waited for. Links are
// followed, also to folders.
func TestOddFiles(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	unpack(t, filepath.Join(dir, "a.wit"), []byte("package a:b;\nworld w { import c:d/i; }\n"))
	unpack(t, filepath.Join(elsewhere, "c.wit"), []byte("package c:d;\ninterface i {}\n"))
	if err := os.MkdirAll(filepath.Join(dir, "deps", "folder.wit"), 0o755); err != nil {
		t.Fatal(err)
	}
	unpack(t, filepath.Join(dir, "deps", "folder.wit", "f.wit"), []byte("package f:f;\n"))
	if err := os.Symlink(elsewhere, filepath.Join(dir, "deps", "c")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), dir, Options{}); err != nil {
		t.Errorf("a package behind a link: %v", err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "b.wit"), 0o600); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{dir, filepath.Join(dir, "b.wit")} {
		_, err := Load(t.Context(), name, Options{})
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeNoWIT {
			t.Errorf("%s: %v, want an error with code %s", name, err, CodeNoWIT)
		}
	}
}
