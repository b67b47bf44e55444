package image

import (
	"bytes"
	"os"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

const mib = 1 << 20

// shares says whether memories are mapped here, which the tests then insist on.
const shares = runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

func grown(t interface{ Fatal(...any) }, size uint64) *Image {
	m := new(Image)
	m.Reserve(size)
	if !m.Grow(size, func(int64) bool { return true }) {
		t.Fatal("no memory")
	}
	return m
}

// A memory started from a template holds what copying the segments, one after
// the other, would have given it; so does the next, whatever happened to the
// first.
func TestTemplate(t *testing.T) {
	mapped := 0
	rapid.Check(t, func(t *rapid.T) {
		size := uint64(rapid.IntRange(1, 60).Draw(t, "pages")) << 16
		segment := rapid.Custom(func(t *rapid.T) Segment {
			at := rapid.Uint64Range(0, size).Draw(t, "at")
			n := rapid.Uint64Range(0, min(size-at, 1<<rapid.IntRange(0, 20).Draw(t, "magnitude"))).Draw(t, "length")
			return Segment{At: at, Bytes: bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, int(n))}
		})
		segments := rapid.SliceOfN(segment, 0, 60).Draw(t, "segments")
		want := make([]byte, size)
		total := 0
		for _, s := range segments {
			copy(want[s.At:], s.Bytes)
			total += len(s.Bytes)
		}
		var f File
		defer f.Close()
		other := f.Add([]Segment{{0, bytes.Repeat([]byte{1}, minTemplate)}})
		template := f.Add(segments)
		f.Seal()
		if shares && other == nil {
			t.Fatal("no template")
		}
		if template == nil {
			return
		}
		mapped++
		sum := uint64(0)
		for _, e := range template.extents {
			sum += e.size
		}
		if len(template.extents) > maxExtents || sum > maxPadding*uint64(total) {
			t.Errorf("%d extents of %d bytes for %d bytes of segments", len(template.extents), sum, total)
		}
		for range 2 {
			m := grown(t, size)
			if !m.Start(template) {
				t.Fatal("not started")
			}
			if !bytes.Equal(m.Bytes(), want) {
				t.Fatal("other bytes than the segments'")
			}
			clear(m.Bytes()) // is nobody else's
			m.Free()
		}
	})
	if shares && mapped == 0 {
		t.Error("nothing was mapped")
	}
}

// What a memory starts with stays when it grows, and when the file is closed.
func TestGrowthOfStarted(t *testing.T) {
	var f File
	template := f.Add([]Segment{{mib - 4, bytes.Repeat([]byte{7}, mib)}})
	if template == nil {
		t.Skip("nothing is mapped here")
	}
	m := new(Image)
	m.Reserve(4 * mib)
	free := func(int64) bool { return true }
	m.Grow(2*mib, free)
	if !m.Start(template) || !m.Grow(3*mib, free) {
		t.Fatal("not started, or not grown")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]byte{mib - 5: 0, mib - 4: 7, 2*mib - 5: 7, 2*mib - 4: 0, 3*mib - 1: 0} {
		if got := m.Bytes()[at]; got != want {
			t.Errorf("byte %d is %d, want %d", at, got, want)
		}
	}
	m.Free()
}

// A memory that is copied as it grows, or that is too small, is left alone.
func TestNotStarted(t *testing.T) {
	var f File
	defer f.Close()
	template := f.Add([]Segment{{0, bytes.Repeat([]byte{7}, mib)}})
	if template == nil {
		t.Skip("nothing is mapped here")
	}
	var copied Image
	copied.Grow(mib, func(int64) bool { return true })
	for _, m := range []*Image{&copied, grown(t, mib/2)} {
		if m.Start(template) || m.Bytes()[0] != 0 {
			t.Errorf("a memory of %d bytes was started", len(m.Bytes()))
		}
	}
	// Where mapping fails the memory is zero, and whole.
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m := grown(t, mib)
	if m.Start(template) || !bytes.Equal(m.Bytes(), make([]byte, mib)) {
		t.Error("started from a closed file")
	}
	if !m.Grow(2*mib, func(int64) bool { return true }) || len(m.Bytes()) != 2*mib {
		t.Error("doesn't grow")
	}
}

// A memory that is reset holds what it started with, and can start anew.
func TestReset(t *testing.T) {
	var f File
	defer f.Close()
	template := f.Add([]Segment{{mib / 2, bytes.Repeat([]byte{7}, mib)}})
	var copied Image
	copied.Grow(mib, func(int64) bool { return true })
	if copied.Reset() {
		t.Error("a memory that is copied was reset")
	}
	if !new(Image).Reset() {
		t.Error("no memory at all is one that nobody wrote to")
	}
	if template == nil {
		t.Skip("nothing is mapped here")
	}
	m := grown(t, 2*mib)
	m.Start(template)
	want := bytes.Clone(m.Bytes())
	for range 2 {
		for i := range m.Bytes() {
			m.Bytes()[i] ^= 0xff
		}
		if !m.Reset() || !bytes.Equal(m.Bytes(), want) {
			t.Error("not as it was")
		}
	}
	m.Free()
}

// Few bytes, or scattered ones, take no file: a guest doesn't decide how many
// pages the host fills.
func TestScatteredSegmentsAreCopied(t *testing.T) {
	scattered := make([]Segment, 100_000)
	for i := range scattered {
		scattered[i] = Segment{uint64(i) << 12, []byte{1}}
	}
	for name, segments := range map[string][]Segment{
		"none": nil, "few": {{0, make([]byte, minTemplate-1)}}, "empty": {{5, nil}}, "scattered": scattered,
	} {
		var f File
		if f.Add(segments) != nil || f.file != nil {
			t.Errorf("%s: there is a template", name)
		}
	}
}

func TestSealedFile(t *testing.T) {
	var f File
	if f.Add([]Segment{{0, make([]byte, mib)}}) == nil {
		t.Skip("nothing is mapped here")
	}
	before := openFiles(t)
	f.Seal()
	if _, err := f.file.WriteAt([]byte{1}, 0); err == nil {
		t.Error("a sealed file was written")
	}
	if err := f.file.Truncate(0); err == nil {
		t.Error("a sealed file was cut")
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if after := openFiles(t); after != before-1 {
		t.Errorf("%d open files, %d before closing", after, before)
	}
}

func openFiles(t *testing.T) int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(files)
}
