// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/internal/regularfile"
)

// Write makes data the content of the file at path, creating its folder, and
// reports whether that changed anything: a file that already holds data is left
// alone, with its time. A reader sees the old content or the new one, never a
// part. The file keeps its mode; a new one is readable by all.
func Write(path string, data []byte) (changed bool, err error) {
	staged, err := Stage(path, data)
	if err != nil || staged == nil {
		return false, err
	}
	defer staged.Discard()
	return true, staged.Commit()
}

// A Staged file is complete, under another name, in the folder it belongs in.
type Staged struct {
	path, temp string
}

// Stage writes data beside path, for Commit to move into place. It returns nil
// when the file already holds data.
func Stage(path string, data []byte) (_ *Staged, err error) {
	mode := fs.FileMode(0o644)
	if path, err = follow(path); err != nil {
		return nil, err
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "write", Path: path, Err: errors.New("not a regular file")}
	default:
		mode = info.Mode().Perm()
		if info.Size() == int64(len(data)) {
			old, err := regularfile.Read(path, int64(len(data)))
			if err == nil && bytes.Equal(old, data) {
				return nil, nil
			}
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	s := &Staged{path: path, temp: temp.Name()}
	defer func() {
		if err != nil {
			s.Discard()
		}
	}()
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	return s, errors.Join(err, temp.Close())
}

// follow returns the file that a symbolic link leads to, so that what it names
// is replaced, not it; any other path as it is. The link must stay within its
// folder: a guest comes in a folder that somebody else may have filled, and
// what is written there must not land in a file of the user's elsewhere.
func follow(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return path, nil // whatever else is wrong comes up when it is written
	}
	refused := func(reason string) (string, error) {
		return "", &fs.PathError{Op: "write", Path: path, Err: errors.New(reason)}
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return refused("a symbolic link that leads nowhere: remove it")
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(folder, target); err != nil || !filepath.IsLocal(rel) {
		return refused("a symbolic link that leads out of its folder: remove it")
	}
	return target, nil
}

// Commit moves the file into place.
func (s *Staged) Commit() error {
	if err := os.Rename(s.temp, s.path); err != nil {
		return err
	}
	s.temp = ""
	return nil
}

// CommitNew moves the file into place unless there is a file already, and
// reports whether it did.
func (s *Staged) CommitNew() (created bool, err error) {
	// A link, unlike a rename, replaces nothing.
	switch err := os.Link(s.temp, s.path); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrExist):
		return false, nil
	}
	// Not every file system has links.
	if _, err := os.Lstat(s.path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, s.Commit()
}

// Discard removes the file unless Commit has moved it.
func (s *Staged) Discard() {
	if s.temp != "" {
		_ = os.Remove(s.temp) // nothing better can be done about a leftover
		s.temp = ""
	}
}
