package rewrite

import (
	"fmt"
	"strings"
)

// An Error says why a core module is not run: what was met, in which section,
// and at which byte offset of the module.
type Error struct {
	Offset  int
	Section string
	Msg     string
}

// Error returns `core module at offset 0x2a: code section: …`.
func (e *Error) Error() string {
	if e.Section == "" {
		return fmt.Sprintf("core module at offset %#x: %s", e.Offset, e.Msg)
	}
	return fmt.Sprintf("core module at offset %#x: %s section: %s", e.Offset, e.Section, e.Msg)
}

// FeatureOff reports whether the module may be valid, but uses a feature that
// is off; the message of such an error begins with "uses", and no other does.
func (e *Error) FeatureOff() bool { return strings.HasPrefix(e.Msg, "uses ") }
