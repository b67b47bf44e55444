//go:build unix

package wasmtools

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

var (
	errNotFolder = errors.New("is not a folder")
	errOwner     = errors.New("belongs to another user")
	errMode      = errors.New("can be written by other users")
)

// checkPrivate returns nil for a folder of this user that nobody else can
// write to or look into.
func checkPrivate(info fs.FileInfo) error {
	if !info.IsDir() {
		return errNotFolder
	}
	if info.Mode().Perm()&0o077 != 0 {
		return errors.New("is open to other users (its mode must be 0700)")
	}
	return checkOwned(info)
}

// checkOwned returns nil for an entry of this user that others cannot change.
func checkOwned(info fs.FileInfo) error {
	if uid, ok := owner(info); !ok || uid != os.Geteuid() {
		return errOwner
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errMode
	}
	return nil
}

// checkAncestor returns nil for a folder whose entries others cannot rename:
// this user's or the system's, closed to others or sticky.
func checkAncestor(info fs.FileInfo) error {
	if uid, ok := owner(info); !ok || uid != os.Geteuid() && uid != 0 {
		return errOwner
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return errMode
	}
	return nil
}

func owner(info fs.FileInfo) (uid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
