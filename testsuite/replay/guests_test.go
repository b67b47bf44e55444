//go:build guests

package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// build returns the path of an engine's guest.
func build(t *testing.T, engine string) string {
	file := "sandbox/guest.js"
	if engine == guest.Python {
		file = "sandbox/guest.py"
	}
	return guest.Build(t, guest.Spec{WIT: "wit", World: "replay", Engine: engine, File: file})
}

func loadFile(t *testing.T, path string) *hostruntime.Component {
	t.Helper()
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, code)
}

// things are a host that answers by chance, and not always.
func things() hostruntime.Imports {
	const iface = "test:replay/host@0.1.0"
	return hostruntime.Imports{
		hostruntime.HostFunc(iface, "[constructor]thing", func(_ context.Context, args []value.Value) (value.Value, error) {
			return value.Handle{Resource: "thing", Rep: args[0]}, nil
		}),
		hostruntime.HostFunc(iface, "[method]thing.name", func(_ context.Context, args []value.Value) (value.Value, error) {
			return value.String(fmt.Sprint(args[0].(value.Handle).Rep, rand.Int())), nil
		}),
		hostruntime.HostFunc(iface, "ask", func(_ context.Context, args []value.Value) (value.Value, error) {
			switch args[0] {
			case value.String("refuse"):
				return value.Result{IsError: true, Payload: value.String("I won't say")}, nil
			case value.String("fail"):
				return nil, fmt.Errorf("the host has no answer")
			}
			return value.Result{Payload: value.String(fmt.Sprint("answer ", rand.Int()))}, nil
		}),
		hostruntime.HostResource(iface, "thing", func(context.Context, any) error { return nil }),
	}
}

// acts are what a guest does, one instance each, as far as its engine can.
var acts = []struct {
	what, argument, outcome string
	limits                  hostruntime.Limits
	python                  bool
}{
	{"world", "now", "ok", hostruntime.Limits{}, false},
	{"host", "tell", "ok", hostruntime.Limits{}, false},
	{"host", "refuse", "ok", hostruntime.Limits{}, false},
	{"host", "fail", "host-error", hostruntime.Limits{}, false},
	{"raises", "the guest's own words", "trap", hostruntime.Limits{}, false},
	{"loop", "", "timeout", hostruntime.Limits{WallTime: time.Second}, false},
	{"loop", "", "fuel", hostruntime.Limits{Fuel: 30_000_000}, false},
	{"eat", "", "", hostruntime.Limits{MemoryBytes: 64 << 20}, false},
	{"files", "renamed.txt", "ok", hostruntime.Limits{}, true},
	{"fetch", "", "ok", hostruntime.Limits{}, true},
	{"sleep", "", "timeout", hostruntime.Limits{WallTime: time.Second}, true},
	{"exit", "", "exit", hostruntime.Limits{}, true},
}

const (
	// secret is what no journal holds.
	secret      = "the-real-value-0123456789"
	placeholder = "{{placeholder-of-it}}"
)

// A recorded run, for a process that has nothing but it.
type recorded struct {
	What    string
	Journal []byte
	Reports []string
}

