//go:build !unix && !windows

package wasi

import "errors"

// setHopLimit has no way to do it here.
func setHopLimit(uintptr, bool, int) error { return errors.ErrUnsupported }
