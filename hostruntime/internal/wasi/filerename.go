package wasi

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// both returns the two paths of a rename or link, whose arguments start at n,
// from one folder that holds both.
func (d *descriptor) both(c *call, n int) (root *os.Root, from, to string, err error) {
	other := argRep[*descriptor](c, n+1)
	if root, from, err = d.change(c, n); err != nil {
		return nil, "", "", err
	}
	if _, to, err = other.change(c, n+2); err != nil {
		return nil, "", "", err
	}
	if other.root == d.root {
		return root, from, to, nil
	}
	if other.grant != d.grant {
		return nil, "", "", fileError("cross-device")
	}
	// An os.Root moves things within itself only: take the granted folder's,
	// if both are still where they were opened, and neither path leaves the
	// folder that it starts from.
	if err := errors.Join(stays(d.root, from), stays(other.root, to)); err != nil {
		return nil, "", "", err
	}
	for _, it := range []*descriptor{d, other} {
		now, err := it.grant.Root.Stat(it.path)
		if err != nil {
			return nil, "", "", err
		}
		if then, err := it.root.Stat("."); err != nil || !os.SameFile(now, then) {
			return nil, "", "", fileError("cross-device")
		}
	}
	return d.grant.Root, d.path + "/" + from, other.path + "/" + to, nil
}

// stays returns an error unless a path stays within root up to its last name.
func stays(root *os.Root, path string) error {
	parent, name := ".", strings.TrimRight(path, "/")
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 {
		parent, name = name[:slash], name[slash+1:]
	}
	if name == "." || name == ".." {
		return fileError("invalid")
	}
	_, err := root.Stat(parent)
	return err
}

func renameAt(c *call, d *descriptor) error {
	root, from, to, err := d.both(c, 1)
	if err != nil {
		return err
	}
	target, unlock, err := lockEntry(root, to)
	switch {
	case err == nil:
		defer unlock()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	moved, err := root.Lstat(from)
	if err != nil {
		return err
	}
	if err := rename(root, from, to, moved, target); err != nil {
		return err
	}
	other, name := argRep[*descriptor](c, 2), string(arg[value.String](c, 3))
	switch {
	case target == nil:
		c.changes.created(other.guestPath(name))
	case os.SameFile(moved, target):
		return nil // both names stay
	default:
		d.grant.deleted(target)
		c.changes.changed(other.guestPath(name))
	}
	c.changes.deleted(d.guestPath(string(arg[value.String](c, 1))))
	return nil
}

// rename moves as POSIX has it, where a folder may take the place of an empty
// one. An os.Root refuses every target that is a folder. target is nil where
// there is none.
func rename(root *os.Root, from, to string, moved, target fs.FileInfo) error {
	refused := root.Rename(from, to)
	if errorCode(refused) != "exist" || target == nil || !target.IsDir() {
		return refused
	}
	switch {
	case os.SameFile(moved, target):
		return nil
	case !moved.IsDir():
		return fileError("is-directory")
	}
	if err := root.Remove(to); err != nil {
		return err
	}
	if err := root.Rename(from, to); err != nil {
		// As into a folder of its own: leave things as they were.
		return errors.Join(err, root.Mkdir(to, 0o777))
	}
	return nil
}
