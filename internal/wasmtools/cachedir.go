package wasmtools

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/internal/ownedir"
)

// cacheDir returns the folder for compiled machine code, made if necessary
// and checked: whoever can write there can run code in this process.
//
// An empty dir means a folder below the user's cache directory; where a system
// has none, the result is empty and nothing is kept on disk.
func cacheDir(dir string) (string, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", nil
		}
		dir = filepath.Join(base, "capsule", "wit")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", nil // a home that cannot be written to
		}
	}
	dir, err := ownedir.OpenCode(dir)
	if err != nil {
		return "", fmt.Errorf("compile cache: %w", err)
	}
	return dir, nil
}
