// Package programs holds small programs, each in Python and in JavaScript, and
// runs them as source text in the guests of the eval example.
package programs

import (
	"context"
	"embed"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

//go:embed *.txtar
var files embed.FS

// A Program is source text.
type Program struct {
	// Name is that of its file: "primes.py".
	Name, Source string
	// Engine runs it: guest.Python or guest.QuickJS.
	Engine string
	// Outcome is how it ends: one of hostruntime's Outcome constants.
	Outcome string
}

// All returns the programs, always in the same order. It panics where a file
// of this package isn't as it should be.
func All() []Program {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	var all []Program
	for _, entry := range entries {
		text, err := files.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		for _, f := range txtar.Parse(text).Files {
			p := Program{Source: string(f.Data), Outcome: hostruntime.OutcomeOK}
			name, outcome, special := strings.Cut(f.Name, " ")
			if p.Name = name; special {
				p.Outcome = outcome
			}
			switch path.Ext(name) {
			case ".py":
				p.Engine = guest.Python
			case ".js":
				p.Engine = guest.QuickJS
			default:
				panic(fmt.Sprintf("%s: %q is in no language", entry.Name(), f.Name))
			}
			all = append(all, p)
		}
	}
	return all
}

// Build writes the guest that runs an engine's programs to path. example is
// the folder of the eval example. It returns what capsule-gen said.
func Build(example, engine, path string) (stderr string, err error) {
	file := map[string]string{guest.Python: "runner.py", guest.QuickJS: "runner.js"}[engine]
	return guest.Compile(guest.Spec{WIT: example + "/wit", World: "sandbox", Engine: engine, File: example + "/sandbox/" + file}, path)
}

// A Run is all that can be known of one run, but for the wall time.
type Run struct {
	// Printed is what the program printed.
	Printed string
	// Report has no wall time, which no two runs share.
	Report hostruntime.Report
}

// Run runs a program in a new deterministic instance of c, which Build made,
// and ends the instance.
func (p Program) Run(ctx context.Context, c *hostruntime.Component, seed uint64) (Run, error) {
	var printed strings.Builder
	console := hostruntime.HostFunc("demo:eval/console@0.1.0", "print", func(_ context.Context, args []value.Value) (value.Value, error) {
		printed.WriteString(string(args[0].(value.String)))
		return nil, nil
	})
	in, err := c.Instantiate(ctx, hostruntime.Policy{
		Deterministic: &hostruntime.Deterministic{Seed: seed},
		Limits: hostruntime.Limits{
			Fuel: 30_000_000, MemoryBytes: 64 << 20,
			WallTime: 10 * time.Minute, // which fuel ends long before
		},
	}, hostruntime.Imports{console})
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	defer in.Close(ctx)
	var run Run
	if _, err = in.Call(hostruntime.WithReport(ctx, &run.Report), "evaluate", value.String(p.Source)); run.Report.Outcome == "" {
		return Run{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	run.Report.WallTime = 0
	run.Printed = printed.String()
	return run, in.Close(ctx)
}
