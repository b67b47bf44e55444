package wasi

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// MaxPath is the most bytes of a path, counted from the granted folder.
const MaxPath = 4096

// A descriptor is an open file or folder: root is set for a folder, file for
// a file.
//
// Every path is resolved by an os.Root, so that neither ".." nor a symbolic
// link leads out of the folder that a descriptor stands for.
type descriptor struct {
	node
	// grant is the granted folder it was reached through, path the way from
	// there, not cleaned: a symbolic link may be part of it.
	grant *Dir
	path  string
	root  *os.Root
	file  *sharedFile
	read  bool
	write bool
}

// A sharedFile is a file that a descriptor and its streams keep open together.
type sharedFile struct {
	*os.File
	users atomic.Int32
}

// end gives up one use of the file.
func (f *sharedFile) end() error {
	if f.users.Add(-1) == 0 {
		return f.Close()
	}
	return nil
}

// directory returns the folder, or not-directory.
func (d *descriptor) directory() (*os.Root, error) {
	if d.root == nil {
		return nil, fileError("not-directory")
	}
	return d.root, nil
}

// regular returns the file, or is-directory.
func (d *descriptor) regular() (*sharedFile, error) {
	if d.file == nil {
		return nil, fileError("is-directory")
	}
	return d.file, nil
}

func (d *descriptor) info() (fs.FileInfo, error) {
	if d.root != nil {
		return d.root.Stat(".")
	}
	return d.file.Stat()
}

// mutable is an error where the granted folder may only be read.
func (d *descriptor) mutable() error {
	if d.grant.ReadOnly {
		return fileError("read-only")
	}
	return nil
}

// checkPath refuses what cannot be a path in a folder. That a path stays in
// the folder is for os.Root to see to.
func checkPath(path string) error {
	switch {
	case path == "":
		return fileError("no-entry")
	case len(path) > MaxPath:
		return fileError("name-too-long")
	case path[0] == '/':
		return fileError("not-permitted")
	case strings.IndexByte(path, 0) >= 0:
		return fileError("invalid")
	}
	return nil
}

// at returns the folder and the path in argument n.
func (d *descriptor) at(c *call, n int) (*os.Root, string, error) {
	root, err := d.directory()
	if err != nil {
		return nil, "", err
	}
	path := string(arg[value.String](c, n))
	return root, path, checkPath(path)
}

// change is at for what changes the folder.
func (d *descriptor) change(c *call, n int) (*os.Root, string, error) {
	root, path, err := d.at(c, n)
	if err == nil {
		err = d.mutable()
	}
	return root, path, err
}

// lookup returns what path names, itself a symbolic link only if flags do not
// say to follow it.
func lookup(root *os.Root, flags value.Flags, path string) (fs.FileInfo, error) {
	if slices.Contains(flags, "symlink-follow") {
		return root.Stat(path)
	}
	return root.Lstat(path)
}

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
		if opened.file, err = o.open(root, path); err != nil {
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

func (o opening) open(root *os.Root, path string) (*sharedFile, error) {
	flag := os.O_RDONLY
	switch {
	case o.write && !o.read:
		flag = os.O_WRONLY
	case o.write || o.truncate:
		// Not every system truncates what is opened for reading alone.
		flag = os.O_RDWR
	}
	if o.create {
		flag |= os.O_CREATE
	}
	if o.create && o.exclusive {
		flag |= os.O_EXCL
	}
	if o.truncate {
		flag |= os.O_TRUNC
	}
	if o.sync {
		flag |= os.O_SYNC
	}
	f, err := root.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fileError("access")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	shared := &sharedFile{File: f}
	shared.users.Store(1)
	return shared, nil
}
