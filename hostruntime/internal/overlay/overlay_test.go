package overlay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// folder makes a folder of files by name; a name that ends in a slash is a
// folder, a content that begins with -> a link.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func put(t *testing.T, path, content string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if target, ok := strings.CutPrefix(content, "-> "); ok && err == nil {
		err = os.Symlink(target, path)
	} else if err == nil && content != "" {
		err = os.WriteFile(path, []byte(content), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// contents is the inverse of folder, as text.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch d.Type() {
		case fs.ModeDir:
			fmt.Fprintf(&b, "%s/\n", filepath.ToSlash(name))
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			fmt.Fprintf(&b, "%s -> %s\n", filepath.ToSlash(name), target)
			return err
		default:
			data, err := os.ReadFile(path)
			fmt.Fprintf(&b, "%s %s\n", filepath.ToSlash(name), data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func open(t *testing.T, dir string) *Copy {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), root.Close()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(c.dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the copy is still there: %v", err)
		}
	})
	return c
}

var sample = map[string]string{
	"a": "one", "d/b": "two", "d/e/c": "three", "empty/": "", "link": "-> d/b", "outside": "-> ../..", "same": "same",
}

func TestCopyIsEqual(t *testing.T) {
	dir := folder(t, sample)
	date := time.Unix(1000000000, 0)
	for _, name := range []string{"a", "d"} {
		if err := os.Chtimes(filepath.Join(dir, name), date, date); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, dir)
	if got, want := contents(t, c.dir), contents(t, dir); got != want {
		t.Errorf("copied\n%s\nof\n%s", got, want)
	}
	for _, name := range []string{"a", "d"} {
		if info, err := c.Root().Stat(name); err != nil || !info.ModTime().Equal(date) {
			t.Errorf("%s is of %v, %v", name, info.ModTime(), err)
		}
	}
}

func TestCommit(t *testing.T) {
	dir := folder(t, sample)
	before := contents(t, dir)
	old, err := os.Stat(filepath.Join(dir, "same"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "a"), 0o640); err != nil {
		t.Fatal(err)
	}
	c := open(t, dir)
	at := func(name string) string { return filepath.Join(c.dir, name) }
	put(t, at("new/x/file"), "new")
	info, err := os.Stat(at("a"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, at("a"), "two") // as long as before, and with its time
	for _, err := range []error{
		os.Chtimes(at("a"), info.ModTime(), info.ModTime()),
		os.RemoveAll(at("d/e")), os.Remove(at("link")), os.Symlink("a", at("link")),
		os.Remove(at("empty")), os.WriteFile(at("empty"), []byte("a file now"), 0o666),
		os.Rename(at("d/b"), at("moved")), os.Chtimes(at("same"), time.Now(), time.Unix(5, 0)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := contents(t, dir); got != before {
		t.Fatalf("before the commit:\n%s", got)
	}
	for range 2 { // the second has nothing to do
		if err := c.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := contents(t, dir), contents(t, c.dir); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	if now, err := os.Stat(filepath.Join(dir, "same")); err != nil || !os.SameFile(old, now) || !now.ModTime().Equal(old.ModTime()) {
		t.Errorf("what was not changed has changed, %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "a")); err != nil || info.Mode().Perm()&0o077 != 0o640&0o077 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	put(t, at("a"), "three")
	if err := c.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := contents(t, dir), contents(t, c.dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestConflicts(t *testing.T) {
	for name, change := range map[string]struct{ ours, theirs func(dir string) error }{
		"a": {
			func(d string) error { return os.WriteFile(filepath.Join(d, "a"), []byte("guest"), 0o666) },
			func(d string) error { return os.WriteFile(filepath.Join(d, "a"), []byte("host's own"), 0o666) },
		},
		"new": {
			func(d string) error { return os.WriteFile(filepath.Join(d, "new"), []byte("guest"), 0o666) },
			func(d string) error { return os.WriteFile(filepath.Join(d, "new"), []byte("host"), 0o666) },
		},
		"d/b": {
			func(d string) error { return os.Remove(filepath.Join(d, "d", "b")) },
			func(d string) error { return os.WriteFile(filepath.Join(d, "d", "b"), []byte("host's own"), 0o666) },
		},
		"d/added": {
			func(d string) error { return os.RemoveAll(filepath.Join(d, "d")) },
			func(d string) error { return os.WriteFile(filepath.Join(d, "d", "added"), []byte("host"), 0o666) },
		},
	} {
		dir := folder(t, sample)
		c := open(t, dir)
		put(t, filepath.Join(c.dir, "harmless"), "guest")
		if err := errors.Join(change.ours(c.dir), change.theirs(dir)); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		err := c.Commit(t.Context())
		if conflict, ok := errors.AsType[*ConflictError](err); !ok || conflict.Path != name {
			t.Errorf("%s: %v", name, err)
		}
		if got := contents(t, dir); got != before {
			t.Errorf("%s: changed to\n%s", name, got)
		}
	}
	// What the host changed elsewhere is left alone.
	dir := folder(t, sample)
	c := open(t, dir)
	put(t, filepath.Join(c.dir, "a"), "guest")
	put(t, filepath.Join(dir, "same"), "host")
	put(t, filepath.Join(dir, "another"), "host")
	if err := c.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); !strings.Contains(got, "a guest\n") || !strings.Contains(got, "same host\n") || !strings.Contains(got, "another host\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestTooLargeToCopy(t *testing.T) {
	dir := folder(t, map[string]string{"f": "x"})
	if err := os.Truncate(filepath.Join(dir, "f"), MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	if _, err := Open(t.Context(), root); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, root); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
