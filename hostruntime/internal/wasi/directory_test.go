package wasi

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// entries reads a folder to its end, sorted.
func entries(g *guest, dir value.Value) []string {
	g.Helper()
	const next = "[method]directory-entry-stream.read-directory-entry"
	s := g.ok(fsPkg, desc+"read-directory", dir)
	var names []string
	for {
		o := g.ok(fsPkg, next, s).(value.Option)
		if o.Some == nil {
			break
		}
		r := o.Some.(value.Record)
		names = append(names, string(r[0].Value.(value.Enum))+" "+string(r[1].Value.(value.String)))
	}
	g.equal(g.ok(fsPkg, next, s), value.Option{})
	g.drop(fsPkg, s)
	slices.Sort(names)
	return names
}

func TestDirectories(t *testing.T) {
	g, dir, host := newFolder(t, false)
	g.ok(fsPkg, desc+"create-directory-at", dir, str("a"))
	g.fails(value.Enum("exist"), fsPkg, desc+"create-directory-at", dir, str("a"))
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"create-directory-at", dir, str("../b"))
	a := g.openFile(dir, "a", noFlags, readFlag)
	g.openFile(a, "f", value.Flags{"create"}, rwFlags)
	g.fails(value.Enum("not-empty"), fsPkg, desc+"remove-directory-at", dir, str("a"))
	g.fails(value.Enum("not-directory"), fsPkg, desc+"remove-directory-at", a, str("f"))
	g.fails(value.Enum("is-directory"), fsPkg, desc+"unlink-file-at", dir, str("a"))
	g.fails(value.Enum("no-entry"), fsPkg, desc+"unlink-file-at", dir, str("none"))

	// Between two descriptors of one grant.
	g.ok(fsPkg, desc+"rename-at", a, str("f"), dir, str("g"))
	g.ok(fsPkg, desc+"rename-at", dir, str("g"), dir, str("h"))
	g.ok(fsPkg, desc+"link-at", dir, noFollow, str("h"), a, str("hard"))
	g.fails(value.Enum("invalid"), fsPkg, desc+"link-at", dir, follow, str("h"), a, str("hard2"))
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"rename-at", dir, str("h"), dir, str("../h"))
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"rename-at", dir, str("../granted/h"), a, str("h"))
	if got, want := entries(g, dir), []string{"directory a", "regular-file h"}; !slices.Equal(got, want) {
		t.Errorf("entries %v, want %v", got, want)
	}
	if got, want := entries(g, a), []string{"regular-file hard"}; !slices.Equal(got, want) {
		t.Errorf("entries %v, want %v", got, want)
	}
	hash := g.ok(fsPkg, desc+"metadata-hash-at", dir, follow, str("h"))
	g.equal(g.ok(fsPkg, desc+"metadata-hash", g.openFile(dir, "h", noFlags, readFlag)), hash)

	// A folder that was moved since is not the one its path names.
	if err := os.Rename(filepath.Join(host, "a"), filepath.Join(host, "moved")); err != nil {
		t.Fatal(err)
	}
	g.ok(fsPkg, desc+"create-directory-at", dir, str("a"))
	g.fails(value.Enum("cross-device"), fsPkg, desc+"rename-at", a, str("hard"), dir, str("x"))
	g.ok(fsPkg, desc+"unlink-file-at", a, str("hard"))
	g.ok(fsPkg, desc+"remove-directory-at", dir, str("moved"))
	g.ok(fsPkg, desc+"remove-directory-at", dir, str("a"))
}

func TestRenameOntoFolders(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "file"), "data")
	for _, name := range []string{"a/b", "empty", "full/x"} {
		if err := os.MkdirAll(filepath.Join(host, filepath.FromSlash(name)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ from, to, want string }{
		{"file", "empty", "is-directory"},
		{"empty", "file", "not-directory"},
		{"empty", "full", "not-empty"},
		{"a/b", "a", "not-empty"},
		{"a", "a/b", "invalid"},
		{"none", "empty", "no-entry"},
	} {
		got := g.call(fsPkg, desc+"rename-at", dir, str(c.from), dir, str(c.to))
		if want := (value.Result{IsError: true, Payload: value.Enum(c.want)}); got != want {
			t.Errorf("rename-at(%s, %s): %v, want %s", c.from, c.to, got, c.want)
		}
	}
	g.ok(fsPkg, desc+"rename-at", dir, str("empty"), dir, str("empty"))
	if got, want := entries(g, dir), []string{"directory a", "directory empty", "directory full", "regular-file file"}; !slices.Equal(got, want) {
		t.Errorf("entries %v, want %v", got, want)
	}
	g.ok(fsPkg, desc+"rename-at", dir, str("full"), dir, str("empty"))
	if got, want := entries(g, g.openFile(dir, "empty", noFlags, readFlag)), []string{"directory x"}; !slices.Equal(got, want) {
		t.Errorf("entries %v, want %v", got, want)
	}
}

func TestManyEntries(t *testing.T) {
	g, dir, host := newFolder(t, false)
	for i := range 200 {
		write(t, filepath.Join(host, string(rune('a'+i/26))+string(rune('a'+i%26))), "")
	}
	if n := len(entries(g, dir)); n != 200 {
		t.Errorf("%d entries, want 200", n)
	}
}
