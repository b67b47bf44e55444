package hostruntime

import (
	"encoding/json"
	"strings"
	"testing"
)

// Who reads a report as JSON finds lists where it says lists, also when nothing
// is in them.
func TestReportsOfNoTasks(t *testing.T) {
	report := Report{Outcome: OutcomeOK, Tasks: TasksReport{Started: 1}}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"tasks":{"started":1,"reports":[],"omitted":0}`; !strings.Contains(string(text), want) {
		t.Errorf("%s doesn't have %s", text, want)
	}
	if text, err = json.Marshal(Report{Outcome: OutcomeOK}); err != nil || strings.Contains(string(text), `"tasks"`) {
		t.Errorf("%s tells of tasks, error %v", text, err)
	}
}
