//go:build unix

package wasi

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A descriptor is a boundary for paths also where they name two of them: a
// guest may hand a subfolder to a part of itself that it trusts less.
func TestPathsStayInTheirDescriptor(t *testing.T) {
	g, dir, host := newFolder(t, false)
	for _, name := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(host, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(host, "private"), "private")
	write(t, filepath.Join(host, "a", "own"), "own")
	if err := os.Symlink("..", filepath.Join(host, "a", "up")); err != nil {
		t.Fatal(err)
	}
	a, b := g.openFile(dir, "a", noFlags, readFlag), g.openFile(dir, "b", noFlags, readFlag)
	for _, from := range []string{"../private", "up/private", "up/a/../private", "../a/own", "/private"} {
		for _, to := range []value.Value{a, b, dir} {
			g.fails(value.Enum("not-permitted"), fsPkg, desc+"rename-at", a, str(from), to, str("x"))
			g.fails(value.Enum("not-permitted"), fsPkg, desc+"link-at", a, noFollow, str(from), to, str("x"))
		}
	}
	for _, to := range []string{"../x", "up/x", "../b/x"} {
		g.fails(value.Enum("not-permitted"), fsPkg, desc+"rename-at", b, str("none"), a, str(to))
		g.fails(value.Enum("not-permitted"), fsPkg, desc+"rename-at", dir, str("private"), a, str(to))
		g.fails(value.Enum("not-permitted"), fsPkg, desc+"link-at", dir, noFollow, str("private"), a, str(to))
	}
	for _, name := range []string{"..", "sub/..", ".", "own/.."} {
		for _, f := range [][]value.Value{{a, str(name), b, str("x")}, {b, str("none"), a, str(name)}} {
			if r := g.call(fsPkg, desc+"rename-at", f...).(value.Result); !r.IsError {
				t.Errorf("rename-at with %s succeeded", name)
			}
		}
	}
	g.ok(fsPkg, desc+"rename-at", a, str("own"), b, str("./own"))
	if data, err := os.ReadFile(filepath.Join(host, "private")); string(data) != "private" {
		t.Errorf("%q, %v", data, err)
	}
}

// Somebody exchanges what a path names all the time, as fast as they can: no
// operation leads out of the folder, waits for a pipe, or opens one.
func TestSwappedPaths(t *testing.T) {
	g, dir, host := newFolder(t, false)
	outside := filepath.Join(host, "..", "outside")
	if err := os.Mkdir(outside, 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(outside, "f"), "secret")
	path := filepath.Join(host, "x")
	swaps := []func() error{
		func() error { return os.Symlink("../outside", path) },
		func() error { return os.Symlink(outside, path) },
		func() error { return os.Symlink("../outside/f", path) },
		func() error { return syscall.Mkfifo(path, 0o666) },
		func() error { return os.WriteFile(path, []byte("inside"), 0o666) },
		func() error {
			if err := os.Mkdir(path, 0o777); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(path, "f"), []byte("inside"), 0o666)
		},
	}
	stop := make(chan struct{})
	var swapping sync.WaitGroup
	swapping.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_ = os.RemoveAll(path)
			_ = swaps[i%len(swaps)]() // the guest's own doings get in the way
		}
	})
	none := value.Variant{Case: "no-change"}
	read := 0
	for i := range 1500 {
		name := []string{"x", "x/f", "x/../x", "x/new"}[i%4]
		flags := []value.Flags{noFlags, {"create"}, {"truncate"}, {"create", "exclusive"}}[i/4%4]
		access := []value.Flags{rwFlags, readFlag}[i%2]
		v := g.call(fsPkg, desc+"open-at", dir, follow, str(name), flags, access).(value.Result)
		if !v.IsError {
			f := v.Payload
			if r := g.call(fsPkg, desc+"read", f, value.U64(100), value.U64(0)).(value.Result); !r.IsError {
				read++
				if text := string(r.Payload.(value.Tuple)[0].(value.Bytes)); strings.Contains(text, "secret") {
					t.Fatalf("read %q", text)
				}
			}
			g.call(fsPkg, desc+"write", f, value.Bytes("guest"), value.U64(0))
			g.drop(fsPkg, f)
		}
		v = g.call(fsPkg, desc+"open-at", dir, follow, str(name), value.Flags{"directory"}, readFlag).(value.Result)
		if !v.IsError {
			if r := g.call(fsPkg, desc+"stat-at", v.Payload, follow, str("outside")).(value.Result); !r.IsError {
				t.Fatal("a folder outside was opened")
			}
			if r := g.call(fsPkg, desc+"open-at", v.Payload, follow, str("f"), noFlags, readFlag).(value.Result); !r.IsError {
				data := g.ok(fsPkg, desc+"read", r.Payload, value.U64(100), value.U64(0)).(value.Tuple)[0].(value.Bytes)
				if strings.Contains(string(data), "secret") {
					t.Fatalf("read %q", data)
				}
				g.drop(fsPkg, r.Payload)
			}
			g.drop(fsPkg, v.Payload)
		}
		g.call(fsPkg, desc+"set-times-at", dir, follow, str(name), none, none)
		g.call(fsPkg, desc+"rename-at", dir, str(name), dir, str("y"))
		g.call(fsPkg, desc+"link-at", dir, noFollow, str(name), dir, str("z"))
		g.call(fsPkg, desc+"create-directory-at", dir, str(name))
		g.call(fsPkg, desc+"unlink-file-at", dir, str(name))
		g.call(fsPkg, desc+"remove-directory-at", dir, str(name))
		_ = os.RemoveAll(filepath.Join(host, "y"))
		_ = os.RemoveAll(filepath.Join(host, "z"))
	}
	close(stop)
	swapping.Wait()
	if data, err := os.ReadFile(filepath.Join(outside, "f")); string(data) != "secret" {
		t.Errorf("the secret is %q, %v", data, err)
	}
	if list, err := os.ReadDir(outside); len(list) != 1 {
		t.Errorf("outside: %v, %v", list, err)
	}
	if read == 0 {
		t.Error("nothing was ever read: the test shows little")
	}
	if g.live() != 1 || len(openFiles.n) != 0 {
		t.Errorf("%d resources, %d files are left", g.live(), len(openFiles.n))
	}
}

// A pipe that takes a file's place between looking and opening blocks nothing.
func TestPipeInPlaceOfAFile(t *testing.T) {
	g, dir, host := newFolder(t, false)
	if err := syscall.Mkfifo(filepath.Join(host, "pipe"), 0o666); err != nil {
		t.Skip(err)
	}
	d := dir.(value.Handle).Rep.(*descriptor)
	for _, o := range []opening{{read: true}, {write: true}, {read: true, write: true}, {read: true, create: true}} {
		_, err := o.open(&call{Context: t.Context(), Host: g.host}, d, d.root, "pipe")
		if err == nil {
			t.Errorf("%+v: a pipe was opened", o)
		}
	}
}

// A folder's size is no reason for the host to hold it.
func TestHugeFolderIsReadInParts(t *testing.T) {
	g, dir, host := newFolder(t, false)
	for i := range 3000 {
		write(t, filepath.Join(host, fmt.Sprintf("%0200d", i)), "")
	}
	s := g.ok(fsPkg, desc+"read-directory", dir)
	for range 3000 {
		g.ok(fsPkg, "[method]directory-entry-stream.read-directory-entry", s)
		if held := len(s.(value.Handle).Rep.(*directoryEntries).next); held >= 64 {
			t.Fatalf("%d entries are held", held)
		}
	}
}
