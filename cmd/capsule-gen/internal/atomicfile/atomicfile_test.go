package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "folder", "file")
	write := func(data string, want bool) {
		t.Helper()
		changed, err := Write(path, []byte(data))
		if err != nil || changed != want {
			t.Fatalf("got %v, %v; want %v", changed, err, want)
		}
		if got := read(t, path); got != data {
			t.Fatalf("got %q, want %q", got, data)
		}
	}
	write("one", true)
	old := time.Unix(1e9, 0)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	write("one", false)
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("a file that didn't change was touched (%v)", err)
	}
	write("two", true)
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v; want the file alone", entries, err)
	}
	if _, err := Write(dir, nil); err == nil {
		t.Error("a folder was overwritten")
	}
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 || read(t, path) != "new" {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced (%v)", err)
	}
}

func TestLinksOutOfTheFolderAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside, folder := filepath.Join(dir, "outside"), filepath.Join(dir, "folder")
	if err := os.WriteFile(outside, []byte("the user's own"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, target := range []string{"../outside", outside, "../folder/../outside", "../nothing"} {
		link := filepath.Join(folder, string(rune('a'+i)))
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
		if _, err := Write(link, []byte("new")); err == nil || read(t, outside) != "the user's own" {
			t.Errorf("%s was followed: %v", target, err)
		}
	}
}

func TestCommitNewOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	stage := func(data string) *Staged {
		t.Helper()
		s, err := Stage(path, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Discard)
		return s
	}
	// Both were staged while there was no file.
	first, second := stage("first"), stage("second")
	if created, err := first.CommitNew(); !created || err != nil {
		t.Fatalf("got %v, %v", created, err)
	}
	if created, err := second.CommitNew(); created || err != nil {
		t.Fatalf("got %v, %v", created, err)
	}
	if got := read(t, path); got != "first" {
		t.Errorf("got %q", got)
	}
	first.Discard()
	second.Discard()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v; want the file alone", entries, err)
	}
}
