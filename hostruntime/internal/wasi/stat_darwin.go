package wasi

import (
	"io/fs"
	"math"
	"syscall"
	"time"
)

func statOf(info fs.FileInfo) fileStat {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileStat{links: 1, stored: math.MaxUint64}
	}
	return fileStat{
		links: uint64(st.Nlink), device: uint64(st.Dev), inode: st.Ino,
		stored:   uint64(st.Blocks) * 512,
		accessed: time.Unix(st.Atimespec.Unix()), changed: time.Unix(st.Ctimespec.Unix()),
	}
}
