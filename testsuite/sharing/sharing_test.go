//go:build guests

// Package sharing looks at what guests of one engine have in common: the
// engine's compiled code.
package sharing

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestASecondGuestFindsTheEngineCompiled loads two guests of different worlds
// with one cache: nearly all of the second's code is there already.
func TestASecondGuestFindsTheEngineCompiled(t *testing.T) {
	ctx := context.Background()
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			if engine == guest.StarlingMonkey {
				// Its splicer writes the world into the engine's own module.
				t.Skip("StarlingMonkey guests of different worlds have different engine code")
			}
			file := "sandbox/guest.js"
			if engine == guest.Python {
				file = "sandbox/guest.py"
			}
			first := guest.Build(t, guest.Spec{WIT: "../limits/wit", World: "limits", Engine: engine, File: "../limits/" + file})
			second := guest.Build(t, guest.Spec{WIT: "../types/wit", World: "types", Engine: engine, File: "../types/" + file})
			cache := t.TempDir()
			load := func(path string) (added int64) {
				before := size(t, cache)
				rt, err := hostruntime.New(ctx, hostruntime.Config{CacheDir: cache})
				if err != nil {
					t.Fatal(err)
				}
				defer rt.Close(ctx)
				if _, err := rt.LoadFile(ctx, path); err != nil {
					t.Fatal(err)
				}
				return size(t, cache) - before
			}
			whole, rest := load(first), load(second)
			if rest*10 > whole {
				t.Errorf("the first guest added %d bytes of code to the cache, the second %d: want less than a tenth", whole, rest)
			}
			if again := load(second); again != 0 {
				t.Errorf("the second guest, loaded again, added %d bytes", again)
			}
		})
	}
}

func size(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}
