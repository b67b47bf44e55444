package wasi

import "strings"

// How much of the changes a FileChanges lists.
const (
	maxChanges     = 1000
	maxChangeBytes = 256 << 10
)

// FileChanges says what was done to files, folders and links, by the paths that
// the guest used. What was created and then written to is created; what was
// created and then deleted is both.
type FileChanges struct {
	Created, Changed, Deleted []string
	// Omitted counts the changes that are not listed because there were too
	// many; of a file that was written to often it counts each time.
	Omitted uint64
	// Refused counts what a quota stood in the way of.
	Refused uint64
	// Bytes and Entries are how much larger the instance has made the granted
	// folders since it started.
	Bytes   uint64
	Entries int64
}

// A changeLog collects FileChanges.
type changeLog struct {
	FileChanges
	listed map[change]struct{}
	bytes  int
}

type change struct {
	kind byte
	path string
}

func (l *changeLog) created(path string) { l.list(&l.Created, change{'+', path}) }
func (l *changeLog) deleted(path string) { l.list(&l.Deleted, change{'-', path}) }

func (l *changeLog) changed(path string) {
	if _, ok := l.listed[change{'+', path}]; !ok {
		l.list(&l.Changed, change{'*', path})
	}
}

func (l *changeLog) list(to *[]string, c change) {
	if _, ok := l.listed[c]; ok {
		return
	}
	if len(l.listed) == maxChanges || l.bytes+len(c.path) > maxChangeBytes {
		l.Omitted++
		return
	}
	if l.listed == nil {
		l.listed = map[change]struct{}{}
	}
	l.listed[c] = struct{}{}
	l.bytes += len(c.path)
	*to = append(*to, c.path)
}

// TakeFileChanges returns the changes since it was last called. It is not for
// use during a call.
func (h *Host) TakeFileChanges() FileChanges {
	taken := h.changes.FileChanges
	h.changes = changeLog{}
	for _, g := range h.grants {
		g.usage.mu.Lock()
		taken.Refused += g.usage.refused
		taken.Bytes += g.usage.bytes
		taken.Entries += g.usage.entries
		g.usage.refused = 0
		g.usage.mu.Unlock()
	}
	return taken
}

// guestPath returns the path by which the guest knows what is at path in d.
// Only what certainly leads nowhere is left out: ".." after a symbolic link
// goes somewhere else than back.
func (d *descriptor) guestPath(path string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(d.grant.Guest, "/"))
	for name := range strings.SplitSeq(d.path+"/"+path, "/") {
		if name != "" && name != "." {
			b.WriteString("/" + name)
		}
	}
	return b.String()
}
