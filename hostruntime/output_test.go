package hostruntime

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// newCapture returns a capture that keeps kept bytes, of a quota and a memory.
func newCapture(kept, quota, memory uint64) (*capture, *memoryBudget, *strings.Builder) {
	budget, through := &memoryBudget{limit: memory}, &strings.Builder{}
	c := &capture{quota: &outputQuota{limit: quota}, charge: budget.charge, through: through}
	c.start(kept)
	return c, budget, through
}

func TestCaptureKeepsBothEnds(t *testing.T) {
	const text = "0123456789abcdefghijklmnopqrstuvwxyz"
	for kept, want := range map[uint64]string{
		100: text,
		36:  text[:27] + text[27:],
		8:   "012345\n[… 28 bytes cut …]\nyz",
		0:   "\n[… 36 bytes cut …]\n",
	} {
		for _, piece := range []int{1, 5, 36} {
			c, _, through := newCapture(kept, 1000, 1<<20)
			for rest := text; rest != ""; rest = rest[min(piece, len(rest)):] {
				if n, err := c.Write([]byte(rest[:min(piece, len(rest))])); err != nil || n != min(piece, len(rest)) {
					t.Fatal(n, err)
				}
			}
			if got := c.String(); got != want || through.String() != text {
				t.Errorf("keeping %d, in pieces of %d: %q, want %q; passed on %q", kept, piece, got, want, through)
			}
		}
	}
}

func TestCaptureEndsAtItsQuota(t *testing.T) {
	c, _, through := newCapture(100, 10, 1<<20)
	if n, err := c.Write([]byte("0123456789")); n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	n, err := c.Write([]byte("x"))
	limit, ok := errors.AsType[*wasi.LimitError](err)
	if n != 0 || !ok || limit.What != LimitOutput || limit.Limit != 10 || limit.Attempt != 11 || through.String() != "0123456789" {
		t.Errorf("%d, %v, passed on %q", n, err, through)
	}
}

func TestCaptureIsMemory(t *testing.T) {
	c, budget, _ := newCapture(1<<20, 1<<30, 10_000)
	for range 100 {
		if _, err := c.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	kept := len(c.head) + len(c.tail)
	if kept == 0 || kept > 10_000 || budget.peak.Load() > 10_000 || c.total != 100_000 {
		t.Errorf("%d bytes kept with %d of memory, %d written", kept, budget.peak.Load(), c.total)
	}
	if c.start(100); budget.used.Load() != 0 {
		t.Errorf("%d bytes still charged", budget.used.Load())
	}
}
