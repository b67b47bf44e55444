// Package policyfile reads policies from capsule.toml: what its tasks' guests
// may use up, and what they get of the system.
//
//	[task.review]
//	limits = { fuel = "medium", wall-time = "2s", memory = "64MiB" }
//	grants = { dirs = ["data::/data"], net = ["GET https://api.example.org"] }
//
// A host program has the policy of a task from there, so that it says the same
// as capsule-gen's run and boundary:
//
//	file, err := policyfile.Load("capsule.toml")
//	if err != nil {
//		return err
//	}
//	policy, err := file.Policy("review")
//	if err != nil {
//		return err
//	}
//	fmt.Println(policy) // all limits, defaults filled in, and all grants
//	guest, err := review.Instantiate(ctx, component, policy, review.Imports{})
//
// # Keys
//
// The keys of limits are those of hostruntime.Limits and NetworkLimits. One that
// is left out is the default; "unlimited" lifts it.
//
//	fuel                        "low", "medium", "high", or a number
//	memory, lifted              sizes: "64MiB"
//	wall-time                   "2s"
//	output, written             sizes: what a report keeps, what may be written at all
//	handles, log-lines          numbers
//	tasks, task-depth           numbers: how many tasks a call starts, and how deep
//	requests, concurrent-requests, connections, sockets, lookups
//	                            numbers, over the network
//	sent, received              sizes, over the network
//	request-time                "30s"
//	requests-per-second         a number
//
// Those of grants:
//
//	args, env                   lists of arguments, and of variables "K=V"
//	dirs                        a list of folders, from the file's own:
//	                            "HOST::GUEST", "HOST::GUEST:rw", or
//	                            { host = "out", guest = "/out", writable = true,
//	                              bytes = "1MiB", entries = 10, overlay = true }
//	net, listen                 lists, as ParseNetworkGrant and ParseListenGrant read
//	secrets                     a list of { placeholder = "the-api-key", hosts = ["api.example.org"],
//	                            from-env = "API_KEY", cleartext = false }
//
//	tasks                       a list of { interface = "demo:agents/words", task = "counter" }:
//	                            tasks of the file that the guest may start by calling an
//	                            interface that it imports, each under its own limits and
//	                            grants; a host program has them by File.Grants
//
// Beside limits and grants, retry says after what a call is made again, as a
// hostruntime.RetryPolicy does, and deterministic = SEED makes runs equal:
//
//	retry = { max-retries = 2, on = ["timeout"], back-off = "1s", max-back-off = "10s", fuel = "high" }
//
// capsule-gen's own keys of a task, such as wit and guest, are left alone here.
// A key that neither knows is a mistake.
package policyfile

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// MaxFileBytes bounds a capsule.toml: far more than any list of tasks, and few
// enough that TOML of the worst kind, which takes time by the square of its
// keys, is read in about a second.
const MaxFileBytes = 256 << 10

// A File holds the policies of one capsule.toml.
type File struct {
	// Path is the file's.
	Path string
	// Tasks are in the order of the file.
	Tasks []*Task
}

// A Task is what the file says of one task's policy.
type Task struct {
	// Name is the task's, and Line that of its header.
	Name string
	Line int
	// Policy has the task's own limits and grants, and no values for its
	// secrets: see ReadSecrets.
	Policy hostruntime.Policy
	// SecretEnv are the variables of this process's environment that hold the
	// values of Policy.Network.Secrets, in their order.
	SecretEnv []string
	// Starts are the tasks that the guest may start; see File.Grants.
	Starts []Start
	// Retry is for who makes the task's calls.
	Retry hostruntime.RetryPolicy
}

// An Error is a mistake in capsule.toml.
type Error struct {
	Path         string
	Line, Column int // 0 where unknown
	Message      string
}

func (e *Error) Error() string {
	at := e.Path
	if e.Line > 0 {
		at += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			at += fmt.Sprintf(":%d", e.Column)
		}
	}
	return at + ": " + e.Message
}

