//go:build unix

package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner returns what is wrong with a folder's owner or mode.
func checkOwner(info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() {
		return errors.New("belongs to another user")
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("can be written by other users")
	}
	return nil
}
