package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// measurePeer runs the same component on wasmtime's Python package, whose
// interpreter is python. wasmtime has neither fuel nor epochs on: it can't stop
// a guest in these figures, and the runtime here can.
func measurePeer(ctx context.Context, python, component string) (*result, error) {
	cmd := exec.CommandContext(ctx, python, "testsuite/bench/peer/wasmtime_peer.py", component)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("wasmtime: %w", err)
	}
	var seconds map[string][]float64
	if err := json.Unmarshal(out, &seconds); err != nil {
		return nil, fmt.Errorf("wasmtime: %w", err)
	}
	samples := func(name string) (f figure) {
		for _, s := range seconds[name] {
			f = append(f, time.Duration(s*float64(time.Second)))
		}
		return f
	}
	return &result{
		cold: samples("cold"), cached: samples("cached"), instantiate: samples("instantiate"),
		first: samples("first"), steady: samples("steady"), compute: samples("compute"),
	}, nil
}

// ratio writes how many times as long as the peer's minimum ours is.
func ratio(ours, peers figure) string {
	return fmt.Sprintf("%.2g", float64(ours.min())/float64(peers.min()))
}
