//go:build (linux || darwin) && (amd64 || arm64)

package image

import "golang.org/x/sys/unix"

// reserve returns address space without memory behind it, nil if there is
// none to be had.
func reserve(size uint64) []byte {
	space, err := unix.Mmap(-1, 0, int(size), unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	return space
}

// commit puts zeroed memory behind a part of what was reserved.
func commit(space []byte, from, to uint64) bool {
	return unix.Mprotect(space[from:to], unix.PROT_READ|unix.PROT_WRITE) == nil
}

func release(space []byte) { _ = unix.Munmap(space) } // it was mapped, as a whole