// Load reads and checks the file at path. Mistakes in it are *Error; of
// several, the first is returned.
func Load(path string) (*File, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// ReadFile returns the content of a file of at most MaxFileBytes.
func ReadFile(path string) ([]byte, error) {
	return regularfile.Read(path, MaxFileBytes)
}

// Parse checks the content of the file at path, from whose folder the paths of
// granted folders start.
func Parse(path string, data []byte) (*File, error) {
	var text struct {
		Task map[string]taskText `toml:"task"`
	}
	if err := toml.Unmarshal(data, &text); err != nil {
		at, message := tomlkeys.Explain(err)
		return nil, &Error{path, at.Line, at.Column, line(message)}
	}
	keys, err := tomlkeys.Locate(data)
	if err != nil {
		return nil, &Error{Path: path, Message: line(err.Error())}
	}
	if err := checkKeys(path, keys); err != nil {
		return nil, err
	}
	f := &File{Path: path}
	for _, name := range keys.Under("task") {
		t := &Task{Name: name, Line: keys.Place("task", name).Line, Policy: hostruntime.Policy{Name: name}}
		if err := t.read(text.Task[name], filepath.Dir(path)); err != nil {
			return nil, err.in(path, name, keys)
		}
		f.Tasks = append(f.Tasks, t)
	}
	if err := f.checkStarts(keys); err != nil {
		return nil, err
	}
	return f, nil
}

// A taskText is what TOML has for the parts of a task that matter here.
type taskText struct {
	Limits        map[string]any `toml:"limits"`
	Grants        map[string]any `toml:"grants"`
	Retry         map[string]any `toml:"retry"`
	Deterministic any            `toml:"deterministic"`
}

func (t *Task) read(text taskText, dir string) *mistake {
	if err := readLimits(&t.Policy, newTable(text.Limits)); err != nil {
		return err.under("limits")
	}
	if err := t.readGrants(newTable(text.Grants), dir); err != nil {
		return err.under("grants")
	}
	if err := readRetry(&t.Retry, newTable(text.Retry)); err != nil {
		return err.under("retry")
	}
	if text.Deterministic != nil {
		seed, ok := text.Deterministic.(int64)
		if !ok || seed < 0 {
			return mistaken("want a number from 0 as seed, not %s", tomlkeys.Quote(text.Deterministic)).under("deterministic")
		}
		t.Policy.Deterministic = &hostruntime.Deterministic{Seed: uint64(seed)}
	}
	return nil
}

// Policy returns the policy of the task called name, with the values of its
// secrets.
//
// Errors: no such task; a secret's variable that isn't set.
func (f *File) Policy(name string) (hostruntime.Policy, error) {
	t, err := f.Task(name)
	if err != nil {
		return hostruntime.Policy{}, err
	}
	policy := t.Policy
	return policy, t.ReadSecrets(&policy)
}

// Task returns the task called name.
//
// Errors: no such task.
func (f *File) Task(name string) (*Task, error) {
	if t := f.task(name); t != nil {
		return t, nil
	}
	if len(f.Tasks) == 0 {
		return nil, fmt.Errorf("%s lists no tasks", f.Path)
	}
	var names []string
	for _, t := range f.Tasks {
		names = append(names, t.Name)
	}
	return nil, fmt.Errorf("no task %s in %s (it has %s)", tomlkeys.Quote(name), f.Path, tomlkeys.List(names))
}

// ReadSecrets takes the values of the task's secrets from this process's
// environment, into a copy of the task's policy, which has its secrets first.
//
// Errors: a variable that isn't set; fewer secrets than the task has.
func (t *Task) ReadSecrets(policy *hostruntime.Policy) error {
	secrets := append([]hostruntime.Secret(nil), policy.Network.Secrets...)
	if len(secrets) < len(t.SecretEnv) {
		return fmt.Errorf("task %s: the policy has %d secrets, want the task's %d first", t.Name, len(secrets), len(t.SecretEnv))
	}
	for i, variable := range t.SecretEnv {
		value, ok := os.LookupEnv(variable)
		if !ok {
			return fmt.Errorf("task %s: the environment has no %s, which is the value of a secret", t.Name, variable)
		}
		secrets[i].Value = value
	}
	policy.Network.Secrets = secrets
	return nil
}
