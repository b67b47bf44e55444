package spec

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed expect.txt
var expectText string

// A Known is one command that is known not to pass, or with Line 0 all of a
// script.
type Known struct {
	// Script is the end of the script's path: "values/strings".
	Script string
	Line   int
	Reason string
	// Mode is Validate for scripts that are not run.
	Mode Mode
}

// Expectations are all that is known not to pass.
type Expectations []Known

// Default returns the project's own list, expect.txt.
func Default() (Expectations, error) { return parseExpectations(expectText) }

// parseExpectations reads lines of the form "script:line reason", and
// "script validate reason" for a script that isn't run; a script may be a
// folder. # starts a comment.
func parseExpectations(text string) (Expectations, error) {
	var list Expectations
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at, reason, ok := strings.Cut(line, " ")
		if !ok {
			return nil, fmt.Errorf("expect.txt:%d: no reason", i+1)
		}
		k := Known{Script: at, Reason: strings.TrimSpace(reason)}
		if after, ok := strings.CutPrefix(k.Reason, "validate "); ok {
			k.Reason, k.Mode = strings.TrimSpace(after), Validate
		} else {
			script, number, ok := strings.Cut(at, ":")
			n, err := strconv.Atoi(number)
			if !ok || err != nil || n < 1 {
				return nil, fmt.Errorf("expect.txt:%d: want script:line", i+1)
			}
			k.Script, k.Line = script, n
		}
		list = append(list, k)
	}
	return list, nil
}

// For returns the mode of a script and what is known of it. path is that of
// its JSON form.
func (e Expectations) For(path string) (Mode, []Known) {
	path = "/" + strings.TrimSuffix(filepath.ToSlash(path), ".json")
	mode := Full
	var known []Known
	for _, k := range e {
		switch {
		case k.Mode == Validate && strings.Contains(path+"/", "/"+k.Script+"/"):
			mode = Validate
		case k.Mode == Full && strings.HasSuffix(path, "/"+k.Script):
			known = append(known, k)
		}
	}
	return mode, known
}
