package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

// A host program has the same policy from capsule.toml as the command.
func TestHostAndCommandHaveOnePolicy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "capsule.toml")
	const text = `
[task.review]
wit = "wit"
world = "review"
guest = "review.py"
limits = { fuel = "low", memory = "64MiB", requests = 3 }
grants = { env = ["LANG=C"], dirs = ["data::/data:rw"], net = ["http://127.0.0.1:1+private"] }
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := policyfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := file.Policy("review")
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	printed := func(flags ...string) string {
		var out, complaint bytes.Buffer
		a := &app{out: &out, err: &complaint}
		if status := run(context.Background(), a, append([]string{"run", "--config", path, "review", "--print-policy"}, flags...)); status != 0 {
			t.Fatalf("status %d: %s", status, complaint.String())
		}
		return out.String()
	}
	if got := printed(); got != policy.String() {
		t.Errorf("the command says\n%s\nthe host\n%s", got, policy)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(printed("--json"))); err != nil || compact.String() != string(asJSON) {
		t.Errorf("the command says\n%s\nthe host\n%s, %v", compact.String(), asJSON, err)
	}
	if got := printed("--fuel", "1000"); got == policy.String() {
		t.Error("a flag makes no difference")
	}
}
