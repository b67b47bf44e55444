package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/internal/regularfile"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	print, full     bool
	report          string
	memory, timeout string
}

func (a *app) replayCommand() *cobra.Command {
	var flags replayFlags
	cmd := &cobra.Command{
		Use:   "replay FILE.wasm JOURNAL | replay --print JOURNAL",
		Short: "Repeat a recorded run, without the outside world",
		Long: `replay makes the calls that a journal tells of once more. The component is
answered from the journal, which run --record writes: no clock, file, network or
host function is touched. What comes out, results, errors, output and fuel, must
be what was recorded; the first difference is an error that says where.

It prints how each call ended; what the guest prints goes to standard error.
--print shows the journal instead, in lines, with values in WAVE, and needs no
component. A journal holds all that the guest saw.

The exit status is 0 if the replay is as recorded, however the run itself ended,
2 for a command line that makes no sense, and 1 otherwise.`,
		Example: `  capsule-gen run tool.wasm --dir data::/data --record tool.journal
  capsule-gen replay tool.wasm tool.journal
  capsule-gen replay --print tool.journal`,
		Args: func(cmd *cobra.Command, args []string) error {
			if flags.print && len(args) != 1 {
				return usagef(cmd, "%s --print takes a journal", cmd.CommandPath())
			}
			if !flags.print && len(args) != 2 {
				return usagef(cmd, "%s takes a component file and a journal", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.print {
				return a.printJournal(args[0], flags.full)
			}
			return a.replay(cmd, flags, args[0], args[1])
		},
	}
	f := cmd.Flags()
	f.BoolVar(&flags.print, "print", false, "show the journal in lines")
	f.BoolVar(&flags.full, "full", false, "with --print, show long values in full")
	f.StringVar(&flags.report, "report", "", "write the calls' reports, a JSON array, to this `FILE` (- for standard error)")
	f.StringVar(&flags.memory, "memory", "", "refuse a journal that was recorded with more memory than this `SIZE`")
	f.StringVar(&flags.timeout, "timeout", "", "how long each call may take now: a `TIME` such as 20s")
	return cmd
}

// maxShown is how many characters of a value --print shows.
const maxShown = 300

func (a *app) printJournal(path string, full bool) error {
	journal, err := a.openJournal(path)
	if err != nil {
		return err
	}
	defer journal.Close()
	most := maxShown
	if full {
		most = 0
	}
	return hostruntime.PrintJournal(a.out, journal, most)
}

// openJournal opens a file, - being standard input.
func (a *app) openJournal(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.in), nil
	}
	return regularfile.Open(path)
}

func (a *app) replay(cmd *cobra.Command, flags replayFlags, path, journalPath string) (err error) {
	policy := hostruntime.Policy{Stdout: escape.NewWriter(a.err), Stderr: escape.NewWriter(a.err)}
	if flags.memory != "" {
		n, err := policyfile.ParseBytes(flags.memory)
		if err != nil {
			return &usageError{fmt.Errorf("--memory: %w", err), cmd}
		}
		policy.Limits.MemoryBytes = uint64(n)
	}
	if flags.timeout != "" {
		if policy.Limits.WallTime, err = policyfile.ParseDuration(flags.timeout); err != nil {
			return &usageError{fmt.Errorf("--timeout: %w", err), cmd}
		}
	}
	journal, err := a.openJournal(journalPath)
	if err != nil {
		return err
	}
	defer journal.Close()
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
	reports, err := hostruntime.Replay(ctx, component, journal, policy)
	for i := range reports {
		fmt.Fprintln(a.out, summary(&reports[i]))
	}
	return errors.Join(err, a.writeReport(flags.report, reports))
}

// summary says in a line how a call ended.
func summary(r *hostruntime.Report) string {
	line := fmt.Sprintf("%s: %s, %d units of fuel", escape.Line(r.Export), escape.Line(r.Outcome), r.Fuel)
	switch {
	case r.Error != "":
		line += ": " + escape.Line(plain(r.Error))
	case r.Value != nil:
		line += ": " + value.Format(r.Value)
	}
	return line
}
