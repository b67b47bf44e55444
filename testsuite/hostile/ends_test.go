//go:build guests

package hostile

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestEndsLeaveNothing counts what the process has after a thousand ends of the
// kinds that only guests with files, output and a network come to;
// testsuite/limits has the others.
func TestEndsLeaveNothing(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	local, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "wit", World: "hostile", Engine: guest.Python, File: "sandbox/guest.py"}))
	if err != nil {
		t.Fatal(err)
	}
	web, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "../http/wit", World: "client", Engine: guest.Python, File: "sandbox/web.py"}))
	if err != nil {
		t.Fatal(err)
	}
	server := newWebServer(t)
	end := func(c *hostruntime.Component, policy hostruntime.Policy, want, call string, args ...value.Value) {
		in, err := c.Instantiate(t.Context(), policy, host())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Call(t.Context(), call, args...); hostruntime.Outcome(err) != want {
			t.Fatalf("%v: %v, want %s", args, err, want)
		}
		if err := in.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	round := func(n int) {
		for range n {
			attack := func(want, name string) {
				end(local, hostruntime.Policy{
					Limits: hostruntime.Limits{MemoryBytes: 64 << 20, WallTime: patience, WrittenBytes: 1 << 20},
					Dirs:   []hostruntime.Dir{{Host: folder, Guest: "/data", Writable: true, MaxBytes: 1 << 20, MaxEntries: 2}},
				}, want, "attack", value.String(name))
			}
			attack(hostruntime.OutcomeOutput, "printing")
			attack(hostruntime.OutcomeExit, "exit_beneath_python")
			attack(hostruntime.OutcomeFiles, "huge_file")
			if err := os.Remove(folder + "/huge"); err != nil {
				t.Fatal(err)
			}
			w := webAttack{name: "requests_without_end"}
			network := w.network(t, server.URL)
			network.Limits.Requests = 2
			end(web, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: patience}, Network: network},
				hostruntime.OutcomeNetwork, "act", value.String(w.name), value.String(server.URL))
		}
		server.silence()
	}
	count := func() (goroutines, files int, heap uint64) {
		for range 100 { // what ends does so in its own time
			goroutines, files = runtime.NumGoroutine(), openFiles()
			time.Sleep(time.Millisecond)
		}
		return goroutines, files, heapBytes()
	}
	round(10)
	goroutines, files, heap := count()
	round(250)
	if g, f, h := count(); g > goroutines+2 || f > files+2 || h > heap+4<<20 {
		t.Errorf("after 1,000 ends: %d goroutines, %d files, %d KiB of heap; before: %d, %d, %d", g, f, h>>10, goroutines, files, heap>>10)
	}
}
