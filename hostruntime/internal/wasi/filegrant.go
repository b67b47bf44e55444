package wasi

import (
	"io/fs"
	"os"
)

// Defaults of a Dir that can be written to.
const (
	// DefaultDirBytes is the default of Dir.MaxBytes.
	DefaultDirBytes = 64 << 20
	// DefaultDirEntries is the default of Dir.MaxEntries.
	DefaultDirEntries = 1000
)

// A Dir is one folder granted to a guest.
type Dir struct {
	// Guest is the path under which the guest sees the folder.
	Guest string
	// Root is the folder. It stays the caller's to close, after the Host.
	Root *os.Root
	// ReadOnly refuses everything that changes the folder.
	ReadOnly bool
	// MaxBytes is by how much the guest may make the files in the folder longer,
	// all together, what it deletes of its own given back; more fails with the
	// error quota. 0 is DefaultDirBytes.
	MaxBytes uint64
	// MaxEntries is how many files, folders and links more than before there
	// may be; one more fails with the error quota. 0 is DefaultDirEntries.
	MaxEntries uint64
	// Within, if not nil, is charged for what the guest adds too.
	Within *Quota
}

// A Quota is that of a granted folder, which folders within it may share.
type Quota struct{ usage *usage }

// Quota returns that of the folder granted as number i.
func (h *Host) Quota(i int) *Quota { return &Quota{&h.grants[i].usage} }

// Left returns how much longer files may be made, and how many entries there
// may be more.
func (q *Quota) Left() (bytes, entries uint64) {
	q.usage.mu.Lock()
	defer q.usage.mu.Unlock()
	bytes = q.usage.maxBytes - q.usage.bytes
	if added := max(q.usage.entries, 0); uint64(added) < q.usage.maxEntries {
		entries = q.usage.maxEntries - uint64(added)
	}
	return bytes, entries
}

// A grant is one granted folder and what the instance has done in it.
type grant struct {
	Dir
	usage usage
}

func newGrants(dirs []Dir) []*grant {
	var grants []*grant
	for _, d := range dirs {
		g := &grant{Dir: d}
		g.usage.maxBytes = orDefault(d.MaxBytes, DefaultDirBytes)
		g.usage.maxEntries = orDefault(d.MaxEntries, DefaultDirEntries)
		if d.Within != nil {
			g.usage.outer = d.Within.usage
		}
		grants = append(grants, g)
	}
	return grants
}

func orDefault(n, value uint64) uint64 {
	if n == 0 {
		return value
	}
	return n
}

// create makes a file, folder or link at path, which is charged for.
func (g *grant) create(root *os.Root, path string, run func() error) error {
	if !g.usage.addEntry() {
		if _, err := root.Lstat(path); err == nil {
			return fileError("exist")
		}
		return g.usage.refuse()
	}
	err := run()
	if err != nil {
		g.usage.removeEntry()
	}
	return err
}

// deleted gives back what was charged for what info tells of. The caller holds
// its lock.
func (g *grant) deleted(info fs.FileInfo) {
	g.usage.removeEntry()
	id := idOf(info)
	if info.Mode().IsRegular() && statOf(info).links == 1 && countOpen(id, 0) == 0 {
		g.usage.gone(id)
	}
}
