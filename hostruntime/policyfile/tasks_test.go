package policyfile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

func TestTasksThatTasksMayStart(t *testing.T) {
	f, err := policyfile.Parse("capsule.toml", []byte(`
[task.agent]
limits = { tasks = 7, task-depth = 2 }
grants = { tasks = [{ interface = "a:b/words", task = "counter" }, { interface = "a:b/agents", task = "agent" }] }
[task.counter]
limits = { fuel = 1000 }
retry = { max-retries = 2, on = ["trap"], back-off = "1s", max-back-off = "5s", fuel = "low" }
`))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := f.Policy("agent")
	if err != nil || policy.Limits.Tasks != 7 || policy.Limits.TaskDepth != 2 || policy.Tasks != nil {
		t.Errorf("%+v, %v", policy.Limits, err)
	}
	components := map[string]*hostruntime.Component{"agent": {}, "counter": {}}
	var asked []string
	grants, err := f.Grants("agent", func(task string) (*hostruntime.Component, error) {
		asked = append(asked, task)
		return components[task], nil
	})
	if err != nil || len(grants) != 2 || len(asked) != 2 {
		t.Fatalf("%+v, asked for %v, %v", grants, asked, err)
	}
	words, agents := grants[0], grants[1]
	if words.Interface != "a:b/words" || words.Component != components["counter"] || words.Policy.Limits.Fuel != 1000 || len(words.Policy.Tasks) != 0 {
		t.Errorf("%+v", words)
	}
	// The agent that an agent starts may do the same.
	again := agents.Policy.Tasks
	if agents.Component != components["agent"] || agents.Policy.Limits.Tasks != 7 || len(again) != 2 || again[0].Component != words.Component || len(again[1].Policy.Tasks) != 2 {
		t.Errorf("%+v", agents)
	}
	want := hostruntime.RetryPolicy{MaxRetries: 2, BackOff: time.Second, MaxBackOff: 5 * time.Second, Fuel: hostruntime.FuelLow}
	if r := f.Tasks[1].Retry; r.MaxRetries != want.MaxRetries || r.BackOff != want.BackOff || r.MaxBackOff != want.MaxBackOff || r.Fuel != want.Fuel || len(r.RetryOn) != 1 {
		t.Errorf("%+v", r)
	}
	failed := errors.New("no such file")
	if _, err := f.Grants("agent", func(string) (*hostruntime.Component, error) { return nil, failed }); err != failed {
		t.Error(err)
	}
	if _, err := f.Grants("other", nil); err == nil {
		t.Error("grants of a task that isn't there")
	}
}

func TestMistakesInTasks(t *testing.T) {
	for text, want := range map[string]string{
		`grants = { tasks = [{ interface = "a:b/c", task = "other" }] }`:         `capsule.toml:2: task one: grants.tasks: there is no task "other" in the file`,
		`grants = { tasks = [{ interface = "a:b/c" }] }`:                         "grants.tasks: want the name of a task",
		`grants = { tasks = ["one"] }`:                                           `grants.tasks: want tables, not "one"`,
		`grants = { tasks = [{ interface = "a:b/c", task = "one", fuel = 1 }] }`: `unknown key "fuel"`,
		`retry = { max-retries = 0 }`:                                            "retry.max-retries: want a number from 1 to 1000, not 0",
		`retry = { max-retries = 1001 }`:                                         "retry.max-retries: want a number from 1 to 1000, not 1001",
		`retry = { on = ["never"] }`:                                             `retry.on: there is no outcome "never"`,
		`retry = { back-off = "soon" }`:                                          "retry.back-off: ",
		`retry = { fuel = "some" }`:                                              "retry.fuel: ",
		`retry = { often = true }`:                                               `unknown key "often"`,
	} {
		_, err := policyfile.Parse("capsule.toml", []byte("[task.one]\n"+text+"\n"))
		if e, ok := errors.AsType[*policyfile.Error](err); !ok || e.Line != 2 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}
