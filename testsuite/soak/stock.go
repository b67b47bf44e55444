package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"
)

// A stock is what the process has while nothing runs. What the system doesn't
// tell is 0.
type stock struct {
	heapBytes, residentBytes, goroutines, files, mappings int
}

const mib = 1 << 20

func (s stock) String() string {
	return fmt.Sprintf("heap %.1f MiB, resident %.1f MiB, %d goroutines, %d files, %d mappings",
		float64(s.heapBytes)/mib, float64(s.residentBytes)/mib, s.goroutines, s.files, s.mappings)
}

func takeStock() stock {
	// Finalizers and clean-ups run after a collection, and free more.
	for range 3 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	s := stock{heapBytes: int(memory.HeapAlloc), goroutines: runtime.NumGoroutine()}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.files = len(files)
	}
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil {
		s.mappings = bytes.Count(maps, []byte("\n"))
	}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := bytes.Fields(text); len(fields) > 1 {
			pages, _ := strconv.Atoi(string(fields[1]))
			s.residentBytes = pages * os.Getpagesize()
		}
	}
	return s
}

// margins is by how much the last third of a run may exceed the first.
var margins = []struct {
	name   string
	of     func(stock) int
	margin int
}{
	{"heap bytes", func(s stock) int { return s.heapBytes }, 4 * mib},
	// The allocator gives back whole pages only, and where they lie is chance.
	{"resident bytes", func(s stock) int { return s.residentBytes }, 32 * mib},
	{"goroutines", func(s stock) int { return s.goroutines }, 2},
	{"files", func(s stock) int { return s.files }, 2},
	{"mappings", func(s stock) int { return s.mappings }, 50},
}

// steady compares the medians of the first and the last third, writes both to
// w, and returns an error for each that grew by more than its margin.
func steady(w io.Writer, stocks []stock) error {
	third := len(stocks) / 3
	if third < 3 {
		return errors.New("too short a run to tell whether the process grows")
	}
	var grown []error
	for _, m := range margins {
		first, last := median(stocks[:third], m.of), median(stocks[len(stocks)-third:], m.of)
		fmt.Fprintf(w, "%-15s %12d in the first third, %12d in the last: %+d of at most %+d\n", m.name, first, last, last-first, m.margin)
		if last-first > m.margin {
			grown = append(grown, fmt.Errorf("%s grew from %d to %d", m.name, first, last))
		}
	}
	return errors.Join(grown...)
}

func median(stocks []stock, of func(stock) int) int {
	sorted := slices.SortedFunc(slices.Values(stocks), func(a, b stock) int { return cmp.Compare(of(a), of(b)) })
	return of(sorted[len(sorted)/2])
}
