package hostile

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

// Code that neither loops nor calls for a long time is stopped like any other.
// A unit for each loop alone would let either run for hours.
func TestLongCodeIsStopped(t *testing.T) {
	types := coreSec(1, []byte{1, 0x60, 0, 0})
	function := coreSec(3, []byte{1, 0})
	export := coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0}))
	body := func(code []byte) []byte {
		code = cat([]byte{0}, code, []byte{0x0b})
		return coreSec(10, cat([]byte{1}, u(len(code)), code))
	}
	tests := map[string][]byte{
		// 64 MiB of memory, filled 500 times in an endless loop.
		"memory.fill": coreModule(types, function, coreSec(5, []byte{1, 0, 0x80, 0x08}), export,
			body(cat([]byte{0x03, 0x40}, // loop
				bytes.Repeat([]byte{0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 0x80, 0x20, 0xfc, 0x0b, 0}, 500),
				[]byte{0x0c, 0, 0x0b}))),
		// A global counted up 100,000 times in a loop of 10^9.
		"straight line": coreModule(types, function, coreSec(6, []byte{2, 0x7f, 1, 0x41, 0, 0x0b, 0x7f, 1, 0x41, 0, 0x0b}), export,
			body(cat([]byte{0x03, 0x40}, // loop
				bytes.Repeat([]byte{0x23, 0, 0x41, 1, 0x6a, 0x24, 0}, 100_000),
				[]byte{0x23, 1, 0x41, 1, 0x6a, 0x24, 1, 0x23, 1, 0x41, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0x48, 0x0d, 0, 0x0b}))),
	}
	for name, module := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := newRuntime(t).Load(t.Context(), runnable(1, module))
			if err != nil {
				t.Fatal(err)
			}
			in, err := c.Instantiate(t.Context(), hostruntime.Policy{Limits: hostruntime.Limits{WallTime: 100 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close(t.Context())
			var used hostruntime.Report
			_, err = in.Call(hostruntime.WithReport(t.Context(), &used), "run")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the wall time limit", err)
			}
			if used.WallTime > patience {
				t.Errorf("stopped after %v", used.WallTime)
			}
			t.Logf("stopped after %v", used.WallTime)
		})
	}
}
