package policyfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

const whole = `
[task.review]
wit = "wit" # what isn't a policy's is left alone
deterministic = 7

[task.review.limits]
fuel = 2_000
memory = "64MiB"
wall-time = "2s"
lifted = "1MiB"
output = "unlimited"
written = "2MiB"
handles = 11
log-lines = 12
tasks = 13
task-depth = 2
requests = 14
concurrent-requests = 15
connections = 16
sockets = 17
lookups = "18"
sent = "1KiB"
received = "2KiB"
request-time = "unlimited"
requests-per-second = 0.5

[task.review.grants]
args = ["review", "-v"]
env = ["LANG=C"]
dirs = ["data::/data", { host = "out", guest = "/out", writable = true, overlay = true, bytes = "1MiB", entries = "unlimited" }]
net = ["GET https://api.example.org"]
listen = ["tcp://127.0.0.1:8080"]
secrets = [{ placeholder = "the-key-of-api", from-env = "POLICYFILE_TEST_KEY", hosts = ["api.example.org"], cleartext = true }]
`

// Every key ends where it belongs.
func TestEveryKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "capsule.toml")
	if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := policyfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Policy("review"); err == nil || !strings.Contains(err.Error(), "no POLICYFILE_TEST_KEY") {
		t.Errorf("without the secret's value: %v", err)
	}
	t.Setenv("POLICYFILE_TEST_KEY", "sesame-open")
	got, err := f.Policy("review")
	if err != nil {
		t.Fatal(err)
	}
	net, err := hostruntime.ParseNetworkGrant("GET https://api.example.org")
	if err != nil {
		t.Fatal(err)
	}
	listen, err := hostruntime.ParseListenGrant("tcp://127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(filepath.Dir(path), name) }
	want := hostruntime.Policy{
		Name: "review",
		Limits: hostruntime.Limits{
			Fuel: 2000, MemoryBytes: 64 << 20, WallTime: 2 * time.Second, LiftedBytes: 1 << 20, OutputBytes: hostruntime.Unlimited,
			WrittenBytes: 2 << 20, Handles: 11, LogLines: 12, Tasks: 13, TaskDepth: 2,
		},
		Args: []string{"review", "-v"}, Env: []string{"LANG=C"},
		Dirs: []hostruntime.Dir{
			{Host: in("data"), Guest: "/data"},
			{Host: in("out"), Guest: "/out", Writable: true, Overlay: true, MaxBytes: 1 << 20, MaxEntries: hostruntime.Unlimited},
		},
		Network: hostruntime.Network{
			Allow: []hostruntime.NetworkGrant{net}, Listen: []hostruntime.ListenGrant{listen},
			Limits: hostruntime.NetworkLimits{
				Requests: 14, ConcurrentRequests: 15, Connections: 16, Sockets: 17, Lookups: 18, SentBytes: 1 << 10,
				ReceivedBytes: 2 << 10, RequestTime: -1, RequestsPerSecond: 0.5,
			},
			Secrets: []hostruntime.Secret{{Placeholder: "the-key-of-api", Value: "sesame-open", Hosts: []string{"api.example.org"}, Cleartext: true}},
		},
		Deterministic: &hostruntime.Deterministic{Seed: 7},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// The file keeps no values, so that another Policy can have others.
	if s := f.Tasks[0].Policy.Network.Secrets[0]; s.Value != "" {
		t.Error("the file's own policy has the value of a secret")
	}
	if _, err := f.Policy("other"); err == nil || !strings.Contains(err.Error(), "it has review") {
		t.Errorf("another task: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"[task.a\n":                                                            "capsule.toml:1:8: expected ']' to close table name",
		"[task.a.limits]\n\ngas = 1\n":                                         `capsule.toml:3:1: unknown key "gas" (want one of concurrent-requests, connections, fuel, handles, lifted, log-lines, lookups, memory, output, received, request-time, requests, requests-per-second, sent, sockets, task-depth, tasks, wall-time, written)`,
		"[tasks.a]\nwit = \"wit\"\n":                                           `capsule.toml:1:2: unknown key "tasks" (did you mean "task"?)`,
		"[task.a]\nlimit = { fuel = 1 }\n":                                     `capsule.toml:2:1: unknown key "limit" (did you mean "limits"?)`,
		"[task.a]\nmemory = \"64MiB\"\n":                                       `capsule.toml:2:1: unknown key "memory" here: it belongs in limits`,
		"[task.a]\nfuel = 1\n":                                                 `capsule.toml:2:1: unknown key "fuel" here: it belongs in limits or retry`,
		"[task.a.limits]\nnet = [\"x\"]\n":                                     `capsule.toml:2:1: unknown key "net" here: it belongs in grants`,
		"[task.a.limits]\nwall_time = \"1s\"\n":                                `capsule.toml:2:1: unknown key "wall_time" (did you mean "wall-time"?)`,
		"wit = \"wit\"\n":                                                      `capsule.toml:1:1: unknown key "wit" here: it belongs in a task`,
		"[task.a]\nlimits = 3\n":                                               "capsule.toml:2:10: want a table, not a TOML integer",
		"[task.a.limits]\nfuel = []\n":                                         "capsule.toml:2: task a: limits.fuel: want a string or a number, not []",
		"[task.a.limits]\nhandles = 0\n":                                       `capsule.toml:2: task a: limits.handles: "0" isn't a number to count to (want a whole number above 0)`,
		"[task.a.limits]\nhandles = -1\n":                                      `capsule.toml:2: task a: limits.handles: "-1" isn't a number to count to (want a whole number above 0)`,
		"[task.a.limits]\nmemory = 64\n":                                       `capsule.toml:2: task a: limits.memory: "64" isn't a size (want a whole number above 0 with KiB, MiB or GiB, such as 64MiB)`,
		"[task.a.limits]\nwall-time = \"0s\"\n":                                `capsule.toml:2: task a: limits.wall-time: "0s" isn't a time (want a number above 0 with ms, s or m, such as 2s)`,
		"[task.a.limits]\nrequests-per-second = nan\n":                         `capsule.toml:2: task a: limits.requests-per-second: "NaN" isn't a rate (want a number above 0)`,
		"[task.a]\ndeterministic = -1\n":                                       "capsule.toml:2: task a: deterministic: want a number from 0 as seed, not -1",
		"[task.a.grants]\nargs = \"x\"\n":                                      "capsule.toml:2: task a: grants.args: want a list of strings, not \"x\"",
		"[task.a.grants]\nenv = [3]\n":                                         "capsule.toml:2: task a: grants.env: want strings, not 3",
		"[task.a.grants]\ndirs = [{ host = \"x\" }]\n":                         "capsule.toml:2: task a: grants.dirs: want a host folder and a guest path that begins with /",
		"[task.a.grants]\ndirs = [{ host = \"x\", guest = \"/x\", rw = 1 }]\n": `capsule.toml:2: task a: grants.dirs: unknown key "rw" (want one of bytes, entries, guest, host, overlay, writable)`,
		"[task.a.grants]\nnet = [\"ftp://x\"]\n":                               `capsule.toml:2: task a: grants.net: "ftp://x": grant of "x": unknown protocol "ftp"`,
		"[task.a.grants]\nlisten = [\"x\"]\n":                                  `capsule.toml:2: task a: grants.listen: "x": tcp:// or udp:// is missing`,
		"[task.a.grants]\nsecrets = [{ placeholder = \"x\" }]\n":               "capsule.toml:2: task a: grants.secrets: want a placeholder, hosts, and from-env with the name of a variable",
		"[task.a.grants]\nroot = true\n":                                       `capsule.toml:2:1: unknown key "root" (want one of args, dirs, env, listen, net, secrets, tasks)`,
	} {
		_, err := policyfile.Parse("capsule.toml", []byte(text))
		if _, ok := errors.AsType[*policyfile.Error](err); !ok || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("[task.a]\ngrants = { dirs = [1, {}] }\n[[task.b.limits]]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := policyfile.Parse("capsule.toml", data)
		if err != nil {
			if _, ok := errors.AsType[*policyfile.Error](err); !ok {
				t.Errorf("got a %T: %v", err, err)
			}
			return
		}
		for _, task := range file.Tasks {
			if task.Line == 0 || fmt.Sprint(task.Policy) == "" {
				t.Errorf("task %q has no place in the file, or no policy", task.Name)
			}
		}
	})
}

// TestReadSecretsWantsTheirPlaces gives ReadSecrets a policy that isn't the
// task's.
func TestReadSecretsWantsTheirPlaces(t *testing.T) {
	t.Setenv("CAPSULE_TEST_KEY", "a value of the host's")
	task := policyfile.Task{Name: "t", SecretEnv: []string{"CAPSULE_TEST_KEY"}}
	err := task.ReadSecrets(&hostruntime.Policy{})
	if err == nil || !strings.Contains(err.Error(), "the policy has 0 secrets, want the task's 1 first") {
		t.Errorf("got %v", err)
	}
}

func TestErrorsRepeatLittleOfTheFile(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, text := range []string{
		"[task.a.grants]\nargs = \"" + long + "\"\n",
		"[task.a.grants]\nargs = [[\"" + long + "\"]]\n",
		"[task.a.grants]\ndirs = [\"" + long + "\"]\n",
		"[task.a.grants]\nnet = [\"" + long + "\"]\n",
		"[task.a.grants]\ntasks = [{ interface = \"a:b/c\", task = \"" + long + "\" }]\n",
		"[task.a.limits]\nmemory = \"" + long + "\"\n",
		"[task.a.limits]\nhandles = \"" + long + "\"\n",
		"[task.a.retry]\non = [\"" + long + "\"]\n",
		"[task.a]\n" + long + " = 1\n",
		"[task." + long + "]\nlimits = { fuel = [] }\n",
	} {
		_, err := policyfile.Parse("capsule.toml", []byte(text))
		if err == nil || len(err.Error()) > 1100 {
			t.Errorf("%.40q: %d bytes: %.200v", text, len(fmt.Sprint(err)), err)
		}
	}
}

// TestLargestFile has a file of the largest size be read in a time that is
// someone's to wait for, though TOML can make it take the square of its keys.
func TestLargestFile(t *testing.T) {
	var text strings.Builder
	for i := 0; text.Len() < policyfile.MaxFileBytes-20; i++ {
		fmt.Fprintf(&text, "a%x=1\n", i)
	}
	done := make(chan error, 1)
	go func() {
		_, err := policyfile.Parse("capsule.toml", []byte(text.String()))
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil {
			t.Error("keys that mean nothing were accepted")
		}
	case <-time.After(time.Minute):
		t.Fatal("it is still being read after a minute")
	}
	path := filepath.Join(t.TempDir(), "capsule.toml")
	if err := os.WriteFile(path, []byte(strings.Repeat("#", policyfile.MaxFileBytes+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := policyfile.Load(path); err == nil || !strings.Contains(err.Error(), "larger than 256 KiB") {
		t.Errorf("a larger file: %v", err)
	}
}