// recordActs records each act.
func recordActs(t *testing.T, c *hostruntime.Component, engine string) []recorded {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "served %d with %s", rand.Int(), secret)
	}))
	defer server.Close()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "in.txt"), []byte("input\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(server.URL, "http://")
	grant, err := hostruntime.ParseNetworkGrant("tcp://" + host + "+private")
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	for _, act := range acts {
		if act.python && engine != guest.Python {
			continue
		}
		if act.what == "fetch" {
			act.argument = host
		}
		r := record(t, c, hostruntime.Policy{
			Limits: act.limits, Args: []string{"guest", "--flag"}, Env: []string{"TOKEN=" + placeholder},
			Dirs:    []hostruntime.Dir{{Host: folder, Guest: "/data", Writable: true}},
			Network: hostruntime.Network{Allow: []hostruntime.NetworkGrant{grant}, Secrets: []hostruntime.Secret{{Placeholder: placeholder, Value: secret, Hosts: []string{"127.0.0.1"}}}},
		}, things())
		for range 2 {
			if _, err := r.call(context.Background(), "act", value.String(act.what), value.String(act.argument)); err != nil {
				break
			}
		}
		report := r.reports[len(r.reports)-1]
		if engine != guest.Python && act.outcome == "trap" {
			act.outcome = "guest-error" // what JavaScript throws is the result's error
		}
		if act.outcome != "" && report.Outcome != act.outcome {
			t.Errorf("%s %s: %s, want %s: %s", act.what, act.argument, report.Outcome, act.outcome, report.Error)
		}
		one := recorded{What: act.what + " " + act.argument, Journal: r.close()}
		for _, report := range r.reports {
			one.Reports = append(one.Reports, text(t, report))
		}
		if bytes.Contains(one.Journal, []byte(secret)) && act.what != "fetch" {
			t.Errorf("%s: the journal has the secret", one.What)
		}
		t.Logf("%s: %s, %d bytes of journal", one.What, report.Outcome, len(one.Journal))
		all = append(all, one)
	}
	return all
}

// check replays runs and returns what differs.
func check(c *hostruntime.Component, runs []recorded) (differ []string) {
	for _, run := range runs {
		again, err := hostruntime.Replay(context.Background(), c, bytes.NewReader(run.Journal), hostruntime.Policy{})
		if err != nil {
			differ = append(differ, fmt.Sprintf("%s: %v", run.What, err))
			continue
		}
		for i := range max(len(again), len(run.Reports)) {
			if i >= len(again) || i >= len(run.Reports) {
				differ = append(differ, fmt.Sprintf("%s: %d calls, recorded %d", run.What, len(again), len(run.Reports)))
				break
			}
			data, err := json.Marshal(again[i])
			if err != nil || string(data) != run.Reports[i] {
				differ = append(differ, fmt.Sprintf("%s: %v: recorded %s\nrepeated %s", run.What, err, run.Reports[i], data))
			}
		}
	}
	return differ
}

// The variable that has this test's binary replay runs and do nothing else.
const runsVariable = "CAPSULE_TEST_REPLAY"

func TestMain(m *testing.M) {
	if folder := os.Getenv(runsVariable); folder != "" {
		os.Exit(child(folder))
	}
	os.Exit(m.Run())
}

// child replays the runs in a folder, with what is in it only.
func child(folder string) int {
	var runs []recorded
	data, err := os.ReadFile(filepath.Join(folder, "runs.json"))
	if err == nil {
		err = json.Unmarshal(data, &runs)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer rt.Close(ctx)
	c, err := rt.LoadFile(ctx, filepath.Join(folder, "guest.wasm"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	differ := check(c, runs)
	for _, text := range differ {
		fmt.Println(text)
	}
	return min(len(differ), 1)
}

// Runs of real guests are repeated with server and folder gone: here, and in a
// fresh process with another GOMAXPROCS.
func TestGuests(t *testing.T) {
	for _, engine := range []string{guest.Python, guest.QuickJS} {
		t.Run(engine, func(t *testing.T) {
			path := build(t, engine)
			c := loadFile(t, path)
			runs := recordActs(t, c, engine)
			for _, text := range check(c, runs) {
				t.Error(text)
			}
			folder := t.TempDir()
			data, err := json.Marshal(runs)
			if err != nil {
				t.Fatal(err)
			}
			code, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for name, data := range map[string][]byte{"runs.json": data, "guest.wasm": code} {
				if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			again := exec.Command(os.Args[0])
			again.Env = append(os.Environ(), runsVariable+"="+folder, "GOMAXPROCS=1")
			if out, err := again.CombinedOutput(); err != nil {
				t.Errorf("in another process: %v\n%s", err, out)
			}
		})
	}
}
