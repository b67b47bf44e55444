package wasi

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

const monotonic = "wasi:clocks/monotonic-clock"

func TestTimers(t *testing.T) {
	now := time.Duration(1000)
	g := newGuest(t, Config{Monotonic: func() time.Duration { return now }})
	g.equal(g.call(monotonic, "now"), value.U64(1000))
	g.equal(g.call(monotonic, "resolution"), value.U64(1))
	past := g.call(monotonic, "subscribe-instant", value.U64(999))
	soon := g.call(monotonic, "subscribe-duration", value.U64(500))
	never := g.call(monotonic, "subscribe-duration", value.U64(1<<64-1))
	ready := func(p value.Value, want bool) {
		t.Helper()
		g.equal(g.call("wasi:io/poll", "[method]pollable.ready", p), value.Bool(want))
	}
	ready(past, true)
	ready(soon, false)
	ready(never, false)
	g.equal(g.call("wasi:io/poll", "poll", value.List{never, past, soon}), value.List{value.U32(1)})
	now = 1500
	ready(soon, true)
	now = 1<<63 - 1
	ready(never, false)
}

// A clock that stands still does not make a sleeping guest wait for ever.
func TestSleepOnAFixedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuest(t, Config{Monotonic: func() time.Duration { return 0 }})
		short := g.call(monotonic, "subscribe-duration", value.U64(time.Millisecond))
		long := g.call(monotonic, "subscribe-duration", value.U64(time.Hour))
		began := time.Now()
		g.equal(g.call("wasi:io/poll", "poll", value.List{long, short}), value.List{value.U32(1)})
		if waited := time.Since(began); waited != time.Millisecond {
			t.Errorf("waited %v", waited)
		}
		g.call("wasi:io/poll", "[method]pollable.block", short)
		g.equal(g.call("wasi:io/poll", "[method]pollable.ready", long), value.Bool(false))
		g.call("wasi:io/poll", "[method]pollable.block", long)
		if waited := time.Since(began); waited != time.Millisecond+time.Hour {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestSleepOnTheRealClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuest(t, Config{})
		time.Sleep(5 * time.Nanosecond)
		g.equal(g.call(monotonic, "now"), value.U64(5))
		p := g.call(monotonic, "subscribe-duration", value.U64(2*time.Second))
		g.call("wasi:io/poll", "[method]pollable.block", p)
		g.equal(g.call(monotonic, "now"), value.U64(2*time.Second+5))
	})
}

// A timer ends the wait for input that does not come, and input the wait for
// a timer.
func TestPollInputAndTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		g := newGuest(t, Config{Stdin: r})
		input := g.call(ioPkg, in+"subscribe", g.call("wasi:cli/stdin", "get-stdin"))
		second := g.call(monotonic, "subscribe-duration", value.U64(time.Second))
		g.equal(g.call("wasi:io/poll", "poll", value.List{input, second}), value.List{value.U32(1)})
		hour := g.call(monotonic, "subscribe-duration", value.U64(time.Hour))
		time.AfterFunc(time.Second, func() { w.Write([]byte("x")) })
		g.equal(g.call("wasi:io/poll", "poll", value.List{hour, input}), value.List{value.U32(1)})
		g.equal(g.call(monotonic, "now"), value.U64(2*time.Second))
		g.host.Close()
		r.Close()
	})
}

func TestPollLists(t *testing.T) {
	g := newGuest(t, Config{})
	g.traps("wasi:io/poll", "poll", value.List{})
	p := g.call(monotonic, "subscribe-instant", value.U64(0))
	list := make(value.List, MaxPoll+1)
	for i := range list {
		list[i] = p
	}
	g.exceeds("pollables in one poll", g.traps("wasi:io/poll", "poll", list))
	if got := g.call("wasi:io/poll", "poll", list[1:]).(value.List); len(got) != MaxPoll {
		t.Errorf("%d are ready", len(got))
	}
}

func TestWallClock(t *testing.T) {
	now := time.Unix(1_700_000_000, 123)
	g := newGuest(t, Config{Now: func() time.Time { return now }})
	date := func(s uint64, ns uint32) value.Value {
		return value.Record{{Name: "seconds", Value: value.U64(s)}, {Name: "nanoseconds", Value: value.U32(ns)}}
	}
	g.equal(g.call("wasi:clocks/wall-clock", "now"), date(1_700_000_000, 123))
	g.equal(g.call("wasi:clocks/wall-clock", "resolution"), date(0, 1))
	now = time.Unix(-5, 5)
	g.equal(g.call("wasi:clocks/wall-clock", "now"), date(0, 0))
}
