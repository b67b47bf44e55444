package hostruntime

import (
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
)

// The garbage collector waits for what runs between two entries into Go.
// That a unit is no more than rewrite.MaxStretch instructions is shown there.
func TestSlicesAreSmall(t *testing.T) {
	if n := sliceMax * rewrite.MaxStretch; n > 10_500_000 {
		t.Errorf("%d instructions can run between two entries into Go", n)
	}
}
