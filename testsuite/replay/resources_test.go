package replay

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/component"
	"github.com/capsule-kit/capsule/testsuite/resources/resources"
)

// logs are a host's, and a log is a resource of it.
type logs struct{ resources.UnimplementedLogs }

type log struct {
	name  string
	lines []string
}

var _ resources.Log = (*log)(nil)

func (*logs) NewLog(_ context.Context, name string) (resources.Log, error) {
	return &log{name: name}, nil
}

func (*logs) LogOpen(_ context.Context, name string) (resources.Log, error) {
	return nil, &hostruntime.ResultError[string]{Value: "no log " + name}
}

func (*logs) Merge(_ context.Context, a, b resources.Log) (resources.Log, error) {
	return &log{"both", append(a.(*log).lines, b.(*log).lines...)}, nil
}

func (l *log) Write(_ context.Context, line string) error {
	l.lines = append(l.lines, line)
	return nil
}

func (l *log) Lines(context.Context) ([]string, error) { return l.lines, nil }

func (*log) Close(context.Context) error { return nil }

// logger returns the component of the resources' test.
func logger(t *testing.T) *hostruntime.Component {
	t.Helper()
	core, err := os.ReadFile("../resources/testdata/guest.wat")
	if err != nil {
		t.Fatal(err)
	}
	return load(t, component.New(t, "../resources/wit", "resources", core))
}

// Resources of both sides, by generated code: the replay has other handles
// behind the same numbers.
func TestResources(t *testing.T) {
	c := logger(t)
	ctx := t.Context()
	r := &run{t: t, reports: []hostruntime.Report{{}}}
	guest, err := resources.Instantiate(hostruntime.WithReport(ctx, &r.reports[0]), c, hostruntime.Policy{Record: &r.journal},
		resources.Imports{Logs: &logs{}})
	if err != nil {
		t.Fatal(err)
	}
	r.in = guest.Instance()
	var told []*hostruntime.Report
	report := func() context.Context {
		told = append(told, new(hostruntime.Report))
		return hostruntime.WithReport(ctx, told[len(told)-1])
	}
	a, b := &log{name: "a"}, &log{name: "b"}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(guest.Note(report(), a, "a line"))
	made, err := guest.Make(report(), "made")
	check(err)
	lines, err := guest.Merged(report(), made, b)
	check(err)
	if len(lines) != 1 {
		t.Error(lines)
	}
	if _, err := guest.Find(report(), "nothing"); err == nil {
		t.Error("found nothing")
	}
	check(guest.Keep(report(), made))
	_, err = guest.Give(report())
	check(err)
	one, err := guest.Counters.NewCounter(report(), 1)
	check(err)
	two, err := guest.Counters.NewCounter(report(), 2)
	check(err)
	_, err = one.Step(report(), 5)
	check(err)
	joined, err := guest.Counters.Join(report(), resources.Pair{Left: one, Right: two})
	check(err)
	check(joined.Close(report()))
	for _, one := range told {
		r.reports = append(r.reports, *one)
	}
	again, err := hostruntime.Replay(ctx, c, bytes.NewReader(r.close()), hostruntime.Policy{})
	if err != nil || len(again) != len(r.reports) {
		t.Fatalf("%d of %d calls: %v", len(again), len(r.reports), err)
	}
	for i := range again {
		again[i].Value = nil // typed calls report none
		if was, is := text(t, r.reports[i]), text(t, again[i]); was != is {
			t.Errorf("recorded %s\nrepeated %s", was, is)
		}
	}
	var shown bytes.Buffer
	check(hostruntime.PrintJournal(&shown, &r.journal, 0))
	for _, want := range []string{
		`call note(<borrow log #1>, "a line")`,
		`import test:resources/logs@0.1.0#[method]log.write(<borrow log #1>, "a line")`,
		`result err("no log nothing")`,
	} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("no %s in\n%s", want, shown.String())
		}
	}
}
