package wasi

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

const (
	fsPkg = "wasi:filesystem/types"
	desc  = "[method]descriptor."
)

var (
	follow   = value.Flags{"symlink-follow"}
	noFollow = value.Flags(nil)
	noFlags  = value.Flags(nil)
	readFlag = value.Flags{"read"}
	rwFlags  = value.Flags{"read", "write"}
)

// newFolder returns a guest that is granted a new folder, the guest's handle
// to it and its path on the host.
func newFolder(t *testing.T, readOnly bool) (g *guest, dir value.Value, host string) {
	t.Helper()
	host = filepath.Join(t.TempDir(), "granted")
	if err := os.Mkdir(host, 0o777); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	g = newGuest(t, Config{Dirs: []Dir{{Guest: "/data", Root: root, ReadOnly: readOnly}}})
	list := g.call("wasi:filesystem/preopens", "get-directories").(value.List)
	if len(list) != 1 || list[0].(value.Tuple)[1] != value.String("/data") {
		t.Fatalf("get-directories: %v", list)
	}
	return g, list[0].(value.Tuple)[0], host
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

func str(s string) value.Value { return value.String(s) }

func (g *guest) openFile(dir value.Value, path string, open, flags value.Flags) value.Value {
	g.Helper()
	return g.ok(fsPkg, desc+"open-at", dir, follow, str(path), open, flags)
}

func TestFileReadWrite(t *testing.T) {
	g, dir, host := newFolder(t, false)
	f := g.openFile(dir, "a.txt", value.Flags{"create", "exclusive"}, rwFlags)
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("hello"), value.U64(2)), value.U64(5))
	read := func(length, offset uint64, want string, end bool) {
		t.Helper()
		got := g.ok(fsPkg, desc+"read", f, value.U64(length), value.U64(offset)).(value.Tuple)
		if string(got[0].(value.Bytes)) != want || got[1] != value.Bool(end) {
			t.Errorf("read(%d, %d): %q, end %v", length, offset, got[0], got[1])
		}
	}
	read(1<<63, 0, "\x00\x00hello", true)
	read(3, 2, "hel", false)
	read(0, 0, "", false)
	read(5, 2, "hello", false)
	read(6, 2, "hello", true)
	read(1, 7, "", true)
	read(1, 1<<64-1, "", true)
	g.ok(fsPkg, desc+"set-size", f, value.U64(4))
	read(10, 0, "\x00\x00he", true)
	g.fails(value.Enum("file-too-large"), fsPkg, desc+"set-size", f, value.U64(1<<63))
	g.fails(value.Enum("file-too-large"), fsPkg, desc+"write", f, value.Bytes("ab"), value.U64(1<<63-2))
	for _, name := range []string{"sync", "sync-data"} {
		g.ok(fsPkg, desc+name, f)
		g.ok(fsPkg, desc+name, dir)
	}
	g.ok(fsPkg, desc+"advise", f, value.U64(0), value.U64(1), value.Enum("random"))
	g.equal(g.ok(fsPkg, desc+"get-type", f), value.Enum("regular-file"))
	g.equal(g.ok(fsPkg, desc+"get-flags", f), rwFlags)
	g.drop(fsPkg, f)
	if data, err := os.ReadFile(filepath.Join(host, "a.txt")); string(data) != "\x00\x00he" {
		t.Errorf("the host reads %q, %v", data, err)
	}
}

func TestFileStreams(t *testing.T) {
	g, dir, host := newFolder(t, false)
	f := g.openFile(dir, "a", value.Flags{"create"}, rwFlags)
	w := g.ok(fsPkg, desc+"write-via-stream", f, value.U64(3))
	g.ok(ioPkg, out+"blocking-write-and-flush", w, value.Bytes("abc"))
	g.ok(ioPkg, out+"write", w, value.Bytes("def"))
	a := g.ok(fsPkg, desc+"append-via-stream", f)
	g.ok(ioPkg, out+"write", a, value.Bytes("!"))
	g.ok(ioPkg, out+"flush", a)
	r := g.ok(fsPkg, desc+"read-via-stream", f, value.U64(4))
	far := g.ok(fsPkg, desc+"read-via-stream", f, value.U64(1<<63))
	// The streams keep the file open without its descriptor.
	g.drop(fsPkg, f)
	g.equal(g.ok(ioPkg, in+"read", r, value.U64(0)), value.Bytes(nil))
	g.equal(g.ok(ioPkg, in+"read", r, value.U64(2)), value.Bytes("bc"))
	g.equal(g.ok(ioPkg, in+"blocking-read", r, value.U64(1<<40)), value.Bytes("def!"))
	g.fails(closedError, ioPkg, in+"blocking-read", r, value.U64(1))
	g.fails(closedError, ioPkg, in+"read", far, value.U64(1))
	for _, s := range []value.Value{w, a, r, far} {
		g.drop(ioPkg, s)
	}
	if data, err := os.ReadFile(filepath.Join(host, "a")); string(data) != "\x00\x00\x00abcdef!" {
		t.Errorf("the host reads %q, %v", data, err)
	}
}

