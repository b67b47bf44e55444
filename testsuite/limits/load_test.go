package limits

import (
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Each load limit lets pass what has exactly as much, and refuses one more.
func TestLoadLimits(t *testing.T) {
	for _, row := range []struct {
		limit string
		has   uint64
		set   func(l *hostruntime.LoadLimits, n uint64)
	}{
		{hostruntime.LimitComponentBytes, 1605, func(l *hostruntime.LoadLimits, n uint64) { l.ComponentBytes = n }},
		{hostruntime.LimitModules, 3, func(l *hostruntime.LoadLimits, n uint64) { l.Modules = n }},
		{hostruntime.LimitFunctions, 14, func(l *hostruntime.LoadLimits, n uint64) { l.Functions = n }},
		{hostruntime.LimitFunctionLocals, 5, func(l *hostruntime.LoadLimits, n uint64) { l.FunctionLocals = n }},
		{hostruntime.LimitFunctionBytes, 51, func(l *hostruntime.LoadLimits, n uint64) { l.FunctionBytes = n }},
		{hostruntime.LimitCodeBytes, 249, func(l *hostruntime.LoadLimits, n uint64) { l.CodeBytes = n }},
	} {
		var just, over hostruntime.LoadLimits
		row.set(&just, row.has)
		row.set(&over, row.has-1)
		if _, err := worker(t, just); err != nil {
			t.Errorf("%s of %d: %v", row.limit, row.has, err)
		}
		_, err := worker(t, over)
		e := errorAs[*hostruntime.LimitError](err)
		if e == nil || e.Limit != row.limit || e.Max != row.has-1 || e.Attempt != row.has || hostruntime.Outcome(err) != hostruntime.OutcomeInvalid {
			t.Errorf("%s of %d: %v", row.limit, row.has-1, err)
		}
	}
}

func TestCompileTime(t *testing.T) {
	_, err := worker(t, hostruntime.LoadLimits{CompileTime: time.Nanosecond})
	if e := errorAs[*hostruntime.LimitError](err); e == nil || e.Limit != hostruntime.LimitCompileTime {
		t.Errorf("got %v", err)
	}
	if _, err := worker(t, hostruntime.LoadLimits{CompileTime: -1}); err != nil {
		t.Error(err)
	}
}
