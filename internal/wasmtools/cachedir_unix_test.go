//go:build unix

package wasmtools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCacheDirRefusesPlanted(t *testing.T) {
	base := t.TempDir()
	if err := os.Chmod(base, 0o700); err != nil {
		t.Fatal(err)
	}
	folder := func(name string, mode os.FileMode) string {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	symlink := filepath.Join(base, "link")
	if err := os.Symlink(folder("target", 0o700), symlink); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	withLink := folder("withlink", 0o700)
	if err := os.Symlink(file, filepath.Join(withLink, "code")); err != nil {
		t.Fatal(err)
	}
	withOpen := folder("withopen", 0o700)
	if err := os.Chmod(folder("withopen/inner", 0o700), 0o777); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, dir, want string }{
		{"made", filepath.Join(base, "new", "cache"), ""},
		{"private", folder("private", 0o700), ""},
		{"readable", folder("readable", 0o755), ""},
		{"writable", folder("writable", 0o770), "can be written by other users"},
		{"symlink", symlink, "not a directory of its own"},
		{"file", file, "not a directory"},
		{"open parent", filepath.Join(folder("shared", 0o777), "cache"), "can be written by other users"},
		{"sticky parent", filepath.Join(folder("sticky", 0o777|os.ModeSticky), "cache"), ""},
		{"link inside", withLink, "is a link"},
		{"open folder inside", withOpen, "can be written by other users"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := cacheDir(test.dir)
			if test.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestCacheDirRefusesOtherOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := cacheDir(dir); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("got error %v, want a refusal", err)
	}
	if _, err := Open(t.Context(), dir); err == nil {
		t.Error("Open used a cache of another user")
	}
}

// The library that carries the tool would keep its machine code in the shared
// temporary directory. Nothing may be read from or written there.
func TestOpenLeavesSharedTemp(t *testing.T) {
	shared := t.TempDir()
	t.Setenv("TMPDIR", shared)
	tool, err := Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tool.Run(t.Context(), "x", os.DirFS(t.TempDir()), "--version"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(shared)
	if err != nil || len(entries) > 0 {
		t.Errorf("the shared temporary directory has %v, %v", entries, err)
	}
}
