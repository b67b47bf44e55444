package hostile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// An attack is a component, what is done with it, and how that must end.
type attack struct {
	name string
	// file is testdata/<file>.wasm, or made or loaded is the component.
	file   string
	made   func() []byte
	loaded *hostruntime.Component
	// call is the export that is called with args; default "run".
	call string
	args []value.Value
	// limits are what the guest has; by default memory is 64 MiB and time
	// longer than any test waits.
	limits hostruntime.Limits
	// folder, if set, is what the guest may write to, as /data.
	folder string
	// heap is by how many MiB the host's heap may be larger at a time; by
	// default 200, of which the guest has up to 64.
	heap uint64
	want ending
}

// An ending is what went wrong at which stage.
type ending struct {
	stage stage
	kind  string
	// text is in the error's message.
	text string
}

type stage string

const (
	loading  stage = "load"
	starting stage = "instantiate"
	calling  stage = "call"
)

func refused(text string) ending     { return ending{loading, "FormatError", text} }
func unsupported(text string) ending { return ending{loading, "UnsupportedError", text} }
func trapsAtStart(text string) ending {
	return ending{starting, "Trap", text}
}
func limitAtStart(limit string) ending { return ending{starting, "LimitError", limit + " limit"} }
func traps(text string) ending         { return ending{calling, "Trap", text} }
func reaches(limit string) ending      { return ending{calling, "LimitError", limit + " limit"} }

// survives is the ending of what is strange but allowed.
var survives = ending{}

// brief is for what never ends by itself.
var brief = hostruntime.Limits{WallTime: 100 * time.Millisecond}

// TestAttacks makes all attacks in one runtime.
func TestAttacks(t *testing.T) {
	rt := newRuntime(t)
	bystander := newBystander(t, rt)
	seen := map[string]bool{}
	for family, attacks := range map[string][]attack{
		"bytes": attacksByBytes, "size": attacksBySize, "start": attacksAtStart, "realloc": attacksByRealloc, "results": attacksByResults,
		"handles": attacksByHandles, "time": attacksOnTime, "stack": attacksOnStacks, "memory": attacksOnMemory, "host": attacksOnHost, "wasi": attacksOnWASI,
	} {
		for _, a := range attacks {
			if seen[family+a.name] {
				t.Fatalf("there are two attacks %s/%s", family, a.name)
			}
			seen[family+a.name] = true
			t.Run(family+"/"+a.name, func(t *testing.T) {
				a.run(t, rt)
				bystander.check(t)
			})
		}
	}
	t.Logf("%d attacks", len(seen))
	if len(seen) < 60 {
		t.Error("want at least 60")
	}
}

// A bystander is an instance that runs all along, next to the attacks, and what
// new ones are made of. Neither may notice anything.
type bystander struct {
	component *hostruntime.Component
	instance  *hostruntime.Instance
	total     value.U32
}

func newBystander(t *testing.T, rt *hostruntime.Runtime) *bystander {
	t.Helper()
	c := load(t, rt, "bystander")
	in, err := c.Instantiate(t.Context(), hostruntime.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return &bystander{component: c, instance: in}
}

func (b *bystander) check(t *testing.T) {
	t.Helper()
	b.total += 3
	if got, err := b.instance.Call(t.Context(), "run", value.U32(3)); err != nil || got != b.total {
		t.Errorf("the instance that ran all along: got %v, %v; want %d", got, err, b.total)
	}
	next, err := b.component.Instantiate(t.Context(), hostruntime.Policy{})
	if err != nil {
		t.Fatalf("the next instance: %v", err)
	}
	defer next.Close(t.Context())
	if got, err := next.Call(t.Context(), "run", value.U32(3)); err != nil || got != value.U32(3) {
		t.Errorf("the next instance: got %v, %v; want 3", got, err)
	}
}

// run makes the attack. It must end as wanted, in bounded memory, and leave
// nothing running.
func (a attack) run(t *testing.T, rt *hostruntime.Runtime) {
	goroutines := runtime.NumGoroutine()
	watch := watchHeap()
	begin := time.Now()
	stage, err := a.attempt(t, rt)
	if took := time.Since(begin); took > patience {
		t.Errorf("it took %v", took)
	}
	if grown := watch(); grown > max(a.heap, 200)<<20 {
		t.Errorf("the heap was %d MiB larger", grown>>20)
	}
	kind := errorKind(err)
	if err == nil {
		stage = ""
	}
	if stage != a.want.stage || kind != a.want.kind || err != nil && !strings.Contains(err.Error(), a.want.text) {
		t.Errorf("ended with (%s) %s %v, want (%s) %s that says %q", stage, kind, cut(err), a.want.stage, a.want.kind, a.want.text)
	}
	for tries := 0; runtime.NumGoroutine() > goroutines; tries++ {
		if tries == 1000 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
		}
		time.Sleep(time.Millisecond)
	}
}

