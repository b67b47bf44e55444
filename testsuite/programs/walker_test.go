//go:build guests

package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

func TestWalker(t *testing.T) {
	walker := load(t, goProgram(t, "walker"))
	folder := func(t *testing.T) (string, hostruntime.Policy) {
		dir := t.TempDir()
		return dir, hostruntime.Policy{Dirs: []hostruntime.Dir{{Host: dir, Guest: "/data", Writable: true}}}
	}
	wants := func(t *testing.T, policy hostruntime.Policy, status int, stdout, stderr string, args ...string) hostruntime.Report {
		t.Helper()
		got, r := start(t, walker, policy, append([]string{"walker"}, args...)...)
		if got != status || r.Stdout != stdout || r.Stderr != stderr {
			t.Errorf("%v: status %d\n%s%s\nwant status %d\n%s%s", args, got, r.Stdout, r.Stderr, status, stdout, stderr)
		}
		return r
	}

	t.Run("edit", func(t *testing.T) {
		dir, policy := folder(t)
		r := wants(t, policy, 0, `two: 1234 2001-02-03T04:05:06Z
through the link: "one\nmore 0\nmore 1\nmore 2\n"
end of two: "89tail"
open /data/none: No such file or directory
open /data/two/x: Not a directory
read /data/a: Bad file number
remove /data/a: Directory not empty
mkdir /data/a: File exists
`, "", "edit", "/data")
		wants(t, policy, 0, `/data/
/data/a/
/data/a/b/
/data/a/b/moved 25
/data/a/hard 1234
/data/a/link -> b/moved
/data/c/
/data/two 1234
`, "", "walk", "/data")
		if data, err := os.ReadFile(filepath.Join(dir, "a", "hard")); err != nil || !strings.HasPrefix(string(data), "head456") {
			t.Errorf("the host reads %.10q, %v", data, err)
		}
		f := r.Files
		for what, want := range map[string][]string{
			"created": {"/data/a", "/data/a/b/moved", "/data/two", "/data/a/hard", "/data/a/link", "/data/doomed", "/data/c"},
			"deleted": {"/data/a/one", "/data/doomed", "/data/tree/x/file", "/data/tree", "/data/a/b/c"},
		} {
			got := f.Created
			if what == "deleted" {
				got = f.Deleted
			}
			for _, path := range want {
				if !slices.Contains(got, path) {
					t.Errorf("%s: %q lacks %s", what, got, path)
				}
			}
		}
		// Its links have one content.
		if f.Bytes != 1234+25 || f.Entries != 7 || f.Refused != 0 {
			t.Errorf("%d bytes and %d entries, %d refused", f.Bytes, f.Entries, f.Refused)
		}
	})

	t.Run("read-only", func(t *testing.T) {
		dir, policy := folder(t)
		policy.Dirs[0].Writable = false
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte("text"), 0o666); err != nil {
			t.Fatal(err)
		}
		wants(t, policy, 0, "/data/\n/data/f 4\n", "", "walk", "/data")
		wants(t, policy, 0, "first 0 open /data/first0: Read-only file system\nsecond 0 open /data/second0: Read-only file system\n", "", "fill", "/data")
	})

	t.Run("quota", func(t *testing.T) {
		dir, policy := folder(t)
		policy.Dirs[0].MaxBytes = 10 * 4096
		r := wants(t, policy, 0, `first 10 write /data/first10: Quota exceeded
second 5 write /data/second5: Quota exceeded
`, "", "fill", "/data")
		if r.Files.Refused != 2 || r.Files.Bytes != 10*4096 {
			t.Errorf("%+v", r.Files)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 12 {
			t.Errorf("%d files, %v", len(entries), err)
		}
		_, policy = folder(t)
		policy.Dirs[0].MaxEntries = 3
		wants(t, policy, 0, `first 3 open /data/first3: Quota exceeded
second 1 open /data/second1: Quota exceeded
`, "", "fill", "/data")
	})

	t.Run("escape", func(t *testing.T) {
		dir, policy := folder(t)
		granted := filepath.Join(dir, "granted")
		for _, name := range []string{"granted", "neighbour"} {
			if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		secret := filepath.Join(dir, "neighbour", "secret")
		if err := os.WriteFile(secret, []byte("secret"), 0o666); err != nil {
			t.Fatal(err)
		}
		for name, target := range map[string]string{
			"relative": "../neighbour", "absolute": filepath.Join(dir, "neighbour"), "file": "../neighbour/secret",
			"first": "second", "second": "../neighbour",
		} {
			if err := os.Symlink(filepath.FromSlash(target), filepath.Join(granted, name)); err != nil {
				t.Skip(err)
			}
		}
		policy.Dirs[0].Host = granted
		wants(t, policy, 0, "", "", "escape", "/data", "/data/../neighbour/secret", "/data/../neighbour", "../neighbour/secret",
			filepath.ToSlash(secret), "/data/relative/secret", "/data/absolute/secret", "/data/first/secret",
			"/data/first/../neighbour/secret", "/data/./second/secret", "/etc/passwd")
		if data, err := os.ReadFile(secret); err != nil || string(data) != "secret" {
			t.Errorf("the secret is %q, %v", data, err)
		}
		if entries, err := os.ReadDir(filepath.Join(dir, "neighbour")); err != nil || len(entries) != 1 {
			t.Errorf("%v, %v", entries, err)
		}
	})

	t.Run("many", func(t *testing.T) {
		_, policy := folder(t)
		sum := 0
		for i := range 500 {
			sum += i % 256
		}
		wants(t, policy, 0, fmt.Sprintf("500 %d\n", sum), "", "many", "/data")
	})

	t.Run("streams", func(t *testing.T) {
		wants(t, hostruntime.Policy{Stdin: strings.NewReader("one\ntwo\n")}, 0, "ONE\nTWO\n", "2 lines\n", "shout")
		wants(t, hostruntime.Policy{}, 1, "", "0 lines\n", "shout")
		wants(t, hostruntime.Policy{Env: []string{"B=2", "A=one two"}}, 0,
			"[\"\" \"x y\"]\n[\"A=one two\" \"B=2\"]\nopen /: Bad file number\n", "", "surroundings", "", "x y")
		wants(t, hostruntime.Policy{}, 0, "true 2026\n", "", "clocks")
	})

	t.Run("panic", func(t *testing.T) {
		status, r := start(t, walker, hostruntime.Policy{}, "walker", "nonsense")
		if status != 1 || !strings.HasPrefix(r.Stderr, "panic: no command nonsense\n") {
			t.Errorf("status %d\n%s", status, r.Stderr)
		}
	})
}
