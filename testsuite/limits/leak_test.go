package limits

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// However instances end, and thousands of them, nothing of them is left.
func TestNothingLeaks(t *testing.T) {
	c := mustWorker(t)
	dir := t.TempDir()
	// What the host answers decides how the calls of ask end.
	var ask func(context.Context) error
	asking := func(ctx context.Context, in *hostruntime.Instance, answer func(context.Context) error) error {
		ask = answer
		_, err := in.Call(ctx, "ask", value.U32(1), value.U32(7))
		return err
	}
	blocked := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	host := hostruntime.Imports{hostruntime.HostFunc("test:limits/host", "ask", func(ctx context.Context, _ []value.Value) (value.Value, error) {
		return value.U32(0), ask(ctx)
	})}
	ends := map[string]func(ctx context.Context, in *hostruntime.Instance) error{
		"well": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := work(ctx, in, "spin", 10)
			return err
		},
		"trap": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := in.Call(ctx, "trap")
			return err
		},
		"fuel": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := work(hostruntime.WithLimits(ctx, hostruntime.Limits{Fuel: 50_000}), in, "spin", 1<<31)
			return err
		},
		"timeout": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := work(hostruntime.WithLimits(ctx, hostruntime.Limits{WallTime: time.Nanosecond}), in, "spin", 1<<31)
			return err
		},
		"cancelled": func(ctx context.Context, in *hostruntime.Instance) error {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(100*time.Microsecond, cancel)
			_, err := work(ctx, in, "spin", 1<<31)
			return err
		},
		"memory": func(ctx context.Context, in *hostruntime.Instance) error {
			if _, err := work(ctx, in, "grow", 100); err != nil {
				return err
			}
			_, err := work(hostruntime.WithLimits(ctx, hostruntime.Limits{MemoryBytes: 7 << 20}), in, "give", 5<<20)
			return err
		},
		"handles": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := work(hostruntime.WithLimits(ctx, hostruntime.Limits{Handles: 10}), in, "hold", 20)
			return err
		},
		"depth": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := in.Call(ctx, "recurse", value.U32(1<<31))
			return err
		},
		"bad-argument": func(ctx context.Context, in *hostruntime.Instance) error {
			_, err := in.Call(ctx, "spin", value.String("many"))
			return err
		},
		"timeout in a host call": func(ctx context.Context, in *hostruntime.Instance) error {
			return asking(hostruntime.WithLimits(ctx, hostruntime.Limits{WallTime: 100 * time.Microsecond}), in, blocked)
		},
		"cancelled in a host call": func(ctx context.Context, in *hostruntime.Instance) error {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(100*time.Microsecond, cancel)
			return asking(ctx, in, blocked)
		},
		"host-error": func(ctx context.Context, in *hostruntime.Instance) error {
			return asking(ctx, in, func(context.Context) error { return errors.New("the host refuses") })
		},
		"host-error by a panic": func(ctx context.Context, in *hostruntime.Instance) error {
			return asking(ctx, in, func(context.Context) error { panic("a bug of the host's") })
		},
	}
	round := func(n int) {
		for outcome, end := range ends {
			times := n
			if outcome == hostruntime.OutcomeDepth {
				times /= 40 // each fills 80 MB of native stack
			}
			for range times {
				in, err := c.Instantiate(t.Context(), hostruntime.Policy{Dirs: []hostruntime.Dir{{Host: dir, Guest: "/"}}}, host)
				if err != nil {
					t.Fatal(err)
				}
				got := hostruntime.Outcome(end(t.Context(), in))
				want, _, _ := strings.Cut(outcome, " ")
				if got != want && !(want == "well" && got == hostruntime.OutcomeOK) {
					t.Fatalf("%s: ended with %s", want, got)
				}
				if err := in.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	round(20)
	before := inventory(t)
	round(400)
	after := inventory(t)
	if after.goroutines > before.goroutines+2 || after.files > before.files+2 || after.maps > before.maps+50 || after.heap > before.heap+4*mib {
		t.Errorf("after %d instances: %+v, before: %+v", 400*len(ends), after, before)
	}
}

type stock struct {
	goroutines, files, maps int
	heap                    uint64
}

// inventory counts what the process has; files and mappings are 0 where the
// system doesn't tell.
func inventory(t *testing.T) stock {
	t.Helper()
	s := stock{heap: heap(), goroutines: runtime.NumGoroutine()}
	for range 100 { // what ends does so in its own time
		if n := runtime.NumGoroutine(); n < s.goroutines {
			s.goroutines = n
		}
		time.Sleep(time.Millisecond)
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.files = len(files)
	}
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil {
		s.maps = bytes.Count(maps, []byte("\n"))
	}
	return s
}

// An instance that nobody closes goes with its runtime.
func TestForgottenInstances(t *testing.T) {
	ctx := t.Context()
	before := inventory(t)
	for range 3 {
		rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		c, err := rt.LoadFile(ctx, "testdata/worker.wasm")
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if _, err := c.Instantiate(ctx, hostruntime.Policy{}, answer); err != nil {
				t.Fatal(err)
			}
		}
		if err := rt.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		runtime.GC() // clean-ups run after a collection
		time.Sleep(10 * time.Millisecond)
	}
	if after := inventory(t); after.maps > before.maps+50 || after.heap > before.heap+4*mib {
		t.Errorf("after 300 instances: %+v, before: %+v", after, before)
	}
}

// Components come and go in a program that takes guests from strangers.
func TestClosedComponents(t *testing.T) {
	ctx := t.Context()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	round := func(n int) {
		for range n {
			c, err := rt.LoadFile(ctx, "testdata/worker.wasm")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Instantiate(ctx, hostruntime.Policy{}, answer); err != nil {
				t.Fatal(err)
			}
			if err := c.Close(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	round(20)
	before := inventory(t)
	const rounds = 300
	round(rounds)
	after := inventory(t)
	if after.maps > before.maps+50 || after.heap > before.heap+mib/2 {
		t.Errorf("after %d components: %+v, before: %+v", rounds, after, before)
	}
}
