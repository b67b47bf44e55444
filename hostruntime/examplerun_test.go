package hostruntime_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/notes"
)

// A recorded run is repeated without the world: the random number is the one in
// the journal.
func ExampleReplay() {
	ctx := context.Background()
	var journal bytes.Buffer
	notebook, err := notes.Instantiate(ctx, notesComponent(), hostruntime.Policy{Record: &journal}, notes.Imports{})
	if err != nil {
		log.Fatal(err)
	}
	n, err := notebook.Roll(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := notebook.Close(ctx); err != nil {
		log.Fatal(err) // the journal's end could not be written
	}

	reports, err := hostruntime.Replay(ctx, notesComponent(), &journal, hostruntime.Policy{})
	for _, r := range reports {
		fmt.Println(r.Export, r.Outcome)
	}
	fmt.Println("the same number:", reports[1].Value == value.U64(n), err)
	// Output:
	// instantiation ok
	// roll ok
	// the same number: true <nil>
}

// The notebook's reviewer is another instance of a component, started for each
// call in a sandbox of its own, out of what the notebook itself may use.
func ExampleTaskGrant() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "notes")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	notebook, err := notes.Instantiate(ctx, notesComponent(), hostruntime.Policy{
		Dirs: []hostruntime.Dir{{Host: folder, Guest: "/notes", Writable: true}},
		Tasks: []hostruntime.TaskGrant{{
			Interface: "demo:notes/review@0.1.0",
			Component: notesComponent(),
			Policy:    hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 10_000}}, // and no folder
		}},
	}, notes.Imports{})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)

	var used hostruntime.Report
	fmt.Println(notebook.Save(hostruntime.WithReport(ctx, &used), "plan.txt", "Buy milk."))
	task := used.Tasks.Reports[0]
	fmt.Println(used.Tasks.Started, task.Export, task.Outcome, task.FuelLimit)
	fmt.Println(notebook.Save(ctx, "empty.txt", ""))
	// Output:
	// <nil>
	// 1 demo:notes/review@0.1.0#check ok 10000
	// the function returned its error case: the note is empty
}

// Each attempt has a clean instance.
func ExampleRetry() {
	limits := hostruntime.Limits{WallTime: time.Minute}
	policy := hostruntime.RetryPolicy{MaxRetries: 2, RetryOn: []string{hostruntime.OutcomeFuel}, BackOff: -1}
	var used hostruntime.Report
	ctx := hostruntime.WithReport(context.Background(), &used)
	err := hostruntime.Retry(ctx, policy, func(ctx context.Context) error {
		limits.Fuel += 10_000 // more each time
		notebook, err := notes.Instantiate(ctx, notesComponent(), hostruntime.Policy{Limits: limits}, notes.Imports{})
		if err != nil {
			return err
		}
		defer notebook.Close(ctx)
		_, err = notebook.Count(ctx, 15_000)
		return err
	})
	fmt.Println(err, used.Outcome, "after", used.Attempts, "attempts")
	for _, attempt := range used.Earlier {
		fmt.Println("before:", attempt.Outcome, attempt.Error)
	}
	// Output:
	// <nil> ok after 2 attempts
	// before: fuel hostruntime: count: fuel limit of 10000 reached
}

// LogCalls makes a record of each call, and Policy.Log one of each line that the
// guest prints.
func ExampleLogCalls() {
	// Without what differs from run to run.
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if slices.Contains([]string{"time", "bytes", "seconds", "fuel", "fuelModel", "memoryBytes"}, a.Key) {
				return slog.Attr{}
			}
			return a
		},
	}))
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{Observers: []hostruntime.Observer{hostruntime.LogCalls(logger)}})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close(ctx)
	comp, err := rt.LoadFile(ctx, notesFile)
	if err != nil {
		log.Fatal(err)
	}
	notebook, err := notes.Instantiate(ctx, comp, hostruntime.Policy{
		Name: "notebook", Log: logger, Limits: hostruntime.Limits{Fuel: 10_000},
	}, notes.Imports{})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)
	notebook.Greet(ctx, "Ada")
	notebook.Count(ctx, 1_000_000)
	// Output:
	// level=INFO msg="component loaded" outcome=ok
	// level=INFO msg="guest called" name=notebook export=instantiation outcome=ok
	// level=INFO msg="guest output" name=notebook export=greet stream=stdout line="Hello, Ada!"
	// level=INFO msg="guest called" name=notebook export=greet outcome=ok
	// level=WARN msg="guest called" name=notebook export=count outcome=fuel error="hostruntime: count: fuel limit of 10000 reached"
}
