package component

import (
	"fmt"
	"strings"
)

// An Error says why bytes are not a valid component.
type Error struct {
	// Offset is the byte offset in the input of the item that is wrong.
	Offset int
	// Section names the section the item is in, "" before the first one.
	Section string
	// Msg says what was met and what was wanted.
	Msg string
}

// Error returns `type section, offset 0x1f: …`.
func (e *Error) Error() string {
	if e.Section == "" {
		return fmt.Sprintf("offset 0x%x: %s", e.Offset, e.Msg)
	}
	return fmt.Sprintf("%s section, offset 0x%x: %s", e.Section, e.Offset, e.Msg)
}

// brief returns text cut to a length that suits a message.
func brief(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// quote returns a name from the input for use in a message: cut to a readable
// length, with everything unprintable escaped.
func quote(name string) string {
	const most = 100
	if len(name) > most {
		return fmt.Sprintf("%+q…", name[:most])
	}
	return fmt.Sprintf("%q", name)
}
