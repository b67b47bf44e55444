package limits

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

const mib = 1 << 20

// base is what a worker has when it does nothing.
func base(t *testing.T, c *hostruntime.Component) uint64 {
	used, err := once(t, c, hostruntime.Limits{}, "spin", 1)
	if err != nil || used.MemoryBytes == 0 || used.MemoryLimit != hostruntime.DefaultMemoryBytes {
		t.Fatalf("%v, report %+v", err, used)
	}
	return used.MemoryBytes
}

func TestGrowthJustUnderAndJustOver(t *testing.T) {
	c := mustWorker(t)
	room := base(t, c) + 100<<16
	most := room * 32 / 31 // what the host's part leaves
	for pages, want := range map[uint32]value.Value{100: value.S32(1), 101: value.S32(-1)} {
		in := instantiate(t.Context(), t, c, hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: most}}, answer)
		var used hostruntime.Report
		got, err := in.Call(hostruntime.WithReport(t.Context(), &used), "grow", value.U32(pages))
		if err != nil || !value.Equal(got, want) || used.MemoryBytes > most {
			t.Errorf("growing by %d pages: %v, %v; %d of %d bytes", pages, got, err, used.MemoryBytes, most)
		}
		if held := used.MemoryBytes - used.LiftedBytes; want == value.S32(1) && held != room {
			t.Errorf("%d bytes reported, want %d", held, room)
		}
	}
}

// The values that a call moves out count while somebody may hold them.
func TestValuesAreMemory(t *testing.T) {
	c := mustWorker(t)
	most := base(t, c) + 64<<16 + 3*mib
	limits := hostruntime.Limits{MemoryBytes: most}
	for _, row := range []struct {
		name string
		args []uint32
		ok   bool
	}{
		{"give", []uint32{3*mib - 1000}, true},
		{"give", []uint32{3*mib + 1}, false},
		{"ask", []uint32{50, 2 * mib}, true}, // one after the other
		{"ask", []uint32{1, 3*mib + 1}, false},
	} {
		in := instantiate(t.Context(), t, c, hostruntime.Policy{Limits: limits}, answer)
		if _, err := work(t.Context(), in, "grow", 64); err != nil {
			t.Fatal(err)
		}
		used, err := work(t.Context(), in, row.name, row.args...)
		if used.MemoryBytes > most {
			t.Errorf("%s %d: %d bytes, limit %d", row.name, row.args, used.MemoryBytes, most)
		}
		if row.ok {
			if err != nil || used.MemoryBytes < uint64(row.args[len(row.args)-1]) {
				t.Errorf("%s %d: %v, %d bytes", row.name, row.args, err, used.MemoryBytes)
			}
			if after, err := work(t.Context(), in, "spin", 1); err != nil || after.MemoryBytes != base(t, c)+64<<16 {
				t.Errorf("%s %d: afterwards %d bytes, %v", row.name, row.args, after.MemoryBytes, err)
			}
			continue
		}
		reached(t, err, hostruntime.LimitMemory, &used, hostruntime.OutcomeMemory)
	}
}

// What parts of a component pass to each other counts while it is on its way.
func TestValuesBetweenComponents(t *testing.T) {
	ctx := t.Context()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(ctx)
	c, err := rt.LoadFile(ctx, "testdata/relay.wasm")
	if err != nil {
		t.Fatal(err)
	}
	limits := hostruntime.Limits{LiftedBytes: 2*mib - 1000}
	used, err := once(t, c, limits, "relay", 50, mib)
	if err != nil || used.LiftedBytes < 50*mib {
		t.Errorf("50 times 1 MiB: %v, report %+v", err, used)
	}
	used, err = once(t, c, limits, "relay", 1, 2*mib)
	reached(t, err, hostruntime.LimitLifted, &used, hostruntime.OutcomeMemory)
}

func TestHandlesAreMemory(t *testing.T) {
	c := mustWorker(t)
	most := base(t, c) + mib
	limits := hostruntime.Limits{MemoryBytes: most, Handles: hostruntime.Unlimited}
	if used, err := once(t, c, limits, "hold", 8000); err != nil || used.MemoryBytes > most {
		t.Errorf("8,000 handles: %v, %d bytes", err, used.MemoryBytes)
	}
	used, err := once(t, c, limits, "hold", 10_000)
	reached(t, err, hostruntime.LimitMemory, &used, hostruntime.OutcomeMemory)
	if used, err := once(t, c, hostruntime.Limits{Handles: 100}, "hold", 100); err != nil {
		t.Errorf("100 handles: %v, %+v", err, used)
	}
	used, err = once(t, c, hostruntime.Limits{Handles: 100}, "hold", 101)
	reached(t, err, hostruntime.LimitHandles, &used, hostruntime.OutcomeHandles)
}

// The host's own memory stays small, whatever a guest tries.
func TestHostMemory(t *testing.T) {
	c := mustWorker(t)
	before := heap()
	limits := hostruntime.Limits{MemoryBytes: 64 * mib, Handles: hostruntime.Unlimited, LiftedBytes: hostruntime.Unlimited}
	for _, row := range []struct {
		name string
		args []uint32
	}{{"hold", []uint32{1 << 30}}, {"ask", []uint32{1, 60 * mib}}, {"give", []uint32{60 * mib}}} {
		in := instantiate(t.Context(), t, c, hostruntime.Policy{Limits: limits}, answer)
		if _, err := work(t.Context(), in, "grow", 980); err != nil {
			t.Fatal(err)
		}
		used, err := work(t.Context(), in, row.name, row.args...)
		reached(t, err, hostruntime.LimitMemory, &used, hostruntime.OutcomeMemory)
		if now := heap(); now > before+16*mib {
			t.Errorf("%s: heap of %d MiB, %d before", row.name, now/mib, before/mib)
		}
	}
	if _, err := once(t, c, hostruntime.Limits{}, "grow", 100); err != nil {
		t.Errorf("the next instance: %v", err)
	}
}

// A large value into the guest is the guest's memory.
func TestArgumentsAreTheGuestsMemory(t *testing.T) {
	c := mustWorker(t)
	for size, ok := range map[int]bool{2 * mib: true, 8 * mib: false} {
		in := instantiate(t.Context(), t, c, hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: 4 * mib}}, answer)
		_, err := in.Call(t.Context(), "take", value.Bytes(bytes.Repeat([]byte{1}, size)))
		if ok && err != nil || !ok && errorAs[*hostruntime.LimitError](err) == nil {
			t.Errorf("%d MiB: %v", size/mib, err)
		}
	}
}

func TestDepth(t *testing.T) {
	c := mustWorker(t)
	if _, err := once(t, c, hostruntime.Limits{}, "recurse", 1000); err != nil {
		t.Error(err)
	}
	used, err := once(t, c, unlimited, "recurse", 1<<30)
	if e := errorAs[*hostruntime.LimitError](err); e == nil || used.Outcome != hostruntime.OutcomeDepth && used.Outcome != hostruntime.OutcomeMemory {
		t.Errorf("got %v, report %+v", err, used)
	}
	if h := heap(); h > 64*mib {
		t.Errorf("heap of %d MiB after a deep recursion", h/mib)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
