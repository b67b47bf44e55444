package rewrite

import "fmt"

// An Error says why a core module is not run.
type Error struct {
	// Offset is the byte offset in the module of what is wrong.
	Offset int
	// Section names the section it is in, empty outside of all.
	Section string
	// Msg says what was met and what was wanted, about the module: "uses
	// threads …, which are off".
	Msg string
	// FeatureOff says that the module may be valid, but uses a feature that
	// is off.
	FeatureOff bool
}

// Error returns `core module at offset 0x2a: code section: …`.
func (e *Error) Error() string {
	if e.Section == "" {
		return fmt.Sprintf("core module at offset %#x: %s", e.Offset, e.Msg)
	}
	return fmt.Sprintf("core module at offset %#x: %s section: %s", e.Offset, e.Section, e.Msg)
}
