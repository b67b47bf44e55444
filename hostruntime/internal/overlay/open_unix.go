//go:build unix

package overlay

import "syscall"

// nonBlocking is the flag with which opening a pipe doesn't wait for its other
// end.
const nonBlocking = syscall.O_NONBLOCK
