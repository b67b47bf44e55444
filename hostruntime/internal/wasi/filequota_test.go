package wasi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

var quotaError = value.Enum(errQuota)

// newQuota returns a guest whose one folder may grow by so much.
func newQuota(t *testing.T, bytes, entries uint64) (g *guest, dir value.Value, host string) {
	t.Helper()
	host = t.TempDir()
	g, dir = newQuotaIn(t, host, bytes, entries)
	return g, dir, host
}

func newQuotaIn(t *testing.T, host string, bytes, entries uint64) (g *guest, dir value.Value) {
	t.Helper()
	root, err := os.OpenRoot(host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return newQuotaDir(t, Dir{Guest: "/data", Root: root, MaxBytes: bytes, MaxEntries: entries})
}

func newQuotaDir(t *testing.T, d Dir) (g *guest, dir value.Value) {
	t.Helper()
	g = newGuest(t, Config{Dirs: []Dir{d}})
	return g, g.call("wasi:filesystem/preopens", "get-directories").(value.List)[0].(value.Tuple)[0]
}

func (g *guest) used(bytes uint64, entries int64) {
	g.Helper()
	u := &g.host.grants[0].usage
	if u.bytes != bytes || u.entries != entries {
		g.Errorf("%d bytes and %d entries are charged, want %d and %d", u.bytes, u.entries, bytes, entries)
	}
}

// folderSize returns how much longer than at first all files together are.
func folderSize(t *testing.T, host string) (total int64) {
	t.Helper()
	err := filepath.Walk(host, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func TestByteQuota(t *testing.T) {
	g, dir, host := newQuota(t, 10, 100)
	f := g.openFile(dir, "f", value.Flags{"create"}, rwFlags)
	// As much is written as there is room for.
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("12345678"), value.U64(0)), value.U64(8))
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("abcdef"), value.U64(6)), value.U64(4))
	g.fails(quotaError, fsPkg, desc+"write", f, value.Bytes("x"), value.U64(10))
	g.fails(quotaError, fsPkg, desc+"set-size", f, value.U64(11))
	// Writing over what is there adds nothing.
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("0123456789"), value.U64(0)), value.U64(10))
	g.used(10, 1)
	if got := folderSize(t, host); got != 10 {
		t.Errorf("the folder has %d bytes", got)
	}

	// What is cut off is given back, once.
	g.ok(fsPkg, desc+"set-size", f, value.U64(4))
	g.used(4, 1)
	g.ok(fsPkg, desc+"set-size", f, value.U64(10))
	g.fails(quotaError, fsPkg, desc+"set-size", f, value.U64(11))
	g.ok(fsPkg, desc+"set-size", f, value.U64(0))
	// A hole costs as much as what could fill it.
	g.fails(quotaError, fsPkg, desc+"write", f, value.Bytes("x"), value.U64(1<<40))
	g.fails(quotaError, fsPkg, desc+"write", f, value.Bytes("x"), value.U64(10))
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("xy"), value.U64(9)), value.U64(1))
	g.used(10, 1)
	g.drop(fsPkg, f)
	g.drop(fsPkg, g.openFile(dir, "f", value.Flags{"truncate"}, rwFlags))
	g.used(0, 1)
}

func TestStreamsShareAQuota(t *testing.T) {
	g, dir, host := newQuota(t, 100, 100)
	var streams []value.Value
	for i := range 5 {
		f := g.openFile(dir, fmt.Sprint(i%2), value.Flags{"create"}, rwFlags)
		if i < 3 {
			streams = append(streams, g.ok(fsPkg, desc+"append-via-stream", f))
		} else {
			streams = append(streams, g.ok(fsPkg, desc+"write-via-stream", f, value.U64(0)))
		}
	}
	refused := 0
	for range 10 {
		for _, s := range streams {
			r := g.call(ioPkg, out+"write", s, value.Bytes("1234567")).(value.Result)
			if r.IsError {
				refused++
			}
		}
	}
	if got := folderSize(t, host); got != 100 || refused == 0 {
		t.Errorf("the folder has %d bytes, %d writes failed", got, refused)
	}
	g.used(100, 2)
	// The stream tells why, and has ended.
	f := g.openFile(dir, "3", value.Flags{"create"}, rwFlags)
	s := g.ok(fsPkg, desc+"append-via-stream", f)
	r := g.call(ioPkg, out+"write", s, value.Bytes("x")).(value.Result)
	e := r.Payload.(value.Variant).Payload
	g.equal(g.call(fsPkg, "filesystem-error-code", e), value.Option{Some: quotaError})
	g.fails(closedError, ioPkg, out+"write", s, value.Bytes(""))
}

