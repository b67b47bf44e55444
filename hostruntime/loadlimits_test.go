package hostruntime

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A load waits for its turn to compile, as long as its caller does.
func TestCompilesWaitForTheirTurn(t *testing.T) {
	const file = "../testsuite/limits/testdata/worker.wasm"
	ctx := t.Context()
	rt, err := New(ctx, Config{NoCache: true, Load: LoadLimits{ConcurrentCompiles: 1, CompileTime: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	rt.compiling <- struct{}{} // somebody compiles
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := rt.LoadFile(short, file); !errors.Is(err, context.DeadlineExceeded) || Outcome(err) != OutcomeTimeout {
		t.Errorf("while another compiles: %v", err)
	}
	loaded := make(chan error)
	for range 3 {
		go func() {
			_, err := rt.LoadFile(ctx, file)
			loaded <- err
		}()
	}
	<-rt.compiling
	for range 3 {
		if err := <-loaded; err != nil {
			t.Errorf("after it: %v", err)
		}
	}
}
