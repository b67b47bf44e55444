package determinism

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

var update = flag.Bool("update", false, "write fuel.txt anew, which a new FuelModel needs")

// calls are of components whose bytes lie in this repository, in testsuite: those
// that toolchains build differ from build to build.
var calls = []struct {
	file, export string
	args         []value.Value
}{
	{"limits/testdata/worker.wasm", "spin", []value.Value{value.U32(1_000_000)}},
	{"limits/testdata/worker.wasm", "ping", []value.Value{value.U32(100_000)}},
	{"limits/testdata/worker.wasm", "tree", []value.Value{value.U32(15)}},
	{"limits/testdata/worker.wasm", "recurse", []value.Value{value.U32(1000)}},
	{"limits/testdata/worker.wasm", "fill", []value.Value{value.U32(60_000)}},
	{"limits/testdata/worker.wasm", "grow", []value.Value{value.U32(100)}},
	{"limits/testdata/worker.wasm", "give", []value.Value{value.U32(50_000)}},
	{"limits/testdata/worker.wasm", "take", []value.Value{value.Bytes("hello")}},
	{"limits/testdata/worker.wasm", "ask", []value.Value{value.U32(1000), value.U32(100)}},
	{"limits/testdata/worker.wasm", "hold", []value.Value{value.U32(1000)}},
	{"hostile/testdata/spins.wasm", "empty-loop", nil},
	{"hostile/testdata/spins.wasm", "exponential-calls", nil},
	{"hostile/testdata/spins.wasm", "memory-copy", nil},
	{"hostile/testdata/spins.wasm", "table-fill", nil},
	{"hostile/testdata/spins.wasm", "square-roots", nil},
	{"hostile/testdata/forged-handles.wasm", "dropped-twice", nil},
	{"hostile/testdata/forged-handles.wasm", "hoards-its-own", nil},
	{"hostile/testdata/destructors.wasm", "traps", nil},
}

// TestFuelIsAsElsewhere compares what calls use with fuel.txt, which another
// machine wrote.
func TestFuelIsAsElsewhere(t *testing.T) {
	ctx := t.Context()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	var text strings.Builder
	fmt.Fprintf(&text, "fuel model %d\n", hostruntime.FuelModel)
	for _, c := range calls {
		report := use(ctx, t, rt, filepath.Join("..", c.file), c.export, c.args)
		fmt.Fprintf(&text, "%s %s: %s, %d units, %d bytes\n", filepath.Base(c.file), c.export, report.Outcome, report.Fuel, report.MemoryBytes)
	}
	if *update {
		if err := os.WriteFile("fuel.txt", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("fuel.txt")
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s\nif FuelModel is a new one: go test ./testsuite/determinism -run TestFuelIsAsElsewhere -update", text.String(), want)
	}
}

// use calls an export of a new deterministic instance.
func use(ctx context.Context, t *testing.T, rt *hostruntime.Runtime, file, export string, args []value.Value) hostruntime.Report {
	t.Helper()
	c, err := rt.LoadFile(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	none := func(context.Context, []value.Value) (value.Value, error) { return nil, nil }
	zero := func(context.Context, []value.Value) (value.Value, error) { return value.U32(0), nil }
	open := func(context.Context, []value.Value) (value.Value, error) {
		return value.Handle{Resource: "file", Rep: new(int)}, nil
	}
	in, err := c.Instantiate(ctx, hostruntime.Policy{
		Deterministic: &hostruntime.Deterministic{Seed: 7},
		Limits:        hostruntime.Limits{Fuel: 20_000_000, MemoryBytes: 64 << 20, WallTime: 10 * time.Minute},
	}, hostruntime.Imports{
		hostruntime.HostFunc("test:limits/host", "ask", zero),
		hostruntime.HostFunc("", "open", open), hostruntime.HostFunc("", "ask", none), hostruntime.HostFunc("", "read", none),
		hostruntime.HostFunc("", "close", none), hostruntime.HostFunc("", "copy", none),
	})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	defer in.Close(ctx)
	var report hostruntime.Report
	if _, err := in.Call(hostruntime.WithReport(ctx, &report), export, args...); report.Outcome == "" {
		t.Fatalf("%s %s: %v", file, export, err)
	}
	return report
}
