package hostruntime

import (
	"errors"
	"fmt"
	"os"

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

// openDirs opens the granted folders. On error none stays open.
func (in *Instance) openDirs(dirs []Dir) ([]wasi.Dir, error) {
	var opened []wasi.Dir
	for _, d := range dirs {
		root, err := os.OpenRoot(d.Host)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("hostruntime: granting %s as %s: %w", d.Host, d.Guest, err), in.closeDirs())
		}
		in.roots = append(in.roots, root)
		opened = append(opened, wasi.Dir{
			Guest: d.Guest, Root: root, ReadOnly: !d.Writable, MaxBytes: d.MaxBytes, MaxEntries: d.MaxEntries,
		})
	}
	return opened, nil
}

func (in *Instance) closeDirs() error {
	var errs []error
	for _, root := range in.roots {
		errs = append(errs, root.Close())
	}
	in.roots = nil
	return errors.Join(errs...)
}
