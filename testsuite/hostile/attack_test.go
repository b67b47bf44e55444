package hostile

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

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
	// network is what the guest may reach; before, if set, is called before what
	// the guest left is counted.
	network hostruntime.Network
	before  func()
	// folder, if set, is what the guest may write to, as /data.
	folder string
	// tasks, if set, is what a guest of this component may start, and log gets
	// what it and they print; imports serve it, by default host's.
	tasks   func(*hostruntime.Component) []hostruntime.TaskGrant
	log     *slog.Logger
	imports hostruntime.Imports
	// check, if set, looks into the report of the call.
	check func(*testing.T, hostruntime.Report)
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

// componentAttacks are by family.
var componentAttacks = map[string][]attack{
	"bytes": attacksByBytes, "size": attacksBySize, "start": attacksAtStart, "realloc": attacksByRealloc, "results": attacksByResults,
	"handles": attacksByHandles, "time": attacksOnTime, "stack": attacksOnStacks, "memory": attacksOnMemory, "host": attacksOnHost, "wasi": attacksOnWASI,
	"tasks": attacksByTasks, "waiting": attacksOnAPatientHost,
}

// TestAttacks makes all attacks in one runtime.
func TestAttacks(t *testing.T) {
	rt := newRuntime(t)
	bystander := newBystander(t, rt)
	seen := map[string]bool{}
	for family, attacks := range componentAttacks {
		for _, a := range attacks {
			if seen[family+a.name] {
				t.Fatalf("there are two attacks %s/%s", family, a.name)
			}
			seen[family+a.name] = true
			t.Run(family+"/"+a.name, func(t *testing.T) {
				a.run(t, rt, bystander)
			})
		}
	}
	t.Logf("%d attacks", len(seen))
	if len(seen) < 60 {
		t.Error("want at least 60")
	}
}

// patientMedian is how late the bystander may answer, in the median: ten times
// what an idle machine shows, as machines are shared.
const patientMedian = 200 * time.Millisecond

// run makes the attack. It must end as wanted, in bounded memory, without
// holding up the bystander, and leave nothing running or open.
func (a attack) run(t *testing.T, rt *hostruntime.Runtime, b *bystander) {
	goroutines, files := runtime.NumGoroutine(), openFiles()
	watched := watch(t, b)
	begin := time.Now()
	stage, err := a.attempt(t, rt)
	if took := time.Since(begin); took > patience {
		t.Errorf("it took %v", took)
	}
	host := watched()
	if most := max(a.heap, 200) << 20; host.heap > most || host.resident > 2*most+a.limits.MemoryBytes {
		t.Errorf("the heap was %d MiB larger, the process %d MiB", host.heap>>20, host.resident>>20)
	}
	if host.latency() > patientMedian {
		t.Errorf("the instance that ran all along answered after %v, at most %v", host.latency(), slices.Max(host.latencies))
	}
	kind := errorKind(err)
	if err == nil {
		stage = ""
	}
	if stage != a.want.stage || kind != a.want.kind || err != nil && !strings.Contains(err.Error(), a.want.text) {
		t.Errorf("ended with (%s) %s %v, want (%s) %s that says %q", stage, kind, cut(err), a.want.stage, a.want.kind, a.want.text)
	}
	wantTellable(t, err)
	if a.before != nil {
		a.before()
	}
	// What ends does so in its own time.
	for tries := 0; runtime.NumGoroutine() > goroutines || openFiles() > files; tries++ {
		if tries == 1000 {
			t.Fatalf("%d goroutines and %d files, %d and %d before", runtime.NumGoroutine(), openFiles(), goroutines, files)
		}
		time.Sleep(time.Millisecond)
	}
	b.check(t)
	t.Logf("heap +%d MiB, resident +%d MiB, bystander %v, at most %v: %v", host.heap>>20, host.resident>>20, host.latency(), slices.Max(host.latencies), cut(err))
}

// wantTellable checks that an error can be logged: its text is short, whatever
// the guest's was, and has nothing that a terminal obeys.
func wantTellable(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if text := err.Error(); len(text) > 8<<10 || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.C, r) }) {
		t.Errorf("the error's text has %d bytes, or what a terminal obeys: %q", len(text), cut(err))
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
	policy := hostruntime.Policy{Limits: limits, Stdin: endless{}, Network: a.network, Log: a.log}
	if a.tasks != nil {
		policy.Tasks = a.tasks(c)
	}
	imports := a.imports
	if imports == nil {
		imports = host()
	}
	if a.folder != "" {
		policy.Stdin = nil
		policy.Dirs = []hostruntime.Dir{{Host: a.folder, Guest: "/data", Writable: true, MaxBytes: 4 << 20, MaxEntries: 50}}
	}
	in, err := c.Instantiate(ctx, policy, imports)
	if err != nil {
		return starting, err
	}
	defer in.Close(ctx)
	call := a.call
	if call == "" {
		call = "run"
	}
	var used hostruntime.Report
	_, err = in.Call(hostruntime.WithReport(ctx, &used), call, a.args...)
	wantTasksWithin(t, used)
	if a.check != nil {
		a.check(t, used)
	}
	if err != nil {
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
