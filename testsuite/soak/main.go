// Command soak runs random tasks on all cores for as long as it is told to, a
// third of them hostile, and fails when one ends otherwise than it must, or when
// the process grows.
//
//	go run ./testsuite/soak -for 1h
//
// Now and then all workers pause and what the process has is counted: memory in
// use and resident, goroutines, files, mappings. The medians of the first and
// the last third of these counts are compared.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"
)

func main() {
	duration := flag.Duration("for", time.Hour, "how long to go on")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "decides which tasks are drawn")
	flag.Parse()
	fmt.Printf("%s %s/%s, %d workers, %v, seed %d\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *duration, *seed)
	if err := run(context.Background(), *duration, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// samples is how often the process is counted in a run that is too short for
// once a minute to be often enough.
const samples = 15

func run(ctx context.Context, duration time.Duration, seed uint64) error {
	tasks, done, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer done()
	began := time.Now()
	tally := &tally{outcomes: map[string]int{}}
	// Who runs a task has a share of pause; who counts, all of it.
	var pause sync.RWMutex
	var workers sync.WaitGroup
	for i := range runtime.GOMAXPROCS(0) {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		workers.Go(func() {
			for time.Since(began) < duration {
				t := tasks.draw(random)
				pause.RLock()
				outcome, err := t.run(ctx, random)
				pause.RUnlock()
				tally.add(t, outcome, err)
			}
		})
	}
	finished := make(chan struct{})
	go func() { workers.Wait(); close(finished) }()

	var stocks []stock
	ticker := time.NewTicker(min(time.Minute, max(duration/samples, 100*time.Millisecond)))
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			pause.Lock()
			if time.Since(began) > duration { // the workers may be gone, and what they hold
				pause.Unlock()
				continue
			}
			s := takeStock()
			pause.Unlock()
			stocks = append(stocks, s)
			fmt.Printf("%8v  %s\n          %s\n", time.Since(began).Round(time.Second), tally, s)
		case <-finished:
			fmt.Println("all:     ", tally)
			if unexpected := tally.wrong(); unexpected > 0 {
				return fmt.Errorf("%d tasks ended otherwise than they must", unexpected)
			}
			return steady(os.Stdout, stocks)
		}
	}
}
