//go:build guests

package determinism

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/determinism/programs"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// A condition is what a process finds itself in.
type condition struct {
	name string
	// threads is GOMAXPROCS, 0 for what the machine has.
	threads int
	// atOnce is how many programs run at a time.
	atOnce int
	// busy has other goroutines compute, and collect garbage, all along.
	busy bool
}

var conditions = []condition{
	{"one thread, one at a time", 1, 1, false},
	{"two threads, three at a time, busy", 2, 3, true},
	{"four threads, two at a time", 4, 2, false},
	{"one thread, four at a time, busy", 1, 4, true},
	{"all threads, four at a time", 0, 4, false},
}

// runAll runs all programs under the condition that the environment says, the
// first time in the programs' order and then in others, and writes their Runs
// to standard output as one JSON object.
func runAll() error {
	n, err := strconv.Atoi(os.Getenv(runVariable))
	if err != nil {
		return err
	}
	c := conditions[n%len(conditions)]
	if c.busy {
		go func() {
			for {
				runtime.GC()
			}
		}()
		go func() {
			for i := uint64(1); i != 0; i++ {
			}
		}()
	}
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	engines := map[string]*hostruntime.Component{}
	for _, engine := range []string{guest.Python, guest.QuickJS} {
		if engines[engine], err = rt.LoadFile(ctx, filepath.Join(os.Getenv(guestsVariable), engine+".wasm")); err != nil {
			return err
		}
	}
	all := programs.All()
	if n > 0 {
		rand.New(rand.NewPCG(uint64(n), 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}

	result := make(map[string]programs.Run, len(all))
	var lock sync.Mutex
	var failed error
	var group sync.WaitGroup
	next := make(chan programs.Program)
	for range c.atOnce {
		group.Go(func() {
			for p := range next {
				run, err := p.Run(ctx, engines[p.Engine], 7)
				lock.Lock()
				if result[p.Name] = run; err != nil {
					failed = err
				}
				lock.Unlock()
			}
		})
	}
	for _, p := range all {
		next <- p
	}
	close(next)
	group.Wait()
	if failed != nil {
		return failed
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
