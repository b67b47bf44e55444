package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// A hog is a guest's call that goes on for very long.
type hog struct {
	name      string
	component *hostruntime.Component
	function  string
	args      []value.Value
	// grow is by how many pages memory grows before.
	grow uint32
}

const (
	pauseRuns  = 5
	pauseFor   = time.Second
	collection = 50 * time.Millisecond
)

// pauses prints what guests that never end do to the rest of the process:
// another goroutine's worst wait for its turn, with a garbage collection every
// 50 ms, and how late they stop when their time is over or their call is
// cancelled. All of it should stay within 20 ms.
func pauses(ctx context.Context, dir string, w io.Writer) error {
	hogs, done, err := hogs(ctx, dir)
	if err != nil {
		return err
	}
	defer done()
	fmt.Fprintln(w, "\nguest\tworst pause\tstops after deadline\tafter cancellation")
	for _, h := range hogs {
		var worst, late, cancelled figure
		for range pauseRuns {
			for _, byCancel := range []bool{false, true} {
				pause, stop, err := h.run(ctx, byCancel)
				if err != nil {
					return fmt.Errorf("%s: %w", h.name, err)
				}
				worst = append(worst, pause)
				if byCancel {
					cancelled = append(cancelled, stop)
				} else {
					late = append(late, stop)
				}
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", h.name, worst, late, cancelled)
	}
	return nil
}

// hogs loads the guests.
func hogs(ctx context.Context, dir string) ([]hog, func(), error) {
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		return nil, nil, err
	}
	done := func() { rt.Close(ctx) }
	worker, err := rt.LoadFile(ctx, "testsuite/limits/testdata/worker.wasm")
	if err != nil {
		return nil, done, err
	}
	path := filepath.Join(dir, "pauses.wasm")
	spec := guest.Spec{WIT: "testsuite/bench/pauses", World: "pauses", Engine: guest.Python, File: "testsuite/bench/pauses/guest.py"}
	if stderr, err := guest.Compile(spec, path); err != nil {
		return nil, done, fmt.Errorf("%w\n%s", err, stderr)
	}
	python, err := rt.LoadFile(ctx, path)
	if err != nil {
		return nil, done, err
	}
	list := []hog{
		{name: "none, to compare", component: worker},
		{name: "tight loop", component: worker, function: "spin", args: []value.Value{value.U32(1<<32 - 1)}},
		{name: "recursion without loops", component: worker, function: "tree", args: []value.Value{value.U32(60)}},
		{name: "memory.fill of 200 MiB", component: worker, function: "fills", args: []value.Value{value.U32(200 << 20)}, grow: 3200},
	}
	for _, what := range []string{"sum(range(10**12))", "exploding regex", "huge sort", "bigint power"} {
		list = append(list, hog{name: "Python: " + what, component: python, function: "run", args: []value.Value{value.String(what)}})
	}
	return list, done, nil
}

// run lets the guest run for pauseFor, and ends it by its deadline or by
// cancellation. It returns how long a goroutine that wanted to run every
// millisecond had to wait at most, and how late the call returned.
func (h *hog) run(ctx context.Context, byCancel bool) (worst, late time.Duration, err error) {
	limits := hostruntime.Limits{WallTime: time.Hour, MemoryBytes: 512 << 20}
	if !byCancel {
		limits.WallTime = pauseFor
	}
	in, err := h.component.Instantiate(ctx, hostruntime.Policy{Limits: limits})
	if err != nil {
		return 0, 0, err
	}
	defer in.Close(ctx)
	if h.grow > 0 {
		if _, err := in.Call(ctx, "grow", value.U32(h.grow)); err != nil {
			return 0, 0, err
		}
	}
	watched, stop := context.WithCancel(ctx)
	gaps := make(chan time.Duration)
	go collect(watched)
	go func() { gaps <- worstGap(watched) }()

	calling, cancel := context.WithCancel(ctx)
	due := time.Now().Add(pauseFor)
	if byCancel {
		time.AfterFunc(pauseFor, func() { due = time.Now(); cancel() })
	}
	if h.function == "" {
		time.Sleep(pauseFor)
		err = context.Canceled
	} else {
		_, err = in.Call(calling, h.function, h.args...)
	}
	late = time.Since(due)
	cancel()
	stop()
	worst = <-gaps
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return 0, 0, fmt.Errorf("it ended by itself: %w", err)
	}
	return worst, late, nil
}

func collect(ctx context.Context) {
	for ctx.Err() == nil {
		time.Sleep(collection)
		runtime.GC()
	}
}

// worstGap returns by how much the longest of many naps of a millisecond was
// longer than that.
func worstGap(ctx context.Context) time.Duration {
	const nap = time.Millisecond
	var gaps []time.Duration
	for ctx.Err() == nil {
		began := time.Now()
		time.Sleep(nap)
		gaps = append(gaps, time.Since(began)-nap)
	}
	return slices.Max(gaps)
}
