//go:build guests

package resources

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/testsuite/resources/resources"
)

// QuickJS's engine loses a counter that it is given back, and never gives back a
// log that it is lent: the guest traps, here as in other runtimes.
func testQuickJS(t *testing.T, comp *hostruntime.Component) {
	ctx := t.Context()
	task, _ := start(t, comp)
	a, b := must[*resources.Counter](t)(task.Counters.NewCounter(ctx, 1)), must[*resources.Counter](t)(task.Counters.NewCounter(ctx, 2))
	_, err := task.Counters.Join(ctx, resources.Pair{Left: b, Right: a})
	if trap, ok := errors.AsType[*hostruntime.Trap](err); !ok || !strings.Contains(trap.Stderr, "resource not found") {
		t.Errorf("a counter was given back: %v", err)
	}
	other, h := start(t, comp)
	err = other.Note(ctx, h.newLog("a"), "line")
	if trap, ok := errors.AsType[*hostruntime.Trap](err); !ok || !strings.Contains(trap.Reason, "borrow handles still remain") {
		t.Errorf("a log was lent: %v", err)
	}
}

// Guests in every language stand behind the same Go types.
func TestEngines(t *testing.T) {
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			file := "sandbox/guest.js"
			if engine == guest.Python {
				file = "sandbox/guest.py"
			}
			path := guest.Build(t, guest.Spec{WIT: "wit", World: "resources", Engine: engine, File: file})
			comp, err := runtime(t).LoadFile(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if engine != guest.QuickJS {
				everything(t, comp)
				return
			}
			everything(t, comp, moves, lends)
			testQuickJS(t, comp)
		})
	}
}