func (a attack) bytes(t *testing.T) []byte {
	t.Helper()
	if a.made != nil {
		return a.made()
	}
	bytes, err := os.ReadFile(filepath.Join("testdata", a.file+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// attempt returns the first error, and at which stage it was.
func (a attack) attempt(t *testing.T, rt *hostruntime.Runtime) (stage, error) {
	ctx, c := t.Context(), a.loaded
	if c == nil {
		var err error
		if c, err = rt.Load(ctx, a.bytes(t)); err != nil {
			return loading, err
		}
		defer c.Close(ctx)
	}
	limits := a.limits
	if limits.MemoryBytes == 0 {
		limits.MemoryBytes = 64 << 20
	}
	if limits.WallTime == 0 {
		limits.WallTime = patience
	}
	policy := hostruntime.Policy{Limits: limits, Stdin: endless{}}
	if a.folder != "" {
		policy.Stdin = nil
		policy.Dirs = []hostruntime.Dir{{Host: a.folder, Guest: "/data", Writable: true, MaxBytes: 4 << 20, MaxEntries: 50}}
	}
	in, err := c.Instantiate(ctx, policy, host())
	if err != nil {
		return starting, err
	}
	defer in.Close(ctx)
	call := a.call
	if call == "" {
		call = "run"
	}
	if _, err = in.Call(ctx, call, a.args...); err != nil {
		_, again := in.Call(ctx, call, a.args...)
		if _, dead := errors.AsType[*hostruntime.DeadError](again); !dead && errorKind(err) != "error" {
			t.Errorf("the next call: %v, want a DeadError", again)
		}
	}
	if closing := in.Close(ctx); closing != nil {
		return "close", closing
	}
	return calling, err
}

// endless is an input without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

const guestHost = "test:hostile/host@0.1.0"

// host serves the imports that the components of testdata have, and the guests.
func host() hostruntime.Imports {
	type file struct{}
	serve := func(result func() value.Value) func(context.Context, []value.Value) (value.Value, error) {
		return func(context.Context, []value.Value) (value.Value, error) { return result(), nil }
	}
	nothing := serve(func() value.Value { return nil })
	megabyte := value.String(strings.Repeat("x", 1<<20))
	return hostruntime.Imports{
		hostruntime.HostFunc("", "ask", nothing),
		hostruntime.HostFunc("", "tell", nothing),
		hostruntime.HostFunc("", "sum", serve(func() value.Value { return value.U32(0) })),
		hostruntime.HostFunc("", "fetch", serve(func() value.Value { return megabyte })),
		hostruntime.HostFunc("", "open", serve(func() value.Value { return value.Handle{Resource: "file", Rep: &file{}} })),
		hostruntime.HostFunc("", "read", nothing),
		hostruntime.HostFunc("", "close", nothing),
		hostruntime.HostFunc("", "copy", nothing),
		hostruntime.HostFunc(guestHost, "ask", nothing),
		hostruntime.HostFunc(guestHost, "tell", nothing),
		hostruntime.HostFunc(guestHost, "[constructor]file", serve(func() value.Value { return value.Handle{Resource: "file", Rep: &file{}} })),
	}
}

func errorKind(err error) string {
	if err == nil {
		return ""
	}
	if _, ok := errors.AsType[*hostruntime.FormatError](err); ok {
		return "FormatError"
	}
	if _, ok := errors.AsType[*hostruntime.UnsupportedError](err); ok {
		return "UnsupportedError"
	}
	if _, ok := errors.AsType[*hostruntime.LimitError](err); ok {
		return "LimitError"
	}
	if _, ok := errors.AsType[*hostruntime.Trap](err); ok {
		return "Trap"
	}
	if _, ok := errors.AsType[*hostruntime.ExitError](err); ok {
		return "ExitError"
	}
	return "error"
}

func cut(err error) string {
	if err == nil {
		return "nothing"
	}
	return err.Error()[:min(len(err.Error()), 500)]
}

// watchHeap returns a function that says by how much the heap was larger, at
// most, than when the watch began.
func watchHeap() func() uint64 {
	runtime.GC()
	live := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, stop, most := live(), make(chan struct{}), make(chan uint64)
	go func() {
		peak := before
		for {
			peak = max(peak, live())
			select {
			case <-stop:
				most <- peak - before
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}
