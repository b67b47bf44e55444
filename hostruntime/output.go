package hostruntime

import (
	"fmt"
	"io"
)

// A capture keeps the beginning and the end of what a guest writes during a
// call, and passes it on.
type capture struct {
	through io.Writer
	head    []byte
	tail    []byte // a ring once full
	next    int    // where the ring goes on
	max     int
	total   uint64
}

// start forgets the call before, and keeps up to limit bytes of the next one:
// three quarters from the beginning, a quarter from the end.
func (c *capture) start(limit uint64) {
	const most = 1 << 30 // an Unlimited capture has a bound, too
	c.max = int(min(limit, most))
	c.head, c.tail, c.next, c.total = nil, nil, 0, 0
}

// Write takes all of p; what doesn't fit is counted only.
func (c *capture) Write(p []byte) (int, error) {
	n := len(p)
	c.total += uint64(n)
	var err error
	if c.through != nil {
		_, err = c.through.Write(p)
	}
	headMax := c.max - c.max/4
	if room := headMax - len(c.head); room > 0 {
		taken := min(room, len(p))
		c.head = append(c.head, p[:taken]...)
		p = p[taken:]
	}
	tailMax := c.max / 4
	if len(p) > tailMax {
		p = p[len(p)-tailMax:]
	}
	for len(p) > 0 {
		if len(c.tail) < tailMax {
			taken := min(tailMax-len(c.tail), len(p))
			c.tail = append(c.tail, p[:taken]...)
			p = p[taken:]
			continue
		}
		taken := copy(c.tail[c.next:], p)
		c.next = (c.next + taken) % tailMax
		p = p[taken:]
	}
	return n, err
}

// String returns what was kept, with a mark where something is missing.
func (c *capture) String() string {
	text := string(c.head)
	if cut := c.total - uint64(len(c.head)+len(c.tail)); cut > 0 {
		text += fmt.Sprintf("\n[… %d bytes cut …]\n", cut)
	}
	return text + string(c.tail[c.next:]) + string(c.tail[:c.next])
}
