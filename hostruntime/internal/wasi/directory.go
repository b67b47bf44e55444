package wasi

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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
		return nil, d.create(c, root, name, func() error { return root.Mkdir(name, 0o777) })
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
		return nil, renameAt(c, d)
	}, append([]abi.Param{param("old-path", stringType)}, target...)...)
	descriptorMethod(i, "link-at", nil, func(c *call, d *descriptor) (value.Value, error) {
		if len(arg[value.Flags](c, 1)) > 0 {
			return nil, fileError("invalid")
		}
		root, from, to, err := d.both(c, 2)
		if err != nil {
			return nil, err
		}
		other, name := argRep[*descriptor](c, 3), string(arg[value.String](c, 4))
		return nil, other.create(c, other.root, name, func() error { return root.Link(from, to) })
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
	info, unlock, err := lockEntry(root, name)
	if err != nil {
		return err
	}
	defer unlock()
	switch {
	case folder && !info.IsDir():
		return fileError("not-directory")
	case !folder && info.IsDir():
		return fileError("is-directory")
	}
	if err := root.Remove(name); err != nil {
		return err
	}
	d.grant.deleted(info)
	c.changes.deleted(d.guestPath(name))
	return nil
}

// create makes a file, folder or link at path, which is charged for.
func (d *descriptor) create(c *call, root *os.Root, path string, run func() error) error {
	err := d.grant.create(root, path, run)
	if err == nil {
		c.changes.created(d.guestPath(path))
	}
	return err
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
	case path.IsAbs(target) || filepath.IsAbs(target) || filepath.VolumeName(target) != "":
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
	if filepath.IsAbs(target) || filepath.VolumeName(target) != "" {
		return nil, fileError("not-permitted")
	}
	return nil, d.create(c, root, name, func() error { return root.Symlink(target, name) })
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
