package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/determinism/programs"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// A task is run again and again, by several workers at once.
type task struct {
	name    string
	hostile bool
	// run returns how the task ended, and an error where it must not end so.
	run func(ctx context.Context, random *rand.Rand) (outcome string, err error)
}

// tasks are all tasks, by whether they are hostile.
type tasks struct{ ordinary, hostile []task }

// draw returns a task at random: one in three is hostile.
func (t *tasks) draw(random *rand.Rand) task {
	from := t.ordinary
	if random.IntN(3) == 0 {
		from = t.hostile
	}
	return from[random.IntN(len(from))]
}

// Paths are relative to the module's folder.
const (
	example    = "separate-file-examples/eval"
	components = "testsuite/hostile/testdata"
	workerFile = "testsuite/limits/testdata/worker.wasm"
)

// prepare builds and loads what tasks need. The caller must call done.
func prepare(ctx context.Context) (all *tasks, done func(), err error) {
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return nil, nil, err
	}
	cached, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return nil, nil, err
	}
	// What attacks with machine code of its own is compiled anew every time.
	uncached, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		return nil, nil, err
	}
	done = func() {
		uncached.Close(ctx)
		cached.Close(ctx)
		os.RemoveAll(dir)
	}
	if all, err = load(ctx, cached, uncached, dir); err != nil {
		done()
	}
	return all, done, err
}

// load builds the guests in dir, and returns all tasks.
func load(ctx context.Context, cached, uncached *hostruntime.Runtime, dir string) (*tasks, error) {
	all := &tasks{}
	engines := map[string]*hostruntime.Component{}
	for _, engine := range []string{guest.Python, guest.QuickJS} {
		path := filepath.Join(dir, engine+".wasm")
		if message, err := programs.Build(example, engine, path); err != nil {
			return nil, fmt.Errorf("%w\n%s", err, message)
		}
		var err error
		if engines[engine], err = cached.LoadFile(ctx, path); err != nil {
			return nil, err
		}
	}
	for i, p := range programs.All() {
		all.ordinary = append(all.ordinary, task{name: p.Name, run: again(p, engines[p.Engine])})
		if i%5 == 0 {
			all.ordinary = append(all.ordinary, task{name: p.Name + ", recorded", run: repeated(p, engines[p.Engine])})
		}
	}
	ordinary, hostile, err := loadAgents(ctx, cached, dir)
	if err != nil {
		return nil, err
	}
	guests, err := loadGuests(ctx, cached, dir)
	if err != nil {
		return nil, err
	}
	all.ordinary, all.hostile = append(all.ordinary, ordinary...), append(hostile, guests...)
	for _, a := range attacks() {
		run, err := a.prepare(uncached)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name(), err)
		}
		all.hostile = append(all.hostile, task{name: a.name(), hostile: true, run: run})
	}
	for _, name := range []string{"recursion", "retained-stacks", "forged-handles", "wasi"} {
		bytes, err := os.ReadFile(filepath.Join(components, name+".wasm"))
		if err != nil {
			return nil, err
		}
		all.hostile = append(all.hostile, task{name: "damaged " + name, hostile: true, run: damaged(uncached, bytes)})
	}
	for _, list := range [][]task{all.ordinary, all.hostile} { // guests' come in no order
		slices.SortFunc(list, func(a, b task) int { return cmp.Compare(a.name, b.name) })
	}
	return all, nil
}

// again runs a program, which must do what it did the first time, to the bit.
func again(p programs.Program, c *hostruntime.Component) func(context.Context, *rand.Rand) (string, error) {
	var lock sync.Mutex
	var first *programs.Run
	return func(ctx context.Context, _ *rand.Rand) (string, error) {
		got, err := p.Run(ctx, c, 7)
		if err != nil {
			return "none", err
		}
		outcome := got.Report.Outcome
		if outcome != p.Outcome {
			return outcome, fmt.Errorf("%s, want %s: %s", outcome, p.Outcome, got.Report.Error)
		}
		lock.Lock()
		defer lock.Unlock()
		if first == nil {
			first = &got
		}
		if !reflect.DeepEqual(got, *first) {
			return outcome, fmt.Errorf("got %+v, before %+v", got, *first)
		}
		return outcome, nil
	}
}

// damaged loads a component of which some bytes are changed, and calls what it
// exports without arguments. It may end in any way but without an end.
func damaged(rt *hostruntime.Runtime, intact []byte) func(context.Context, *rand.Rand) (string, error) {
	return func(ctx context.Context, random *rand.Rand) (string, error) {
		bytes := append([]byte(nil), intact...)
		for range 1 + random.IntN(4) {
			bytes[random.IntN(len(bytes))] ^= 1 << random.IntN(8)
		}
		c, err := rt.Load(ctx, bytes)
		if err != nil {
			return hostruntime.Outcome(err), nil
		}
		defer c.Close(ctx)
		for _, f := range c.Exports() {
			in, err := c.Instantiate(ctx, hostruntime.Policy{Limits: few}, host())
			if err != nil {
				continue
			}
			in.Call(ctx, f.String()) // which may fail in any way
			if err := in.Close(ctx); err != nil {
				return "none", err
			}
		}
		return "damaged", c.Close(ctx)
	}
}

// expect compares an ending with what it must be, and closes the instance.
func expect(ctx context.Context, in *hostruntime.Instance, err error, want string) (string, error) {
	got := hostruntime.Outcome(err)
	if got != want {
		return got, fmt.Errorf("%s, want %s: %w", got, want, errors.Join(err, in.Close(ctx)))
	}
	return got, in.Close(ctx)
}
