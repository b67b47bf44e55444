package overlay

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"time"
)

// A ConflictError says that the original has changed since it was copied, where
// the copy has too.
type ConflictError struct{ Path string }

// Error names the path, relative to the folder.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s was changed in the meantime", e.Path)
}

// Commit carries over what was done in the copy since Open, or the last
// Commit. Files whose contents are as they were stay untouched.
//
// A *ConflictError comes before anything is done. After any other error part of
// it may be; each file is as it was or as it shall be.
func (c *Copy) Commit(ctx context.Context) error {
	var made []string // paths that are new or differ, folders before what is in them
	now := map[string]fs.FileInfo{}
	err := walk(ctx, c.copied, func(path string, info fs.FileInfo) error {
		now[path] = info
		same, err := c.same(path, info)
		if err == nil && !same {
			made = append(made, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	var gone []string // paths that are no more, or something else
	for path, was := range c.base {
		if info, ok := now[path]; !ok || info.Mode().Type() != was.Mode().Type() {
			gone = append(gone, path)
		}
	}
	for _, path := range append(gone, made...) {
		if err := c.conflict(path); err != nil {
			return err
		}
	}
	for _, path := range gone {
		if err := c.unknown(path); err != nil {
			return err
		}
	}
	// What is in a folder comes after it, backwards before.
	slices.Sort(gone)
	for _, path := range slices.Backward(gone) {
		if err := c.original.Remove(path); err != nil {
			return err
		}
		delete(c.base, path)
	}
	for _, path := range made {
		if err := ctx.Err(); err != nil {
			return err
		}
		content, err := c.replace(path, now[path])
		if err != nil {
			return err
		}
		info, err := c.original.Lstat(path)
		if err != nil {
			return err
		}
		c.base[path] = entry{info, content}
	}
	return nil
}

// same reports whether the copy has at a path what it had at first. Contents
// are compared: times are the guest's to set.
func (c *Copy) same(path string, info fs.FileInfo) (bool, error) {
	was, ok := c.base[path]
	switch {
	case !ok || was.Mode().Type() != info.Mode().Type():
		return false, nil
	case info.IsDir():
		return true, nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := c.copied.Readlink(path)
		return target == was.content, err
	case info.Size() != was.Size():
		return false, nil
	}
	f, err := openFile(c.copied, path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	return string(hash.Sum(nil)) == was.content, err
}

// conflict is an error unless the original is at a path as it was copied.
func (c *Copy) conflict(path string) error {
	info, err := c.original.Lstat(path)
	was, had := c.base[path]
	switch {
	case os.IsNotExist(err) && !had:
		return nil
	case err != nil || !had || info.Mode().Type() != was.Mode().Type():
	case info.IsDir() || os.SameFile(info, was.FileInfo) && info.Size() == was.Size() && info.ModTime().Equal(was.ModTime()):
		return nil
	}
	return &ConflictError{path}
}

// unknown is an error if the original has something at a path, a folder, that
// the copy never had: that must not go with the folder.
func (c *Copy) unknown(folder string) error {
	if !c.base[folder].IsDir() {
		return nil
	}
	entries, err := fs.ReadDir(c.original.FS(), folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if _, had := c.base[name]; !had {
			return &ConflictError{name}
		}
	}
	return nil
}

// replace puts what the copy has at a path in the original's place, and returns
// its content.
func (c *Copy) replace(name string, info fs.FileInfo) (content string, err error) {
	if info.IsDir() {
		return "", c.original.Mkdir(name, 0o777)
	}
	temporary := path.Join(path.Dir(name), fmt.Sprintf(".capsule-%d-%d", os.Getpid(), time.Now().UnixNano()))
	_, content, err = carry(c.copied, c.original, name, temporary, info, math.MaxInt64)
	if was, ok := c.base[name]; ok && err == nil && info.Mode().IsRegular() {
		// The file's own permissions stay.
		err = c.original.Chmod(temporary, was.Mode().Perm())
	}
	if err == nil {
		err = c.original.Rename(temporary, name)
	}
	if err != nil {
		_ = c.original.Remove(temporary)
	}
	return content, err
}
