//go:build guests

// Package quickstart holds the quickstart to what the README says of it.
package quickstart

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/separate-file-examples/quickstart/host/review"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const folder = "../../separate-file-examples/quickstart"

// used matches what differs between runs: times, and memory by version.
var used = regexp.MustCompile(`(?m)^first call used .*$`)

// TestTheDemoPrintsWhatIsExpected runs what `make demo` runs.
func TestTheDemoPrintsWhatIsExpected(t *testing.T) {
	buildInPlace(t, guest.Python)
	buildInPlace(t, guest.QuickJS)
	cmd := exec.Command("go", "run", "./host")
	cmd.Dir = folder
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !used.Match(out) {
		t.Errorf("no line says what the calls used:\n%s", out)
	}
	got := used.ReplaceAllString(string(out), "first call used …")
	want, err := os.ReadFile(folder + "/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestThePictureIsCurrent draws the README's picture again, from the component
// as it is built now.
func TestThePictureIsCurrent(t *testing.T) {
	buildInPlace(t, guest.Python)
	var failure bytes.Buffer
	cmd := exec.Command("go", "run", "../../cmd/capsule-gen", "boundary", "review-py", "--svg")
	cmd.Dir, cmd.Stderr = folder, &failure
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &failure)
	}
	want, err := os.ReadFile(folder + "/boundary.svg")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("boundary.svg is stale: draw it again with capsule-gen boundary review-py --svg. It would be:\n%s", got)
	}
}

// buildInPlace builds the quickstart's guest for an engine where its host
// program looks for it.
func buildInPlace(t *testing.T, engine string) {
	t.Helper()
	name, file := "review-js", "review.js"
	if engine == guest.Python {
		name, file = "review-py", "review.py"
	}
	built := guest.Build(t, guest.Spec{
		WIT: folder + "/wit", World: "review", Engine: engine, File: folder + "/sandbox/" + file,
	})
	component, err := os.ReadFile(built)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder+"/build", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/build/"+name+".wasm", component, 0o644); err != nil {
		t.Fatal(err)
	}
}

type counter struct{ done, total uint32 }

func (c *counter) Report(_ context.Context, done, total uint32) error {
	c.done, c.total = done, total
	return nil
}

// TestAllEnginesAnswerAlike asks the guests of all three engines the same, in
// generated Go, and wants equal values.
func TestAllEnginesAnswerAlike(t *testing.T) {
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })

	quakes := []review.Quake{
		{ID: "a", TimeMs: 1_000, Magnitude: 4.5, Place: "10km N of Here, Nevada", Alert: new("green")},
		{ID: "b", TimeMs: 1 << 52, Latitude: -90, Longitude: 180, DepthKm: 0.5, Magnitude: 4.5, Place: "\U0001F30B, Île"},
		{ID: "c", TimeMs: 2_000, Magnitude: -1.25, Place: ""},
	}
	bad := append([]review.Quake{}, quakes...)
	bad[1].Magnitude = 11
	questions := []struct {
		name   string
		quakes []review.Quake
		window review.Window
		want   review.Problem // nil for a summary
	}{
		{"all", quakes, review.WindowAll{}, nil},
		{"since", quakes, review.WindowSince{Value: 2_000}, nil},
		{"between", quakes, review.WindowBetween{Value: review.Span{StartMs: 0, EndMs: 2_000}}, nil},
		{"nothing there", quakes, review.WindowBetween{Value: review.Span{StartMs: 5, EndMs: 6}}, review.ProblemNoData{}},
		{"no earthquakes", nil, review.WindowAll{}, review.ProblemNoData{}},
		{"bad window", quakes, review.WindowBetween{Value: review.Span{StartMs: 6, EndMs: 5}},
			review.ProblemBadWindow{Value: "it ends 1 ms before it starts"}},
		{"bad quake", bad, review.WindowAll{},
			review.ProblemBadQuake{Value: review.Tuple2[uint32, string]{F0: 1, F1: "magnitude 11 is impossible"}}},
	}
	answers := map[string]map[string]review.Summary{}
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			file := "review.js"
			if engine == guest.Python {
				file = "review.py"
			}
			comp, err := rt.LoadFile(ctx, guest.Build(t, guest.Spec{
				WIT: folder + "/wit", World: "review", Engine: engine, File: filepath.Join(folder, "sandbox", file),
			}))
			if err != nil {
				t.Fatal(err)
			}
			var progress counter
			task, err := review.Instantiate(ctx, comp, hostruntime.Policy{}, review.Imports{Progress: &progress})
			if err != nil {
				t.Fatal(err)
			}
			defer task.Close(ctx)
			answers[engine] = map[string]review.Summary{}
			for _, q := range questions {
				progress = counter{}
				var report hostruntime.Report
				summary, err := task.Summarize(hostruntime.WithReport(ctx, &report), q.quakes, q.window)
				if q.want != nil {
					refused, ok := errors.AsType[*review.SummarizeError](err)
					if !ok || !reflect.DeepEqual(refused.Value, q.want) || report.Outcome != hostruntime.OutcomeGuestError {
						t.Errorf("%s: got %+v, %v (%s); want the error %#v", q.name, summary, err, report.Outcome, q.want)
					}
					continue
				}
				if err != nil || report.Outcome != hostruntime.OutcomeOK {
					t.Errorf("%s: %v (%s)", q.name, err, report.Outcome)
				}
				if progress != (counter{3, 3}) {
					t.Errorf("%s: progress %+v, want 3 of 3", q.name, progress)
				}
				answers[engine][q.name] = summary
			}
		})
	}
	for _, engine := range guest.Engines {
		if answers[engine] != nil && !reflect.DeepEqual(answers[engine], answers[guest.Python]) {
			t.Errorf("%s answers\n%+v\nand python\n%+v", engine, answers[engine], answers[guest.Python])
		}
	}
}

// TestBindingsRefuseAnotherWorld gives generated Go a component whose types
// differ from those that it was generated for.
func TestBindingsRefuseAnotherWorld(t *testing.T) {
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct{ name, wit, js, want string }{
		{"another type",
			`package demo:quakes@0.1.0; world review { export summarize: func(quakes: list<string>) -> string; }`,
			`export function summarize(quakes) { return quakes.join(); }`,
			"hostruntime: export summarize: the component has type func(quakes: list<string>) -> string, the host was made for func(quakes: list<record { id: string, "},
		{"another name",
			`package demo:quakes@0.1.0; world review { export sum: func(); }`,
			`export function sum() {}`,
			"hostruntime: export summarize: the component has no such export; it exports sum"},
		{"another import",
			`package demo:quakes@0.1.0; interface progress { report: func(done: u64); } world review { import progress; export sum: func(); }`,
			`import { report } from 'demo:quakes/progress@0.1.0'; export function sum() { report(1); }`,
			"hostruntime: import demo:quakes/progress@0.1.0#report: the component has type func(done: u64), the host was made for func(done: u32, total: u32)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			comp, err := rt.LoadFile(ctx, guest.Build(t, guest.Spec{
				WIT: filepath.Dir(write("wit/world.wit", tt.wit)), World: "review",
				Engine: guest.QuickJS, File: write("sandbox/guest.js", tt.js),
			}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = review.Instantiate(ctx, comp, hostruntime.Policy{}, review.Imports{Progress: &counter{}})
			if err == nil || len(err.Error()) < len(tt.want) || err.Error()[:len(tt.want)] != tt.want {
				t.Errorf("got %v\nwant %s…", err, tt.want)
			}
		})
	}
}
