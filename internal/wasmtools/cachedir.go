package wasmtools

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// cacheDir returns the folder for compiled machine code, made if necessary
// and checked: whoever can write there can run code in this process.
//
// An empty dir means a folder below the user's cache directory; where a system
// has none, the result is empty and nothing is kept on disk. A folder that
// fails the check is an error rather than passed over: it is either an attack
// or a mistake, and both want a person to look.
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
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("compile cache: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("compile cache: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("compile cache: %w", err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return "", fmt.Errorf("compile cache %s is a symbolic link: it must be a folder of its own", dir)
	}
	if err := checkPrivate(info); err != nil {
		return "", fmt.Errorf("compile cache %s %w", dir, err)
	}
	// A folder is only as safe as the ones above it: whoever may rename an
	// entry of theirs can put another folder in its place.
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fmt.Errorf("compile cache: %w", err)
	}
	for up := filepath.Dir(real); ; up = filepath.Dir(up) {
		info, err := os.Lstat(up)
		if err != nil {
			return "", fmt.Errorf("compile cache: %w", err)
		}
		if err := checkAncestor(info); err != nil {
			return "", fmt.Errorf("compile cache %s: the folder %s above it %w", dir, up, err)
		}
		if up == filepath.Dir(up) {
			return real, checkEntries(real)
		}
	}
}

// checkEntries refuses files in dir that another user could have put there
// or could still change, in case the folder was open to others before.
func checkEntries(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process tidies up
		}
		if err != nil {
			return fmt.Errorf("compile cache: %w", err)
		}
		if d.Type()&fs.ModeSymlink != 0 {
			return fmt.Errorf("compile cache: %s is a symbolic link", path)
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("compile cache: %w", err)
		}
		if err := checkOwned(info); err != nil {
			return fmt.Errorf("compile cache: %s %w", path, err)
		}
		return nil
	})
}