func TestLargeFileIsReadInParts(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "big"), string(bytes.Repeat([]byte("x"), MaxRead+10)))
	f := g.openFile(dir, "big", noFlags, readFlag)
	got := g.ok(fsPkg, desc+"read", f, value.U64(1<<63), value.U64(0)).(value.Tuple)
	if len(got[0].(value.Bytes)) != MaxRead || got[1] != value.Bool(false) {
		t.Errorf("%d bytes, end %v", len(got[0].(value.Bytes)), got[1])
	}
	r := g.ok(fsPkg, desc+"read-via-stream", f, value.U64(0))
	g.equal(g.ok(ioPkg, in+"skip", r, value.U64(1<<63)), value.U64(MaxRead))
	g.equal(g.ok(ioPkg, in+"skip", r, value.U64(1<<63)), value.U64(10))
}

func TestOpenAt(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "file"), "data")
	os.Mkdir(filepath.Join(host, "sub"), 0o777)
	write(t, filepath.Join(host, "sub", "inner"), "inner data")
	for _, c := range []struct {
		path        string
		open, flags value.Flags
		want        string
	}{
		{"none", noFlags, readFlag, "no-entry"},
		{"none/x", value.Flags{"create"}, rwFlags, "no-entry"},
		{"", noFlags, readFlag, "no-entry"},
		{"/etc/passwd", noFlags, readFlag, "not-permitted"},
		{"..", noFlags, readFlag, "not-permitted"},
		{"../granted/file", noFlags, readFlag, "not-permitted"},
		{"sub/../../x", value.Flags{"create"}, rwFlags, "not-permitted"},
		{"a\x00b", noFlags, readFlag, "invalid"},
		{string(bytes.Repeat([]byte("a/"), MaxPath)), noFlags, readFlag, "name-too-long"},
		{"file", value.Flags{"directory"}, readFlag, "not-directory"},
		{"file/x", noFlags, readFlag, "not-directory"},
		{"sub", noFlags, rwFlags, "is-directory"},
		{"sub", value.Flags{"create"}, readFlag, "is-directory"},
		{"file", value.Flags{"create", "exclusive"}, rwFlags, "exist"},
		{"new", value.Flags{"create", "directory"}, readFlag, "invalid"},
		{"sub", value.Flags{"truncate"}, readFlag, "is-directory"},
	} {
		got := g.call(fsPkg, desc+"open-at", dir, follow, str(c.path), c.open, c.flags)
		if want := (value.Result{IsError: true, Payload: value.Enum(c.want)}); got != want {
			t.Errorf("open-at(%q, %v, %v): %v, want %s", c.path[:min(20, len(c.path))], c.open, c.flags, got, c.want)
		}
	}

	sub := g.openFile(dir, "./sub", value.Flags{"directory"}, readFlag)
	g.equal(g.ok(fsPkg, desc+"get-type", sub), value.Enum("directory"))
	g.equal(g.ok(fsPkg, desc+"get-flags", sub), value.Flags{"read", "mutate-directory"})
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"open-at", sub, follow, str("../file"), noFlags, readFlag)
	inner := g.openFile(sub, "inner", noFlags, readFlag)
	g.equal(g.call(fsPkg, desc+"is-same-object", inner, g.openFile(dir, "sub/../sub/inner", noFlags, noFlags)), value.Bool(true))
	g.equal(g.call(fsPkg, desc+"is-same-object", inner, sub), value.Bool(false))

	g.fails(value.Enum("bad-descriptor"), fsPkg, desc+"write", inner, value.Bytes("x"), value.U64(0))
	g.fails(value.Enum("bad-descriptor"), fsPkg, desc+"append-via-stream", inner)
	g.fails(value.Enum("bad-descriptor"), fsPkg, desc+"set-size", inner, value.U64(0))
	writer := g.openFile(dir, "file", value.Flags{"truncate"}, value.Flags{"write", "file-integrity-sync"})
	g.fails(value.Enum("bad-descriptor"), fsPkg, desc+"read", writer, value.U64(1), value.U64(0))
	g.ok(fsPkg, desc+"write", writer, value.Bytes("new"), value.U64(0))
	g.fails(value.Enum("is-directory"), fsPkg, desc+"read", sub, value.U64(1), value.U64(0))
	g.fails(value.Enum("is-directory"), fsPkg, desc+"read-via-stream", sub, value.U64(0))
	g.fails(value.Enum("not-directory"), fsPkg, desc+"open-at", inner, follow, str("x"), noFlags, readFlag)
	g.fails(value.Enum("not-directory"), fsPkg, desc+"read-directory", inner)
	if data, _ := os.ReadFile(filepath.Join(host, "file")); string(data) != "new" {
		t.Errorf("the host reads %q", data)
	}
	emptied := g.openFile(dir, "file", value.Flags{"truncate"}, readFlag)
	g.equal(g.ok(fsPkg, desc+"read", emptied, value.U64(9), value.U64(0)).(value.Tuple)[0], value.Bytes{})
	g.fails(value.Enum("bad-descriptor"), fsPkg, desc+"write", emptied, value.Bytes("x"), value.U64(0))
}

