package spec

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A Status says how a command ended.
type Status string

// The statuses.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// A Result is the outcome of one command.
type Result struct {
	Line    int
	Command string
	Status  Status
	// Reason is empty for a command that passed.
	Reason string
}

// A Mode says how much of a script is run.
type Mode int

// The modes.
const (
	// Full runs every command.
	Full Mode = iota
	// Validate decodes and validates modules and doesn't run them. Commands
	// that need an instance have no result.
	Validate
)

// callTimeout ends a guest that hangs; no script comes near it.
const callTimeout = 20 * time.Second

// Run runs a script on a runtime of its own. known is what isn't expected to
// pass, for this script.
func Run(ctx context.Context, s *Script, mode Mode, known []Known) ([]Result, error) {
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		return nil, err
	}
	r := &runner{
		ctx: ctx, rt: rt, script: s, mode: mode,
		definitions: map[string]*definition{}, instances: map[string]*running{},
	}
	var results []Result
	for i := range s.Commands {
		c := &s.Commands[i]
		if mode == Validate && !validates(c) {
			continue
		}
		results = append(results, judge(c, r.command(c), known))
	}
	for _, k := range known {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Line == k.Line }) {
			results = append(results, Result{
				Line: k.Line, Command: "nothing", Status: Failed,
				Reason: "no command begins on this line; it is listed as: " + k.Reason,
			})
		}
	}
	return results, rt.Close(ctx)
}

// judge compares what happened to a command with what was expected of it.
func judge(c *Command, err error, known []Known) Result {
	result := Result{Line: c.Line, Command: c.Type, Status: Passed}
	reason := reasonFor(known, c.Line)
	var dependent *dependentError
	switch {
	case errors.As(err, &dependent):
		result.Status, result.Reason = Skipped, err.Error()
	case err == nil && reason != "":
		result.Status, result.Reason = Failed, "unexpected pass; it is listed as: "+reason
	case err != nil && reason != "":
		result.Status, result.Reason = Skipped, reason
	case err != nil:
		result.Status, result.Reason = Failed, err.Error()
	}
	return result
}

// reasonFor returns why a command isn't expected to pass, empty if it is.
func reasonFor(known []Known, line int) string {
	for _, k := range known {
		if k.Line == line {
			return k.Reason
		}
	}
	return ""
}

// A runner runs one script.
type runner struct {
	ctx    context.Context
	rt     *hostruntime.Runtime
	script *Script
	mode   Mode

	definitions map[string]*definition
	instances   map[string]*running
	// latest stand in for names that are left out.
	latestDefinition *definition
	latestInstance   *running
}

// A definition is a component that was defined, or why it couldn't be.
type definition struct {
	line      int
	component *hostruntime.Component
	err       error
}

// A running is an instance, or why there is none.
type running struct {
	line     int
	instance *hostruntime.Instance
	err      error
}

// A dependentError says that a command needs what an earlier one, which didn't
// pass, should have made.
type dependentError struct {
	line int
}

func (e *dependentError) Error() string { return fmt.Sprintf("depends on line %d", e.line) }

// validates reports whether a command is about decoding and validation.
func validates(c *Command) bool {
	switch c.Type {
	case "module", "module_definition", "assert_invalid", "assert_malformed",
		"assert_invalid_custom", "assert_malformed_custom":
		return true
	}
	return false
}

// command runs one command; nil means that what the script says happened.
func (r *runner) command(c *Command) error {
	switch c.Type {
	case "module":
		d := r.define(c)
		if d.err != nil || r.mode == Validate {
			r.setInstance(c.Name, &running{line: c.Line, err: d.err})
			return d.err
		}
		return r.instantiate(c, c.Name, d)
	case "module_definition":
		// A definition is valid or it isn't; whether it can run shows when it
		// is instantiated.
		d := r.define(c)
		if _, ok := errors.AsType[*hostruntime.UnsupportedError](d.err); ok {
			return nil
		}
		return d.err
	case "module_instance":
		d := r.latestDefinition
		if c.Module != "" {
			d = r.definitions[c.Module]
		}
		if d == nil {
			return fmt.Errorf("no definition %q", c.Module)
		}
		if d.err != nil {
			r.setInstance(c.Instance, &running{line: d.line, err: d.err})
			if _, ok := errors.AsType[*hostruntime.UnsupportedError](d.err); ok {
				return d.err
			}
			return &dependentError{d.line}
		}
		return r.instantiate(c, c.Instance, d)
	case "assert_invalid", "assert_malformed", "assert_invalid_custom", "assert_malformed_custom":
		return r.refused(c)
	case "assert_uninstantiable", "assert_unlinkable":
		return r.uninstantiable(c)
	case "action":
		_, err := r.act(c.Action)
		return err
	case "assert_return":
		return r.returns(c)
	case "assert_trap":
		_, err := r.act(c.Action)
		return wantTrap(err, c.Text)
	}
	return fmt.Errorf("commands of type %s are not supported", c.Type)
}

