//go:build unix

package hostruntime

import (
	"io/fs"
	"os"
	"syscall"
)

func checkOwner(info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return errForeignOwner
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errWritable
	}
	return nil
}
