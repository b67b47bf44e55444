//go:build linux && (amd64 || arm64)

package image

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// create returns a file that exists in memory only, nil if there is none to be
// had.
func create() *os.File {
	const name = "capsule-memory" // as /proc shows it
	flags := unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if err != nil { // a kernel before 6.3 doesn't know the last flag
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), name)
}

// seal makes a file as it is for ever. Should that fail, it still is nobody
// else's.
func seal(file *os.File) {
	_, _ = unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE|unix.F_SEAL_SEAL)
}

// Start makes the memory, as it is after its first growth, start with what a
// template says, and reports whether that went well. If not it is zero still,
// and the segments are to be copied.
func (m *Image) Start(t *Template) bool {
	if m.space == nil || t.end() > uint64(len(m.bytes)) {
		return false
	}
	for _, e := range t.extents {
		at := unsafe.Pointer(&m.space[e.at])
		// What is written belongs to this mapping alone.
		_, err := unix.MmapPtr(int(t.file.Fd()), e.offset, at, uintptr(e.size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED)
		if err != nil {
			// There may be a hole now, which nothing could be put in for
			// certain.
			size := len(m.bytes)
			m.Free()
			m.bytes = make([]byte, size)
			return false
		}
	}
	return true
}

// reset drops what was written to a part of what was reserved: it is zero
// again, or what a template says.
func reset(bytes []byte) bool { return unix.Madvise(bytes, unix.MADV_DONTNEED) == nil }
