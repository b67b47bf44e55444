package wasi

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestFileChanges(t *testing.T) {
	g, dir, host := newQuota(t, 100, 4)
	for _, name := range []string{"old", "kept", "doomed", "read"} {
		write(t, filepath.Join(host, name), "data")
	}
	want := func(want FileChanges) {
		t.Helper()
		if got := g.host.TakeFileChanges(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	want(FileChanges{})
	f := g.openFile(dir, "./new", value.Flags{"create"}, rwFlags)
	g.ok(fsPkg, desc+"write", f, value.Bytes("12345"), value.U64(0))
	g.ok(fsPkg, desc+"create-directory-at", dir, str("sub"))
	sub := g.openFile(dir, "sub", noFlags, readFlag)
	g.ok(fsPkg, desc+"symlink-at", sub, str("x"), str("link"))
	g.ok(fsPkg, desc+"link-at", dir, noFollow, str("old"), sub, str("hard"))
	old := g.openFile(dir, "old", value.Flags{"create"}, rwFlags)
	for range 3 {
		g.ok(fsPkg, desc+"write", old, value.Bytes("1"), value.U64(0))
	}
	g.openFile(dir, "read", noFlags, rwFlags)
	g.ok(fsPkg, desc+"rename-at", dir, str("kept"), dir, str("doomed"))
	g.ok(fsPkg, desc+"unlink-file-at", sub, str("hard"))
	g.fails(value.Enum("not-empty"), fsPkg, desc+"remove-directory-at", dir, str("sub"))
	g.openFile(dir, "more", value.Flags{"create"}, rwFlags)
	g.openFile(dir, "evenmore", value.Flags{"create"}, rwFlags)
	g.fails(quotaError, fsPkg, desc+"create-directory-at", dir, str("toomuch"))
	want(FileChanges{
		Created: []string{"/data/new", "/data/sub", "/data/sub/link", "/data/sub/hard", "/data/more", "/data/evenmore"},
		Changed: []string{"/data/old", "/data/doomed"},
		Deleted: []string{"/data/kept", "/data/sub/hard"},
		Refused: 1, Bytes: 5, Entries: 4,
	})
	// A call's changes are its own.
	g.ok(fsPkg, desc+"write", f, value.Bytes("1"), value.U64(0))
	g.ok(fsPkg, desc+"set-size", old, value.U64(4))
	g.drop(fsPkg, g.openFile(dir, "old", value.Flags{"truncate"}, readFlag))
	want(FileChanges{Changed: []string{"/data/new", "/data/old"}, Bytes: 5, Entries: 4})
}

// A path that leads through a link and back is not made to look like another.
func TestFileChangesTellThePathUsed(t *testing.T) {
	g, dir, host := newQuota(t, 100, 100)
	if err := os.MkdirAll(filepath.Join(host, "a", "b"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("a", "b"), filepath.Join(host, "link")); err != nil {
		t.Skip(err)
	}
	g.openFile(dir, "link/.././x", value.Flags{"create"}, rwFlags)
	if got := g.host.TakeFileChanges().Created; len(got) != 1 || got[0] != "/data/link/../x" {
		t.Errorf("created %q", got)
	}
	if _, err := os.Stat(filepath.Join(host, "a", "x")); err != nil {
		t.Error(err)
	}
}

func TestFileChangesAreBounded(t *testing.T) {
	g, dir, _ := newQuota(t, 100, 2000)
	for i := range maxChanges + 10 {
		g.ok(fsPkg, desc+"symlink-at", dir, str("x"), str(fmt.Sprint(i)))
	}
	if c := g.host.TakeFileChanges(); len(c.Created) != maxChanges || c.Omitted != 10 {
		t.Errorf("%d listed, %d omitted", len(c.Created), c.Omitted)
	}
}
