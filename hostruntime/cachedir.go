package hostruntime

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// defaultCacheDir is where compiled code is kept unless Config says otherwise.
func defaultCacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("hostruntime: no directory for compiled code: %w; set Config.CacheDir, or Config.NoCache", err)
	}
	return filepath.Join(base, "capsule", "code"), nil
}

// openCacheDir makes dir if need be and refuses one that others can write to:
// what lies in it is machine code that will run in this process.
func openCacheDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("hostruntime: cache directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("hostruntime: cache directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("hostruntime: cache directory: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("hostruntime: cache directory %s is %s, not a directory", dir, info.Mode().Type())
	}
	if err := checkOwner(info); err != nil {
		return "", fmt.Errorf("hostruntime: cache directory %s: %w", dir, err)
	}
	return dir, nil
}

var (
	errForeignOwner = errors.New("it belongs to another user, and compiled code in it would run here")
	errWritable     = errors.New("other users can write to it, and compiled code in it would run here; want mode 0700")
)
