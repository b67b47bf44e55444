//go:build guests

// Package determinism runs the same programs in processes that have nothing in
// common but the seed: each has another number of threads, other load, another
// order and another number of programs at a time. All that is known of a run
// must be equal to the bit.
//
//	go test -tags guests ./testsuite/determinism -runs 20
package determinism

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/determinism/programs"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

var runs = flag.Int("runs", 4, "in how many processes every program runs")

// The environment of a process that runs programs.
const (
	runVariable    = "CAPSULE_DETERMINISM_RUN"    // the number of the run, which decides its condition
	guestsVariable = "CAPSULE_DETERMINISM_GUESTS" // the folder with the guests
)

func TestMain(m *testing.M) {
	if os.Getenv(runVariable) == "" {
		os.Exit(m.Run())
	}
	if err := runAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const example = "../../separate-file-examples/eval"

func TestEqualInAllProcesses(t *testing.T) {
	all := programs.All()
	if pairs := pairs(t, all); pairs < 50 {
		t.Fatalf("only %d programs", pairs)
	}
	dir := t.TempDir()
	for _, engine := range []string{guest.Python, guest.QuickJS} {
		message, err := programs.Build(example, engine, filepath.Join(dir, engine+".wasm"))
		if err != nil && os.Getenv("CI") == "" && strings.Contains(message, "toolchain") {
			t.Skipf("no toolchain for %s: %s", engine, message)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, message)
		}
	}
	var first map[string]string
	for n := range *runs {
		condition := conditions[n%len(conditions)]
		got := spawn(t, dir, n, condition)
		if first == nil {
			first = got
			outcomes(t, all, got)
		}
		for _, p := range all {
			if got[p.Name] != first[p.Name] {
				t.Errorf("%s: run %d (%s):\n%.3000s\nthe first run (%s):\n%.3000s", p.Name, n, condition.name, got[p.Name], conditions[0].name, first[p.Name])
			}
		}
	}
	t.Logf("%d programs, each in %d processes", len(all), *runs)
}

// pairs returns how many programs there are in both languages.
func pairs(t *testing.T, all []programs.Program) int {
	t.Helper()
	found := map[string]int{}
	for _, p := range all {
		found[strings.TrimSuffix(p.Name, filepath.Ext(p.Name))]++
	}
	for name, n := range found {
		if n != 2 {
			t.Errorf("%s is there %d times, want twice", name, n)
		}
	}
	return len(found)
}

// spawn returns what each program did in a process of its own, as text.
func spawn(t *testing.T, dir string, n int, c condition) map[string]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprint(runVariable, "=", n), guestsVariable+"="+dir)
	if c.threads > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprint("GOMAXPROCS=", c.threads))
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run %d (%s): %v\n%s", n, c.name, err, stderr.String())
	}
	var result map[string]json.RawMessage
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for name, text := range result {
		texts[name] = string(text)
	}
	return texts
}

// outcomes checks how each program ended: runs that all fail alike are equal
// too.
func outcomes(t *testing.T, all []programs.Program, got map[string]string) {
	t.Helper()
	for _, p := range all {
		var run struct {
			Report struct{ Outcome, Error string }
		}
		if err := json.Unmarshal([]byte(got[p.Name]), &run); err != nil {
			t.Fatalf("%s: %v in %q", p.Name, err, got[p.Name])
		}
		if run.Report.Outcome != p.Outcome {
			t.Errorf("%s: %s, want %s\n%.1500s", p.Name, cmp.Or(run.Report.Outcome, "nothing"), p.Outcome, got[p.Name])
		}
	}
}
