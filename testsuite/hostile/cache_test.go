package hostile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// A cache file that was cut short or overwritten is an error of the cache's,
// not of the component.
func TestDamagedCache(t *testing.T) {
	ctx := t.Context()
	for name, damage := range map[string]func([]byte) []byte{
		"empty":      func(b []byte) []byte { return nil },
		"cut":        func(b []byte) []byte { return b[:len(b)/2] },
		"no header":  func(b []byte) []byte { return append([]byte("nothing!"), b[8:]...) },
		"other code": func(b []byte) []byte { b[len(b)/2] ^= 0xff; return b },
	} {
		t.Run(name, func(t *testing.T) {
			config := hostruntime.Config{CacheDir: filepath.Join(t.TempDir(), "code")}
			load := func() error {
				rt, err := hostruntime.New(ctx, config)
				if err != nil {
					t.Fatal(err)
				}
				defer rt.Close(ctx)
				_, err = rt.LoadFile(ctx, filepath.Join("testdata", "spin.wasm"))
				return err
			}
			if err := load(); err != nil {
				t.Fatal(err)
			}
			var files []string
			filepath.WalkDir(config.CacheDir, func(path string, d os.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					files = append(files, path)
				}
				return nil
			})
			if len(files) == 0 {
				t.Fatal("nothing was cached")
			}
			for _, path := range files {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, damage(b), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := load()
			if _, component := errors.AsType[*hostruntime.FormatError](err); err == nil || component || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("got %v, want an error that says the cache is damaged", err)
			}
		})
	}
}
