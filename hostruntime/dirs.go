package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/capsule-kit/capsule/hostruntime/internal/overlay"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// The limits of a writable Dir that names none.
const (
	DefaultDirBytes   = wasi.DefaultDirBytes
	DefaultDirEntries = wasi.DefaultDirEntries
)

// A FileReport is what a call did in the granted folders, by the paths that the
// guest used. They are the guest's text: see EscapeText.
type FileReport struct {
	// Created, Changed and Deleted are files, folders and links, in the order
	// in which the guest came to them. What it created and then wrote to is
	// created, what it created and then deleted is both; moving deletes one
	// path and creates, or changes, another. Changes of times alone are left
	// out.
	Created, Changed, Deleted []string
	// Omitted counts the changes that aren't listed: at most 1,000 are, and
	// 256 KiB of paths. Of a file that was written to often it counts each time.
	Omitted uint64
	// Refused counts what a folder's quota stood in the way of.
	Refused uint64
	// Bytes and Entries are how much longer the instance has made files, and how
	// many more entries there are, since it started.
	Bytes   uint64
	Entries int64
}

// A grantedDir is a granted folder as the guest has it.
type grantedDir struct {
	dir  Dir
	root *os.Root
}

// A grantedCopy is the copy of a folder that was granted with Overlay.
type grantedCopy struct {
	dir Dir
	*overlay.Copy
}

// openDirs opens the granted folders. On error none stays open.
func (in *Instance) openDirs(ctx context.Context, dirs []Dir) ([]wasi.Dir, error) {
	var opened []wasi.Dir
	for _, d := range dirs {
		granted := wasi.Dir{Guest: d.Guest, ReadOnly: !d.Writable, MaxBytes: d.MaxBytes, MaxEntries: d.MaxEntries}
		root, err := in.openDir(ctx, d, &granted)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("hostruntime: granting %s as %s: %w", d.Host, d.Guest, err), in.closeDirs())
		}
		granted.Root = root
		in.granted = append(in.granted, grantedDir{d, root})
		opened = append(opened, granted)
	}
	return opened, nil
}

// openDir returns the folder that the guest works on. A task's is within one of
// its caller's, whose quota holds too.
func (in *Instance) openDir(ctx context.Context, d Dir, granted *wasi.Dir) (*os.Root, error) {
	var root *os.Root
	var quota *wasi.Quota
	var err error
	if in.task != nil {
		root, quota, err = in.task.scope.parent.openWithin(d)
	} else {
		root, err = openFolder(d.Host)
	}
	if err != nil {
		return nil, err
	}
	in.roots = append(in.roots, root)
	if !d.Overlay {
		granted.Within = quota
		return root, nil
	}
	if quota != nil {
		// What is in the copy goes with it: it is bounded by what is left now.
		bytes, entries := quota.Left()
		granted.MaxBytes = min(orDefault(d.MaxBytes, DefaultDirBytes), bytes)
		granted.MaxEntries = min(orDefault(d.MaxEntries, DefaultDirEntries), entries)
		granted.ReadOnly = granted.ReadOnly || granted.MaxBytes == 0 || granted.MaxEntries == 0
	}
	c, err := overlay.Open(ctx, root)
	if err != nil {
		return nil, err
	}
	in.overlays = append(in.overlays, grantedCopy{d, c})
	return c.Root(), nil
}

// openFolder opens a folder of the host's. What is none is looked at first: to
// open a pipe is to wait for its writer.
func openFolder(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, notFolder(path)
	}
	return os.OpenRoot(path)
}

func notFolder(path string) error {
	return &fs.PathError{Op: "open", Path: path, Err: errors.New("not a folder")}
}

// openWithin opens a task's folder: as this instance has it, a copy if that is
// what it has.
func (in *Instance) openWithin(d Dir) (*os.Root, *wasi.Quota, error) {
	var dirs []Dir
	for _, g := range in.granted {
		dirs = append(dirs, g.dir)
	}
	i, rel, ok := enclosing(dirs, d)
	if !ok {
		return nil, nil, fs.ErrPermission
	}
	caller := in.granted[i].root
	info, err := caller.Stat(rel)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() {
		return nil, nil, notFolder(d.Host)
	}
	root, err := caller.OpenRoot(rel)
	return root, in.wasi.Quota(i), err
}

// CommitDirs carries over what the guest did to folders granted with Overlay:
// files, folders and links, contents but not times. It can be called more than
// once, also when the guest has come to a bad end, before Close.
//
// A folder that has changed since, in a place that the guest changed too, stays
// as it is, and that is the error. Any other error may leave part of it done;
// single files are never half written.
//
// Errors: ErrBusy, ErrClosed, ctx's, the file system's.
func (in *Instance) CommitDirs(ctx context.Context) error {
	if !in.busy.CompareAndSwap(false, true) {
		if in.closed.Load() {
			return ErrClosed
		}
		return ErrBusy
	}
	defer in.busy.Store(false)
	for _, c := range in.overlays {
		if err := c.Commit(ctx); err != nil {
			return fmt.Errorf("hostruntime: changing %s: %w", c.dir.Host, err)
		}
	}
	return nil
}

func (in *Instance) closeDirs() error {
	var errs []error
	for _, c := range in.overlays {
		errs = append(errs, c.Close())
	}
	for _, root := range in.roots {
		errs = append(errs, root.Close())
	}
	in.overlays, in.roots, in.granted = nil, nil, nil
	return errors.Join(errs...)
}
