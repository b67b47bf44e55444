// Command host has a week of earthquakes reviewed by two guests of one WIT
// world, one in Python and one in JavaScript, each in a sandbox of its own.
//
// Everything in this folder is trusted. What runs in the sandbox is in
// ../sandbox, and nothing else.
package main

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/separate-file-examples/quickstart/host/review"
)

func main() {
	if err := run(context.Background(), os.Stdout, "build/review-py.wasm", "build/review-js.wasm"); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run reviews the data file with each guest that is built, and prints the
// answers side by side.
func run(ctx context.Context, w io.Writer, guests ...string) error {
	quakes, err := readQuakes("data/earthquakes.csv")
	if err != nil {
		return err
	}
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)

	fmt.Fprintln(os.Stderr, "loading the guests; the first time, their engines are compiled")
	var columns []column
	for _, file := range guests {
		c, err := reviewed(ctx, rt, file, quakes)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(w, "%s is not built: capsule-gen build says why\n", file)
			continue
		}
		if err != nil {
			return err
		}
		columns = append(columns, c)
	}
	if len(columns) == 0 {
		return errors.New("no guest is built")
	}
	fmt.Fprintf(w, "%d earthquakes, reviewed in the sandbox:\n\n", len(quakes))
	return print(w, columns)
}

// reviewed asks one guest three questions about the earthquakes.
func reviewed(ctx context.Context, rt *hostruntime.Runtime, file string, quakes []review.Quake) (column, error) {
	col := column{name: filepath.Base(file)}
	comp, err := rt.LoadFile(ctx, file)
	if err != nil {
		return col, err
	}
	// Nothing is granted; the limits are well below the defaults.
	policy := hostruntime.Policy{Limits: hostruntime.Limits{MemoryBytes: 64 << 20, WallTime: 5 * time.Second}}
	guest, err := review.Instantiate(ctx, comp, policy, review.Imports{Progress: &col})
	if err != nil {
		return col, err
	}
	defer guest.Close(ctx)

	week, err := guest.Summarize(hostruntime.WithReport(ctx, &col.used), quakes, review.WindowAll{})
	if err != nil {
		return col, err
	}
	col.week = week

	col.progress = nil
	span := review.Span{StartMs: 1517702400000, EndMs: 1517788800000} // 2018-02-04 UTC
	if col.day, err = guest.Summarize(ctx, quakes, review.WindowBetween{Value: span}); err != nil {
		return col, err
	}

	// The same span the wrong way round: the guest refuses, in WIT's terms.
	span.StartMs, span.EndMs = span.EndMs, span.StartMs
	_, err = guest.Summarize(ctx, quakes, review.WindowBetween{Value: span})
	refused, ok := errors.AsType[*review.SummarizeError](err)
	if !ok {
		return col, fmt.Errorf("%s: want it to refuse the window, got %w", file, err)
	}
	col.problem = describe(refused.Value)
	return col, nil
}

// describe puts a problem into words.
func describe(p review.Problem) string {
	switch p := p.(type) {
	case review.ProblemNoData:
		return "no data"
	case review.ProblemBadWindow:
		return "bad window: " + p.Value
	case review.ProblemBadQuake:
		return fmt.Sprintf("bad earthquake %d: %s", p.Value.F0, p.Value.F1)
	}
	return fmt.Sprintf("unknown problem %T", p)
}

// A column is what one guest answered, and what that took.
type column struct {
	name      string
	week, day review.Summary
	problem   string
	progress  []uint32
	used      hostruntime.Report
}

// Report serves the guest's only import.
func (c *column) Report(_ context.Context, done, _ uint32) error {
	c.progress = append(c.progress, done)
	return nil
}
