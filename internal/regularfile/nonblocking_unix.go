//go:build unix

package regularfile

import "syscall"

// nonBlocking has a pipe opened without waiting for its writer.
const nonBlocking = syscall.O_NONBLOCK
