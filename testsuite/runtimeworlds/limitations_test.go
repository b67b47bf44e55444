//go:build guests

package runtimeworlds

import (
	"slices"

	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// limitations are the engines' own: see LIMITATIONS.md.
var limitations = slices.Concat(
	both(guest.QuickJS, "64 bits, all", "a number of 64 bits is a JavaScript number, exact below 2^53", "unreachable"),
	both(guest.QuickJS, "64 bits, in lists", "a number of 64 bits is a JavaScript number, exact below 2^53", "unreachable"),
	[]limitation{
		{guest.StarlingMonkey, "u32 from 2^31", provides, "a u32 from 2^31 by itself loses bits", "got 0x0, want 0x80000000"},
		{guest.StarlingMonkey, "u32 from 2^31", uses, "a u32 from 2^31 by itself loses bits", "got 0, want 2147483648"},
	},
	both(guest.StarlingMonkey, "64 bits, negative", "a negative s64 by itself ends the guest", "unreachable"),
	both(guest.StarlingMonkey, "64 bits, all", "a negative s64 by itself ends the guest", "unreachable"),
)

// both are limitations of what a guest provides and what it uses.
func both(engine, behaviour, reason, sign string) []limitation {
	return []limitation{{engine, behaviour, provides, reason, sign}, {engine, behaviour, uses, reason, sign}}
}