func TestEntryQuota(t *testing.T) {
	g, dir, _ := newQuota(t, 100, 4)
	g.openFile(dir, "file", value.Flags{"create"}, rwFlags)
	g.ok(fsPkg, desc+"create-directory-at", dir, str("folder"))
	g.ok(fsPkg, desc+"symlink-at", dir, str("file"), str("link"))
	g.ok(fsPkg, desc+"link-at", dir, noFollow, str("file"), dir, str("hard"))
	g.used(0, 4)
	full := func() {
		t.Helper()
		g.fails(quotaError, fsPkg, desc+"open-at", dir, follow, str("x"), value.Flags{"create"}, rwFlags)
		g.fails(quotaError, fsPkg, desc+"create-directory-at", dir, str("x"))
		g.fails(quotaError, fsPkg, desc+"symlink-at", dir, str("file"), str("x"))
		g.fails(quotaError, fsPkg, desc+"link-at", dir, noFollow, str("file"), dir, str("x"))
	}
	full()
	// What is there can be opened and moved, and is still in the way.
	g.drop(fsPkg, g.openFile(dir, "file", value.Flags{"create"}, rwFlags))
	g.fails(value.Enum("exist"), fsPkg, desc+"create-directory-at", dir, str("folder"))
	g.fails(value.Enum("exist"), fsPkg, desc+"symlink-at", dir, str("file"), str("folder"))
	g.fails(value.Enum("exist"), fsPkg, desc+"open-at", dir, follow, str("file"), value.Flags{"create", "exclusive"}, rwFlags)
	g.ok(fsPkg, desc+"rename-at", dir, str("hard"), dir, str("moved"))
	full()
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("moved"))
	g.ok(fsPkg, desc+"remove-directory-at", dir, str("folder"))
	g.used(0, 2)
	// One takes another's place.
	g.ok(fsPkg, desc+"rename-at", dir, str("file"), dir, str("link"))
	g.used(0, 1)
	// What fails has cost nothing.
	g.fails(value.Enum("exist"), fsPkg, desc+"create-directory-at", dir, str("link"))
	g.fails(value.Enum("no-entry"), fsPkg, desc+"create-directory-at", dir, str("none/x"))
	g.used(0, 1)
}

func TestDeletingGivesBackWhatWasAdded(t *testing.T) {
	g, dir, host := newQuota(t, 10, 100)
	write(t, filepath.Join(host, "theirs"), strings.Repeat("x", 1000))
	fill := func(name string) value.Value {
		f := g.openFile(dir, name, value.Flags{"create"}, rwFlags)
		g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("0123456789"), value.U64(0)), value.U64(10))
		return f
	}
	g.drop(fsPkg, fill("mine"))
	// Deleting what others put there frees nothing for the guest.
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("theirs"))
	g.used(10, 0)
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("what a deleted file took is given back where files have numbers")
	}
	// A second name keeps the file.
	g.ok(fsPkg, desc+"link-at", dir, noFollow, str("mine"), dir, str("second"))
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("mine"))
	g.used(10, 0)
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("second"))
	g.used(0, -1)
	// So does having it open, by whichever handle.
	f := fill("open")
	again := g.openFile(dir, "open", noFlags, readFlag)
	stream := g.ok(fsPkg, desc+"read-via-stream", again, value.U64(0))
	g.ok(fsPkg, desc+"unlink-file-at", dir, str("open"))
	g.drop(fsPkg, f)
	g.used(10, -1)
	g.drop(fsPkg, again)
	g.used(10, -1)
	g.drop(ioPkg, stream)
	g.used(0, -1)
	// A file that another takes the place of is gone as well.
	g.drop(fsPkg, fill("old"))
	g.drop(fsPkg, g.openFile(dir, "new", value.Flags{"create"}, rwFlags))
	g.ok(fsPkg, desc+"rename-at", dir, str("new"), dir, str("old"))
	g.used(0, 0)
	// But not one that is moved onto another name of itself.
	g.drop(fsPkg, fill("old"))
	g.ok(fsPkg, desc+"link-at", dir, noFollow, str("old"), dir, str("same"))
	g.ok(fsPkg, desc+"rename-at", dir, str("old"), dir, str("same"))
	g.used(10, 1)
	if len(openFiles.n) != 0 {
		t.Errorf("%d files count as open", len(openFiles.n))
	}
}

