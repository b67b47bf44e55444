package wasi

import (
	"io/fs"
	"os"
	"slices"
	"strings"

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
	grant *grant
	path  string
	root  *os.Root
	file  *sharedFile
	read  bool
	write bool
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
