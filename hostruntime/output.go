package hostruntime

import (
	"fmt"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// An outputQuota is what one call may write, to both streams together.
type outputQuota struct{ limit, written uint64 }

// A capture keeps the beginning and the end of what a guest writes during a
// call, and passes it on.
type capture struct {
	quota *outputQuota
	// charge is asked for the memory of what is kept, and told of what isn't
	// any more by a negative number.
	charge  func(int64) bool
	through io.Writer
	// note, if not nil, hears what is written, and can refuse it.
	note  func([]byte) error
	log   *lineLog // nil for none
	head  []byte
	tail  []byte // a ring once full
	next  int    // where the ring goes on
	max   int
	total uint64
}

// start forgets the call before, and keeps up to limit bytes of the next one:
// three quarters from the beginning, a quarter from the end.
func (c *capture) start(limit uint64) {
	const most = 1 << 30 // an Unlimited capture has a bound, too
	c.max = int(min(limit, most))
	if held := cap(c.head) + cap(c.tail); held > 0 {
		c.charge(-int64(held))
	}
	c.head, c.tail, c.next, c.total = nil, nil, 0, 0
}

// Write takes what the quota leaves of p; of that, what doesn't fit is counted
// only.
//
// Errors: *wasi.LimitError beyond the quota, or where a journal has no memory
// for it; that of the writer that it is passed on to.
func (c *capture) Write(p []byte) (int, error) {
	n := len(p)
	var err error
	if left := c.quota.limit - c.quota.written; uint64(n) > left {
		err = &wasi.LimitError{What: LimitOutput, Limit: c.quota.limit, Attempt: c.quota.written + uint64(n)}
		p, n = p[:left], int(left)
	}
	if c.note != nil {
		if e := c.note(p); e != nil {
			return 0, e
		}
	}
	c.quota.written += uint64(n)
	c.total += uint64(n)
	if c.through != nil && n > 0 {
		if _, e := c.through.Write(p); e != nil {
			return n, e
		}
	}
	if c.log != nil {
		c.log.write(p)
	}
	c.keep(p)
	return n, err
}

// end passes on what was held back for the end of its line. The call is over,
// and its writer's error comes too late for the guest.
func (c *capture) end() {
	if c.log != nil {
		c.log.end()
	}
	if w, ok := c.through.(*lineWriter); ok {
		_ = w.flush()
	}
}

// keep adds p to what is kept, and drops what there is no room for.
func (c *capture) keep(p []byte) {
	headMax := c.max - c.max/4
	if room := headMax - len(c.head); room > 0 {
		taken := min(room, len(p))
		c.head = c.grow(c.head, p[:taken], headMax)
		p = p[taken:]
	}
	tailMax := c.max / 4
	if len(p) > tailMax {
		p = p[len(p)-tailMax:]
	}
	for len(p) > 0 {
		if len(c.tail) < tailMax {
			taken := min(tailMax-len(c.tail), len(p))
			c.tail = c.grow(c.tail, p[:taken], tailMax)
			p = p[taken:]
			continue
		}
		taken := copy(c.tail[c.next:], p)
		c.next = (c.next + taken) % tailMax
		p = p[taken:]
	}
}

// grow appends p to one of the parts, whose memory it charges. Where that is
// refused p is dropped.
func (c *capture) grow(part, p []byte, most int) []byte {
	need := len(part) + len(p)
	if need > cap(part) {
		size := min(max(need, 2*cap(part), 512), most)
		if !c.charge(int64(size)) {
			return part
		}
		grown := append(make([]byte, 0, size), part...)
		c.charge(-int64(cap(part)))
		part = grown
	}
	return append(part, p...)
}

// String returns what was kept, with a mark where something is missing.
func (c *capture) String() string {
	text := string(c.head)
	if cut := c.total - uint64(len(c.head)+len(c.tail)); cut > 0 {
		text += fmt.Sprintf("\n[… %d bytes cut …]\n", cut)
	}
	return text + string(c.tail[c.next:]) + string(c.tail[:c.next])
}
