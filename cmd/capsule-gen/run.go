package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run FILE.wasm|TASK ['FUNC(ARGS)'] [-- ARG...]",
		Short: "Call a component's function in the sandbox",
		Long: `run calls an export of a component, or of a task's component, and prints what it
returns. Arguments and result are in WAVE, the component model's text format for
values: "bob", 'c', 1.5, true, [1, 2], (1, "a"), {x: 1, y: 2}, some(1), none,
ok(1), err("no"), and cases such as circle(1.5). A function is ns:pkg/iface#name,
or its name alone where that is clear. Without a call, what exports wasi:cli/run
is run as a program, with the arguments after -- and the standard streams.

The guest is granted what its task in capsule.toml, --env, --dir and --net give
it. Imported functions that return nothing are shown on standard error; any other
that is neither WASI's nor a task's stops the guest. Limits can only be narrowed.

The result and a program's output go to standard output, what another guest
prints to standard error. The exit status is 0 if all went well, 2 for a command
line that makes no sense, else 1, for an err(...) too; a program's own is passed
on. --report tells more.`,
		Example: `  capsule-gen run hello 'greet("bob")' --timeout 2s --report -
  capsule-gen run tool.wasm --dir data::/data:ro -- --verbose < input.txt`,
		ValidArgsFunction: completeTaskOrFile,
		Args: func(cmd *cobra.Command, args []string) error {
			named := len(args)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				named = dash
			}
			if named < 1 || named > 2 {
				return usagef(cmd, "%s takes a component or task, one call, and the guest's arguments after --", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			named, rest := args, []string(nil)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				named, rest = args[:dash], args[dash:]
			}
			call := ""
			if len(named) == 2 {
				call = named[1]
			}
			return a.run(cmd, flags, named[0], call, rest)
		},
	}
	flags.define(cmd)
	return cmd
}

func (a *app) run(cmd *cobra.Command, flags runFlags, target, call string, args []string) (err error) {
	file, task, err := flags.target(cmd, target)
	if err != nil {
		return err
	}
	policy, err := flags.policy(task)
	if err != nil {
		return &usageError{err, cmd}
	}
	retries, err := flags.retries.policy(task.Retry)
	if err != nil {
		return &usageError{err, cmd}
	}
	if retries.MaxRetries > 0 && flags.record != "" {
		return usagef(cmd, "--record: a journal is of one attempt: without retries")
	}
	if flags.printPolicy {
		policy.Args = append(policy.Args, args...)
		return a.printPolicy(file, task, policy, flags.json)
	}
	if err := task.ReadSecrets(&policy); err != nil {
		return err
	}
	path := task.Output
	if len(policy.Args) == 0 {
		policy.Args = []string{filepath.Base(path)}
	}
	policy.Args = append(policy.Args, args...)
	var parsed *value.Call
	if call != "" {
		if parsed, err = value.ParseCall(call); err != nil {
			return &usageError{err, cmd}
		}
	}
	ctx := cmd.Context()
	done := a.progress("loading " + shown(path))
	rt, component, err := a.load(ctx, path)
	done()
	if rt != nil {
		defer func() { err = errors.Join(err, rt.Close(context.WithoutCancel(ctx))) }()
	}
	s := &session{app: a, flags: flags, component: component, call: parsed, policy: policy, retries: retries}
	if err == nil {
		err = a.addTasks(ctx, rt, file, task, &s.policy)
	}
	if err != nil {
		return s.fail(err, hostruntime.Outcome(err))
	}
	if err := s.resolve(cmd); err != nil {
		return s.fail(err, hostruntime.OutcomeBadArgument)
	}
	return s.run(ctx)
}

// A session is one call of one instance.
type session struct {
	app       *app
	flags     runFlags
	component *hostruntime.Component
	policy    hostruntime.Policy
	retries   hostruntime.RetryPolicy
	call      *value.Call // nil for a program
	export    hostruntime.FuncInfo
	args      []value.Value
	input     []byte // of a program, where it is read beforehand
}

// resolve finds the export and reads the arguments.
func (s *session) resolve(cmd *cobra.Command) error {
	var err error
	if s.call == nil {
		if s.export, err = program(s.component.Exports()); err != nil {
			return &usageError{err, cmd}
		}
		s.policy.Stdin = s.app.in
		if s.policy.Deterministic != nil || s.retries.MaxRetries > 0 {
			input, err := io.ReadAll(s.app.in) // all there from the start, on every run
			if err != nil {
				return err
			}
			s.input = input
			s.policy.Stdin = bytes.NewReader(input)
		}
		s.policy.Stdout = s.app.programOutput(s.app.out)
		s.policy.Stderr = s.app.programOutput(s.app.err)
		if s.flags.timeout == "" && s.policy.Limits.WallTime == 0 {
			// A program may wait for its input.
			s.policy.Limits.WallTime = -1
		}
		if s.policy.Limits.WrittenBytes == 0 {
			s.policy.Limits.WrittenBytes = hostruntime.Unlimited // its output is what it is for
		}
	} else {
		if s.export, err = findExport(s.component.Exports(), s.call.Name); err != nil {
			return err
		}
		if s.args, err = s.call.Args(s.export.Type.Params); err != nil {
			return fmt.Errorf("%s: %w", s.export, err)
		}
		s.policy.Stdout = escape.NewWriter(s.app.err)
		s.policy.Stderr = escape.NewWriter(s.app.err)
	}
	return nil
}

