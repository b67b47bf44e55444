package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/separate-file-examples/agent/host/agent"
)

// print writes the answer, or why there is none, and what it cost.
func print(w io.Writer, answer string, used hostruntime.Report, err error) error {
	if refused, ok := errors.AsType[*agent.AnswerError](err); ok { // the agent's own error
		err = errors.New(refused.Value)
	}
	if err == nil {
		fmt.Fprintf(w, "\nanswer: %s\n", hostruntime.EscapeText(answer))
	}
	fmt.Fprintf(w, "\nThe agent: %s, %d units of fuel, %d MiB, %v\n", used.Outcome, used.Fuel, used.MemoryBytes>>20, used.WallTime.Round(time.Millisecond))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, task := range used.Tasks.Reports {
		fmt.Fprintf(t, "  task\t%s\t%s\t%d units\t%d MiB\n", task.Export, task.Outcome, task.Fuel, task.MemoryBytes>>20)
	}
	for _, r := range used.Network.Records {
		how := fmt.Sprint("status ", r.Status)
		if r.Denied != "" {
			how = "denied: " + r.Denied
		} else if r.Error != "" {
			how = r.Error
		}
		fmt.Fprintf(t, "  request\t%s %s\t%s\t%d bytes\n", r.Method, hostruntime.EscapeText(r.Host), how, r.SentBytes+r.ReceivedBytes)
	}
	if e := t.Flush(); e != nil {
		return e
	}
	return err
}

// replay repeats a recorded run: what the world said then is in the journal.
func replay(ctx context.Context, w io.Writer, component *hostruntime.Component, path string) error {
	journal, err := os.Open(path)
	if err != nil {
		return err
	}
	defer journal.Close()
	reports, err := hostruntime.Replay(ctx, component, journal, hostruntime.Policy{Stdout: escaped{w}})
	if err != nil {
		return err
	}
	last := reports[len(reports)-1]
	switch answer := last.Value.(type) {
	case value.Result: // of string and string
		if answer.IsError {
			return print(w, "", last, fmt.Errorf("%v", answer.Payload))
		}
		return print(w, fmt.Sprint(answer.Payload), last, nil)
	default: // it ended otherwise
		return print(w, "", last, errors.New(last.Error))
	}
}

// escaped makes a guest's text safe for a terminal.
type escaped struct{ w io.Writer }

func (e escaped) Write(p []byte) (int, error) {
	_, err := io.WriteString(e.w, hostruntime.EscapeText(string(p)))
	return len(p), err
}
