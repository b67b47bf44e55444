package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/compile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

type buildFlags struct {
	config                            string
	wit, world, engine, guest, output string
	timeout, memory                   string
	available                         bool
	json                              bool
}

func (a *app) buildCommand() *cobra.Command {
	var flags buildFlags
	cmd := &cobra.Command{
		Use:   "build [TASK...]",
		Short: "Compile guests to components",
		Long: `build compiles the guests of the tasks in capsule.toml, all of them or those
named, or one guest that is described by flags alone.

The compilers are componentize-py 0.25.1 (engine python), componentize-qjs 0.4.5
(quickjs) and componentize-js 0.23 (starlingmonkey), installed when first needed
into $CAPSULE_CACHE, or capsule in the user's cache directory. Python guests need
Python 3.10 or newer with pip or venv, JavaScript guests Node 18 (quickjs) or 20
(starlingmonkey) with npm.

A guest is its file and what that imports from its own folder; all of that folder
is open to it while it is compiled, but for hidden files. It is compiled again
only when the content of its files, the WIT, the engine or the compiler has
changed: components are kept in the cache by what they were made from.

A guest's top level runs during the build. The compiler therefore works on a
copy, with an empty environment and with limits on time and memory, and it is
ended with all processes it started when a limit is reached or the build is
interrupted.`,
		Example: `  capsule-gen build
  capsule-gen build review-js
  capsule-gen build --wit wit --world review --engine python --guest sandbox/review.py -o review.wasm`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeTasks,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.build(cmd, flags, args) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.config, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.StringVar(&flags.wit, "wit", "", "the folder `DIR` of the WIT files (without capsule.toml)")
	f.StringVar(&flags.world, "world", "", "world that the guest implements")
	f.StringVar(&flags.engine, "engine", "", "python, quickjs or starlingmonkey (default: by the guest's file name)")
	completeFlag(cmd, "engine", "python", "quickjs", "starlingmonkey")
	f.StringVar(&flags.guest, "guest", "", "the guest's `FILE`")
	f.StringVarP(&flags.output, "output", "o", "", "the component to write, a `FILE`")
	f.StringVar(&flags.timeout, "build-timeout", "2m", "the `TIME` that one compiler may take")
	f.StringVar(&flags.memory, "build-memory", "2GiB", "the memory that each process of a compiler may use, a `SIZE`")
	f.BoolVar(&flags.available, "available", false, "pass over guests whose language isn't installed here, unless all are")
	f.BoolVar(&flags.json, "json", false, "print the result as JSON")
	return cmd
}

// A builtTask is what --json prints for one task.
type builtTask struct {
	Task   string `json:"task,omitempty"`
	Engine string `json:"engine"`
	Output string `json:"output"`
	*compile.Result
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

func (a *app) build(cmd *cobra.Command, flags buildFlags, names []string) error {
	limits, err := flags.limits()
	if err != nil {
		return &usageError{err, cmd}
	}
	chosen, err := flags.tasks(cmd, names)
	if err != nil {
		return err
	}
	cache, err := toolchain.CacheDir()
	if err != nil {
		return err
	}
	built := []builtTask{}
	var failed []error
	passedOver := 0
	for _, t := range chosen {
		// One guest's failure is no reason to leave the others unbuilt: where
		// Python is missing, those in JavaScript still compile.
		one, err := a.buildTask(cmd.Context(), t, cache, limits)
		if err != nil {
			if t.Name != "" {
				err = fmt.Errorf("build %s: %w", t.Name, err)
			}
			one.Error = err.Error()
			if _, missing := errors.AsType[*toolchain.MissingError](err); missing && flags.available {
				passedOver++
				fmt.Fprintln(a.err, "capsule-gen: "+escape.Text(err.Error()))
			} else {
				failed = append(failed, err)
			}
		} else if !flags.json {
			fmt.Fprintf(a.out, "%s: %s (%d KiB)\n", shown(t.Output), one.Status, (one.Bytes+1023)/1024)
		}
		built = append(built, one)
		if cmd.Context().Err() != nil {
			break
		}
	}
	if passedOver == len(chosen) {
		failed = append(failed, errors.New("no guest could be built"))
	}
	if flags.json {
		failed = append(failed, a.printJSON(built))
	}
	return errors.Join(failed...)
}

func (f buildFlags) limits() (compile.Limits, error) {
	timeout, err := policyfile.ParseDuration(f.timeout)
	if err != nil {
		return compile.Limits{}, fmt.Errorf("--build-timeout: %w", err)
	}
	memory, err := policyfile.ParseBytes(f.memory)
	if err != nil {
		return compile.Limits{}, fmt.Errorf("--build-memory: %w", err)
	}
	return compile.Limits{WallTime: timeout, MemoryBytes: memory}, nil
}

// tasks returns what the command line asks to build.
func (f buildFlags) tasks(cmd *cobra.Command, names []string) ([]*config.Task, error) {
	if f.wit == "" && f.world == "" && f.guest == "" && f.output == "" && f.engine == "" {
		c, err := loadConfig(f.config)
		if err != nil {
			return nil, noConfig(cmd, err, "--wit, --world, --guest and -o")
		}
		return tasks(c, names)
	}
	if len(names) > 0 || f.config != "" {
		return nil, usagef(cmd, "give tasks of capsule.toml or the flags that describe a guest, not both")
	}
	for _, required := range []struct{ flag, value string }{
		{"--wit", f.wit}, {"--world", f.world}, {"--guest", f.guest}, {"-o", f.output},
	} {
		if required.value == "" {
			return nil, usagef(cmd, "%s is missing", required.flag)
		}
	}
	t := &config.Task{WIT: f.wit, World: f.world, Guest: f.guest, Output: f.output}
	var err error
	if t.Engine, err = config.Engine(f.engine, f.guest); err != nil {
		return nil, &usageError{err, cmd}
	}
	return []*config.Task{t}, nil
}

func (a *app) buildTask(ctx context.Context, t *config.Task, cache string, limits compile.Limits) (builtTask, error) {
	start := time.Now()
	one := builtTask{Task: t.Name, Engine: string(t.Engine), Output: filepath.ToSlash(shorten(t.Output))}
	if err := cmp.Or(witThere(t), guestThere(t)); err != nil {
		return one, err
	}
	result, err := compile.Build(ctx, compile.Request{
		Engine: t.Engine, WIT: shorten(t.WIT), World: t.World, Guest: shorten(t.Guest), Output: t.Output,
		Limits: limits, Cache: cache,
		Toolchain: func(ctx context.Context) (*toolchain.Toolchain, error) {
			return toolchain.Ensure(ctx, t.Engine, toolchain.Options{Cache: cache, Progress: a.progress})
		},
		Progress: func() func() { return a.progress("compiling " + strings.TrimPrefix(shown(t.Guest), "./")) },
		Exports:  a.exportsOf(t),
		Imports:  a.importsOf(t),
	})
	one.Seconds = time.Since(start).Seconds()
	if err != nil {
		return one, err
	}
	one.Result = &result
	if result.Status == compile.Compiled {
		world, err := a.loadWorld(ctx, t)
		if err != nil {
			return one, err
		}
		for _, b := range brokenOn(t.Engine, world) {
			fmt.Fprintln(a.err, "capsule-gen: warning: "+escape.Line(b.String()))
		}
	}
	return one, nil
}
