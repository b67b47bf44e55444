//go:build guests

package subtasks

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// A networkTest has a guest use the network through tasks alone.
type networkTest struct {
	sender, task *hostruntime.Component
	first, other *counted
}

// counted is a server that counts its requests.
type counted struct {
	*httptest.Server
	requests atomic.Uint64
}

func newNetworkTest(t *testing.T) *networkTest {
	t.Helper()
	serve := func() *counted {
		c := &counted{}
		c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			c.requests.Add(1)
			w.Header().Set("X-Served-By", "counted")
			w.Write([]byte("some"))
		}))
		t.Cleanup(c.Close)
		return c
	}
	rt := newRuntime(t)
	client, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "../http/wit", World: "client", Engine: guest.Python, File: "../http/sandbox/client.py"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(context.Background()) })
	return &networkTest{load(t, rt, guest.QuickJS, "sender"), client, serve(), serve()}
}

// network reads grants apart by spaces, in which FIRST and OTHER stand for the
// servers.
func (n *networkTest) network(t *testing.T, text string) hostruntime.Network {
	t.Helper()
	var network hostruntime.Network
	for _, word := range strings.Fields(text) {
		word = strings.NewReplacer("FIRST", n.first.Listener.Addr().String(), "OTHER", n.other.Listener.Addr().String()).Replace(word)
		grant, err := hostruntime.ParseNetworkGrant(word)
		if err != nil {
			t.Fatal(err)
		}
		network.Allow = append(network.Allow, grant)
	}
	return network
}

func (n *networkTest) send(t *testing.T, caller, task hostruntime.Network, what, url string, tasks int) (value.Value, hostruntime.Report, error) {
	t.Helper()
	in, err := n.sender.Instantiate(t.Context(), hostruntime.Policy{
		Limits: hostruntime.Limits{WallTime: patience}, Network: caller,
		Tasks: []hostruntime.TaskGrant{{Component: n.task, Policy: hostruntime.Policy{Limits: hostruntime.Limits{WallTime: patience}, Network: task}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(context.Background())
	var used hostruntime.Report
	v, err := in.Call(hostruntime.WithReport(t.Context(), &used), "send", value.String(what), value.String(url), value.U32(tasks))
	return v, used, err
}

// A task reaches what both it and its caller may reach, whichever of them may
// reach more.
func TestTasksReachWhatBothMay(t *testing.T) {
	n := newNetworkTest(t)
	const first, other = "http://FIRST+private", "http://OTHER+private"
	for _, c := range []struct {
		name, caller, task string
		first, other       bool
	}{
		{"equal", first + " " + other, first + " " + other, true, true},
		{"narrower", first + " " + other, first, true, false},
		{"wider", first, first + " " + other, true, false},
		{"another", first, other, false, false},
		{"everything of the task's", first, "http+tcp+udp://*:*+private", true, false},
		{"everything of the caller's", "http+tcp+udp://*:*+private", other, false, true},
		{"nothing of the task's", first + " " + other, "", false, false},
		{"nothing of the caller's", "", first + " " + other, false, false},
		{"the caller's has no private addresses", "http://*:*", first + " " + other, false, false},
		{"the task's has no private addresses", first + " " + other, "http://*:*", false, false},
		{"only the caller has sockets", "tcp://FIRST+private", first, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for s, want := range map[*counted]bool{n.first: c.first, n.other: c.other} {
				before := s.requests.Load()
				v, used, err := n.send(t, n.network(t, c.caller), n.network(t, c.task), "try", s.URL, 1)
				if err != nil {
					t.Fatal(err)
				}
				if got := s.requests.Load() - before; (v == value.String("allowed")) != want || (got == 1) != want || got > 1 {
					t.Errorf("it came to %v and %d requests, want %v", v, got, want)
				}
				records := used.Tasks.Reports[0].Network.Records
				if len(records) != 1 || (records[0].Denied == "") != want || !strings.Contains(s.URL, records[0].Host) {
					t.Errorf("reported: %+v", records)
				}
				// What a guest withholds its task has not, whatever was granted.
				if v, _, err := n.send(t, n.network(t, c.caller), n.network(t, c.task), "without try", s.URL, 1); err != nil || v == value.String("allowed") {
					t.Errorf("withheld, it came to %v, %v", v, err)
				}
			}
		})
	}
}

// Requests of tasks are their caller's, however many each of them may make.
func TestTasksRequestsAreTheirCallers(t *testing.T) {
	n := newNetworkTest(t)
	caller, task := n.network(t, "http://FIRST+private"), n.network(t, "http://FIRST+private")
	caller.Limits.Requests, task.Limits.Requests = 3, 100
	if v, used, err := n.send(t, caller, task, "get", n.first.URL, 3); err != nil || v != value.String("200 counted some") || used.Tasks.Started != 3 {
		t.Errorf("three of three: %v, %v", v, err)
	}
	_, used, err := n.send(t, caller, task, "get", n.first.URL, 4)
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitRequests || used.Outcome != hostruntime.OutcomeNetwork {
		t.Errorf("four of three: %v, outcome %s", err, used.Outcome)
	}
	if got := n.first.requests.Load(); got != 6 {
		t.Errorf("%d requests arrived", got)
	}
	// A task's own limit ends that task.
	caller.Limits.Requests, task.Limits.Requests = 100, 1
	_, used, err = n.send(t, caller, task, "endless requests", n.first.URL, 1)
	if r := used.Tasks.Reports; err == nil || len(r) != 1 || r[0].Limit != hostruntime.LimitRequests || r[0].Outcome != hostruntime.OutcomeNetwork {
		t.Errorf("two of one: %v, %+v", err, r)
	}
}