// The host's own sparse file is not room for the guest.
func TestHolesOfOthersAreCharged(t *testing.T) {
	g, dir, host := newQuota(t, 1000, 100)
	sparse := filepath.Join(host, "sparse")
	write(t, sparse, "")
	if err := os.Truncate(sparse, 1<<20); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(sparse); err != nil || statOf(info).stored >= 1<<20 {
		t.Skip("no sparse files here")
	}
	f := g.openFile(dir, "sparse", noFlags, rwFlags)
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes(strings.Repeat("x", 600)), value.U64(0)), value.U64(600))
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes(strings.Repeat("x", 600)), value.U64(1<<19)), value.U64(400))
	g.fails(quotaError, fsPkg, desc+"write", f, value.Bytes("x"), value.U64(1<<18))
	g.used(1000, 0)
}

// Guests that share a folder and work together get no more than all of them
// were granted. Run with -race.
func TestQuotasOfManyInstances(t *testing.T) {
	const guests, quota = 8, 1000
	host := t.TempDir()
	var group sync.WaitGroup
	for n := range guests {
		g, dir := newQuotaIn(t, host, quota, 5)
		r := rand.New(rand.NewPCG(1, uint64(n)))
		group.Go(func() {
			name := func() value.Value { return str(string(rune('a' + r.IntN(6)))) }
			for range 300 {
				var err error
				switch r.IntN(6) {
				case 0:
					_, err = g.try(fsPkg, desc+"unlink-file-at", dir, name())
				case 1:
					_, err = g.try(fsPkg, desc+"rename-at", dir, name(), dir, name())
				case 2:
					_, err = g.try(fsPkg, desc+"link-at", dir, noFollow, name(), dir, name())
				default:
					v, trap := g.try(fsPkg, desc+"open-at", dir, follow, name(), value.Flags{"create"}, rwFlags)
					if trap != nil || v.(value.Result).IsError {
						err = trap
						break
					}
					f := v.(value.Result).Payload
					g.try(fsPkg, desc+"write", f, make(value.Bytes, r.IntN(400)), value.U64(r.IntN(2000)))
					if r.IntN(2) == 0 {
						g.try(fsPkg, desc+"set-size", f, value.U64(r.IntN(2000)))
					}
					err = g.tryDrop(fsPkg, f)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := folderSize(t, host); got > guests*quota {
		t.Errorf("the folder has %d bytes, %d were granted", got, guests*quota)
	}
	if entries, err := os.ReadDir(host); err != nil || len(entries) > guests*5 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

// Folders that share a quota have it together, on top of their own; only who
// was refused is told.
func TestSharedQuota(t *testing.T) {
	outer, outerDir, host := newQuota(t, 10, 3)
	within := func() (*guest, value.Value) {
		root, err := os.OpenRoot(host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { root.Close() })
		return newQuotaDir(t, Dir{Guest: "/data", Root: root, MaxBytes: 6, MaxEntries: 2, Within: outer.host.Quota(0)})
	}
	a, dirA := within()
	b, dirB := within()
	fa := a.openFile(dirA, "a", value.Flags{"create"}, rwFlags)
	fb := b.openFile(dirB, "b", value.Flags{"create"}, rwFlags)
	a.equal(a.ok(fsPkg, desc+"write", fa, value.Bytes("12345678"), value.U64(0)), value.U64(6)) // its own
	a.used(6, 1)
	outer.used(6, 2)
	b.fails(quotaError, fsPkg, desc+"set-size", fb, value.U64(5)) // the shared one
	b.equal(b.ok(fsPkg, desc+"write", fb, value.Bytes("123456"), value.U64(0)), value.U64(4))
	b.used(4, 1)
	outer.used(10, 2)
	outer.openFile(outerDir, "c", value.Flags{"create"}, rwFlags)
	a.fails(quotaError, fsPkg, desc+"create-directory-at", dirA, str("d"))
	a.used(6, 1)
	outer.used(10, 3)
	if bytes, entries := outer.host.Quota(0).Left(); bytes != 0 || entries != 0 {
		t.Errorf("%d bytes and %d entries are left", bytes, entries)
	}
	// What one gives back the other may have.
	a.ok(fsPkg, desc+"set-size", fa, value.U64(3))
	b.ok(fsPkg, desc+"set-size", fb, value.U64(6))
	outer.used(9, 3)
	a.drop(fsPkg, fa)
	a.ok(fsPkg, desc+"unlink-file-at", dirA, str("a"))
	a.used(0, 0)
	outer.used(6, 2)
	for g, want := range map[*guest]uint64{a: 2, b: 2, outer: 0} {
		if got := g.host.TakeFileChanges().Refused; got != want {
			t.Errorf("refused %d times, want %d", got, want)
		}
	}
}

// What a quota charges is what the folder grew by, whatever is done in it; a
// shared one that is wider is charged the same.
func TestChargedIsGrowth(t *testing.T) {
	for seed := range uint64(30) {
		outer, _, host := newQuota(t, 5000, 10)
		root, err := os.OpenRoot(host)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		g, dir := newQuotaDir(t, Dir{Guest: "/data", Root: root, MaxBytes: 3000, MaxEntries: 8, Within: outer.host.Quota(0)})
		write(t, filepath.Join(host, "a"), strings.Repeat("x", 500))
		r := rand.New(rand.NewPCG(2, seed))
		name := func() value.Value { return str(string(rune('a' + r.IntN(5)))) }
		for range 200 {
			switch r.IntN(6) {
			case 0:
				g.call(fsPkg, desc+"unlink-file-at", dir, name())
			case 1:
				g.call(fsPkg, desc+"rename-at", dir, name(), dir, name())
			case 2:
				g.call(fsPkg, desc+"symlink-at", dir, name(), name())
			default:
				v := g.call(fsPkg, desc+"open-at", dir, follow, name(), value.Flags{"create"}, rwFlags).(value.Result)
				if v.IsError {
					continue
				}
				g.call(fsPkg, desc+"write", v.Payload, make(value.Bytes, r.IntN(900)), value.U64(r.IntN(900)))
				g.call(fsPkg, desc+"set-size", v.Payload, value.U64(r.IntN(1500)))
				g.drop(fsPkg, v.Payload)
			}
			u := &g.host.grants[0].usage
			grown := folderSize(t, host) - 500
			entries, _ := os.ReadDir(host)
			if int64(u.bytes) < grown || u.bytes > 3000 || u.entries != int64(len(entries)-1) {
				t.Fatalf("seed %d: charged %d bytes and %d entries, the folder grew by %d and %d",
					seed, u.bytes, u.entries, grown, len(entries)-1)
			}
			outer.used(u.bytes, u.entries)
		}
	}
}

func TestUnlimitedQuota(t *testing.T) {
	g, dir, _ := newQuota(t, math.MaxUint64, math.MaxUint64)
	f := g.openFile(dir, "f", value.Flags{"create"}, rwFlags)
	g.ok(fsPkg, desc+"set-size", f, value.U64(1<<40))
	g.used(1<<40, 1)
	g.equal(g.ok(fsPkg, desc+"write", f, value.Bytes("x"), value.U64(1<<41)), value.U64(1))
	g.used(1<<41+1, 1)
}
