//go:build !unix

package regularfile

// Elsewhere no name in a folder leads to a pipe.
const nonBlocking = 0
