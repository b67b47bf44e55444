// Command bench prints what the runtime costs for guests of each engine:
// decoding, validating and linking the component, cold and cached start,
// instantiation, first and steady calls, and what metering adds.
//
// Machines are shared and noisy: it gives minimum and median, and says how
// many runs. Ratios of one run compare better than figures of two.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A figure is one measurement's samples.
type figure []time.Duration

func (f figure) String() string {
	if len(f) == 0 {
		return "-"
	}
	sorted := slices.Sorted(slices.Values(f))
	if len(f) == 1 {
		return short(sorted[0])
	}
	return short(sorted[0]) + " / " + short(sorted[len(sorted)/2])
}

func (f figure) median() time.Duration { return slices.Sorted(slices.Values(f))[len(f)/2] }

func (f figure) min() time.Duration { return slices.Min(f) }

func short(d time.Duration) string {
	switch {
	case d < 10*time.Microsecond:
		return d.Round(10 * time.Nanosecond).String()
	case d < 10*time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// times runs f n times.
func times(n int, f func() error) (figure, error) {
	var samples figure
	for range n {
		start := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		samples = append(samples, time.Since(start))
	}
	return samples, nil
}

var started = time.Now()

// python is the interpreter of the peer's environment, if it is to be measured.
var python = flag.String("peer", "", "a Python `interpreter` that has wasmtime, to compare with")

var onlyPauses = flag.Bool("pauses", false, "only measure what guests that never end do to the rest of the process")

func run() error {
	flag.Parse()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "capsule-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%s %s/%s, %d cores; each cell: one run, or minimum / median\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if *onlyPauses {
		if err := pauses(ctx, dir, w); err != nil {
			return err
		}
		return w.Flush()
	}
	fmt.Fprintln(w, "engine\ton\tcomponent\tdecode+validate\t\tlink\tcold start\tcached start\tinstantiate\tfirst call\tsteady call\tcompute\tmetering costs")
	for _, engine := range guest.Engines {
		path := filepath.Join(dir, engine+".wasm")
		r, err := measure(ctx, engine, path)
		if err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
		fmt.Fprintf(w, "%s\tcapsule\t%.1f MB\t%s\t%.0f MB/s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%+.0f %%\n", engine, float64(r.size)/1e6,
			r.validate, float64(r.size)/1e6/r.validate.min().Seconds(), r.link(), r.cold, r.cached, r.instantiate, r.first, r.steady, r.compute, r.metering)
		if *python == "" {
			continue
		}
		p, err := measurePeer(ctx, *python, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\twasmtime 50\t\t\t\t\t%s\t%s\t%s\t%s\t%s\t%s\t\n",
			p.cold, p.cached, p.instantiate, p.first, p.steady, p.compute)
		fmt.Fprintf(w, "\tratio of minima\t\t\t\t\t%s\t%s\t%s\t%s\t%s\t%s\t\n", ratio(r.cold, p.cold), ratio(r.cached, p.cached),
			ratio(r.instantiate, p.instantiate), ratio(r.first, p.first), ratio(r.steady, p.steady), ratio(r.compute, p.compute))
	}
	if err := pauses(ctx, dir, w); err != nil {
		return err
	}
	return w.Flush()
}

type result struct {
	size int
	// validate is what decoding and validating take, inspect that and linking.
	validate, inspect                                 figure
	cold, cached, instantiate, first, steady, compute figure
	metering                                          float64
}

// link is what linking takes: the difference of two minima.
func (r *result) link() string { return short(max(r.inspect.min()-r.validate.min(), 0)) }

func measure(ctx context.Context, engine, path string) (*result, error) {
	file := "testsuite/bench/sandbox/guest.js"
	if engine == guest.Python {
		file = "testsuite/bench/sandbox/guest.py"
	}
	if stderr, err := guest.Compile(guest.Spec{WIT: "testsuite/bench/wit", World: "bench", Engine: engine, File: file}, path); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, stderr)
	}
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &result{size: len(bytes)}
	if r.validate, err = times(20, func() error { return hostruntime.Validate(bytes) }); err != nil {
		return nil, err
	}
	if r.inspect, err = times(20, func() error { _, err := hostruntime.Inspect(bytes); return err }); err != nil {
		return nil, err
	}
	metered := path + "-metered"
	start := func(config hostruntime.Config) (*hostruntime.Runtime, *hostruntime.Component, time.Duration, error) {
		began := time.Now()
		rt, err := hostruntime.New(ctx, config)
		if err != nil {
			return nil, nil, 0, err
		}
		c, err := rt.Load(ctx, bytes)
		return rt, c, time.Since(began), err
	}
	rt, _, took, err := start(hostruntime.Config{CacheDir: metered})
	if err != nil {
		return nil, err
	}
	r.cold = figure{took}
	rt.Close(ctx)
	var c *hostruntime.Component
	for range 5 {
		if rt, c, took, err = start(hostruntime.Config{CacheDir: metered}); err != nil {
			return nil, err
		}
		r.cached = append(r.cached, took)
		if len(r.cached) < 5 {
			rt.Close(ctx)
		}
	}
	defer rt.Close(ctx)
	if err := r.calls(ctx, c); err != nil {
		return nil, err
	}

	plainRT, plain, _, err := start(hostruntime.Config{CacheDir: path + "-plain", Unmetered: true})
	if err != nil {
		return nil, err
	}
	defer plainRT.Close(ctx)
	return r, r.compare(ctx, c, plain)
}

// calls measures an instance's life.
func (r *result) calls(ctx context.Context, c *hostruntime.Component) error {
	hello := func(in *hostruntime.Instance) error {
		_, err := in.Call(ctx, "greet", value.String("world"))
		return err
	}
	for range 50 {
		began := time.Now()
		in, err := c.Instantiate(ctx, hostruntime.Policy{})
		if err != nil {
			return err
		}
		r.instantiate = append(r.instantiate, time.Since(began))
		began = time.Now()
		if err := hello(in); err != nil {
			return err
		}
		r.first = append(r.first, time.Since(began))
		if err := in.Close(ctx); err != nil {
			return err
		}
	}
	in, err := c.Instantiate(ctx, hostruntime.Policy{})
	if err != nil {
		return err
	}
	defer in.Close(ctx)
	r.steady, err = times(5000, func() error { return hello(in) })
	return err
}

// compare runs the same computation with and without metering, in turns, so
// that what else the machine does falls on both.
func (r *result) compare(ctx context.Context, metered, plain *hostruntime.Component) error {
	const rounds, n = 15, 300_000
	runtime.LockOSThread() // whose time is compared
	defer runtime.UnlockOSThread()
	var with, without figure
	var calls []func() error
	for _, c := range []*hostruntime.Component{metered, plain} {
		in, err := c.Instantiate(ctx, hostruntime.Policy{})
		if err != nil {
			return err
		}
		defer in.Close(ctx)
		calls = append(calls, func() error {
			_, err := in.Call(ctx, "compute", value.U32(n))
			return err
		})
	}
	for range rounds {
		for i, samples := range []*figure{&with, &without} {
			began := cpuTime()
			took, err := times(1, calls[i])
			if err != nil {
				return err
			}
			*samples = append(*samples, cpuTime()-began)
			if i == 0 {
				r.compute = append(r.compute, took...)
			}
		}
	}
	r.metering = 100 * (float64(with.median())/float64(without.median()) - 1)
	return nil
}