// define loads a component and keeps it under its name.
func (r *runner) define(c *Command) *definition {
	d := &definition{line: c.Line}
	bytes, err := r.script.module(c)
	if err == nil {
		d.component, err = r.load(bytes)
	}
	d.err = err
	r.latestDefinition = d
	if c.Name != "" {
		r.definitions[c.Name] = d
	}
	return d
}

func (r *runner) load(bytes []byte) (*hostruntime.Component, error) {
	if r.mode == Validate {
		return nil, r.script.validate(bytes)
	}
	return r.rt.Load(r.ctx, bytes)
}

func (r *runner) instantiate(c *Command, name string, d *definition) error {
	ctx, cancel := context.WithTimeout(r.ctx, callTimeout)
	defer cancel()
	in, err := d.component.Instantiate(ctx, hostruntime.Policy{})
	r.setInstance(name, &running{line: c.Line, instance: in, err: err})
	return err
}

func (r *runner) setInstance(name string, in *running) {
	r.latestInstance = in
	if name != "" {
		r.instances[name] = in
	}
}

// refused checks that a module isn't accepted.
func (r *runner) refused(c *Command) error {
	bytes, err := r.script.module(c)
	if errors.Is(err, errTextOnly) {
		return nil
	}
	if err != nil {
		return err
	}
	err = r.script.validate(bytes)
	if err == nil {
		// The code of core modules is validated when it is compiled.
		if _, err = r.rt.Load(r.ctx, bytes); err == nil || !isFormatError(err) {
			return fmt.Errorf("accepted, but the script says: %s", c.Text)
		}
	}
	if !isFormatError(err) {
		return err
	}
	return nil
}

func isFormatError(err error) bool {
	_, ok := errors.AsType[*hostruntime.FormatError](err)
	return ok
}

func (r *runner) uninstantiable(c *Command) error {
	bytes, err := r.script.module(c)
	if err != nil {
		return err
	}
	component, err := r.load(bytes)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.ctx, callTimeout)
	defer cancel()
	_, err = component.Instantiate(ctx, hostruntime.Policy{})
	if c.Type == "assert_unlinkable" {
		if _, ok := errors.AsType[*hostruntime.LinkError](err); ok {
			return nil
		}
		return fmt.Errorf("want a link error, got %w", err)
	}
	return wantTrap(err, c.Text)
}

// act calls an export.
func (r *runner) act(a *Action) (value.Value, error) {
	if a.Type != "invoke" {
		return nil, fmt.Errorf("actions of type %s are not supported", a.Type)
	}
	in := r.latestInstance
	if a.Module != "" {
		in = r.instances[a.Module]
	}
	if in == nil {
		return nil, fmt.Errorf("no instance %q", a.Module)
	}
	if in.err != nil {
		return nil, &dependentError{in.line}
	}
	args := make([]value.Value, len(a.Args))
	for i := range a.Args {
		var err error
		if args[i], err = a.Args[i].value(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(r.ctx, callTimeout)
	defer cancel()
	return in.instance.Call(ctx, a.Field, args...)
}

func (r *runner) returns(c *Command) error {
	got, err := r.act(c.Action)
	if err != nil {
		return err
	}
	if len(c.Expected) == 0 {
		if got != nil {
			return fmt.Errorf("got %v, want no result", got)
		}
		return nil
	}
	want, err := c.Expected[0].value()
	if err != nil {
		return err
	}
	if !same(got, want) {
		return fmt.Errorf("got %#v, want %#v", got, want)
	}
	return nil
}

func wantTrap(err error, message string) error {
	var dependent *dependentError
	if errors.As(err, &dependent) {
		return err
	}
	if _, ok := errors.AsType[*hostruntime.DeadError](err); ok && message == "cannot enter component instance" {
		return nil // its name for an instance that a trap has ended
	}
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if !ok {
		return fmt.Errorf("want a trap (%s), got %w", message, orNil(err))
	}
	if !sameMessage(trap.Reason, message) {
		return fmt.Errorf("want the trap %q, got %q", message, trap.Reason)
	}
	return nil
}

var errReturned = errors.New("a return")

func orNil(err error) error {
	if err == nil {
		return errReturned
	}
	return err
}
