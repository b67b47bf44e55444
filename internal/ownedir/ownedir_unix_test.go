//go:build unix

package ownedir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenMakesAPrivateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	opened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(opened)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := OpenCode(dir); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name, want string
		plant      func(t *testing.T, dir string)
	}{
		{"a directory that others can write to", "can be written by other users", func(t *testing.T, dir string) {
			make0(t, dir, 0o777)
		}},
		{"a link", "is not a directory of its own", func(t *testing.T, dir string) {
			target := dir + "-target"
			make0(t, target, 0o700)
			if err := os.Symlink(target, dir); err != nil {
				t.Fatal(err)
			}
		}},
		{"a directory in one that others can write to", "which can be written by other users", func(t *testing.T, dir string) {
			make0(t, dir, 0o700)
			if err := os.Chmod(filepath.Dir(dir), 0o777); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file that others can write to", "can be written by other users", func(t *testing.T, dir string) {
			make0(t, dir, 0o700)
			file := filepath.Join(dir, "code")
			if err := os.WriteFile(file, []byte("planted"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, 0o666); err != nil {
				t.Fatal(err)
			}
		}},
		{"a link within", "is a link", func(t *testing.T, dir string) {
			make0(t, dir, 0o700)
			if err := os.Symlink("/etc/passwd", filepath.Join(dir, "code")); err != nil {
				t.Fatal(err)
			}
		}},
	}
	if os.Geteuid() == 0 {
		tests = append(tests, struct {
			name, want string
			plant      func(t *testing.T, dir string)
		}{"another user's directory", "belongs to another user", func(t *testing.T, dir string) {
			make0(t, dir, 0o700)
			if err := os.Chown(dir, 12345, 12345); err != nil {
				t.Fatal(err)
			}
		}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			tt.plant(t, dir)
			if _, err := OpenCode(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want …%s…", err, tt.want)
			}
		})
	}
}

func make0(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
}
