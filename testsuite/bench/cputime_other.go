//go:build !linux

package main

import "time"

// cpuTime stands for this thread's computing time, which the system doesn't
// tell apart.
func cpuTime() time.Duration { return time.Since(started) }
