package hostruntime

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

const zeroPolicy = `limits
  fuel                 unlimited
  memory               256 MiB
  wall time            10s
  lifted values        64 MiB
  output kept          64 KiB
  output written       16 MiB
  handles              10000
  tasks                100, depth 4
  log lines            1000
grants
  arguments            none
  variables            none
  folders              none
  network              none
  listens on           none
  time and chance      the system's clocks and random numbers
`

func TestPolicyText(t *testing.T) {
	if got := (Policy{}).String(); got != zeroPolicy {
		t.Errorf("the zero policy:\n%s", got)
	}
	p := Policy{
		Limits: Limits{Fuel: FuelLow, MemoryBytes: Unlimited, WallTime: -1, Handles: 7},
		Args:   []string{"tool", "a\nb\x1b[31m"}, Env: []string{"LANG=C", "KEY=sesame-open"},
		Dirs: []Dir{{Host: "data", Guest: "/data"}, {Host: "out", Guest: "/out", Writable: true, Overlay: true, MaxEntries: Unlimited}},
		Network: Network{
			Allow:   grants(t, "GET https://api.example.org", "tcp://db.example.org:5432"),
			Limits:  NetworkLimits{Requests: 5, RequestsPerSecond: 0.5, RequestTime: -1},
			Secrets: []Secret{{Placeholder: "the-key-of-api", Value: "sesame-open", Hosts: []string{"api.example.org"}, Cleartext: true}},
		},
		Log: slog.Default(),
	}
	p.Tasks = []TaskGrant{{Interface: "demo:a/b", Policy: Policy{Limits: Limits{Fuel: 3}}}}
	const want = `limits
  fuel                 20000000
  memory               unlimited
  wall time            unlimited
  lifted values        64 MiB
  output kept          64 KiB
  output written       16 MiB
  handles              7
  tasks                100, depth 4
  log lines            1000
grants
  arguments            tool
                       a\nb\x1b[31m
  variables            LANG
                       KEY
  folders              data as /data, read-only
                       out as /out, writable: 64 MiB, unlimited entries, a copy
  network              GET https://api.example.org
                       tcp://db.example.org:5432
  listens on           none
    requests           5, 64 at once, unlimited each
    a second           0.5 requests
    connections        1000, 64 sockets at once
    look-ups           1000
    sent, received     64 MiB, 256 MiB
    secret             the-key-of-api for api.example.org, by http too
  time and chance      the system's clocks and random numbers
  connected            log
  may start            demo:a/b
    limits
      fuel                 3
`
	if got := p.String(); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPolicyJSON(t *testing.T) {
	p := Policy{Name: "review", Limits: Limits{WallTime: 2 * time.Second, Handles: Unlimited}, Env: []string{"LANG=C"}, Deterministic: &Deterministic{Seed: 7}}
	got, err := json.Marshal(p)
	const want = `{"version":1,"name":"review","limits":{"memoryBytes":268435456,"wallSeconds":2,"liftedBytes":67108864,"outputBytes":65536,` +
		`"writtenBytes":16777216,"tasks":100,"taskDepth":4,"logLines":1000},"args":[],"env":["LANG"],"dirs":[],"network":{"allow":[],"listen":[],` +
		`"secrets":[],"limits":{"requests":1000,"concurrentRequests":64,"connections":1000,"sockets":64,"lookups":1000,"sentBytes":67108864,` +
		`"receivedBytes":268435456,"requestSeconds":30}},"tasks":[],"deterministic":{"seed":7}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}

// However a policy is printed, the value of a secret isn't.
func TestPolicyTextsHaveNoSecrets(t *testing.T) {
	const value = "sesame-open"
	secret := Secret{Placeholder: "the-key-of-api", Value: value, Hosts: []string{"api.example.org"}}
	p := Policy{Env: []string{"KEY=" + value}, Network: Network{Secrets: []Secret{secret}}}
	p.Tasks = []TaskGrant{{Interface: "demo:a/b", Policy: p}}
	for _, format := range []string{"%v", "%+v", "%s"} {
		for _, what := range []any{p, &p, p.Network, &p.Network, secret, &secret, p.Tasks} {
			if text := fmt.Sprintf(format, what); strings.Contains(text, value) {
				t.Errorf("%s of %T: %s", format, what, text)
			}
		}
	}
	for _, what := range []any{secret, p.Network} {
		if text := fmt.Sprintf("%#v", what); strings.Contains(text, value) {
			t.Errorf("%%#v of %T: %s", what, text)
		}
	}
	for _, what := range []any{p, &p, secret, []Secret{secret}} {
		text, err := json.Marshal(what)
		if err != nil || strings.Contains(string(text), value) {
			t.Errorf("%T as JSON: %s, %v", what, text, err)
		}
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("starts", "policy", p, "secret", secret)
	slog.New(slog.NewTextHandler(&log, nil)).Info("starts", "policy", p, "secret", secret)
	if strings.Contains(log.String(), value) {
		t.Error(log.String())
	}
}

// Grants that go round in circles have an end when they are told.
func TestPolicyTextOfCircles(t *testing.T) {
	p := Policy{Tasks: make([]TaskGrant, 2)}
	p.Tasks[0] = TaskGrant{Interface: "demo:a/b", Policy: p}
	p.Tasks[1] = TaskGrant{Interface: "demo:a/c", Policy: p}
	text, err := json.Marshal(p)
	if err != nil || strings.Count(string(text), "interface") != 6 || strings.Count(p.String(), "may start") != 6 {
		t.Errorf("%v: %s\n%s", err, text, p)
	}
}
