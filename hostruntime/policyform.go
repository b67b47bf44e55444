package hostruntime

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// PolicyVersion is the version of a policy's JSON form. Fields may be added
// under one version; none is taken away or changes its meaning.
const PolicyVersion = 1

// Effective returns the policy with its defaults filled in. What is unlimited
// is Unlimited, or negative for times.
func (p Policy) Effective() Policy {
	p.Limits = p.Limits.withDefaults()
	if p.Limits.WallTime == math.MaxInt64 {
		p.Limits.WallTime = -1
	}
	n := egress.Limits(p.Network.Limits)
	p.Network.Limits = NetworkLimits(egress.IntersectLimits(n, n))
	if p.Network.Limits.RequestTime == math.MaxInt64 {
		p.Network.Limits.RequestTime = -1
	}
	p.Dirs = slices.Clone(p.Dirs)
	for i := range p.Dirs {
		d := &p.Dirs[i]
		if d.Writable {
			d.MaxBytes, d.MaxEntries = orDefault(d.MaxBytes, DefaultDirBytes), orDefault(d.MaxEntries, DefaultDirEntries)
		}
	}
	return p
}

// MarshalJSON returns the effective policy as an object:
//
//	{"version": 1, "name": "review",
//	 "limits": {"fuel": 20000000, "memoryBytes": 268435456, "wallSeconds": 10,
//	   "liftedBytes": 67108864, "outputBytes": 65536, "writtenBytes": 16777216,
//	   "handles": 10000, "tasks": 100, "taskDepth": 4, "logLines": 1000},
//	 "args": [], "env": ["LANG"],              // names, no values
//	 "dirs": [{"host": "…", "guest": "/data", "writable": true,
//	   "overlay": false, "bytes": 67108864, "entries": 1000}],
//	 "network": {"allow": ["GET https://api.example.org"], "listen": [],
//	   "secrets": [{"placeholder": "…", "hosts": ["…"], "cleartext": false}],
//	   "limits": {"requests": 1000, "concurrentRequests": 64,
//	     "connections": 1000, "sockets": 64, "lookups": 1000,
//	     "sentBytes": 67108864, "receivedBytes": 268435456,
//	     "requestSeconds": 30, "requestsPerSecond": 2}},
//	 "tasks": [{"interface": "demo:agents/words", "policy": {…}}],
//	 "deterministic": {"seed": 7},             // if it is
//	 "host": ["stdin", "log"]}                 // which readers and writers are set
//
// A limit that is left out is none. Grants to start tasks are told two deep.
// Values of variables and of secrets are never in it.
func (p Policy) MarshalJSON() ([]byte, error) { return json.Marshal(p.form(0)) }

type policyForm struct {
	Version       int             `json:"version"`
	Name          string          `json:"name,omitempty"`
	Limits        limitsForm      `json:"limits"`
	Args          []string        `json:"args"`
	Env           []string        `json:"env"`
	Dirs          []dirForm       `json:"dirs"`
	Network       networkGrants   `json:"network"`
	Tasks         []taskGrantForm `json:"tasks"`
	Deterministic *seedForm       `json:"deterministic,omitempty"`
	Host          []string        `json:"host,omitempty"`
}

type limitsForm struct {
	Fuel         uint64  `json:"fuel,omitempty"`
	MemoryBytes  uint64  `json:"memoryBytes,omitempty"`
	WallSeconds  float64 `json:"wallSeconds,omitempty"`
	LiftedBytes  uint64  `json:"liftedBytes,omitempty"`
	OutputBytes  uint64  `json:"outputBytes,omitempty"`
	WrittenBytes uint64  `json:"writtenBytes,omitempty"`
	Handles      uint64  `json:"handles,omitempty"`
	Tasks        uint64  `json:"tasks,omitempty"`
	TaskDepth    uint64  `json:"taskDepth,omitempty"`
	LogLines     uint64  `json:"logLines,omitempty"`
}

type dirForm struct {
	Host     string `json:"host"`
	Guest    string `json:"guest"`
	Writable bool   `json:"writable"`
	Overlay  bool   `json:"overlay"`
	Bytes    uint64 `json:"bytes,omitempty"`
	Entries  uint64 `json:"entries,omitempty"`
}

type networkGrants struct {
	Allow   []string          `json:"allow"`
	Listen  []string          `json:"listen"`
	Secrets []secretForm      `json:"secrets"`
	Limits  networkLimitsForm `json:"limits"`
}

type secretForm struct {
	Placeholder string   `json:"placeholder"`
	Hosts       []string `json:"hosts"`
	Cleartext   bool     `json:"cleartext"`
}

