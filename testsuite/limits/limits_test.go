//go:build guests

package limits

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// each runs a test with a component of every engine named.
func each(t *testing.T, engines []string, test func(ctx context.Context, t *testing.T, c *hostruntime.Component)) {
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			file := "sandbox/guest.js"
			if engine == guest.Python {
				file = "sandbox/guest.py"
			}
			c, err := rt.LoadFile(ctx, guest.Build(t, guest.Spec{WIT: "wit", World: "limits", Engine: engine, File: file}))
			if err != nil {
				t.Fatal(err)
			}
			test(ctx, t, c)
		})
	}
}

func act(ctx context.Context, in *hostruntime.Instance, what string) (string, error) {
	v, err := in.Call(ctx, "act", value.String(what))
	if err != nil {
		return "", err
	}
	return string(v.(value.String)), nil
}

func dead(ctx context.Context, t *testing.T, in *hostruntime.Instance) {
	t.Helper()
	if _, err := act(ctx, in, "hello"); errorAs[*hostruntime.DeadError](err) == nil {
		t.Errorf("a call after the end: %v, want a DeadError", err)
	}
}

// collect forces garbage collections, which need every goroutine to stop, for
// as long as the test runs: guest code that can't be stopped would hang it.
func collect(t *testing.T) {
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.GC()
			}
		}
	}()
}

func TestCancelStopsALoop(t *testing.T) {
	collect(t)
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		for _, what := range []string{"loop", "long builtin"} {
			t.Run(what, func(t *testing.T) {
				in := instantiate(ctx, t, c, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: patience}})
				cause := errors.New("the user went away")
				calling, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
				var used hostruntime.Report
				_, err := act(hostruntime.WithReport(calling, &used), in, what)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want context.Canceled", err)
				}
				if used.Outcome != hostruntime.OutcomeCancelled {
					t.Errorf("outcome %q, want cancelled", used.Outcome)
				}
				dead(ctx, t, in)
			})
		}
	})
}

func TestWallTimeStopsALoop(t *testing.T) {
	collect(t)
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		// The instance's own limit is wide, the call's is narrow.
		narrow := hostruntime.WithLimits(ctx, hostruntime.Limits{WallTime: 50 * time.Millisecond})
		var used hostruntime.Report
		_, err := act(hostruntime.WithReport(narrow, &used), in, "loop")
		limit := errorAs[*hostruntime.LimitError](err)
		if limit == nil || limit.Limit != hostruntime.LimitWallTime || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a wall time limit", err)
		}
		if used.Outcome != hostruntime.OutcomeTimeout || used.WallTime < 50*time.Millisecond {
			t.Errorf("report: %+v", used)
		}
		dead(ctx, t, in)
	})
}

func TestLimitsOnlyNarrow(t *testing.T) {
	each(t, []string{guest.QuickJS}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: 50 * time.Millisecond}})
		wide := hostruntime.WithLimits(ctx, hostruntime.Limits{WallTime: time.Hour})
		if _, err := act(wide, in, "loop"); errorAs[*hostruntime.LimitError](err) == nil {
			t.Errorf("got %v, want a wall time limit", err)
		}
	})
}

func TestMemoryIsRefused(t *testing.T) {
	limits := hostruntime.Limits{MemoryBytes: 40 << 20, WallTime: patience}
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{Limits: limits})
		var used hostruntime.Report
		_, err := act(hostruntime.WithReport(ctx, &used), in, "allocate")
		limit := errorAs[*hostruntime.LimitError](err)
		if limit == nil || limit.Limit != hostruntime.LimitMemory || limit.Max != 40<<20 || limit.Attempt <= limit.Max {
			t.Errorf("got %v, want the memory limit", err)
		}
		if errorAs[*hostruntime.Trap](err) == nil {
			t.Errorf("the guest's trap is not kept: %v", err)
		}
		if used.Outcome != hostruntime.OutcomeMemory || used.MemoryBytes > 40<<20 {
			t.Errorf("report: %+v", used)
		}
		dead(ctx, t, in)
	})
}

func TestAGuestMayRecoverFromItsMemoryLimit(t *testing.T) {
	limits := hostruntime.Limits{MemoryBytes: 40 << 20, WallTime: patience}
	each(t, []string{guest.Python, guest.QuickJS}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{Limits: limits})
		if got, err := act(ctx, in, "allocate and recover"); got != "out of memory" {
			t.Errorf("got %q, %v", got, err)
		}
		if got, err := act(ctx, in, "hello"); got != "hello" {
			t.Errorf("afterwards: got %q, %v", got, err)
		}
	})
}

