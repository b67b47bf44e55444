//go:build guests

package hostile

import (
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestWebByTasks has a guest attack through the network by tasks, which are
// granted all of it, and the guest itself one server.
func TestWebByTasks(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	bystander := newBystander(t, rt)
	sender, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "../subtasks/wit", World: "sender", Engine: guest.QuickJS, File: "../subtasks/sandbox/sender.js"}))
	if err != nil {
		t.Fatal(err)
	}
	task, err := rt.LoadFile(t.Context(), guest.Build(t, guest.Spec{WIT: "../http/wit", World: "client", Engine: guest.Python, File: "sandbox/web.py"}))
	if err != nil {
		t.Fatal(err)
	}
	everything, err := hostruntime.ParseNetworkGrant("http+tcp://*:*+private")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range webAttacksByTasks {
		t.Run(w.name, func(t *testing.T) {
			s := newWebServer(t)
			a := attack{
				loaded: sender, call: "send", args: []value.Value{value.String(w.name), value.String(s.URL), value.U32(100)}, want: w.want,
				network: w.network(t, s.URL), limits: hostruntime.Limits{MemoryBytes: 96 << 20}, before: s.silence,
			}
			if w.want == onRequestTime {
				a.network.Limits.RequestTime = 300 * time.Millisecond
			}
			a.tasks = func(*hostruntime.Component) []hostruntime.TaskGrant {
				most := hostruntime.NetworkLimits{
					Requests: hostruntime.Unlimited, ConcurrentRequests: hostruntime.Unlimited, Connections: hostruntime.Unlimited, Sockets: hostruntime.Unlimited,
					Lookups: hostruntime.Unlimited, SentBytes: hostruntime.Unlimited, ReceivedBytes: hostruntime.Unlimited, RequestTime: -1,
				}
				return []hostruntime.TaskGrant{{Component: task, Policy: hostruntime.Policy{
					Limits: unlimited, Network: hostruntime.Network{Allow: []hostruntime.NetworkGrant{everything}, Limits: most, Resolver: &changing{}},
				}}}
			}
			a.check = func(t *testing.T, used hostruntime.Report) {
				requests := len(used.Network.Records)
				for _, task := range used.Tasks.Reports {
					requests += len(task.Network.Records)
				}
				if used.Tasks.Started == 0 || requests == 0 {
					t.Errorf("%d tasks, %d requests are reported", used.Tasks.Started, requests)
				}
			}
			a.run(t, rt, bystander)
		})
	}
}
