package wasi

import (
	"io/fs"
	"math"
	"sync"
)

// errQuota is what a guest gets that has used up what a folder may grow by.
const errQuota = fileError("quota")

// maxTracked is for how many files of a folder a usage keeps what was charged.
// What is charged for more is never given back.
const maxTracked = 10_000

// A usage counts what the instance has added to a folder. The lengths of files
// count, so that a hole costs what it would take to fill it, and the answer is
// the same on every file system.
//
// Everything is charged before it is done. Only what was charged for a file is
// given back when that file shrinks or is deleted: deleting what others put
// there buys nothing.
type usage struct {
	maxBytes, maxEntries uint64
	// outer, if not nil, is charged for everything too.
	outer *usage

	mu sync.Mutex
	// bytes is at most maxBytes.
	bytes uint64
	// entries is how many more files, folders and links there are than the
	// instance found; below zero where it deleted more than it made.
	entries int64
	files   map[fileID]*fileUsage
	// refused counts what the quota stood in the way of.
	refused uint64
}

// A fileUsage is what was charged for one file.
type fileUsage struct {
	// grown is how much longer the file was made.
	grown uint64
	// holes is how much of the file had no storage when it was first written
	// to, filled how much of that has been charged since. It isn't given back:
	// there is no telling where the holes were.
	holes, filled uint64
}

// addEntry charges for a file, folder or link that is about to be made, unless
// there may be none.
func (u *usage) addEntry() bool {
	if u.outer != nil && !u.outer.addEntry() {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.entries >= 0 && uint64(u.entries) >= u.maxEntries {
		if u.outer != nil {
			u.outer.removeEntry()
		}
		return false
	}
	u.entries++
	return true
}

// refuse counts an entry that was refused, and returns why.
func (u *usage) refuse() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refused++
	return errQuota
}

// removeEntry gives back what addEntry charged.
func (u *usage) removeEntry() {
	if u.outer != nil {
		u.outer.removeEntry()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.entries > math.MinInt64 {
		u.entries--
	}
}

// file returns what is kept of a file, whose state is info.
func (u *usage) file(id fileID, info fs.FileInfo) *fileUsage {
	f := u.files[id]
	if f == nil {
		f = &fileUsage{}
		if stored, size := statOf(info).stored, uint64(info.Size()); stored < size {
			f.holes = size - stored
		}
		if id != (fileID{}) && len(u.files) < maxTracked {
			if u.files == nil {
				u.files = map[fileID]*fileUsage{}
			}
			u.files[id] = f
		}
	}
	return f
}

// write charges for a write of n bytes at offset, as far as the quota goes, and
// returns how many bytes may be written. What was written in the end is for
// settle to be told, in any case.
func (u *usage) write(id fileID, info fs.FileInfo, n int, offset uint64) (allowed int, settle func(written int)) {
	allowed, settle = u.chargeWrite(id, info, n, offset)
	if allowed < n {
		_ = u.refuse()
	}
	return allowed, settle
}

// chargeWrite is write without counting what is refused: that concerns who
// asked, and not the outer usage.
func (u *usage) chargeWrite(id fileID, info fs.FileInfo, n int, offset uint64) (allowed int, settle func(written int)) {
	settleOuter := func(int) {}
	if u.outer != nil {
		n, settleOuter = u.outer.chargeWrite(id, info, n, offset)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	f, size := u.file(id, info), uint64(info.Size())
	left, holes := u.maxBytes-u.bytes, f.holes-f.filled
	// cost is what n bytes fill in holes, and make the file longer by.
	cost := func(n int) (fills, grows uint64) {
		if n <= 0 {
			return 0, 0
		}
		if offset >= size {
			return 0, offset - size + uint64(n)
		}
		inside := min(uint64(n), size-offset)
		return min(inside, holes), uint64(n) - inside
	}
	allowed = n
	if fills, grows := cost(n); fills+grows > left {
		switch {
		case offset >= size:
			allowed = int(left - min(left, offset-size))
		case fills > left:
			allowed = int(left)
		default:
			allowed = n - int(fills+grows-left)
		}
	}
	fills, grows := cost(allowed)
	u.add(f, fills, grows)
	return allowed, func(written int) {
		u.mu.Lock()
		defer u.mu.Unlock()
		didFill, didGrow := cost(written)
		u.add(f, didFill-fills, didGrow-grows) // both wrap around
		settleOuter(written)
	}
}

func (u *usage) add(f *fileUsage, fills, grows uint64) {
	f.filled += fills
	f.grown += grows
	u.bytes += fills + grows
}

// grow charges for making a file longer by n bytes.
func (u *usage) grow(id fileID, info fs.FileInfo, n uint64) error {
	if !u.chargeGrowth(id, info, n) {
		return u.refuse()
	}
	return nil
}

func (u *usage) chargeGrowth(id fileID, info fs.FileInfo, n uint64) bool {
	if u.outer != nil && !u.outer.chargeGrowth(id, info, n) {
		return false
	}
	u.mu.Lock()
	fits := n <= u.maxBytes-u.bytes
	if fits {
		u.add(u.file(id, info), 0, n)
	}
	u.mu.Unlock()
	if !fits && u.outer != nil {
		u.outer.shrink(id, n)
	}
	return fits
}

// shrink gives back what was charged for n bytes that the file has lost.
func (u *usage) shrink(id fileID, n uint64) {
	if u.outer != nil {
		u.outer.shrink(id, n)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	f := u.files[id]
	if f == nil {
		return
	}
	n = min(n, f.grown)
	f.grown -= n
	u.bytes -= n
}

// gone gives back what was charged for a file that exists no more.
func (u *usage) gone(id fileID) {
	if u.outer != nil {
		u.outer.gone(id)
	}
	u.shrink(id, math.MaxUint64)
	u.mu.Lock()
	delete(u.files, id)
	u.mu.Unlock()
}
