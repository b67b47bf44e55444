package image

import "testing"

// A memory keeps what is written and is zero where nothing was, whether it
// grows in place or is copied.
func TestGrow(t *testing.T) {
	const page = 1 << 16
	for _, reserved := range []uint64{0, 100 * page} {
		var m Image
		m.Reserve(reserved)
		var held, peak int64
		charge := func(n int64) bool {
			held += n
			peak = max(peak, held)
			return true
		}
		for pages := uint64(1); pages <= 100; pages += 3 {
			before := len(m.Bytes())
			if !m.Grow(pages*page, charge) || len(m.Bytes()) != int(pages*page) {
				t.Fatalf("growing to %d pages: %d bytes", pages, len(m.Bytes()))
			}
			for i := before; i < len(m.Bytes()); i += page {
				if m.Bytes()[i] != 0 {
					t.Fatalf("byte %d is not zero", i)
				}
				m.Bytes()[i] = byte(i / page)
			}
		}
		for i := 0; i < len(m.Bytes()); i += page {
			if m.Bytes()[i] != byte(i/page) {
				t.Fatalf("byte %d was lost", i)
			}
		}
		if m.space != nil && peak != 0 {
			t.Errorf("growing in place took %d bytes besides", peak)
		}
		if m.space == nil && (held < 0 || peak < 50*page || uint64(held) != m.slack) {
			t.Errorf("copying took %d bytes besides, and still %d, %d in reserve", peak, held, m.slack)
		}
		m.Free()
		m.Free()
		if m.Bytes() != nil {
			t.Error("bytes after Free")
		}
	}
}

func TestGrowthIsRefused(t *testing.T) {
	var m Image
	if !m.Grow(1000, func(int64) bool { return true }) {
		t.Fatal("the first growth")
	}
	if m.Grow(1<<20, func(n int64) bool { return n < 0 }) || len(m.Bytes()) != 1000 {
		t.Errorf("grew to %d bytes without memory for a copy", len(m.Bytes()))
	}
}