func TestReadOnlyFolder(t *testing.T) {
	g, dir, host := newFolder(t, true)
	write(t, filepath.Join(host, "file"), "data")
	refused := value.Enum("read-only")
	none := value.Variant{Case: "no-change"}
	for _, flags := range []value.Flags{rwFlags, {"mutate-directory"}} {
		g.fails(refused, fsPkg, desc+"open-at", dir, follow, str("file"), noFlags, flags)
	}
	for _, open := range []value.Flags{{"create"}, {"truncate"}} {
		g.fails(refused, fsPkg, desc+"open-at", dir, follow, str("file"), open, readFlag)
	}
	g.fails(refused, fsPkg, desc+"create-directory-at", dir, str("d"))
	g.fails(refused, fsPkg, desc+"remove-directory-at", dir, str("d"))
	g.fails(refused, fsPkg, desc+"unlink-file-at", dir, str("file"))
	g.fails(refused, fsPkg, desc+"symlink-at", dir, str("file"), str("l"))
	g.fails(refused, fsPkg, desc+"rename-at", dir, str("file"), dir, str("l"))
	g.fails(refused, fsPkg, desc+"link-at", dir, noFollow, str("file"), dir, str("l"))
	g.fails(refused, fsPkg, desc+"set-times", dir, none, none)
	g.fails(refused, fsPkg, desc+"set-times-at", dir, follow, str("file"), none, none)
	g.equal(g.ok(fsPkg, desc+"get-flags", dir), readFlag)
	f := g.openFile(dir, "file", noFlags, readFlag)
	g.fails(refused, fsPkg, desc+"set-times", f, none, none)
	g.equal(g.ok(fsPkg, desc+"read", f, value.U64(4), value.U64(0)).(value.Tuple)[0], value.Bytes("data"))
	if names := entries(g, dir); !slices.Equal(names, []string{"regular-file file"}) {
		t.Errorf("entries %v", names)
	}
}