// run makes the call, and writes the report and the journal however it ends.
func (s *session) run(ctx context.Context) (err error) {
	if s.flags.record != "" {
		journal, failure := os.OpenFile(s.flags.record, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if failure != nil {
			return s.fail(failure, hostruntime.OutcomeHostError)
		}
		defer func() { err = errors.Join(err, journal.Close()) }()
		s.policy.Record = journal
	}
	return s.perform(ctx)
}

// perform is run once the journal is open.
func (s *session) perform(ctx context.Context) error {
	var used hostruntime.Report
	start := time.Now()
	var result value.Value
	err := hostruntime.Retry(hostruntime.WithReport(ctx, &used), s.retries, func(ctx context.Context) (err error) {
		result, err = s.attempt(ctx)
		return err
	})
	if used.Outcome == "" {
		// It ended before the call.
		used = hostruntime.Unstarted("", err)
		used.WallTime = time.Since(start)
	}
	if used.Export == "" {
		used.Export = s.export.String()
	}
	if failure := s.report(used); failure != nil {
		return errors.Join(explainRun(err), failure)
	}
	if exit, ok := errors.AsType[*hostruntime.ExitError](err); ok && s.call == nil {
		return &exitStatus{exit.Code}
	}
	if err != nil {
		return explainRun(err)
	}
	refused, _ := result.(value.Result)
	switch {
	case s.call == nil && refused.IsError:
		return errors.New("the program failed")
	case s.call == nil:
		return nil
	case s.flags.json:
		text := []byte("null")
		if result != nil {
			if text, err = value.JSON(result); err != nil {
				return err
			}
		}
		fmt.Fprintf(s.app.out, "%s\n", text)
	case result != nil:
		fmt.Fprintln(s.app.out, value.Format(result))
	}
	if refused.IsError {
		return fmt.Errorf("%s: the guest returned an error", s.export)
	}
	return nil
}

// fail reports a call that can't be made, and returns why.
func (s *session) fail(err error, outcome string) error {
	if usage, ok := errors.AsType[*usageError](err); ok {
		return usage
	}
	used := hostruntime.Unstarted(s.export.String(), err)
	used.Outcome = outcome
	if used.Export == "" && s.call != nil {
		used.Export = s.call.Name
	}
	return errors.Join(err, s.report(used))
}

// report writes what a call used to where --report says.
func (s *session) report(used hostruntime.Report) error {
	return s.app.writeReport(s.flags.report, used)
}

func (s *session) attempt(ctx context.Context) (_ value.Value, err error) {
	if s.input != nil {
		s.policy.Stdin = bytes.NewReader(s.input)
	}
	instance, err := s.component.Instantiate(ctx, s.policy, s.app.announce(s.component, &s.policy))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, instance.Close(context.WithoutCancel(ctx))) }()
	result, err := instance.Call(ctx, s.export.String(), s.args...)
	if exit, ok := errors.AsType[*hostruntime.ExitError](err); ok && exit.Code == 0 && s.call == nil {
		return nil, nil
	}
	return result, err
}

// explainRun adds the stack of a trap to its error, unless the guest has
// printed a better one: its language's own traceback.
func explainRun(err error) error {
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if !ok || len(trap.Stack) == 0 || trap.Stderr != "" {
		return err
	}
	const most = 20
	stack := trap.Stack[:min(len(trap.Stack), most)]
	return fmt.Errorf("%w\n  %s", err, strings.Join(stack, "\n  "))
}

// announce serves the imports that return nothing and aren't WASI's by saying
// that they were called.
func (a *app) announce(component *hostruntime.Component, policy *hostruntime.Policy) hostruntime.Imports {
	var imports hostruntime.Imports
	for _, f := range component.Imports() {
		if f.Type.Result != nil || served(policy, f.Interface) || strings.HasPrefix(f.Name, "[") {
			continue
		}
		imports = append(imports, hostruntime.HostFunc(f.Interface, f.Name,
			func(_ context.Context, args []value.Value) (value.Value, error) {
				texts := make([]string, len(args))
				for i, arg := range args {
					texts[i] = value.Format(arg)
				}
				fmt.Fprintf(a.err, "%s(%s)\n", escape.Line(f.String()), strings.Join(texts, ", "))
				return nil, nil
			}))
	}
	return imports
}

// programOutput returns a writer for what a program prints: on a terminal,
// where it could do harm, it is escaped; for another program it stays as it is,
// since it may not be text.
func (a *app) programOutput(w io.Writer) io.Writer {
	if terminal(w) {
		return escape.NewWriter(w)
	}
	return w
}
