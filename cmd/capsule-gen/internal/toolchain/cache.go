package toolchain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CacheDir returns the folder that holds installed toolchains and built
// components: $CAPSULE_CACHE, or capsule in the user's cache directory.
func CacheDir() (string, error) {
	if dir := os.Getenv("CAPSULE_CACHE"); dir != "" {
		if !filepath.IsAbs(dir) {
			return "", fmt.Errorf("CAPSULE_CACHE must be an absolute path, not %q", dir)
		}
		return filepath.Clean(dir), nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache directory (%w); set CAPSULE_CACHE", err)
	}
	return filepath.Join(base, "capsule"), nil
}

// Folder creates dir, with what leads to it, for this user only and returns an
// error unless it is this user's and nobody else can write to it: what is found
// in it is going to be executed, or believed.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return trust(dir)
}

// trust returns an error unless path is a folder, not a link to one, that
// belongs to this user and that no other user can write to.
func trust(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "trust", Path: path, Err: errors.New("not a folder")}
	}
	if err := checkOwner(info); err != nil {
		return fmt.Errorf("%s can't be trusted: it %w; remove it or set CAPSULE_CACHE to another folder", path, err)
	}
	return nil
}