func TestStatAndTimes(t *testing.T) {
	g, dir, host := newFolder(t, false)
	write(t, filepath.Join(host, "f"), "12345")
	date := func(s, ns int64) value.Value { return datetime(time.Unix(s, ns)) }
	at := func(d value.Value) value.Value { return value.Variant{Case: "timestamp", Payload: d} }
	none, now := value.Variant{Case: "no-change"}, value.Variant{Case: "now"}
	stat := func(v value.Value, name string) value.Value {
		t.Helper()
		for _, f := range v.(value.Record) {
			if f.Name == name {
				return f.Value
			}
		}
		t.Fatalf("no field %s", name)
		return nil
	}
	g.ok(fsPkg, desc+"set-times-at", dir, follow, str("f"), none, at(date(1000, 0)))
	s := g.ok(fsPkg, desc+"stat-at", dir, follow, str("f"))
	g.equal(stat(s, "type"), value.Enum("regular-file"))
	g.equal(stat(s, "size"), value.U64(5))
	g.equal(stat(s, "link-count"), value.U64(1))
	g.equal(stat(s, "data-modification-timestamp"), value.Option{Some: date(1000, 0)})

	f := g.openFile(dir, "f", noFlags, rwFlags)
	g.ok(fsPkg, desc+"set-times", f, at(date(5, 0)), at(date(2000, 0)))
	s = g.ok(fsPkg, desc+"stat", f)
	g.equal(stat(s, "data-modification-timestamp"), value.Option{Some: date(2000, 0)})
	if runtime.GOOS == "linux" {
		g.equal(stat(s, "data-access-timestamp"), value.Option{Some: date(5, 0)})
	}
	g.ok(fsPkg, desc+"set-times", dir, none, now)
	g.equal(stat(g.ok(fsPkg, desc+"stat", dir), "type"), value.Enum("directory"))

	bad := value.Record{{Name: "seconds", Value: value.U64(0)}, {Name: "nanoseconds", Value: value.U32(1_000_000_000)}}
	g.fails(value.Enum("invalid"), fsPkg, desc+"set-times", f, none, at(bad))
	far := value.Record{{Name: "seconds", Value: value.U64(1 << 63)}, {Name: "nanoseconds", Value: value.U32(0)}}
	g.fails(value.Enum("overflow"), fsPkg, desc+"set-times-at", dir, follow, str("f"), at(far), none)
	g.fails(value.Enum("no-entry"), fsPkg, desc+"stat-at", dir, follow, str("none"))
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"stat-at", dir, follow, str(".."))

	if err := os.Rename(filepath.Join(host, "f"), filepath.Join(host, "g")); err != nil {
		t.Fatal(err)
	}
	g.fails(value.Enum("unsupported"), fsPkg, desc+"set-times", f, none, now)
}

func TestFileLimit(t *testing.T) {
	g, dir, host := newFolder(t, false)
	g.host.config.MaxFiles = 2
	write(t, filepath.Join(host, "f"), "data")
	f := g.openFile(dir, "f", noFlags, readFlag)
	s := g.ok(fsPkg, desc+"read-via-stream", f, value.U64(0))
	full := value.Enum("quota")
	g.fails(full, fsPkg, desc+"read-via-stream", f, value.U64(0))
	g.fails(full, fsPkg, desc+"open-at", dir, follow, str("f"), noFlags, readFlag)
	g.fails(full, fsPkg, desc+"read-directory", dir)
	g.drop(fsPkg, f)
	// What was refused has given up its use of the file, not more.
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(9)), value.Bytes("data"))
	g.drop(ioPkg, s)
	g.openFile(dir, "f", noFlags, readFlag)
	g.ok(fsPkg, desc+"read-directory", dir)
}

func TestTwoFolders(t *testing.T) {
	host := t.TempDir()
	var dirs []Dir
	for _, name := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(host, name), 0o777); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(filepath.Join(host, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { root.Close() })
		dirs = append(dirs, Dir{Guest: "/" + name, Root: root})
	}
	g := newGuest(t, Config{Dirs: dirs})
	list := g.call("wasi:filesystem/preopens", "get-directories").(value.List)
	one, two := list[0].(value.Tuple)[0], list[1].(value.Tuple)[0]
	g.openFile(one, "f", value.Flags{"create"}, rwFlags)
	g.fails(value.Enum("cross-device"), fsPkg, desc+"rename-at", one, str("f"), two, str("f"))
	g.fails(value.Enum("cross-device"), fsPkg, desc+"link-at", one, noFollow, str("f"), two, str("f"))
	g.fails(value.Enum("not-permitted"), fsPkg, desc+"open-at", one, follow, str("../two"), noFlags, readFlag)
	g.equal(g.call(fsPkg, desc+"is-same-object", one, two), value.Bool(false))
}
