package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/wit/abi"
)

// leftovers are exports that guest toolchains use while they build a component
// and leave in it: they initialise the engine a second time, and are no part
// of the world. The key is the interface's and the function's name, the value
// the names of the parameters, so that a guest's own function of that name
// isn't taken for one.
var leftovers = map[[2]string][]string{
	{"exports", "init"}: {"app-name", "symbols", "stub-wasi"},           // componentize-py
	{"", "init"}:        {"shim", "script", "entry-path", "disable-gc"}, // componentize-qjs
}

// leftover reports whether an export is not for the host to call.
func leftover(e *link.Export) bool {
	names, ok := leftovers[[2]string{e.Interface, e.Name}]
	return ok && sameParams(e.Type, names)
}

func sameParams(f *abi.Func, names []string) bool {
	if len(f.Params) != len(names) {
		return false
	}
	for i, p := range f.Params {
		if p.Name != names[i] {
			return false
		}
	}
	return true
}
