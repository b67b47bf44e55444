// Package overlay lets a guest work on a copy of a folder, which is carried
// over to the folder when the host says so.
package overlay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// The most that a folder may have to be copied.
const (
	MaxBytes   = 256 << 20
	MaxEntries = 10_000
)

// ErrTooLarge is the error of a folder with more than MaxBytes or MaxEntries.
var ErrTooLarge = errors.New("the folder is too large to be copied")

// A Copy is a folder's copy in the system's temporary folder.
type Copy struct {
	original, copied *os.Root
	dir              string
	// base is what there was, by path, as fs.FS has paths.
	base map[string]entry
}

// An entry is what the original had at a path.
type entry struct {
	fs.FileInfo
	// content is a file's hash or a link's target.
	content string
}

// Open copies a folder: files, folders and symbolic links; pipes, sockets and
// devices are left out. root stays the caller's, and open as long as the Copy.
//
// Errors: ErrTooLarge, ctx's, the file system's.
func Open(ctx context.Context, root *os.Root) (c *Copy, err error) {
	dir, err := os.MkdirTemp("", "capsule-overlay-")
	if err != nil {
		return nil, err
	}
	c = &Copy{original: root, dir: dir, base: map[string]entry{}}
	if c.copied, err = os.OpenRoot(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.fill(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Root is the copy.
func (c *Copy) Root() *os.Root { return c.copied }

// Close deletes the copy.
func (c *Copy) Close() error {
	return errors.Join(c.copied.Close(), os.RemoveAll(c.dir))
}

func (c *Copy) fill(ctx context.Context) error {
	left := int64(MaxBytes)
	var folders []string
	err := walk(ctx, c.original, func(path string, info fs.FileInfo) error {
		if len(c.base) == MaxEntries {
			return ErrTooLarge
		}
		c.base[path] = entry{FileInfo: info}
		if info.IsDir() {
			folders = append(folders, path)
			return c.copied.Mkdir(path, 0o700)
		}
		n, content, err := carry(c.original, c.copied, path, path, info, left)
		left -= n
		c.base[path] = entry{info, content}
		if err == nil && info.Mode().IsRegular() {
			err = c.copied.Chtimes(path, time.Time{}, info.ModTime())
		}
		return err
	})
	// A folder's time is that of its last entry, unless told otherwise.
	for i := len(folders) - 1; err == nil && i >= 0; i-- {
		err = c.copied.Chtimes(folders[i], time.Time{}, c.base[folders[i]].ModTime())
	}
	return err
}

// walk calls visit with everything beneath a folder that is copied, folders
// before what is in them.
func walk(ctx context.Context, root *os.Root, visit func(path string, info fs.FileInfo) error) error {
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || path == "." {
			return err
		}
		if t := d.Type(); t != 0 && t != fs.ModeDir && t != fs.ModeSymlink {
			return nil
		}
		info, err := root.Lstat(path)
		if err != nil {
			return err
		}
		return visit(path, info)
	})
}

// carry makes a file or link of one folder in the other, at the path as, where
// there is none, and returns its length and content. A file of more than most
// bytes is ErrTooLarge.
func carry(from, to *os.Root, path, as string, info fs.FileInfo, most int64) (n int64, content string, err error) {
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := from.Readlink(path)
		if err != nil {
			return 0, "", err
		}
		return 0, target, to.Symlink(target, as)
	}
	source, err := openFile(from, path)
	if err != nil {
		return 0, "", err
	}
	defer source.Close()
	target, err := to.OpenFile(as, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o600)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	hash := sha256.New()
	if n, err = io.Copy(io.MultiWriter(target, hash), io.LimitReader(source, most)); err != nil {
		return n, "", err
	}
	if n == most {
		if more, err := source.Read(make([]byte, 1)); more > 0 || err != io.EOF {
			return n, "", errors.Join(err, ErrTooLarge)
		}
	}
	return n, string(hash.Sum(nil)), nil
}

// openFile opens a regular file.
func openFile(root *os.Root, path string) (*os.File, error) {
	f, err := root.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file any more", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
