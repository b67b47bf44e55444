package hostruntime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// codeDirWith makes a directory for compiled code with files of a hundred bytes,
// by their paths and by how long ago they were written.
func codeDirWith(t *testing.T, files map[string]time.Duration, now time.Time) string {
	t.Helper()
	dir := t.TempDir()
	for name, age := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// filesIn returns the paths of the files in dir, sorted.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, _ := filepath.Rel(dir, path)
			found = append(found, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCompiledCodeIsPruned(t *testing.T) {
	name := func(version string, n int) string { return fmt.Sprintf("wazero-%s/%064x", version, n) }
	files := map[string]time.Duration{
		name("v1", 1):              5 * time.Hour, // of an older version
		name("v2", 2):              3 * time.Hour,
		name("v2", 3):              4 * time.Hour,
		name("v2", 4):              time.Hour,
		name("v2", 5):              -time.Hour, // a clock was wrong
		name("v2", 6) + ".123.tmp": 2 * time.Hour,
		name("v2", 7) + ".123.tmp": time.Minute,
		// Not wazero's.
		"notes.txt":                            9 * time.Hour,
		"wazero-v2/notes.txt":                  9 * time.Hour,
		fmt.Sprintf("%064x", 8):                9 * time.Hour,
		fmt.Sprintf("wazero-v2/more/%064x", 9): 9 * time.Hour,
	}
	now := time.Now()
	for most, gone := range map[uint64][]int{
		Unlimited: nil, 500: nil, 499: {1}, 400: {1}, 399: {1, 3}, 200: {1, 3, 2}, 0: {1, 3, 2, 4, 5},
	} {
		dir := codeDirWith(t, files, now)
		var want []string
		for path := range files {
			lost := strings.HasSuffix(path, name("v2", 6)+".123.tmp")
			for _, n := range gone {
				lost = lost || path == name("v1", n) || path == name("v2", n)
			}
			if !lost {
				want = append(want, path)
			}
		}
		slices.Sort(want)
		cache := &codeCache{dir: dir, most: most}
		for range 2 { // there is nothing left for the second
			cache.prune(now)
			if got := filesIn(t, dir); !slices.Equal(got, want) {
				t.Errorf("at most %d bytes: left %q, want %q", most, got, want)
			}
		}
	}
	(&codeCache{dir: filepath.Join(t.TempDir(), "none")}).prune(now)
}

// A runtime prunes when it is made, and as it loads; what is gone is compiled
// again, also by others that use the directory at the same time.
func TestRuntimesPruneWhatTheyCompile(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "code")
	load := func(most uint64) error {
		rt, err := New(ctx, Config{CacheDir: dir, CacheBytes: most})
		if err != nil {
			return err
		}
		defer rt.Close(context.Background())
		for _, file := range []string{"testdata/tasks.wasm", "../testsuite/limits/testdata/worker.wasm"} {
			c, err := rt.LoadFile(ctx, file)
			if err != nil {
				return err
			}
			if err := c.Close(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	if err := load(0); err != nil {
		t.Fatal(err)
	}
	all := filesIn(t, dir)
	if len(all) < 3 {
		t.Fatalf("only %q were cached", all)
	}
	if err := load(1); err != nil {
		t.Fatal(err)
	}
	if left := filesIn(t, dir); len(left) > 0 {
		t.Errorf("%q are left of a directory that may hold 1 byte", left)
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 5 {
				if err := load(uint64(i%3) * 1000); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
