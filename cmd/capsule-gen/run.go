package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

type runFlags struct {
	config          string
	timeout, memory string
	env, dirs       []string
	report          string
	json            bool
}

func (a *app) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run FILE.wasm|TASK ['FUNC(ARGS)'] [-- ARG...]",
		Short: "Call a component's function in the sandbox",
		Long: `run calls an export of a component, or of a task's component, and prints what it
returns. Arguments and result are in WAVE, the component model's text format for
values: "bob", 'c', 1, 1.5, true, [1, 2], (1, "a"), {x: 1, y: 2}, some(1), none,
ok(1), err("no"), and a case's name with what it holds, such as circle(1.5).
The short name of a function will do where the component exports only one of
that name; otherwise it is ns:pkg/interface#function.

Without a call, a component that exports wasi:cli/run is run as a program, with
the arguments after -- and the standard streams.

The guest is granted nothing but what --env and --dir give it. Functions of the
world that it imports, if they return nothing, are answered and shown on standard
error; any other import that isn't WASI's stops the guest when it calls it. The
limits of a task hold for it here too, and can only be narrowed.

The result goes to standard output, what the guest prints to standard error
(a program's output to standard output). An err(...) is a result like any other;
a trap or a limit is a failure, and so is a program's exit status other than 0.`,
		Example: `  capsule-gen run hello 'greet("bob")'
  capsule-gen run shapes.wasm 'area(poly([{x: 1.0, y: 2.0}, {x: 3.0, y: 1.0}]))' --json
  capsule-gen run review 'demo:quakes/review#summarize([])' --timeout 2s --report -
  capsule-gen run tool.wasm --dir data::/data:ro -- --verbose < input.txt`,
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
	f := cmd.Flags()
	f.StringVar(&flags.config, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.StringVar(&flags.timeout, "timeout", "", "how long the call may take, such as 2s")
	f.StringVar(&flags.memory, "memory", "", "how much memory the guest may have, such as 64MiB")
	f.StringArrayVar(&flags.env, "env", nil, "a variable `K=V` for the guest's environment, which is empty otherwise")
	f.StringArrayVar(&flags.dirs, "dir", nil, "a folder for the guest, as `HOST::GUEST[:ro|:rw]`; read-only unless :rw")
	f.StringVar(&flags.report, "report", "", "write what the call used, as JSON, to this `FILE` (- for standard error)")
	f.BoolVar(&flags.json, "json", false, "print the result as JSON")
	return cmd
}

func (a *app) run(cmd *cobra.Command, flags runFlags, target, call string, args []string) (err error) {
	path, limits, err := flags.target(cmd, target)
	if err != nil {
		return err
	}
	for _, variable := range flags.env {
		if name, _, ok := strings.Cut(variable, "="); !ok || name == "" {
			return usagef(cmd, "--env: want K=V, not %q", variable)
		}
	}
	dirs, err := parseDirs(flags.dirs)
	if err != nil {
		return &usageError{err, cmd}
	}
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
	if err != nil {
		return err
	}

	s := &session{app: a, flags: flags, component: component, call: parsed}
	s.policy = hostruntime.Policy{
		Limits: limits,
		Args:   append([]string{filepath.Base(path)}, args...),
		Env:    flags.env,
		Dirs:   dirs,
	}
	if err := s.resolve(cmd); err != nil {
		return err
	}
	return s.run(ctx)
}

