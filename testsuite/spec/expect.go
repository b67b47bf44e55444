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

// A Known is one command that is known not to pass, or with Mode Validate a
// script or folder that isn't run.
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

// parseExpectations reads the list in the form that expect.txt tells.
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
		if after, ok := strings.CutPrefix(reason, "validate "); ok {
			list = append(list, Known{Script: at, Reason: after, Mode: Validate})
			continue
		}
		script, numbers, _ := strings.Cut(at, ":")
		for number := range strings.SplitSeq(numbers, ",") {
			n, err := strconv.Atoi(number)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("expect.txt:%d: want script:line", i+1)
			}
			list = append(list, Known{Script: script, Line: n, Reason: reason})
		}
	}
	return list, nil
}

// For returns the mode of a script and what is known of it. path is that of
// its JSON form, in whatever folder: its end counts.
func (e Expectations) For(path string) (Mode, []Known) {
	path = "/" + strings.TrimSuffix(filepath.ToSlash(path), ".json")
	// Where the crate has the validator's scripts.
	path = strings.Replace(path, "/cli/component-model/", "/"+Validator+"/", 1)
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
