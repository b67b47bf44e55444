package hostile

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Nested components and core modules are instantiated any number of times, so
// that a short component can stand for a very large one.
func TestUnfolding(t *testing.T) {
	// 500 exports, each the same instance of 500 exports.
	wide := instanceSec(inlineExports(500, sortType, 0), inlineExports(500, sortInstance, 0), inlineExports(1, sortInstance, 1))
	tests := map[string]struct {
		component []byte
		want      string
	}{
		"definitions": {
			component(
				componentSec(component(typeSec(times(20_000, []byte{stringType})))),
				instanceSec(times(1_000, instantiate(0)))),
			"definitions and exports",
		},
		"exports of instances": {
			component(typeSec([]byte{u32Type}), wide, aliasSec(times(1_000, aliasInstance(2, "e0")))),
			"definitions and exports",
		},
		"globals of core instances": {
			component(coreModuleSec(coreModule(coreSec(6, vec(times(50_000, []byte{0x7f, 1, 0x41, 0, 0x0b}))))),
				coreInstanceSec(times(2_000, coreInstantiate(0)))),
			"bytes of core modules",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newRuntime(t).Load(t.Context(), test.component)
			if unsupported, ok := errors.AsType[*hostruntime.UnsupportedError](err); !ok || !strings.Contains(unsupported.Reason, test.want) {
				t.Errorf("got %v, want an UnsupportedError that names %q", err, test.want)
			}
		})
	}
}