type networkLimitsForm struct {
	Requests           uint64  `json:"requests,omitempty"`
	ConcurrentRequests uint64  `json:"concurrentRequests,omitempty"`
	Connections        uint64  `json:"connections,omitempty"`
	Sockets            uint64  `json:"sockets,omitempty"`
	Lookups            uint64  `json:"lookups,omitempty"`
	SentBytes          uint64  `json:"sentBytes,omitempty"`
	ReceivedBytes      uint64  `json:"receivedBytes,omitempty"`
	RequestSeconds     float64 `json:"requestSeconds,omitempty"`
	RequestsPerSecond  float64 `json:"requestsPerSecond,omitempty"`
}

type taskGrantForm struct {
	Interface string     `json:"interface"`
	Policy    policyForm `json:"policy"`
}

type seedForm struct {
	Seed uint64 `json:"seed"`
}

// maxTaskForms is how deep grants to start tasks are told: they may go round in
// circles.
const maxTaskForms = 2

// form returns what is told of the effective policy, depth grants down.
func (p Policy) form(depth int) policyForm {
	p = p.Effective()
	l, n := p.Limits, p.Network.Limits
	f := policyForm{
		Version: PolicyVersion, Name: p.Name,
		Limits: limitsForm{
			Fuel: limited(l.Fuel), MemoryBytes: limited(l.MemoryBytes), WallSeconds: max(0, l.WallTime.Seconds()),
			LiftedBytes: limited(l.LiftedBytes), OutputBytes: limited(l.OutputBytes), WrittenBytes: limited(l.WrittenBytes),
			Handles: limited(l.Handles), Tasks: limited(l.Tasks), TaskDepth: limited(l.TaskDepth), LogLines: limited(l.LogLines),
		},
		Args: append([]string{}, p.Args...), Env: []string{}, Dirs: []dirForm{}, Tasks: []taskGrantForm{},
		Network: networkGrants{
			Allow: []string{}, Listen: []string{}, Secrets: []secretForm{},
			Limits: networkLimitsForm{
				Requests: limited(n.Requests), ConcurrentRequests: limited(n.ConcurrentRequests), Connections: limited(n.Connections),
				Sockets: limited(n.Sockets), Lookups: limited(n.Lookups), SentBytes: limited(n.SentBytes),
				ReceivedBytes: limited(n.ReceivedBytes), RequestSeconds: max(0, n.RequestTime.Seconds()), RequestsPerSecond: n.RequestsPerSecond,
			},
		},
	}
	for _, variable := range p.Env {
		name, _, _ := strings.Cut(variable, "=")
		f.Env = append(f.Env, name)
	}
	for _, d := range p.Dirs {
		f.Dirs = append(f.Dirs, dirForm{d.Host, d.Guest, d.Writable, d.Overlay, limited(d.MaxBytes), limited(d.MaxEntries)})
	}
	for _, g := range p.Network.Allow {
		f.Network.Allow = append(f.Network.Allow, g.String())
	}
	for _, l := range p.Network.Listen {
		f.Network.Listen = append(f.Network.Listen, l.String())
	}
	for _, s := range p.Network.Secrets {
		f.Network.Secrets = append(f.Network.Secrets, s.form())
	}
	if depth < maxTaskForms {
		for i := range p.Tasks {
			f.Tasks = append(f.Tasks, taskGrantForm{p.Tasks[i].Interface, p.Tasks[i].Policy.form(depth + 1)})
		}
	}
	if p.Deterministic != nil {
		f.Deterministic = &seedForm{p.Deterministic.Seed}
	}
	for _, one := range []struct {
		set  bool
		name string
	}{
		{p.Stdin != nil, "stdin"}, {p.Stdout != nil, "stdout"}, {p.Stderr != nil, "stderr"},
		{p.Record != nil, "record"}, {p.Replay != nil, "replay"}, {p.Log != nil, "log"},
	} {
		if one.set {
			f.Host = append(f.Host, one.name)
		}
	}
	return f
}

func (s *Secret) form() secretForm {
	return secretForm{s.Placeholder, append([]string{}, s.Hosts...), s.Cleartext}
}

// String returns what the secret is for, without its value.
func (s Secret) String() string {
	text := s.Placeholder + " for " + strings.Join(s.Hosts, ", ")
	if s.Cleartext {
		text += ", by http too"
	}
	return text
}

// GoString is String, so that no form of printing shows the value.
func (s Secret) GoString() string { return "hostruntime.Secret(" + s.String() + ")" }

// MarshalJSON leaves the value out.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.form()) }
