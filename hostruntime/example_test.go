package hostruntime_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/notes"
)

// The examples run the component of package notes, which capsule-gen generated
// from testsuite/notes/wit.
const notesFile = "../testsuite/notes/notes.wasm"

// notesComponent is loaded once for the examples that are about something else.
var notesComponent = sync.OnceValue(func() *hostruntime.Component {
	rt, err := hostruntime.New(context.Background(), hostruntime.Config{})
	if err != nil {
		log.Fatal(err)
	}
	comp, err := rt.LoadFile(context.Background(), notesFile)
	if err != nil {
		log.Fatal(err)
	}
	return comp
})

// reviewer serves the interface that the notebook imports.
type reviewer struct{ notes.UnimplementedReview }

func (reviewer) Check(_ context.Context, text string) error {
	if text == "TODO" {
		return &notes.ReviewCheckError{Value: "that says nothing"}
	}
	return nil
}

// The package notes is generated from WIT: its methods are typed, and it takes a
// Go value for each interface that the guest imports.
func Example() {
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer rt.Close(ctx)
	comp, err := rt.LoadFile(ctx, notesFile)
	if err != nil {
		log.Fatal(err)
	}
	notebook, err := notes.Instantiate(ctx, comp, hostruntime.Policy{}, notes.Imports{Review: reviewer{}})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)

	text, err := notebook.Greet(ctx, "Ada")
	fmt.Println(text, err)

	// The function's own error is a value of the WIT's type; the guest goes on.
	err = notebook.Save(ctx, "plan.txt", "TODO")
	if refused, ok := errors.AsType[*notes.SaveError](err); ok {
		fmt.Println("refused:", refused.Value)
	}
	// Output:
	// Hello, Ada! <nil>
	// refused: that says nothing
}

// A program that learns what to call at run time needs no generated package.
func ExampleInstance_Call() {
	ctx := context.Background()
	comp := notesComponent()
	for _, f := range comp.Exports() {
		if f.Interface == "" {
			fmt.Println(f, f.Type)
		}
	}
	in, err := comp.Instantiate(ctx, hostruntime.Policy{},
		hostruntime.Imports{hostruntime.HostFunc("demo:notes/review@0.1.0", "check",
			func(_ context.Context, args []value.Value) (value.Value, error) {
				return value.Result{IsError: true, Payload: value.String("no " + value.Format(args[0]))}, nil
			})})
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close(ctx)

	v, err := in.Call(ctx, "greet", value.String("Ada"))
	fmt.Println(value.Format(v), err)
	v, err = in.Call(ctx, "save", value.String("plan.txt"), value.String("TODO"))
	fmt.Println(value.Format(v), err)
	_, err = in.Call(ctx, "count", value.String("many"))
	fmt.Println(err)
	// Output:
	// greet func(name: string) -> string
	// count func(end: u32) -> u32
	// roll func() -> u64
	// save func(name: string, text: string) -> result<_, string>
	// fetch func(host: string, token: string) -> result<string, string>
	// "Hello, Ada!" <nil>
	// err("no \"TODO\"") <nil>
	// hostruntime: count: end: want u32, got string
}

// A limit says which one it is; the instance has ended then.
func ExampleLimitError() {
	ctx := context.Background()
	notebook, err := notes.Instantiate(ctx, notesComponent(),
		hostruntime.Policy{Limits: hostruntime.Limits{Fuel: hostruntime.FuelLow}}, notes.Imports{})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)

	var used hostruntime.Report
	_, err = notebook.Count(hostruntime.WithReport(ctx, &used), 1_000_000_000)
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); ok {
		fmt.Println(limit.Limit, limit.Max)
	}
	fmt.Println(err)
	fmt.Println(used.Outcome, used.Fuel, "of", used.FuelLimit)

	_, err = notebook.Count(ctx, 1)
	_, dead := errors.AsType[*hostruntime.DeadError](err)
	fmt.Println(dead)
	// Output:
	// fuel 20000000
	// hostruntime: count: fuel limit of 20000000 reached
	// fuel 20000000 of 20000000
	// true
}

// Equal seeds make equal runs, on any machine and to the unit of fuel.
func ExampleDeterministic() {
	ctx := context.Background()
	for _, seed := range []uint64{7, 7, 8} {
		policy := hostruntime.Policy{Deterministic: &hostruntime.Deterministic{Seed: seed}}
		notebook, err := notes.Instantiate(ctx, notesComponent(), policy, notes.Imports{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(notebook.Roll(ctx))
		notebook.Close(ctx)
	}
	// Output:
	// 597156759996744206 <nil>
	// 597156759996744206 <nil>
	// 5805550080447396749 <nil>
}

// With an overlay nothing of what the guest does to a folder is done before the
// host says so.
func ExampleInstance_CommitDirs() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "notes")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	policy := hostruntime.Policy{Dirs: []hostruntime.Dir{{Host: folder, Guest: "/notes", Writable: true, Overlay: true}}}
	notebook, err := notes.Instantiate(ctx, notesComponent(), policy, notes.Imports{Review: reviewer{}})
	if err != nil {
		log.Fatal(err)
	}
	defer notebook.Close(ctx)

	var used hostruntime.Report
	if err := notebook.Save(hostruntime.WithReport(ctx, &used), "plan.txt", "Buy milk."); err != nil {
		log.Fatal(err)
	}
	fmt.Println("created:", used.Files.Created)
	_, err = os.Stat(filepath.Join(folder, "plan.txt"))
	fmt.Println("there already:", err == nil)

	if err := notebook.Instance().CommitDirs(ctx); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "plan.txt"))
	fmt.Println(string(text), err)
	// Output:
	// created: [/notes/plan.txt]
	// there already: false
	// Buy milk. <nil>
}
