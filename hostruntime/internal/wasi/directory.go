package wasi

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

func directoryMethods(i *Interface) {
	descriptorMethod(i, "create-directory-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		root, name, err := d.change(c, 1)
		if err != nil {
			return nil, err
		}
		return nil, root.Mkdir(name, 0o777)
	}, pathParam)
	descriptorMethod(i, "remove-directory-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		return nil, d.remove(c, true)
	}, pathParam)
	descriptorMethod(i, "unlink-file-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		return nil, d.remove(c, false)
	}, pathParam)
	descriptorMethod(i, "readlink-at", stringType, readlinkAt, pathParam)
	descriptorMethod(i, "symlink-at", nil, symlinkAt, param("old-path", stringType), param("new-path", stringType))
	target := []abi.Param{param("new-descriptor", borrow(descriptorResource)), param("new-path", stringType)}
	descriptorMethod(i, "rename-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		root, from, to, err := d.both(c, 1)
		if err != nil {
			return nil, err
		}
		return nil, rename(root, from, to)
	}, append([]abi.Param{param("old-path", stringType)}, target...)...)
	descriptorMethod(i, "link-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		if len(arg[value.Flags](c, 1)) > 0 {
			return nil, fileError("invalid")
		}
		root, from, to, err := d.both(c, 2)
		if err != nil {
			return nil, err
		}
		return nil, root.Link(from, to)
	}, append([]abi.Param{param("old-path-flags", pathFlagsParam.Type), param("old-path", stringType)}, target...)...)
	descriptorMethod(i, "read-directory", own(directoryEntryResource), readDirectory)
	fileMethod(i, directoryEntryResource, "read-directory-entry", abi.NewOption(directoryEntryType), nil, nextEntry)
}

// remove removes what the path in argument 1 names, which must be a folder or
// must not be one.
func (d *descriptor) remove(c *call, folder bool) error {
	root, name, err := d.change(c, 1)
	if err != nil {
		return err
	}
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return err
	case folder && !info.IsDir():
		return fileError("not-directory")
	case !folder && info.IsDir():
		return fileError("is-directory")
	}
	return root.Remove(name)
}

func readlinkAt(c *call, d *descriptor) (value.Value, error) {
	root, name, err := d.at(c, 1)
	if err != nil {
		return nil, err
	}
	target, err := root.Readlink(name)
	switch {
	case err != nil:
		return nil, err
	case path.IsAbs(target):
		// It names a path of the host.
		return nil, fileError("not-permitted")
	case !utf8.ValidString(target):
		return nil, fileError("illegal-byte-sequence")
	}
	return value.String(target), nil
}

func symlinkAt(c *call, d *descriptor) (value.Value, error) {
	root, name, err := d.change(c, 2)
	if err != nil {
		return nil, err
	}
	target := string(arg[value.String](c, 1))
	if err := checkPath(target); err != nil {
		return nil, err
	}
	return nil, root.Symlink(target, name)
}

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
	// if both are still where they were opened.
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

// rename moves as POSIX has it, where a folder may take the place of an empty
// one. An os.Root refuses every target that is a folder.
func rename(root *os.Root, from, to string) error {
	refused := root.Rename(from, to)
	if errorCode(refused) != "exist" {
		return refused
	}
	target, err := root.Lstat(to)
	if err != nil || !target.IsDir() {
		return refused
	}
	moved, err := root.Lstat(from)
	switch {
	case err != nil:
		return err
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

// directoryEntries reads a folder a few entries at a time, in the operating
// system's order.
type directoryEntries struct {
	node
	folder *os.File
	next   []fs.DirEntry
}

func readDirectory(c *call, d *descriptor) (value.Value, error) {
	root, err := d.directory()
	if err != nil {
		return nil, err
	}
	f, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	entries := &directoryEntries{folder: f}
	entries.end = f.Close
	return c.open(directoryEntryResource, entries, nil)
}

func nextEntry(_ *call, e *directoryEntries) (value.Value, error) {
	if len(e.next) == 0 {
		var err error
		if e.next, err = e.folder.ReadDir(64); err == io.EOF {
			return value.Option{}, nil
		} else if err != nil {
			return nil, err
		}
	}
	entry := e.next[0]
	e.next = slices.Delete(e.next, 0, 1)
	if !utf8.ValidString(entry.Name()) {
		return nil, fileError("illegal-byte-sequence")
	}
	return value.Option{Some: value.Record{
		{Name: "type", Value: typeOf(entry.Type())},
		{Name: "name", Value: value.String(entry.Name())},
	}}, nil
}
