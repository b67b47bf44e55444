package wasi

import (
	"math"
	"os"
	"sync/atomic"
)

// A sharedFile is a file that a descriptor and its streams keep open together.
// What makes it longer is charged to the folder that it was reached through.
type sharedFile struct {
	*os.File
	id    fileID
	users atomic.Int32

	grant   *grant
	changes *changeLog
	path    string // the guest's
}

// newSharedFile takes over f, which it closes on error. Only a regular file is
// opened.
func newSharedFile(f *os.File) (*sharedFile, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fileError("access")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	s := &sharedFile{File: f, id: idOf(info)}
	s.users.Store(1)
	countOpen(s.id, 1)
	return s, nil
}

// end gives up one use of the file.
func (f *sharedFile) end() error {
	if f.users.Add(-1) > 0 {
		return nil
	}
	defer lockFile(f.id)()
	info, err := f.Stat()
	deleted := err == nil && statOf(info).links == 0
	err = f.Close()
	if left := countOpen(f.id, -1); left == 0 && deleted {
		f.grant.usage.gone(f.id)
	}
	return err
}

// writeAt writes as much of data as the quota allows, and says if that was not
// all.
func (f *sharedFile) writeAt(data []byte, offset uint64) (int, error) {
	if offset > math.MaxInt64-uint64(len(data)) {
		return 0, fileError("file-too-large")
	}
	if len(data) == 0 {
		return 0, nil
	}
	defer lockFile(f.id)()
	return f.writeLocked(data, offset)
}

// appendAll writes data at the end of the file. It is not one step with finding
// the end for other processes, which can get in between.
func (f *sharedFile) appendAll(data []byte) error {
	defer lockFile(f.id)()
	info, err := f.Stat()
	if err == nil {
		_, err = f.writeLocked(data, uint64(info.Size()))
	}
	return err
}

func (f *sharedFile) writeLocked(data []byte, offset uint64) (int, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	allowed, settle := f.grant.usage.write(f.id, info, len(data), offset)
	n := 0
	if allowed > 0 {
		n, err = f.WriteAt(data[:allowed], int64(offset))
	}
	settle(n)
	if n > 0 {
		f.changes.changed(f.path)
	}
	if err == nil && allowed < len(data) {
		err = errQuota
	}
	return n, err
}

// setSize cuts the file, or makes it longer with zeroes, which are charged for
// although they may take no storage.
func (f *sharedFile) setSize(size uint64) error {
	if size > math.MaxInt64 {
		return fileError("file-too-large")
	}
	defer lockFile(f.id)()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	usage, was := &f.grant.usage, uint64(info.Size())
	if size > was {
		if err := usage.grow(f.id, info, size-was); err != nil {
			return err
		}
	}
	err = f.Truncate(int64(size))
	switch {
	case err != nil && size > was:
		usage.shrink(f.id, size-was)
	case err == nil && size < was:
		usage.shrink(f.id, was-size)
	}
	if err == nil && size != was {
		f.changes.changed(f.path)
	}
	return err
}
