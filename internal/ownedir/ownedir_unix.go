//go:build unix

package ownedir

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

var (
	errOwner = errors.New("belongs to another user")
	errMode  = errors.New("can be written by other users")
)

// checkOwned returns nil for an entry of this user that others can't change.
func checkOwned(info fs.FileInfo) error {
	if uid, ok := owner(info); !ok || uid != os.Geteuid() {
		return errOwner
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errMode
	}
	return nil
}

// checkAbove returns nil for a directory whose entries others can't rename:
// this user's or the system's, closed to others or sticky.
func checkAbove(info fs.FileInfo) error {
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
