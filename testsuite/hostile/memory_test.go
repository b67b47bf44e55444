package hostile

import (
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

func TestFunctionReferencesTakeNoMemory(t *testing.T) {
	before := heapBytes()
	heap, err := run(t, "function-references", hostruntime.Limits{WallTime: patience})
	if err != nil {
		t.Fatal(err)
	}
	if heap > before+(50<<20) {
		t.Errorf("%d MiB of heap after the call, %d before", heap>>20, before>>20)
	}
}

// What wazero keeps for an instance outside of linear memory counts as well.
func TestMemoryOfManyCoreInstances(t *testing.T) {
	types := coreSec(1, []byte{1, 0x60, 0, 0})
	function := coreSec(3, []byte{1, 0})
	export := coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0}))
	nothing := coreSec(10, []byte{1, 2, 0, 0x0b})
	for name, module := range map[string][]byte{
		"tables that grow": coreModule(types, function, coreSec(4, []byte{1, 0x70, 0, 0}), export,
			coreSec(8, []byte{0}), // start
			// table.grow by a million of ref.null func
			coreSec(10, []byte{1, 12, 0, 0xd0, 0x70, 0x41, 0xc0, 0x84, 0x3d, 0xfc, 15, 0, 0x1a, 0x0b})),
		"globals":  coreModule(types, function, coreSec(6, vec(times(5_000, []byte{0x7f, 1, 0x41, 0, 0x0b}))), export, nothing),
		"elements": coreModule(types, function, export, coreSec(9, cat([]byte{1, 1, 0}, u(20_000), make([]byte, 20_000))), nothing),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := newRuntime(t).Load(t.Context(), runnable(700, module))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Instantiate(t.Context(), hostruntime.Policy{})
			if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitMemory {
				t.Errorf("got %v, want the memory limit", err)
			}
		})
	}
}
