package hostile

import (
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Every call into a guest takes a piece of the Go stack, whose overflow ends
// the process, and a native stack.
func TestRecursionThroughTheHostTraps(t *testing.T) {
	for _, name := range []string{"destructor-recursion", "call-recursion", "nested-stacks"} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, name, hostruntime.Limits{WallTime: patience})
			wantTrap(t, err)
		})
	}
}

// 40 functions that each needed more than 40 MB of native stack.
func TestNativeStacksAreNotKept(t *testing.T) {
	heap, err := run(t, "retained-stacks", hostruntime.Limits{WallTime: patience})
	if err != nil {
		t.Fatal(err)
	}
	if heap > 200<<20 {
		t.Errorf("%d MiB of heap after the call", heap>>20)
	}
}