// target returns the file of a component or task and the limits that hold.
func (f runFlags) target(cmd *cobra.Command, name string) (path string, limits hostruntime.Limits, err error) {
	var own config.Limits
	path = name
	if !strings.HasSuffix(name, ".wasm") && !strings.ContainsAny(name, `/\`) {
		c, err := loadConfig(f.config)
		if err != nil {
			return "", limits, noConfig(cmd, err, "a file whose name ends in .wasm")
		}
		t, err := c.Task(name)
		if err != nil {
			return "", limits, err
		}
		if _, err := os.Stat(t.Output); errors.Is(err, fs.ErrNotExist) {
			return "", limits, fmt.Errorf("%s doesn't exist yet: capsule-gen build %s makes it", shown(t.Output), name)
		}
		path, own = t.Output, t.Limits
	}
	limits = hostruntime.Limits{
		WallTime:    own.WallTime,
		MemoryBytes: uint64(own.MemoryBytes),
		OutputBytes: uint64(own.OutputBytes),
	}
	if f.timeout != "" {
		d, err := config.ParseDuration(f.timeout)
		if err != nil {
			return "", limits, &usageError{fmt.Errorf("--timeout: %w", err), cmd}
		}
		if own.WallTime > 0 && d > own.WallTime {
			return "", limits, usagef(cmd, "--timeout: the task allows %v", own.WallTime)
		}
		limits.WallTime = d
	}
	if f.memory != "" {
		n, err := config.ParseBytes(f.memory)
		if err != nil {
			return "", limits, &usageError{fmt.Errorf("--memory: %w", err), cmd}
		}
		if own.MemoryBytes > 0 && n > own.MemoryBytes {
			return "", limits, usagef(cmd, "--memory: the task allows %d bytes", own.MemoryBytes)
		}
		limits.MemoryBytes = uint64(n)
	}
	return path, limits, nil
}

// parseDirs reads what --dir says.
func parseDirs(texts []string) ([]hostruntime.Dir, error) {
	var dirs []hostruntime.Dir
	for _, text := range texts {
		rest, writable := strings.CutSuffix(text, ":rw")
		if !writable {
			rest = strings.TrimSuffix(rest, ":ro")
		}
		// Windows has colons in its paths, but not two together.
		host, guest, ok := strings.Cut(rest, "::")
		if !ok || host == "" || !strings.HasPrefix(guest, "/") {
			return nil, fmt.Errorf("--dir: want HOST::GUEST, HOST::GUEST:ro or HOST::GUEST:rw with a GUEST that begins with /, not %q", text)
		}
		dirs = append(dirs, hostruntime.Dir{Host: host, Guest: guest, Writable: writable})
	}
	return dirs, nil
}

// A session is one call of one instance.
type session struct {
	app       *app
	flags     runFlags
	component *hostruntime.Component
	policy    hostruntime.Policy
	call      *value.Call // nil for a program
	export    hostruntime.FuncInfo
	args      []value.Value
}

// resolve finds the export and reads the arguments.
func (s *session) resolve(cmd *cobra.Command) error {
	var err error
	if s.call == nil {
		if s.export, err = program(s.component.Exports()); err != nil {
			return &usageError{err, cmd}
		}
		s.policy.Stdin = s.app.in
		s.policy.Stdout = s.app.programOutput(s.app.out)
		s.policy.Stderr = s.app.programOutput(s.app.err)
		if s.flags.timeout == "" && s.policy.Limits.WallTime == 0 {
			// A program may wait for its input.
			s.policy.Limits.WallTime = -1
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

// run makes the call, and writes the report however it ends.
func (s *session) run(ctx context.Context) error {
	var used hostruntime.Report
	start := time.Now()
	result, err := s.perform(hostruntime.WithReport(ctx, &used))
	if used.Outcome == "" {
		// It ended before the call.
		used = hostruntime.Report{Outcome: hostruntime.Outcome(err), WallTime: time.Since(start)}
	}
	if used.Export == "" {
		used.Export = s.export.String()
	}
	if failure := s.report(used, err); failure != nil {
		return errors.Join(explainRun(err), failure)
	}
	switch {
	case err != nil:
		return explainRun(err)
	case s.call == nil:
		if r, ok := result.(value.Result); ok && r.IsError {
			return errors.New("the program failed")
		}
		return nil
	case result == nil:
		if s.flags.json {
			fmt.Fprintln(s.app.out, "null")
		}
		return nil
	case s.flags.json:
		text, err := value.JSON(result)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.app.out, "%s\n", text)
		return nil
	}
	fmt.Fprintln(s.app.out, value.Format(result))
	return nil
}

func (s *session) perform(ctx context.Context) (_ value.Value, err error) {
	instance, err := s.component.Instantiate(ctx, s.policy, s.app.announce(s.component))
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
func (a *app) announce(component *hostruntime.Component) hostruntime.Imports {
	var imports hostruntime.Imports
	for _, f := range component.Imports() {
		if f.Type.Result != nil || strings.HasPrefix(f.Interface, "wasi:") || strings.HasPrefix(f.Name, "[") {
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

// A callReport is the form of a report in JSON.
type callReport struct {
	Export      string  `json:"export"`
	Outcome     string  `json:"outcome"`
	Error       string  `json:"error,omitempty"`
	WallSeconds float64 `json:"wallSeconds"`
	MemoryBytes uint64  `json:"memoryBytes"`
	LiftedBytes uint64  `json:"liftedBytes"`
	HostCalls   uint64  `json:"hostCalls"`
	Stdout      string  `json:"stdout"`
	Stderr      string  `json:"stderr"`
	StdoutBytes uint64  `json:"stdoutBytes"`
	StderrBytes uint64  `json:"stderrBytes"`
}

// report writes what a call used to where --report says.
func (s *session) report(used hostruntime.Report, failure error) error {
	if s.flags.report == "" {
		return nil
	}
	r := callReport{
		Export: used.Export, Outcome: used.Outcome, WallSeconds: used.WallTime.Seconds(),
		MemoryBytes: used.MemoryBytes, LiftedBytes: used.LiftedBytes, HostCalls: used.HostCalls,
		Stdout: used.Stdout, Stderr: used.Stderr, StdoutBytes: used.StdoutBytes, StderrBytes: used.StderrBytes,
	}
	if failure != nil {
		r.Error = failure.Error()
	}
	data, err := marshal(r)
	if err != nil {
		return err
	}
	if s.flags.report == "-" {
		_, err = s.app.err.Write(data)
	} else {
		_, err = atomicfile.Write(s.flags.report, data)
	}
	return err
}
