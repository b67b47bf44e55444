package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns how long this thread has computed: what else the machine does
// is not in it.
func cpuTime() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &used) != nil {
		return time.Since(started)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
