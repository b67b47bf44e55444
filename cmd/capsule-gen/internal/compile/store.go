package compile

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/capsule-kit/capsule/internal/regularfile"
)

// What the store holds at most; the components that were longest unused go
// first. A Python component is 18 MB.
const (
	maxStoredBytes = 2 << 30
	maxStoredFiles = 500
)

// A store keeps components by the digest of their inputs. Its folder is this
// user's alone.
type store struct{ dir string }

// load returns the component with the given key, or nil. A file whose content
// isn't what was saved counts as absent.
func (s store) load(key string) ([]byte, error) {
	names, err := filepath.Glob(filepath.Join(s.dir, key+".*.wasm"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := regularfile.Read(name, maxComponentBytes)
		if errors.Is(err, fs.ErrNotExist) {
			continue // pruned by another process
		}
		if err != nil {
			return nil, err
		}
		if filepath.Base(name) != fileName(key, data) {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		now := time.Now()
		_ = os.Chtimes(name, now, now) // only decides what is pruned first
		return data, nil
	}
	return nil, nil
}

// fileName holds the digest of the content too, so that a file that was cut
// short, or changed, is noticed.
func fileName(key string, component []byte) string {
	return key + "." + digest(component) + ".wasm"
}

// save adds a component and returns the one to use: where another process has
// saved one for the same inputs meanwhile, that one, so that every build of the
// same inputs has the same result.
func (s store) save(key string, component []byte) ([]byte, error) {
	// The key's own lock would be finer, but this one is held for a write only.
	unlock, err := lockedfile.MutexAt(filepath.Join(s.dir, "lock")).Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if other, err := s.load(key); err != nil || other != nil {
		return other, err
	}
	if _, err := writeOutput(filepath.Join(s.dir, fileName(key, component)), component); err != nil {
		return nil, err
	}
	return component, s.prune()
}

// prune removes the components that were longest unused, until the rest is
// within the bounds, and what an interrupted save left behind.
func (s store) prune() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	for _, entry := range entries {
		info, err := entry.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case filepath.Ext(info.Name()) == ".wasm":
			files = append(files, info)
		case filepath.Ext(info.Name()) == ".tmp":
			// The lock is ours, so nobody is writing it.
			_ = os.Remove(filepath.Join(s.dir, info.Name()))
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	var bytes int64
	for i, info := range files {
		bytes += info.Size()
		if i > 0 && (bytes > maxStoredBytes || i >= maxStoredFiles) {
			err := os.Remove(filepath.Join(s.dir, info.Name()))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
