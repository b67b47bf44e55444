//go:build guests

package spec

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// One instance uses another's exports; resources cross, and end with a drop or
// with their user.
func TestProvide(t *testing.T) {
	provider := instance(t, "Provides")
	counters, err := provider.Provide("test:pkg/counters@1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	user := instance(t, "Uses", counters)
	if got := call(t, user, "run"); got != value.U32(321) {
		t.Errorf("run: got %v", got)
	}
	if got := call(t, provider, "destroyed"); got != value.U32(20) {
		t.Errorf("destroyed: got %v after a drop", got)
	}
	other := instance(t, "Uses", counters)
	call(t, other, "run")
	if err := user.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := call(t, provider, "destroyed"); got != value.U32(20+301+20) {
		t.Errorf("destroyed: got %v after a user was closed", got)
	}

	// A failure of the provider's is the user's too, and says where it began.
	_, err = other.Call(t.Context(), "fail")
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if !ok || trap.Cause == nil || !strings.Contains(trap.Reason, "counters@1.2.0#fail: trap: unreachable") {
		t.Errorf("got %v, want a trap with the provider's", err)
	}
	// What the other user still has ended with the provider.
	if err := other.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProvideNothing(t *testing.T) {
	provider := instance(t, "Provides")
	if _, err := provider.Provide("test:pkg/other@1.0.0"); err == nil || !strings.Contains(err.Error(), "no functions there") {
		t.Errorf("got %v", err)
	}
}
