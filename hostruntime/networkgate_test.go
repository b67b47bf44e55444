package hostruntime

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// What a guest prints passes without secrets, in pieces of any size, and all
// of it is there when the call is over.
func TestPrintedSecrets(t *testing.T) {
	policy := Network{Secrets: []Secret{{Placeholder: "PLACEHOLDER", Value: "the-real-one", Hosts: []string{"api.example.org"}}}}
	var stdout, stderr bytes.Buffer
	var n network
	if err := n.open(&policy, nil, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	defer n.close()
	for _, piece := range strings.SplitAfter("say the-real-one and the-real", "") {
		if written, err := n.stdout.Write([]byte(piece)); written != len(piece) || err != nil {
			t.Fatal(written, err)
		}
	}
	if strings.Contains(stdout.String(), "the-real") {
		t.Errorf("before the end: %q", stdout.String())
	}
	if err := n.endCall(); err != nil {
		t.Error(err)
	}
	if got := stdout.String(); got != "say PLACEHOLDER and the-real" {
		t.Errorf("stdout %q", got)
	}
	n.stderr.Write([]byte("the-real-one"))
	if err := errors.Join(n.endCall(), n.endCall()); err != nil {
		t.Error(err)
	}
	if got := stderr.String(); got != "PLACEHOLDER" {
		t.Errorf("stderr %q", got)
	}
}

// What could have been a secret's beginning counts when the call ends: there,
// too, a guest writes no more than it may, and the run is replayed so.
func TestHeldBackOutputIsLimited(t *testing.T) {
	ctx := t.Context()
	c := loaded(t, "../testsuite/observe/testdata/talker.wasm")
	for limit, want := range map[uint64]string{8: OutcomeOK, 7: OutcomeOutput} {
		var journal bytes.Buffer
		in, err := c.Instantiate(ctx, Policy{
			Limits:  Limits{WrittenBytes: limit},
			Network: Network{Secrets: []Secret{{Placeholder: "PLACEHOLDER", Value: "the-real-one", Hosts: []string{"api.example.org"}}}},
			Record:  &journal,
		})
		if err != nil {
			t.Fatal(err)
		}
		var used Report
		_, err = in.Call(WithReport(ctx, &used), "print", value.String("the-real"))
		if Outcome(err) != want || used.Outcome != want || used.Stdout != "the-real"[:limit] {
			t.Errorf("with %d bytes: %v, outcome %s, output %q", limit, err, used.Outcome, used.Stdout)
		}
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
		reports, err := Replay(ctx, c, &journal, Policy{})
		if err != nil || len(reports) != 2 || reports[1].Outcome != want || reports[1].Stdout != used.Stdout {
			t.Errorf("replayed with %d bytes: %v, %+v", limit, err, reports)
		}
	}
}

// A report is of its own call, whether or not the one before had a report.
func TestNetworkReport(t *testing.T) {
	policy := Network{Allow: []NetworkGrant{{Host: "api.example.org"}}}
	var n network
	if err := n.open(&policy, nil, &bytes.Buffer{}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	defer n.close()
	request := func(host string) {
		f, err := n.gate.Request(context.Background(), "GET", egress.HTTPS, host, 443)
		if err == nil {
			f.Received(7)
			f.Done(200, nil)
		}
	}
	n.beginCall()
	request("api.example.org")
	n.beginCall()
	request("api.example.org")
	request("evil.org")
	r := n.report()
	if len(r.Records) != 2 || r.Requests != 1 || r.Denied != 1 || r.ReceivedBytes != 7 {
		t.Fatalf("%+v", r)
	}
	if ok, no := r.Records[0], r.Records[1]; ok.Protocol != "https" || ok.Status != 200 || ok.Denied != "" || no.Host != "evil.org" || no.Denied == "" {
		t.Errorf("%+v", r.Records)
	}
}

// What is wrong with a policy is said when an instance is made.
func TestBadNetworkPolicies(t *testing.T) {
	for want, policy := range map[string]Network{
		`grant of "127.0.0.1": not on the public internet`: {Allow: []NetworkGrant{{Host: "127.0.0.1"}}},
		`unknown protocol "gopher"`:                        {Allow: []NetworkGrant{{Host: "example.org", Protocols: []string{"gopher"}}}},
		"grant to listen":                                  {Listen: []ListenGrant{{}}},
		"secret 0":                                         {Secrets: []Secret{{}}},
	} {
		var n network
		err := n.open(&policy, nil, nil, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "hostruntime: network: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
