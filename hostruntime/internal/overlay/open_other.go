//go:build !unix

package overlay

// nonBlocking is the flag with which opening a pipe doesn't wait for its other
// end.
const nonBlocking = 0
