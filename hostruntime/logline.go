package hostruntime

import (
	"bytes"
	"log/slog"
	"sync/atomic"
	"unicode/utf8"
)

// maxLogLine is how much of a line becomes part of a record.
const maxLogLine = 4 << 10

// A lineCount is how many lines one call may log, of both streams together and
// its tasks', and what they did. Tasks count side by side.
type lineCount struct {
	limit           uint64
	logged, dropped atomic.Uint64
}

func (c *lineCount) begin(limit uint64) {
	c.limit = limit
	c.logged.Store(0)
	c.dropped.Store(0)
}

// take counts a line, or reports false where it is one too many.
func (c *lineCount) take() bool {
	for {
		logged := c.logged.Load()
		if logged >= c.limit {
			return false
		}
		if c.logged.CompareAndSwap(logged, logged+1) {
			return true
		}
	}
}

// mayLog counts a line with the instance and with those it is a task of. Where
// it is one too many for any of them it is dropped, and counted so with all.
func (in *Instance) mayLog() bool {
	for at := in; at != nil; at = at.caller() {
		if at.lines.take() {
			continue
		}
		for taken := in; taken != at; taken = taken.caller() {
			taken.lines.logged.Add(^uint64(0))
		}
		for dropping := in; dropping != nil; dropping = dropping.caller() {
			dropping.lines.dropped.Add(1)
		}
		return false
	}
	return true
}

// A lineLog makes a record of each line that a guest writes to one stream.
type lineLog struct {
	in     *Instance
	logger *slog.Logger
	stream string
	// rest is the beginning of a line that isn't complete, and cut how much of
	// that had no place there.
	rest []byte
	cut  int
}

// write takes the next piece of output, after secrets were taken out of it.
func (l *lineLog) write(p []byte) {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			l.keep(p)
			return
		}
		if len(l.rest) == 0 && l.cut == 0 {
			l.log(p[:min(end, maxLogLine)], max(0, end-maxLogLine))
		} else {
			l.keep(p[:end])
			l.log(l.rest, l.cut)
			l.rest, l.cut = l.rest[:0], 0
		}
		p = p[end+1:]
	}
}

// keep adds to the line that isn't complete. Where there is no memory for it
// the line is cut.
func (l *lineLog) keep(p []byte) {
	if cap(l.rest) == 0 && l.in.chargeMemory(maxLogLine) {
		l.rest = make([]byte, 0, maxLogLine)
	}
	n := min(len(p), cap(l.rest)-len(l.rest))
	l.rest = append(l.rest, p[:n]...)
	l.cut += len(p) - n
}

// end logs a last line without an end, as the call is over.
func (l *lineLog) end() {
	if len(l.rest) > 0 || l.cut > 0 {
		l.log(l.rest, l.cut)
	}
	l.in.chargeMemory(-int64(cap(l.rest)))
	l.rest, l.cut = nil, 0
}

// log makes a record. The line is an attribute, not the message, so that a guest
// can't pass for the host.
func (l *lineLog) log(line []byte, cut int) {
	c := &l.in.call
	if !l.in.mayLog() {
		return
	}
	if !l.logger.Enabled(c.outer, slog.LevelInfo) {
		return
	}
	if cut > 0 {
		whole := wholeRunes(line)
		line, cut = line[:whole], cut+len(line)-whole
	}
	text := string(bytes.TrimSuffix(line, []byte("\r")))
	if l.stream == "stderr" {
		text = l.in.readable(text) // a traceback's
	}
	attrs := []slog.Attr{
		nameAttr(l.in.name), slog.String("export", briefly(c.export)),
		slog.String("stream", l.stream), slog.String("line", EscapeText(text)),
	}
	if cut > 0 {
		attrs = append(attrs, slog.Int("cutBytes", cut))
	}
	l.logger.LogAttrs(c.outer, slog.LevelInfo, "guest output", attrs...)
}

// wholeRunes returns how much of text is left without a character that its end
// cuts in two.
func wholeRunes(text []byte) int {
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		if at := len(text) - i; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return at
			}
			break
		}
	}
	return len(text)
}
