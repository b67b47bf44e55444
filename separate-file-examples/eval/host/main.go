// Command host runs a program that nobody has looked at: Python or JavaScript
// source, from a file or standard input, in a sandbox of its own.
//
//	go run ./host program.py
//	echo 'sum(range(10))' | go run ./host -lang python
//
// Everything in this folder is trusted. What runs in the sandbox is in
// ../sandbox, and the program.
package main

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/separate-file-examples/eval/host/sandbox"
)

func main() {
	lang := flag.String("lang", "", "python or javascript; by default what the file's name says")
	memory := flag.Uint64("memory", 128, "the most memory the program may have, in MiB")
	fuel := flag.Uint64("fuel", hostruntime.FuelMedium, "the most work it may do, in units that are the same everywhere")
	timeout := flag.Duration("timeout", 5*time.Second, "the longest it may run")
	flag.Parse()
	limits := hostruntime.Limits{MemoryBytes: *memory << 20, Fuel: *fuel, WallTime: *timeout}
	if err := run(context.Background(), *lang, flag.Arg(0), limits); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run evaluates the program in a file, or in standard input where file is
// empty, and prints its output as it comes and its value at the end.
func run(ctx context.Context, lang, file string, limits hostruntime.Limits) error {
	source, lang, err := read(file, lang)
	if err != nil {
		return err
	}
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	engine, err := rt.LoadFile(ctx, filepath.Join("build", lang+".wasm"))
	if err != nil {
		return fmt.Errorf("%w\nBuild the sandboxes first: capsule-gen build", err)
	}

	value, used, err := evaluate(ctx, engine, limits, source, os.Stdout)
	fmt.Fprintf(os.Stderr, "%s: %d units of fuel, %v, %d MiB\n", used.Outcome, used.Fuel, used.WallTime.Round(time.Millisecond), used.MemoryBytes>>20)
	if err != nil {
		return errors.New(explain(err))
	}
	if value != "" {
		fmt.Println("=>", hostruntime.EscapeText(value))
	}
	return nil
}

// evaluate runs one program in a fresh instance, so that no program sees what
// another one left behind, and returns the value of its last expression.
func evaluate(ctx context.Context, engine *hostruntime.Component, limits hostruntime.Limits, source string, out io.Writer) (string, hostruntime.Report, error) {
	var used hostruntime.Report
	policy := hostruntime.Policy{Limits: limits} // nothing is granted
	guest, err := sandbox.Instantiate(ctx, engine, policy, sandbox.Imports{Console: &console{out: out, left: 64 << 10}})
	if err != nil {
		return "", used, err
	}
	defer guest.Close(ctx)
	value, err := guest.Evaluator.Evaluate(hostruntime.WithReport(ctx, &used), source)
	return value, used, err
}

// explain says in words how a program failed. There are three ways, each an
// error type of its own.
func explain(err error) string {
	if failed, ok := errors.AsType[*sandbox.EvaluateError](err); ok { // an error of the program's, with its traceback
		return hostruntime.EscapeText(failed.Value.Traceback)
	}
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); ok { // it took more than it may
		return fmt.Sprintf("stopped: %v", limit)
	}
	if trap, ok := errors.AsType[*hostruntime.Trap](err); ok { // the engine itself gave up
		return fmt.Sprintf("crashed: %v", trap)
	}
	return err.Error()
}

// read returns the program and its language.
func read(file, lang string) (source, language string, err error) {
	in := io.Reader(os.Stdin)
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", "", err
		}
		defer f.Close()
		in = f
	}
	switch filepath.Ext(file) {
	case ".py":
		language = "python"
	case ".js", ".mjs":
		language = "javascript"
	}
	if lang != "" {
		language = lang
		if lang == "js" {
			language = "javascript"
		}
	}
	switch {
	case language == "" && file == "":
		return "", "", errors.New("standard input has no name to tell its language: say -lang python or -lang javascript")
	case language == "":
		return "", "", fmt.Errorf("don't know the language of %q: say -lang python or -lang javascript", file)
	case language != "python" && language != "javascript":
		return "", "", fmt.Errorf("-lang %q: want python or javascript", lang)
	}
	text, err := io.ReadAll(in)
	return string(text), language, err
}

// A console prints what the program prints, to a limit.
type console struct {
	out  io.Writer
	left int
}

// Print serves the guest's only import.
func (c *console) Print(_ context.Context, text string) error {
	if c.left == 0 {
		return nil
	}
	text = hostruntime.EscapeText(text)
	if len(text) >= c.left {
		text = text[:c.left] + "\n[more output is dropped]\n"
		c.left = 0
	} else {
		c.left -= len(text)
	}
	_, err := io.WriteString(c.out, text)
	return err
}
