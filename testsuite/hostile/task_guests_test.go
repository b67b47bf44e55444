//go:build guests

package hostile

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const attacker = "demo:agents/work"

// TestTasks has guests attack by starting tasks, which are guests of their kind
// and granted everything.
func TestTasks(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	bystander := newBystander(t, rt)
	for engine, file := range map[string]string{guest.Python: "sandbox/tasks.py", guest.QuickJS: "sandbox/tasks.js"} {
		c, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "../subtasks/wit", World: "attacker", Engine: engine, File: file}))
		if err != nil {
			t.Fatal(err)
		}
		for name, task := range taskAttacks[engine] {
			t.Run(engine+"/"+name, func(t *testing.T) {
				var logged countedLines
				outside := t.TempDir()
				folder := filepath.Join(outside, "folder")
				if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600)); err != nil {
					t.Fatal(err)
				}
				a := attack{
					loaded: c, call: attacker + "#run", args: []value.Value{value.String(name), value.U32(0)}, want: task.want,
					folder: folder, log: slog.New(&logged), imports: attackersHost(c),
					limits: hostruntime.Limits{Fuel: 300_000_000, MemoryBytes: 160 << 20, WrittenBytes: 1 << 20, LogLines: 100, Handles: 1000},
				}
				a.tasks = itself(attacker, hostruntime.Policy{Log: a.log, Dirs: []hostruntime.Dir{
					{Host: folder, Guest: "/data", Writable: true, MaxBytes: 1 << 40, MaxEntries: 1 << 40},
					{Host: outside, Guest: "/outside", Writable: true},
				}}, a.imports)
				if task.want == onTime {
					a.limits.Fuel, a.limits.WallTime = hostruntime.Unlimited, 300*time.Millisecond
				}
				a.check = func(t *testing.T, used hostruntime.Report) {
					if task.want == survives && used.Outcome != hostruntime.OutcomeOK {
						t.Errorf("it came to %s: %s", used.Value, used.Error)
					}
					if used.Tasks.Started == 0 && !task.alone || used.Tasks.Started > hostruntime.DefaultTasks {
						t.Errorf("it started %d tasks", used.Tasks.Started)
					}
					if n := logged.Load(); n > 100 || used.LogLines != n {
						t.Errorf("%d lines were logged, the report says %d", n, used.LogLines)
					}
					if task.value != nil && value.Format(used.Value) != value.Format(value.Result{Payload: task.value}) {
						t.Errorf("it returned %v", used.Value)
					}
				}
				a.run(t, rt, bystander)
				wantWithinQuota(t, folder)
			})
		}
	}
}

// wantWithinQuota checks that a folder holds no more than its caller's quota,
// whoever wrote it.
func wantWithinQuota(t *testing.T, folder string) {
	t.Helper()
	files, size := 0, int64(0)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files, size = files+1, size+info.Size()
		return nil
	})
	if err != nil || files > 50 || size > 4<<20 {
		t.Errorf("the folder holds %d files, %d bytes, %v", files, size, err)
	}
}

// countedLines counts records.
type countedLines struct{ atomic.Uint64 }

func (*countedLines) Enabled(context.Context, slog.Level) bool { return true }

func (c *countedLines) Handle(context.Context, slog.Record) error {
	c.Add(1)
	return nil
}

func (c *countedLines) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c *countedLines) WithGroup(string) slog.Handler      { return c }

// attackersHost starts fifty tasks side by side when it is asked to, each
// granted everything, and goes without any of them.
func attackersHost(c *hostruntime.Component) hostruntime.Imports {
	type file struct{}
	return hostruntime.Imports{
		hostruntime.HostFunc("demo:agents/host", "[constructor]file", func(context.Context, []value.Value) (value.Value, error) {
			return value.Handle{Resource: "file", Rep: &file{}}, nil
		}),
		hostruntime.HostFunc("demo:agents/host", "ask", func(ctx context.Context, _ []value.Value) (value.Value, error) {
			began := make(chan struct{}, 50)
			for range cap(began) {
				go func() {
					in, err := c.Instantiate(hostruntime.AsTask(ctx), hostruntime.Policy{Limits: unlimited})
					began <- struct{}{}
					if err == nil {
						// Neither this nor the instance is ended here: both are with the function.
						_, _ = in.Call(context.WithoutCancel(ctx), attacker+"#run", value.String("spin"), value.U32(0))
					}
				}()
			}
			for range cap(began) / 2 {
				<-began
			}
			return nil, nil
		}),
	}
}
