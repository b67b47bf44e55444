// Package ownedir opens directories for machine code and toolchains: what
// lies in them is executed or believed later, so nobody else may be able to
// put anything there.
package ownedir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open returns the absolute path of dir with links resolved, made with mode
// 0700 where it was missing.
//
// It fails if dir is a link or no directory, belongs to another user or can be
// written by one, or if another user could put a different directory in its
// place, because one above it is theirs or open to them. A failing check is an
// error rather than passed over: it is an attack or a mistake, and both want a
// person to look. On systems without owners and modes nothing is checked.
func Open(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", refuse(dir, errors.New("is not a directory of its own"))
	}
	if err := checkOwned(info); err != nil {
		return "", refuse(dir, err)
	}
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	for up := filepath.Dir(resolved); ; up = filepath.Dir(up) {
		info, err := os.Lstat(up)
		if err != nil {
			return "", err
		}
		if err := checkAbove(info); err != nil {
			return "", refuse(dir, fmt.Errorf("lies in %s, which %w", up, err))
		}
		if up == filepath.Dir(up) {
			return resolved, nil
		}
	}
}

// OpenCode is Open for compiled machine code: it also fails if anything
// within is a link, belongs to another user or can be written by one, in case
// the directory was open to others before.
func OpenCode(dir string) (string, error) {
	dir, err := Open(dir)
	if err != nil {
		return "", err
	}
	return dir, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process tidies up
		}
		if err != nil {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			return refuse(path, errors.New("is a link"))
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := checkOwned(info); err != nil {
			return refuse(path, err)
		}
		return nil
	})
}

func refuse(path string, err error) error {
	return fmt.Errorf("%s can't be trusted: it %w", path, err)
}
