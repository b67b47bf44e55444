package witsuite

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
)

//go:embed differences.txt
var differencesText string

// Differences are the inputs of one suite that are expected to differ, with
// the reasons.
type Differences struct {
	t       *testing.T
	reasons map[string]string
}

// Expected returns the differences of a suite; what is left of them when the
// test ends fails it.
func Expected(t *testing.T, suite string) *Differences {
	d := &Differences{t: t, reasons: make(map[string]string)}
	for line := range strings.Lines(differencesText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" {
			t.Fatalf("differences.txt: %q has no reason", line)
		}
		if rest, ok := strings.CutPrefix(name, suite+"/"); ok {
			d.reasons[rest] = reason
		}
	}
	return d
}

// Check notes how an input differs; how is empty where it doesn't.
func (d *Differences) Check(input, how string) {
	d.t.Helper()
	reason, expected := d.reasons[input]
	switch {
	case how == "" && expected:
		d.t.Errorf("%s: no longer differs (%s): take it out of differences.txt", input, reason)
	case how != "" && !expected:
		d.t.Errorf("%s: %s", input, how)
	}
	delete(d.reasons, input)
}

// Done fails the test for differences of inputs that there aren't.
func (d *Differences) Done() {
	for input := range d.reasons {
		d.t.Errorf("differences.txt lists %s, and there is no such input", input)
	}
}

// firstDifference returns the first lines in which two texts differ; empty
// where none does.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "", ""
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d of the model is\n\t%s\nwant\n\t%s", i+1, a, b)
		}
	}
	return ""
}
