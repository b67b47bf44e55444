package wasi

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

func openMethods(i *Interface) {
	descriptorMethod(i, "open-at", own(descriptorResource), openAt,
		pathFlagsParam, pathParam, openFlagsParam, param("flags", fileFlagsType))
}

func openAt(c *call, d *descriptor) (value.Value, error) {
	root, path, err := d.at(c, 2)
	if err != nil {
		return nil, err
	}
	open, flags := arg[value.Flags](c, 3), arg[value.Flags](c, 4)
	has := func(f value.Flags, name string) bool { return slices.Contains(f, name) }
	o := opening{
		create: has(open, "create"), directory: has(open, "directory"),
		exclusive: has(open, "exclusive"), truncate: has(open, "truncate"),
		write: has(flags, "write"),
		sync:  has(flags, "file-integrity-sync") || has(flags, "data-integrity-sync"),
	}
	if o.write || o.create || o.truncate || has(flags, "mutate-directory") {
		if err := d.mutable(); err != nil {
			return nil, err
		}
	}
	o.read = has(flags, "read")
	isDir, err := o.check(root, path, arg[value.Flags](c, 1))
	if err != nil {
		return nil, err
	}
	opened := &descriptor{grant: d.grant, path: d.path + "/" + path, read: o.read, write: o.write}
	if len(opened.path) > MaxPath {
		return nil, fileError("name-too-long")
	}
	if isDir {
		if opened.root, err = root.OpenRoot(path); err != nil {
			return nil, err
		}
		opened.end = opened.root.Close
	} else {
		if opened.file, err = o.open(c, d, root, path); err != nil {
			return nil, err
		}
		opened.end = opened.file.end
	}
	handle, err := c.open(descriptorResource, opened, nil)
	if err != nil {
		return nil, err
	}
	return handle, c.hold(&opened.node, int64(len(opened.path)))
}

// An opening is how open-at was asked to open something.
type opening struct {
	create, directory, exclusive, truncate bool
	read, write, sync                      bool
}

// check looks at what is there and reports whether it is a folder. What is
// neither folder nor file is refused: opening a pipe or a device can block
// for ever, and do things.
func (o opening) check(root *os.Root, path string, flags value.Flags) (isDir bool, err error) {
	if o.create && o.directory {
		return false, fileError("invalid")
	}
	info, err := lookup(root, flags, path)
	if os.IsNotExist(err) && o.create {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mode := info.Mode()
	switch {
	case o.create && o.exclusive:
		return false, fileError("exist")
	case mode&fs.ModeSymlink != 0:
		return false, fileError("loop")
	case mode.IsDir():
		if o.write || o.create || o.truncate {
			return false, fileError("is-directory")
		}
		return true, nil
	case o.directory:
		return false, fileError("not-directory")
	case !mode.IsRegular():
		return false, fileError("access")
	}
	return false, nil
}

// open opens a file, which may have become something else since check.
func (o opening) open(c *call, d *descriptor, root *os.Root, path string) (*sharedFile, error) {
	f, created, err := o.openOrCreate(d.grant, root, path)
	if err != nil {
		return nil, err
	}
	shared, err := newSharedFile(f)
	if err != nil {
		return nil, err
	}
	shared.grant, shared.changes, shared.path = d.grant, &c.changes, d.guestPath(path)
	if created {
		c.changes.created(shared.path)
	} else if o.truncate {
		err = shared.setSize(0)
	}
	if err != nil {
		shared.end()
		return nil, err
	}
	return shared, nil
}

// openOrCreate opens the file, and reports whether it made it, which is then
// charged for.
func (o opening) openOrCreate(g *grant, root *os.Root, path string) (f *os.File, created bool, err error) {
	flag := os.O_RDONLY
	switch {
	case o.write && !o.read:
		flag = os.O_WRONLY
	case o.write || o.truncate:
		// Not every system truncates what is opened for reading alone.
		flag = os.O_RDWR
	}
	if o.sync {
		flag |= os.O_SYNC
	}
	open := func(more int) func() error {
		return func() (err error) {
			// A pipe that has taken the file's place must not block the call.
			f, err = root.OpenFile(path, flag|more|nonBlocking, 0o666)
			return err
		}
	}
	if !o.create {
		return f, false, open(0)()
	}
	// Of two that create it one must be told that it did.
	err = g.create(root, path, open(os.O_CREATE|os.O_EXCL))
	if o.exclusive || !errors.Is(err, fs.ErrExist) && errorCode(err) != "exist" {
		return f, err == nil, err
	}
	if err = open(0)(); !errors.Is(err, fs.ErrNotExist) {
		return f, false, err
	}
	// A link to what doesn't exist, or it was deleted just now.
	err = g.create(root, path, open(os.O_CREATE))
	return f, err == nil, err
}
