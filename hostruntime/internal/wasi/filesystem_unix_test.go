//go:build unix

package wasi

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestSymbolicLinks(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "..", "secret"), "secret")
	write(t, filepath.Join(host, "file"), "data")
	os.Mkdir(filepath.Join(host, "sub"), 0o777)
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(host, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("../secret", "up")
	link(filepath.Join(host, "..", "secret"), "absolute")
	link("..", "parent")
	link("loop", "loop")
	denied := value.Enum("not-permitted")
	for _, path := range []string{"up", "absolute", "parent", "parent/secret", "sub/../parent/granted/file"} {
		g.fails(denied, fsPkg, desc+"open-at", dir, follow, str(path), noFlags, readFlag)
		g.fails(denied, fsPkg, desc+"stat-at", dir, follow, str(path))
		g.fails(denied, fsPkg, desc+"metadata-hash-at", dir, follow, str(path))
		none := value.Variant{Case: "no-change"}
		g.fails(denied, fsPkg, desc+"set-times-at", dir, follow, str(path), none, none)
	}
	g.fails(denied, fsPkg, desc+"open-at", dir, follow, str("up"), value.Flags{"create"}, rwFlags)
	g.fails(denied, fsPkg, desc+"create-directory-at", dir, str("parent/d"))
	g.fails(denied, fsPkg, desc+"unlink-file-at", dir, str("parent/secret"))
	g.fails(denied, fsPkg, desc+"rename-at", dir, str("parent/secret"), dir, str("mine"))
	g.fails(denied, fsPkg, desc+"link-at", dir, noFollow, str("parent/secret"), dir, str("mine"))
	g.fails(value.Enum("loop"), fsPkg, desc+"open-at", dir, follow, str("loop"), noFlags, readFlag)
	if data, err := os.ReadFile(filepath.Join(host, "..", "secret")); string(data) != "secret" {
		t.Errorf("the secret is %q, %v", data, err)
	}

	// Reading a link tells no path of the host.
	g.fails(denied, fsPkg, desc+"readlink-at", dir, str("absolute"))
	g.equal(g.ok(fsPkg, desc+"readlink-at", dir, str("up")), value.String("../secret"))
	g.fails(value.Enum("invalid"), fsPkg, desc+"readlink-at", dir, str("file"))

	// The guest's own links work within the folder and only there.
	g.ok(fsPkg, desc+"symlink-at", dir, str("../file"), str("sub/link"))
	f := g.openFile(dir, "sub/link", noFlags, readFlag)
	g.equal(g.ok(fsPkg, desc+"read", f, value.U64(9), value.U64(0)).(value.Tuple)[0], value.Bytes("data"))
	g.fails(value.Enum("loop"), fsPkg, desc+"open-at", dir, noFollow, str("sub/link"), noFlags, readFlag)
	s := g.ok(fsPkg, desc+"stat-at", dir, noFollow, str("sub/link")).(value.Record)
	g.equal(s[0].Value, value.Enum("symbolic-link"))
	none := value.Variant{Case: "no-change"}
	g.fails(value.Enum("unsupported"), fsPkg, desc+"set-times-at", dir, noFollow, str("sub/link"), none, none)
	g.fails(denied, fsPkg, desc+"symlink-at", dir, str("/etc/passwd"), str("p"))
	g.ok(fsPkg, desc+"symlink-at", dir, str("../.."), str("sub/out"))
	g.fails(denied, fsPkg, desc+"open-at", dir, follow, str("sub/out"), noFlags, readFlag)
	// A folder opened by itself is the boundary for what is opened from it.
	sub := g.openFile(dir, "sub", noFlags, readFlag)
	g.fails(denied, fsPkg, desc+"open-at", sub, follow, str("link"), noFlags, readFlag)
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("sub/link"))
	g.ok(fsPkg, desc+"stat-at", dir, follow, str("file"))
}

// Opening a pipe would block until somebody writes to it.
func TestPipesAreRefused(t *testing.T) {
	g, dir, host := newFolder(t, false)
	if err := syscall.Mkfifo(filepath.Join(host, "pipe"), 0o666); err != nil {
		t.Skip(err)
	}
	for _, flags := range []value.Flags{readFlag, rwFlags, noFlags} {
		g.fails(value.Enum("access"), fsPkg, desc+"open-at", dir, follow, str("pipe"), noFlags, flags)
	}
	s := g.ok(fsPkg, desc+"stat-at", dir, follow, str("pipe")).(value.Record)
	g.equal(s[0].Value, value.Enum("fifo"))
}

// Close ends every file and folder that the guest left open.
func TestCloseEndsFiles(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "f"), "data")
	os.Mkdir(filepath.Join(host, "sub"), 0o777)
	f := g.openFile(dir, "f", noFlags, rwFlags)
	g.openFile(dir, "sub", noFlags, readFlag)
	s := g.ok(fsPkg, desc+"read-via-stream", f, value.U64(0))
	g.ok(fsPkg, desc+"read-directory", dir)
	file := f.(value.Handle).Rep.(*descriptor).file
	if err := g.host.Close(); err != nil {
		t.Error(err)
	}
	if _, err := file.Stat(); err == nil {
		t.Error("the file is open after Close")
	}
	g.drop(ioPkg, s)
	g.drop(fsPkg, f)
	// The grant stays the caller's.
	if _, err := g.host.config.Dirs[0].Root.Stat("f"); err != nil {
		t.Errorf("the granted folder: %v", err)
	}
}

// Component strings are UTF-8; a name that isn't cannot be told to the guest.
func TestNamesThatAreNotUTF8(t *testing.T) {
	g, dir, host := newFolder(t, false)
	if err := os.WriteFile(filepath.Join(host, "\xff"), nil, 0o666); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("\xff", filepath.Join(host, "link")); err != nil {
		t.Fatal(err)
	}
	bad := value.Enum("illegal-byte-sequence")
	g.fails(bad, fsPkg, desc+"readlink-at", dir, str("link"))
	s := g.ok(fsPkg, desc+"read-directory", dir)
	var got []value.Value
	for range 3 {
		got = append(got, g.call(fsPkg, "[method]directory-entry-stream.read-directory-entry", s).(value.Result).Payload)
	}
	if !slices.Contains(got, value.Value(bad)) || got[2] != (value.Option{}) {
		t.Errorf("entries %v", got)
	}
}