func TestTooLittleMemoryToStart(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		_, err := c.Instantiate(ctx, hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: 1 << 20}})
		const want = "hostruntime: instantiation: memory limit of 1 MiB reached, "
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s…", err, want)
		}
	})
}

func TestAnUncaughtExceptionIsATrapWithItsTraceback(t *testing.T) {
	type want struct{ exception, traceback string }
	wants := map[string]want{
		guest.Python:         {"ValueError: the guest's own words", "guest.py\", line"},
		guest.QuickJS:        {"the guest's own words", "guest.js:"},
		guest.StarlingMonkey: {"the guest's own words", "guest.js:"},
	}
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		engine := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		_, err := act(ctx, in, "raise")
		trap := errorAs[*hostruntime.Trap](err)
		if trap == nil {
			t.Fatalf("got %v, want a Trap", err)
		}
		if trap.Export != "act" || len(trap.Stack) == 0 {
			t.Errorf("trap: %+v", trap)
		}
		if stack := strings.Join(trap.Stack, "\n"); engine == guest.Python && !strings.Contains(stack, "rust_panic") {
			t.Errorf("the stack doesn't name functions of the engine:\n%s", stack)
		}
		if trap.Exception != wants[engine].exception || !strings.Contains(trap.Stderr, wants[engine].traceback) {
			t.Errorf("exception %q, stderr %q; want %+v", trap.Exception, trap.Stderr, wants[engine])
		}
		dead(ctx, t, in)
	})
}

func TestAResultErrorIsAValue(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		var used hostruntime.Report
		got, err := in.Call(hostruntime.WithReport(ctx, &used), "refuse", value.String("no"))
		if want := (value.Result{IsError: true, Payload: value.String("no")}); err != nil || !value.Equal(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
		if used.Outcome != hostruntime.OutcomeGuestError {
			t.Errorf("outcome %q, want guest-error", used.Outcome)
		}
		if got, err := act(ctx, in, "hello"); got != "hello" {
			t.Errorf("afterwards: got %q, %v", got, err)
		}
	})
}

func TestOneCallAtATime(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		var in *hostruntime.Instance
		var nested, concurrent error
		in = instantiate(ctx, t, c, hostruntime.Policy{}, hostruntime.Imports{
			hostruntime.HostFunc("test:limits/host@0.1.0", "ask", func(ctx context.Context, args []value.Value) (value.Value, error) {
				_, nested = act(ctx, in, "hello")
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, concurrent = act(context.Background(), in, "hello")
				}()
				<-done
				return args[0], nil
			}),
		})
		if got, err := act(ctx, in, "ask"); got != "what is it?" {
			t.Errorf("got %q, %v", got, err)
		}
		if !errors.Is(nested, hostruntime.ErrBusy) || !errors.Is(concurrent, hostruntime.ErrBusy) {
			t.Errorf("nested call: %v, concurrent call: %v; want ErrBusy for both", nested, concurrent)
		}
	})
}

func TestAHostFunctionsErrorIsTheTrapsCause(t *testing.T) {
	failure := errors.New("the database is gone")
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{}, hostruntime.Imports{
			hostruntime.HostFunc("test:limits/host@0.1.0", "ask", func(context.Context, []value.Value) (value.Value, error) {
				return nil, failure
			}),
		})
		var used hostruntime.Report
		_, err := act(hostruntime.WithReport(ctx, &used), in, "ask")
		if !errors.Is(err, failure) || errorAs[*hostruntime.Trap](err) == nil || used.Outcome != hostruntime.OutcomeHostError {
			t.Errorf("got %v, outcome %q", err, used.Outcome)
		}
		dead(ctx, t, in)
	})
}

func TestAPanickingHostFunctionIsATrap(t *testing.T) {
	each(t, []string{guest.QuickJS}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{}, hostruntime.Imports{
			hostruntime.HostFunc("test:limits/host@0.1.0", "ask", func(context.Context, []value.Value) (value.Value, error) {
				panic("a bug of the host's")
			}),
		})
		_, err := act(ctx, in, "ask")
		const want = "host function test:limits/host@0.1.0#ask panicked: a bug of the host's"
		if trap := errorAs[*hostruntime.Trap](err); trap == nil || trap.Reason != want {
			t.Errorf("got %v, want a trap: %s", err, want)
		}
		if cause := errorAs[*hostruntime.HostPanic](err); cause == nil || !strings.Contains(string(cause.Stack), "limits_test.go") {
			t.Errorf("the cause doesn't tell where: %+v", cause)
		}
	})
}

