package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Problem is a function to write, the calls by which it is judged, and what
// each of them may take.
type Problem struct {
	Name      string `json:"-"`
	Title     string
	Function  string
	Fuel      uint64
	MemoryMiB uint64
	Tests     []Test
}

// A Test is one call. Only the arguments enter the sandbox.
type Test struct {
	Arguments []any
	Want      any
}

// readProblem reads problems/NAME.json.
func readProblem(folder, name string) (*Problem, error) {
	data, err := os.ReadFile(filepath.Join(folder, "problems", name+".json"))
	if err != nil {
		return nil, err
	}
	p := &Problem{Name: name}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("problem %s: %w", name, err)
	}
	for _, test := range p.Tests {
		for i, a := range test.Arguments {
			test.Arguments[i] = spellOut(a)
		}
	}
	return p, nil
}

// spellOut writes out what a problem's file says in short: {"range": 3} is
// [0, 1, 2] and {"repeat": "ab", "times": 2} is "abab".
func spellOut(argument any) any {
	short, ok := argument.(map[string]any)
	if !ok {
		return argument
	}
	if n, ok := short["range"].(float64); ok {
		list := make([]int, int(n))
		for i := range list {
			list[i] = i
		}
		return list
	}
	if text, ok := short["repeat"].(string); ok {
		times, _ := short["times"].(float64)
		return strings.Repeat(text, int(times))
	}
	return argument
}
