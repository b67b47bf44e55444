// Command capsule-gen turns WIT into Go bindings and guest stubs, compiles
// guests to components, and runs and inspects those.
//
// It exits with 0 when it did what was asked, 1 when that failed, and 2 when
// it was asked wrongly. Errors go to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/wit"
)

func main() {
	bundler.Child()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal, which ends what is going on in good order, the
	// next one ends the process.
	context.AfterFunc(ctx, stop)
	code := run(ctx, &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// An app is what a command has to do with its surroundings.
type app struct {
	in       io.Reader
	out, err io.Writer
}

// A usageError is a mistake in the command line.
type usageError struct {
	err error
	cmd *cobra.Command // may be nil
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...), cmd}
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, a *app, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var status *exitStatus
	if errors.As(err, &status) {
		return status.code
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	a.complain(err)
	var usage *usageError
	if errors.As(err, &usage) {
		if usage.cmd != nil {
			fmt.Fprintf(a.err, "Run '%s --help' for usage.\n", usage.cmd.CommandPath())
		}
		return exitUsage
	}
	return exitFailed
}

// maxLine is how many bytes of a line of an error are shown: names in WIT and in
// components can be as long as those are.
const maxLine = 2000

// complain prints an error, and once what several tasks have in common.
// Whatever its message quotes, it is safe to show, and its lines have an end.
func (a *app) complain(err error) {
	said := map[string]bool{}
	for _, text := range flatten(err) {
		text = plain(text)
		if !said[text] {
			fmt.Fprintln(a.err, "capsule-gen: "+escape.Lines(text, maxLine))
		}
		said[text] = true
	}
}

// plain returns an error's text without the names of the packages it is from,
// which a Go program's errors have.
func plain(text string) string {
	const own = "hostruntime: "
	return strings.ReplaceAll(strings.TrimPrefix(text, own), ": "+own, ": ")
}

// flatten returns the texts of joined errors one by one. Those about WIT have
// the source line below, and where they name a position, nothing before it.
func flatten(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, err := range joined.Unwrap() {
			all = append(all, flatten(err)...)
		}
		return all
	}
	if e, ok := err.(*wit.Error); ok {
		return []string{wit.Detail(e)}
	}
	if e, ok := errors.AsType[*wit.Error](err); ok && e.Pos.Line > 0 {
		return flatten(errors.Unwrap(err))
	}
	return []string{err.Error()}
}

// An exitStatus ends capsule-gen without another word.
type exitStatus struct{ code int }

func (e *exitStatus) Error() string { return fmt.Sprintf("exit status %d", e.code) }

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "capsule-gen",
		Short: "Typed Go bindings and sandboxed Python and JavaScript guests from WIT",
		Long: `capsule-gen works on the tasks that capsule.toml lists: it generates typed Go
bindings and guest stubs from WIT, compiles guests to WebAssembly components,
and runs and inspects those.

Under go generate, a bare capsule-gen does what "capsule-gen generate" does.`,
		Example: `  capsule-gen init hello --guest python
  capsule-gen generate
  capsule-gen build
  capsule-gen run hello 'greet("bob")'`,
		Version:       versions(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if os.Getenv("GOFILE") != "" {
				return a.generate(cmd, generateFlags{}, nil)
			}
			cmd.SetOut(a.err)
			_ = cmd.Help() // only fails when standard error does
			return &exitStatus{exitUsage}
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{err, cmd} })
	root.SetVersionTemplate("{{.Version}}")
	root.SuggestionsMinimumDistance = 2 // else only beginnings of names are near
	root.SetHelpCommand(a.helpCommand())
	root.AddCommand(
		a.generateCommand(), a.buildCommand(), a.runCommand(), a.replayCommand(), a.inspectCommand(), a.initCommand(),
		a.checkCommand(), a.watchCommand(), a.boundaryCommand(), a.fmtCommand(), a.witCommand(), a.versionCommand(),
	)
	return root
}

// argCount returns a check that there are min to max arguments; max is -1 for
// any number.
func argCount(min, max int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < min || max >= 0 && len(args) > max {
			return usagef(cmd, "%s takes %s", cmd.Name(), want)
		}
		return nil
	}
}
