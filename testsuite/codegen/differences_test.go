//go:build guests

package codegen

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A rule is a line of differences.txt: how many differences of an engine, on one
// side, are of a kind.
type rule struct {
	line         int
	engine, side string
	want, got    int
	kind         *regexp.Regexp
}

const differencesFile = "differences.txt"

// judge holds an engine's differences to those that differences.txt lists: none
// that it doesn't, and of each kind as many.
func judge(t *testing.T, engine string, differences map[string][]string) {
	t.Helper()
	lines, rules := readRules(t)
	for side, list := range differences {
		for _, d := range list {
			if !explained(rules, engine, side, d) {
				t.Errorf("not in %s: %s %s %s", differencesFile, engine, side, d)
			}
		}
	}
	for _, r := range rules {
		if r.engine != engine || r.got == r.want {
			continue
		}
		if !*update {
			t.Errorf("%s:%d: %d differences, want %d", differencesFile, r.line+1, r.got, r.want)
		}
		lines[r.line] = fmt.Sprintf("%s %s %d %s", r.engine, r.side, r.got, r.kind)
	}
	if *update {
		if err := os.WriteFile(differencesFile, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// explained counts a difference for the first rule that it matches.
func explained(rules []*rule, engine, side, difference string) bool {
	for _, r := range rules {
		if r.engine == engine && r.side == side && r.kind.MatchString(difference) {
			r.got++
			return true
		}
	}
	return false
}

// readRules returns the lines of differences.txt, and the rules among them.
func readRules(t *testing.T) (lines []string, rules []*rule) {
	t.Helper()
	text, err := os.ReadFile(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(string(text), "\n")
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, " ", 4)
		if len(parts) != 4 {
			t.Fatalf("%s:%d: want engine, side, count and expression", differencesFile, i+1)
		}
		count, err := strconv.Atoi(parts[2])
		if err != nil || count == 0 {
			t.Fatalf("%s:%d: count %q", differencesFile, i+1, parts[2])
		}
		kind, err := regexp.Compile(parts[3])
		if err != nil {
			t.Fatalf("%s:%d: %v", differencesFile, i+1, err)
		}
		rules = append(rules, &rule{line: i, engine: parts[0], side: parts[1], want: count, kind: kind})
	}
	return lines, rules
}
