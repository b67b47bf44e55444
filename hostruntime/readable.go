package hostruntime

import (
	"bytes"
	"io"
	"sync"

	"github.com/capsule-kit/capsule/internal/sourcemap"
)

// readable returns a function that gives the places in an engine's text, such
// as those of a traceback, in the files that the guest's author wrote. A guest
// that was bundled from several files, or from TypeScript, carries the source
// map for it; for any other there is no function. With a map that makes no
// sense text stays as it is.
func readable(sourceMap []byte) func(string) string {
	if sourceMap == nil {
		return nil
	}
	parse := sync.OnceValue(func() *sourcemap.Map {
		m, err := sourcemap.Parse(sourceMap)
		if err != nil {
			return nil
		}
		return m
	})
	return func(text string) string {
		if text == "" {
			return ""
		}
		if m := parse(); m != nil {
			return m.Rewrite(text)
		}
		return text
	}
}

// readable returns what the guest's engine wrote with the author's own places.
func (in *Instance) readable(text string) string {
	if in.component.readable == nil {
		return text
	}
	return in.component.readable(text)
}

// A lineWriter passes text on line by line, each made readable. An engine
// writes a traceback in pieces.
type lineWriter struct {
	to       io.Writer
	readable func(string) string
	rest     []byte
}

// maxLine is how long a line can be that is waited for the end of.
const maxLine = 16 << 10

// Write passes on what is complete.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	end := bytes.LastIndexByte(w.rest, '\n') + 1
	if len(w.rest)-end > maxLine {
		end = len(w.rest)
	}
	err := w.pass(end)
	return len(p), err
}

// flush passes on the rest.
func (w *lineWriter) flush() error { return w.pass(len(w.rest)) }

func (w *lineWriter) pass(n int) error {
	if n == 0 {
		return nil
	}
	_, err := io.WriteString(w.to, w.readable(string(w.rest[:n])))
	w.rest = append(w.rest[:0], w.rest[n:]...)
	return err
}
