package wasi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

const (
	ioPkg = "wasi:io/streams"
	in    = "[method]input-stream."
	out   = "[method]output-stream."
)

var closedError = value.Variant{Case: "closed"}

func TestStdinFromMemory(t *testing.T) {
	g := newGuest(t, Config{Stdin: strings.NewReader("hello, world")})
	s := g.call("wasi:cli/stdin", "get-stdin")
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(0)), value.Bytes(nil))
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(5)), value.Bytes("hello"))
	// A second handle shares the input.
	second := g.call("wasi:cli/stdin", "get-stdin")
	g.equal(g.ok(ioPkg, in+"skip", second, value.U64(2)), value.U64(2))
	g.equal(g.ok(ioPkg, in+"blocking-read", s, value.U64(1<<63)), value.Bytes("world"))
	g.fails(closedError, ioPkg, in+"read", s, value.U64(1))
	g.fails(closedError, ioPkg, in+"blocking-skip", s, value.U64(1))
	g.fails(closedError, ioPkg, in+"blocking-read", second, value.U64(1))
	g.drop(ioPkg, s)
	g.drop(ioPkg, second)
	if n := g.live(); n != 0 {
		t.Errorf("%d resources are alive", n)
	}
}

func TestStdinEmptyByDefault(t *testing.T) {
	g := newGuest(t, Config{})
	s := g.call("wasi:cli/stdin", "get-stdin")
	g.fails(closedError, ioPkg, in+"blocking-read", s, value.U64(1))
	p := g.call(ioPkg, in+"subscribe", s)
	g.equal(g.call("wasi:io/poll", "[method]pollable.ready", p), value.Bool(true))
}

func TestStdinArrivesLater(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	g := newGuest(t, Config{Stdin: r})
	s := g.call("wasi:cli/stdin", "get-stdin")
	p := g.call(ioPkg, in+"subscribe", s)
	g.equal(g.call("wasi:io/poll", "[method]pollable.ready", p), value.Bool(false))
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(8)), value.Bytes(nil))

	go w.Write([]byte("abc"))
	g.equal(g.call("wasi:io/poll", "[method]pollable.block", p), nil)
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(2)), value.Bytes("ab"))
	g.equal(g.ok(ioPkg, in+"read", s, value.U64(2)), value.Bytes("c"))

	go w.CloseWithError(errors.New("secret"))
	failed := g.call(ioPkg, in+"blocking-read", s, value.U64(2)).(value.Result)
	if !failed.IsError || failed.Payload.(value.Variant).Case != "last-operation-failed" {
		t.Fatalf("got %v", failed)
	}
	e := failed.Payload.(value.Variant).Payload
	g.equal(g.call("wasi:io/error", "[method]error.to-debug-string", e), value.String("i/o error: io"))
	g.equal(g.call("wasi:filesystem/types", "filesystem-error-code", e), value.Option{Some: value.Enum("io")})
	g.equal(g.call("wasi:sockets/network", "network-error-code", e), value.Option{})
	g.drop("wasi:io/error", e)
	g.fails(closedError, ioPkg, in+"read", s, value.U64(2))
}

func TestBlockedCallsEnd(t *testing.T) {
	blocked := map[string]func(*guest, value.Value) error{
		"blocking-read": func(g *guest, s value.Value) error {
			_, err := g.try(ioPkg, in+"blocking-read", s, value.U64(1))
			return err
		},
		"blocking-splice": func(g *guest, s value.Value) error {
			_, err := g.try(ioPkg, out+"blocking-splice", g.call("wasi:cli/stdout", "get-stdout"), s, value.U64(1))
			return err
		},
		"poll": func(g *guest, s value.Value) error {
			year := g.call("wasi:clocks/monotonic-clock", "subscribe-duration", value.U64(365*24*time.Hour))
			never := g.call("wasi:clocks/monotonic-clock", "subscribe-duration", value.U64(1<<64-1))
			_, err := g.try("wasi:io/poll", "poll", value.List{year, never, g.call(ioPkg, in+"subscribe", s)})
			return err
		},
	}
	for name, block := range blocked {
		t.Run(name+"/cancel", func(t *testing.T) {
			blockedCall(t, func(g *guest, s value.Value) {
				ctx, cancel := context.WithTimeout(g.ctx, time.Second)
				defer cancel()
				g.ctx = ctx
				if err := block(g, s); !errors.Is(err, context.DeadlineExceeded) {
					g.Errorf("error %v, want the deadline's", err)
				}
			})
		})
		t.Run(name+"/close", func(t *testing.T) {
			blockedCall(t, func(g *guest, s value.Value) {
				time.AfterFunc(time.Second, func() { g.host.Close() })
				if err := block(g, s); !errors.Is(err, ErrClosed) {
					g.Errorf("error %v, want ErrClosed", err)
				}
			})
		})
	}
}