func TestAnImportThatNothingServesTrapsWithItsName(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		_, err := act(ctx, in, "ask")
		const want = "the guest called test:limits/host@0.1.0#ask, which the host does not provide"
		if trap := errorAs[*hostruntime.Trap](err); trap == nil || trap.Reason != want {
			t.Errorf("got %v", err)
		}
	})
}

func TestPythonSeesNothingByDefault(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		if got, err := act(ctx, in, "environment"); err != nil || got != "(['componentize-py'], {}, '')" && got != "([''], {}, '')" && got != "([], {}, '')" {
			t.Errorf("got %q, %v", got, err)
		}
		_, err := act(ctx, in, "open")
		if trap := errorAs[*hostruntime.Trap](err); trap == nil || !strings.Contains(trap.Stderr, "FileNotFoundError") && !strings.Contains(trap.Stderr, "PermissionError") {
			t.Errorf("open: %v", err)
		}
	})
}

func TestAFolderIsGrantedAndNothingAround(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		outside := t.TempDir()
		folder := filepath.Join(outside, "folder")
		for path, text := range map[string]string{"secret.txt": "secret", "folder/in.txt": "input"} {
			path = filepath.Join(outside, path)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink("../secret.txt", filepath.Join(folder, "link.txt")); err != nil {
			t.Fatal(err)
		}
		for _, writable := range []bool{false, true} {
			for what, want := range map[string]string{"read": "input", "escape": "", "follow": "", "write": "written"} {
				in := instantiate(ctx, t, c, hostruntime.Policy{Dirs: []hostruntime.Dir{{Host: folder, Guest: "/data", Writable: writable}}})
				got, err := act(ctx, in, what)
				if allowed := want != "" && (what != "write" || writable); allowed && got != want || !allowed && err == nil {
					t.Errorf("%s, writable %v: got %q, %v", what, writable, got, err)
				}
			}
		}
		if text, err := os.ReadFile(filepath.Join(folder, "out.txt")); string(text) != "written" {
			t.Errorf("out.txt: %q, %v", text, err)
		}
		if _, err := c.Instantiate(ctx, hostruntime.Policy{Dirs: []hostruntime.Dir{{Host: outside + "/none", Guest: "/"}}}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a folder that isn't there: %v", err)
		}
	})
}

func TestOutputIsCapturedUpToALimit(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{Limits: hostruntime.Limits{OutputBytes: 4000}})
		var used hostruntime.Report
		if _, err := act(hostruntime.WithReport(ctx, &used), in, "print"); err != nil {
			t.Fatal(err)
		}
		if used.Stdout != "to stdout\n" || used.Stderr != "to stderr\n" {
			t.Errorf("stdout %q, stderr %q", used.Stdout, used.Stderr)
		}
		if _, err := act(hostruntime.WithReport(ctx, &used), in, "flood"); err != nil {
			t.Fatal(err)
		}
		if used.StdoutBytes != 1_000_000 || len(used.Stdout) > 4100 || !strings.Contains(used.Stdout, "[… 996000 bytes cut …]") {
			t.Errorf("stdout: %d bytes of %d kept: %q", len(used.Stdout), used.StdoutBytes, used.Stdout)
		}
	})
}

func TestExitEndsTheInstance(t *testing.T) {
	each(t, []string{guest.Python}, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		in := instantiate(ctx, t, c, hostruntime.Policy{})
		_, err := act(ctx, in, "exit")
		// componentize-py loses the status: 3 becomes 1.
		if exit := errorAs[*hostruntime.ExitError](err); exit == nil || exit.Code != 1 {
			t.Errorf("got %v, want an ExitError with status 1", err)
		}
		dead(ctx, t, in)
	})
}

func TestInstancesShareNothing(t *testing.T) {
	each(t, guest.Engines, func(ctx context.Context, t *testing.T, c *hostruntime.Component) {
		first := instantiate(ctx, t, c, hostruntime.Policy{})
		second := instantiate(ctx, t, c, hostruntime.Policy{})
		if _, err := act(ctx, first, "raise"); err == nil {
			t.Fatal("no error")
		}
		if got, err := act(ctx, second, "hello"); got != "hello" {
			t.Errorf("a sibling's end: got %q, %v", got, err)
		}
	})
}
