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
	givenBack("got 0x5, want 0x4", "resources, given back"),
	givenBack("resource not found", "resources, aggregates", "resources, renamed", "resources, several given back",
		"resources, imported and exported, given back", "resources, of one name, given back"),
	forgets("resources, given back", "resources, renamed"),
	[]limitation{
		{guest.QuickJS, "resources, lent to the world's functions", provides, "a resource of the host's that is lent to the guest is still held when the call returns, which traps; under wasmtime 50 too", "borrow handles still remain at the end of the call: 2"},
		{guest.QuickJS, "resources, ends are heard", provides, "[Symbol.dispose] isn't called when the host closes a resource of the guest's; nor is it under wasmtime 50", "got 0x0, want 0x2"},
		{guest.Python, "resources, ends are heard", provides, "__del__ isn't called when the host closes a resource of the guest's; nor is it under wasmtime 50", "got 0x0, want 0x2"},
		{guest.QuickJS, "versions", provides, "the engine takes the guest's export named test for both versions, so there can't be two; under wasmtime 50 too", "interface 'mirror:dep/test@0.1.0' not found"},
		{guest.Python, "inline interfaces", uses, "componentize-py makes no binding for an interface that the world imports inline", "No module named 'wit_world.imports'"},
	},
)

// givenBack are limitations of the guest's resources that come back to it.
func givenBack(sign string, behaviours ...string) []limitation {
	var all []limitation
	for _, b := range behaviours {
		all = append(all, limitation{guest.QuickJS, b, provides, "given back a resource of its own, the guest gets another one, or traps for there is none; under wasmtime 50 too", sign})
	}
	return all
}

// forgets are limitations of several of the guest's resources, of which some
// come back to it.
func forgets(behaviours ...string) []limitation {
	var all []limitation
	for _, b := range behaviours {
		all = append(all, limitation{guest.StarlingMonkey, b, provides, "given back a resource of its own, the guest may forget another one, whose next use traps; under wasmtime 50 too", "repTable.get(...) is undefined"})
	}
	return all
}

// both are limitations of what a guest provides and what it uses.
func both(engine, behaviour, reason, sign string) []limitation {
	return []limitation{{engine, behaviour, provides, reason, sign}, {engine, behaviour, uses, reason, sign}}
}
