package wasi

import (
	"io/fs"
	"os"
	"sync"
)

// A fileID tells files of this machine apart: as long as one exists no other
// has its. It is zero where the operating system doesn't say.
type fileID struct{ device, inode uint64 }

func idOf(info fs.FileInfo) fileID {
	s := statOf(info)
	return fileID{s.device, s.inode}
}

// fileLocks make looking at a file and changing it one step among all
// instances of the process, so that what one of them is charged or given back
// is what it did itself. A file has always the same lock; some share one.
var fileLocks [64]sync.Mutex

func lockFile(id fileID) (unlock func()) {
	m := &fileLocks[(id.inode^id.device)%uint64(len(fileLocks))]
	m.Lock()
	return m.Unlock
}

// lockEntry locks the file that a path names, itself a symbolic link or not,
// and returns what it is. A path that names another file each time one looks is
// an error.
func lockEntry(root *os.Root, path string) (info fs.FileInfo, unlock func(), err error) {
	for range 8 {
		if info, err = root.Lstat(path); err != nil {
			return nil, nil, err
		}
		unlock = lockFile(idOf(info))
		now, err := root.Lstat(path)
		if err == nil && os.SameFile(info, now) {
			return now, unlock, nil
		}
		unlock()
	}
	return nil, nil, fileError("busy")
}

// openFiles counts how often guests of this process have a file open. A deleted
// file takes space until nobody has.
var openFiles = struct {
	sync.Mutex
	n map[fileID]int
}{n: map[fileID]int{}}

// countOpen adds to the count of a file and returns what it is now.
func countOpen(id fileID, by int) int {
	openFiles.Lock()
	defer openFiles.Unlock()
	n := openFiles.n[id] + by
	if n == 0 {
		delete(openFiles.n, id)
	} else {
		openFiles.n[id] = n
	}
	return n
}
