package toolchain

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// unusedFor is how long an installation stays after it was last used.
const unusedFor = 60 * 24 * time.Hour

// use notes that an installation is used.
func use(dir string) {
	now := time.Now()
	_ = os.Chtimes(dir, now, now) // only decides what is removed first
}

// removeUnused removes the installations in a folder that nobody has used for
// long. Their lock files stay: another process may hold one.
func removeUnused(parent string, before time.Time) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.IsDir() || strings.Contains(entry.Name(), ".tmp-") || info.ModTime().After(before) {
			continue // gone meanwhile, or not an installation
		}
		if err := os.RemoveAll(filepath.Join(parent, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf returns how many bytes the files below a folder have.
func sizeOf(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}
