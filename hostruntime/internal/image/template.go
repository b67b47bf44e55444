package image

import (
	"cmp"
	"os"
	"slices"
)

// A Segment is bytes that belong at an offset of a memory.
type Segment struct {
	At    uint64
	Bytes []byte
}

// A File holds what memories start with, for all that start alike: they map
// it, and share each page until they write to it. It takes one file
// descriptor, and none while it is empty, as the zero File is. It is for one
// goroutine at a time until it is sealed.
type File struct {
	file *os.File
	size int64
}

// A Template is what a memory starts with, in a File.
type Template struct {
	file    *os.File
	extents []extent
}

// An extent is a range of a memory, and where in the file its bytes are: whole
// pages of the system's, all of them.
type extent struct {
	at, size uint64
	offset   int64
}

const (
	// minTemplate is how many bytes of segments are worth a mapping. Fewer are
	// copied as quickly.
	minTemplate = 64 << 10
	// minGap is how much must lie between two extents, or more where there
	// would be more than maxExtents: a process can have some 65,000 mappings.
	minGap     = 128 << 10
	maxExtents = 8
	// maxPadding bounds what extents take together, as a multiple of the
	// segments' bytes.
	maxPadding = 4
)

// Add lays out segments, later ones over earlier ones, and returns what
// memories are started with. nil says that segments are to be copied: they are
// few, or scattered, or the system can't share them. Time and memory are
// proportional to the segments' number and bytes.
func (f *File) Add(segments []Segment) *Template {
	extents := cover(segments, uint64(os.Getpagesize()))
	if extents == nil {
		return nil
	}
	if f.file == nil {
		if f.file = create(); f.file == nil {
			return nil
		}
	}
	for i := range extents {
		e := &extents[i]
		bytes := make([]byte, e.size)
		for _, s := range segments {
			if s.At >= e.at && s.At < e.at+e.size {
				copy(bytes[s.At-e.at:], s.Bytes)
			}
		}
		if _, err := f.file.WriteAt(bytes, f.size); err != nil {
			return nil // what was written is in nobody's way
		}
		e.offset = f.size
		f.size += int64(e.size)
	}
	return &Template{file: f.file, extents: extents}
}

// Seal ends adding: nothing changes the file any more.
func (f *File) Seal() {
	if f.file != nil {
		seal(f.file)
	}
}

// Close gives the file back. Memories that were started from it keep what they
// have. It is idempotent.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}

// end returns the offset behind the last extent.
func (t *Template) end() uint64 {
	last := t.extents[len(t.extents)-1]
	return last.at + last.size
}

// cover returns the extents that hold all segments, in order, without their
// places in the file; nil where mapping them doesn't pay.
func cover(segments []Segment, page uint64) []extent {
	var parts []extent
	total := uint64(0)
	for _, s := range segments {
		if n := uint64(len(s.Bytes)); n > 0 {
			total += n
			at := s.At / page * page
			parts = append(parts, extent{at: at, size: (s.At + n - at + page - 1) / page * page})
		}
	}
	if total < minTemplate {
		return nil
	}
	slices.SortFunc(parts, func(a, b extent) int { return cmp.Compare(a.at, b.at) })
	parts = join(parts, minGap)
	for gap := uint64(2 * minGap); len(parts) > maxExtents; gap *= 2 {
		parts = join(parts, gap)
	}
	sum := uint64(0)
	for _, e := range parts {
		sum += e.size
	}
	if sum > maxPadding*total {
		return nil
	}
	return parts
}

// join makes one of extents that overlap, or have at most gap between.
func join(sorted []extent, gap uint64) []extent {
	joined := sorted[:1]
	for _, e := range sorted[1:] {
		last := &joined[len(joined)-1]
		if end := last.at + last.size; e.at <= end+gap {
			last.size = max(end, e.at+e.size) - last.at
		} else {
			joined = append(joined, e)
		}
	}
	return joined
}
