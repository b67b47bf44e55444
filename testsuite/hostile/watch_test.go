package hostile

import (
	"bytes"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A bystander is an instance that runs all along, next to the attacks, and what
// new ones are made of. Neither may notice anything.
type bystander struct {
	component *hostruntime.Component
	instance  *hostruntime.Instance
	total     value.U32
}

func newBystander(t *testing.T, rt *hostruntime.Runtime) *bystander {
	t.Helper()
	c := load(t, rt, "bystander")
	in, err := c.Instantiate(t.Context(), hostruntime.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return &bystander{component: c, instance: in}
}

func (b *bystander) check(t *testing.T) {
	t.Helper()
	b.call(t)
	next, err := b.component.Instantiate(t.Context(), hostruntime.Policy{})
	if err != nil {
		t.Fatalf("the next instance: %v", err)
	}
	defer next.Close(t.Context())
	if got, err := next.Call(t.Context(), "run", value.U32(3)); err != nil || got != value.U32(3) {
		t.Errorf("the next instance: got %v, %v; want 3", got, err)
	}
}

// call has the instance count on.
func (b *bystander) call(t *testing.T) {
	t.Helper()
	b.total += 3
	if got, err := b.instance.Call(t.Context(), "run", value.U32(3)); err != nil || got != b.total {
		t.Errorf("the instance that ran all along: got %v, %v; want %d", got, err, b.total)
	}
}

// seen is what a watch has seen of the host.
type seen struct {
	// heap and resident are by how many bytes the process was larger, at most,
	// than when the watch began: what lives on the heap, and all that it has in
	// memory, 0 where the system doesn't tell.
	heap, resident uint64
	// latencies are how long after it was due the bystander's answer came, in
	// order of length.
	latencies []time.Duration
}

// latency is the median.
func (s seen) latency() time.Duration { return s.latencies[len(s.latencies)/2] }

// collection is how often a watch has garbage collected, which every goroutine
// must stop for: one that can't be stopped holds up all others.
const collection = 50 * time.Millisecond

// watch keeps an eye on the host while an attack is made, until the function
// that it returns is called. The bystander is called every millisecond.
func watch(t *testing.T, b *bystander) func() seen {
	t.Helper()
	runtime.GC()
	heapBefore, residentBefore := liveHeap(), resident()
	stop, result := make(chan struct{}), make(chan seen)
	go func() {
		heap, most, collected := heapBefore, residentBefore, time.Now()
		var s seen
		for due := time.Now(); ; due = time.Now().Add(time.Millisecond) {
			time.Sleep(time.Until(due))
			b.call(t)
			s.latencies = append(s.latencies, time.Since(due))
			heap, most = max(heap, liveHeap()), max(most, resident())
			if time.Since(collected) > collection {
				runtime.GC()
				collected = time.Now()
			}
			select {
			case <-stop:
				s.heap, s.resident = heap-heapBefore, most-residentBefore
				slices.Sort(s.latencies)
				result <- s
				return
			default:
			}
		}
	}()
	return func() seen { close(stop); return <-result }
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// resident returns how many bytes of memory the process has, 0 where the system
// doesn't tell.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// openFiles counts the process's file descriptors, 0 where the system doesn't
// tell.
func openFiles() int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}