// blockedCall runs a test on a standard input where nothing arrives, checks
// that its call returned when it should have, after a second, and that no
// goroutine is left when the input has ended.
func blockedCall(t *testing.T, run func(g *guest, stdin value.Value)) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := io.Pipe()
		g := newGuest(t, Config{Stdin: r})
		s := g.call("wasi:cli/stdin", "get-stdin")
		began := time.Now()
		run(g, s)
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("the call returned after %v", waited)
		}
		g.host.Close()
		r.Close()
	})
}

// One Read is under way at a time, however many streams wait for it.
func TestStdinReadsOneAtATime(t *testing.T) {
	r := &countingReader{release: make(chan struct{})}
	g := newGuest(t, Config{Stdin: r})
	for range 10 {
		s := g.call("wasi:cli/stdin", "get-stdin")
		g.ok(ioPkg, in+"read", s, value.U64(1))
	}
	close(r.release)
	s := g.call("wasi:cli/stdin", "get-stdin")
	g.equal(g.ok(ioPkg, in+"blocking-read", s, value.U64(9)), value.Bytes("x"))
	if r.reads != 1 {
		t.Errorf("%d reads, want 1", r.reads)
	}
}

type countingReader struct {
	release chan struct{}
	reads   int
}

func (r *countingReader) Read(b []byte) (int, error) {
	<-r.release
	r.reads++
	return copy(b, "x"), nil
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

func TestStdinThatNeverReads(t *testing.T) {
	g := newGuest(t, Config{Stdin: emptyReader{}})
	s := g.call("wasi:cli/stdin", "get-stdin")
	failed := g.call(ioPkg, in+"blocking-read", s, value.U64(1)).(value.Result)
	if !failed.IsError || failed.Payload.(value.Variant).Case != "last-operation-failed" {
		t.Errorf("got %v", failed)
	}
}

func TestStdout(t *testing.T) {
	var stdout, stderr bytes.Buffer
	g := newGuest(t, Config{Stdout: &stdout, Stderr: &stderr})
	s := g.call("wasi:cli/stdout", "get-stdout")
	g.equal(g.ok(ioPkg, out+"check-write", s), value.U64(WritePermit))
	g.ok(ioPkg, out+"write", s, value.Bytes("one "))
	g.ok(ioPkg, out+"write-zeroes", s, value.U64(2))
	g.ok(ioPkg, out+"flush", s)
	g.ok(ioPkg, out+"blocking-flush", s)
	g.ok(ioPkg, out+"blocking-write-and-flush", s, value.Bytes(" two"))
	g.ok(ioPkg, out+"blocking-write-zeroes-and-flush", s, value.U64(1))
	if got := stdout.String(); got != "one \x00\x00 two\x00" {
		t.Errorf("stdout %q", got)
	}
	p := g.call(ioPkg, out+"subscribe", s)
	g.equal(g.call("wasi:io/poll", "poll", value.List{p, p}), value.List{value.U32(0), value.U32(1)})

	e := g.call("wasi:cli/stderr", "get-stderr")
	g.ok(ioPkg, out+"write", e, value.Bytes("oops"))
	if stderr.String() != "oops" {
		t.Errorf("stderr %q", stderr.String())
	}
}

func TestWritesBeyondThePermitTrap(t *testing.T) {
	var stdout bytes.Buffer
	g := newGuest(t, Config{Stdout: &stdout})
	s := g.call("wasi:cli/stdout", "get-stdout")
	g.ok(ioPkg, out+"write", s, make(value.Bytes, WritePermit))
	g.traps(ioPkg, out+"write", s, value.Bytes("x"))
	g.ok(ioPkg, out+"check-write", s)
	g.traps(ioPkg, out+"write", s, make(value.Bytes, WritePermit+1))
	g.traps(ioPkg, out+"write-zeroes", s, value.U64(1<<63))
	g.traps(ioPkg, out+"blocking-write-and-flush", s, make(value.Bytes, MaxBlockingWrite+1))
	g.traps(ioPkg, out+"blocking-write-zeroes-and-flush", s, value.U64(MaxBlockingWrite+1))
	if stdout.Len() != WritePermit {
		t.Errorf("%d bytes arrived, want %d", stdout.Len(), WritePermit)
	}
	g.ok(ioPkg, out+"blocking-write-and-flush", s, make(value.Bytes, MaxBlockingWrite))
}

func TestOutputThatFails(t *testing.T) {
	r, w := io.Pipe()
	r.CloseWithError(errors.New("secret"))
	g := newGuest(t, Config{Stdout: w})
	s := g.call("wasi:cli/stdout", "get-stdout")
	failed := g.call(ioPkg, out+"write", s, value.Bytes("x")).(value.Result)
	if !failed.IsError {
		t.Fatalf("got %v", failed)
	}
	e := failed.Payload.(value.Variant).Payload
	if text := g.call("wasi:io/error", "[method]error.to-debug-string", e).(value.String); strings.Contains(string(text), "secret") {
		t.Errorf("the guest reads the host's error: %s", text)
	}
	for _, f := range []string{"check-write", "flush", "blocking-flush"} {
		g.fails(closedError, ioPkg, out+f, s)
	}
	g.fails(closedError, ioPkg, out+"write", s, value.Bytes("x"))
	g.fails(closedError, ioPkg, out+"blocking-write-and-flush", s, value.Bytes("x"))
	g.fails(closedError, ioPkg, out+"splice", s, g.call("wasi:cli/stdin", "get-stdin"), value.U64(1))
}

func TestSplice(t *testing.T) {
	var stdout bytes.Buffer
	g := newGuest(t, Config{Stdin: bytes.NewReader(make([]byte, 100_000)), Stdout: &stdout})
	from, to := g.call("wasi:cli/stdin", "get-stdin"), g.call("wasi:cli/stdout", "get-stdout")
	g.equal(g.ok(ioPkg, out+"splice", to, from, value.U64(10)), value.U64(10))
	total := 10
	for {
		r := g.call(ioPkg, out+"blocking-splice", to, from, value.U64(1<<63)).(value.Result)
		if r.IsError {
			g.equal(r.Payload, closedError)
			break
		}
		total += int(r.Payload.(value.U64))
	}
	if total != 100_000 || stdout.Len() != total {
		t.Errorf("moved %d, arrived %d", total, stdout.Len())
	}
}

func TestChildrenAreDroppedFirst(t *testing.T) {
	g := newGuest(t, Config{})
	s := g.call("wasi:cli/stdout", "get-stdout")
	p := g.call(ioPkg, out+"subscribe", s)
	if err := g.tryDrop(ioPkg, s); err == nil {
		t.Error("a stream was dropped before its pollable")
	}
	g.drop("wasi:io/poll", p)
	g.drop(ioPkg, s)

	// After Close the order is the runtime's.
	s = g.call("wasi:cli/stdout", "get-stdout")
	p = g.call(ioPkg, out+"subscribe", s)
	if err := errors.Join(g.host.Close(), g.host.Close()); err != nil {
		t.Error(err)
	}
	g.drop(ioPkg, s)
	g.drop("wasi:io/poll", p)
	if err := g.traps("wasi:cli/stdout", "get-stdout"); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestHandleLimit(t *testing.T) {
	g := newGuest(t, Config{MaxHandles: 3})
	for range 2 {
		g.call("wasi:cli/stdout", "get-stdout")
	}
	s := g.call("wasi:cli/stdout", "get-stdout")
	g.exceeds("open resources", g.traps("wasi:cli/stdout", "get-stdout"))
	g.drop(ioPkg, s)
	g.call("wasi:cli/stdout", "get-stdout")
}
