package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress says on standard error what takes time, and for how long it has,
// until the function it returns is called. Without a terminal it says nothing.
// Only one may be shown at a time.
func (a *app) progress(what string) (done func()) {
	if !terminal(a.err) {
		return func() {}
	}
	stop := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		start := time.Now()
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			fmt.Fprintf(a.err, "\r%s … %.0fs ", what, time.Since(start).Seconds())
			select {
			case <-tick.C:
			case <-stop:
				fmt.Fprint(a.err, "\r\x1b[K")
				return
			}
		}
	})
	return func() {
		close(stop)
		shown.Wait()
	}
}
