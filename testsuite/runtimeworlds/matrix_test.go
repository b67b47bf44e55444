//go:build guests

package runtimeworlds

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

var update = flag.Bool("update", false, "write matrix.txt")

// How a guest takes part.
const (
	provides = "provides"
	uses     = "uses"
)

// A behaviour is a line of the matrix.
type behaviour struct {
	name string
	// mirrors are the folders of the other generator's tests, if it has any.
	mirrors string
	// tests are by how the guest takes part; each has an instance of its own.
	tests map[string]func(c *check, comp *hostruntime.Component)
}

// A world is one guest for each language.
type world struct {
	name       string
	behaviours []behaviour
}

var worlds = slices.Concat(
	[]world{valuesWorld(), providerWorld(), userWorld(), betweenWorld(), toplevelWorld()}, versionsWorlds(), inlineWorlds(),
)

// A limitation is a cell that stays empty, and why.
type limitation struct {
	engine, behaviour, how string
	// reason is for people, sign is in the error that shows it.
	reason, sign string
}

// TestMatrix runs every behaviour with every engine and holds the matrix of
// what is covered, matrix.txt. A limitation that is gone fails it.
func TestMatrix(t *testing.T) {
	cells := map[[3]string]error{}
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			for _, w := range worlds {
				t.Run(w.name, func(t *testing.T) {
					comp, refused := build(t, w.name, engine)
					for _, b := range w.behaviours {
						for _, how := range []string{provides, uses} {
							test := b.tests[how]
							if test == nil {
								continue
							}
							c := &check{ctx: t.Context()}
							if c.done(refused); refused == nil {
								c.run(func() { test(c, comp) })
							}
							cells[[3]string{engine, b.name, how}] = c.err()
						}
					}
				})
			}
		})
	}
	for _, l := range limitations {
		key := [3]string{l.engine, l.behaviour, l.how}
		err, ran := cells[key]
		switch {
		case ran && err == nil:
			t.Errorf("%v works: the limitation is gone", key)
		case ran && !strings.Contains(err.Error(), l.sign):
			t.Errorf("%v fails otherwise than with %q: %v", key, l.sign, err)
		}
	}
	for key, err := range cells {
		known := slices.ContainsFunc(limitations, func(l limitation) bool { return key == [3]string{l.engine, l.behaviour, l.how} })
		if err != nil && !known {
			t.Errorf("%v: %v", key, err)
		}
	}
	text := matrix(cells)
	t.Log("\n" + text)
	if *update {
		if err := os.WriteFile("matrix.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if has, err := os.ReadFile("matrix.txt"); !t.Failed() && (err != nil || string(has) != text) {
		t.Errorf("matrix.txt is stale (%v): go test -tags guests ./testsuite/runtimeworlds -update", err)
	}
}

// matrix returns the matrix as text, with a note for each cell that isn't covered.
func matrix(cells map[[3]string]error) string {
	var text strings.Builder
	var notes, printed []string
	fmt.Fprintln(&text, "What each engine covers. provides: Go calls the guest's. uses: the guest calls Go's. A number: see below.")
	fmt.Fprintln(&text, "In brackets: the folders of wit-bindgen-cli 0.63.0's tests/runtime that a behaviour is after.")
	fmt.Fprintln(&text)
	table := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "behaviour\t%s\n", strings.Join(guest.Engines, "\t"))
	for _, w := range worlds {
		for _, b := range w.behaviours {
			if slices.Contains(printed, b.name) {
				continue // the guest provides it in one world and uses it in another
			}
			printed = append(printed, b.name)
			line := b.name
			if b.mirrors != "" {
				line += " (" + b.mirrors + ")"
			}
			for _, engine := range guest.Engines {
				var covered []string
				for _, how := range []string{provides, uses} {
					key := [3]string{engine, b.name, how}
					err, ran := cells[key]
					switch {
					case ran && err == nil:
						covered = append(covered, how)
					case ran:
						note := reason(engine, b.name, how)
						n := slices.Index(notes, note)
						if n < 0 {
							n, notes = len(notes), append(notes, note)
						}
						covered = append(covered, fmt.Sprintf("%s[%d]", strings.Repeat("-", len(how)-3), n+1))
					}
				}
				line += "\t" + strings.Join(covered, " ")
			}
			fmt.Fprintln(table, line)
		}
	}
	table.Flush()
	fmt.Fprintln(&text)
	for i, note := range notes {
		fmt.Fprintf(&text, "[%d] %s\n", i+1, note)
	}
	return text.String()
}

// unknown is the reason of a cell that no limitation is about.
const unknown = "not known"

func reason(engine, behaviour, how string) string {
	for _, l := range limitations {
		if l.engine == engine && l.behaviour == behaviour && l.how == how {
			return engine + ": " + l.reason
		}
	}
	return unknown
}

// load returns the engine's guest of a world.
func load(t *testing.T, world, engine string) *hostruntime.Component {
	t.Helper()
	comp, err := build(t, world, engine)
	if err != nil {
		t.Fatal(err)
	}
	return comp
}

// build returns the engine's guest of a world, and an error if the world is
// one that the engine can't have.
func build(t *testing.T, world, engine string) (*hostruntime.Component, error) {
	t.Helper()
	spec := guest.Spec{WIT: "wit", World: world, Engine: engine, File: file(world, engine)}
	path, message, err := guest.TryBuild(t, spec)
	if err != nil && strings.Contains(message, "toolchain") {
		guest.Build(t, spec) // it skips the test, or fails it
	}
	if err != nil {
		return nil, errors.New(message)
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	comp, err := rt.LoadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return comp, nil
}

// file returns the path of an engine's guest of a world.
func file(world, engine string) string {
	folder := "sandbox/" + world + "/"
	if engine == guest.Python {
		return folder + "guest.py"
	}
	if own := folder + engine + ".js"; engine == guest.StarlingMonkey {
		if _, err := os.Stat(own); err == nil {
			return own
		}
	}
	return folder + "guest.js"
}
