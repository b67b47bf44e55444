// Command host judges programs, as sites for programming contests do: it runs
// every submission against the tests of its problem, each in a sandbox of its
// own, on all cores, and prints a verdict for each.
//
// Everything in this folder is trusted. What runs in the sandbox is in
// ../sandbox, and the submissions.
package main

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
)

func main() {
	folder := flag.String("folder", ".", "where problems, submissions and the built sandboxes are")
	times := flag.Int("times", 1, "how often to judge every submission")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *folder, *times); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

// A submission is one program.
type submission struct {
	name    string // two-sum/ac.py
	problem *Problem
	engine  *hostruntime.Component
	source  string
	result  Result
	err     error
}

func run(ctx context.Context, w io.Writer, folder string, times int) error {
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	list, err := readSubmissions(ctx, rt, folder)
	if err != nil {
		return err
	}
	start := time.Now()
	for range times {
		if err := judgeAll(ctx, list); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d judged in %v\n", len(list)*times, time.Since(start).Round(time.Millisecond))
	return print(w, list)
}

// readSubmissions reads submissions/PROBLEM/NAME, and loads the sandbox of
// each language once: instances of it are cheap.
func readSubmissions(ctx context.Context, rt *hostruntime.Runtime, folder string) ([]*submission, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "submissions", "*", "*"))
	if err != nil {
		return nil, err
	}
	engines := map[string]*hostruntime.Component{}
	problems := map[string]*Problem{}
	var list []*submission
	for _, path := range paths {
		file := map[string]string{".py": "python.wasm", ".js": "javascript.wasm"}[filepath.Ext(path)]
		if file == "" {
			return nil, fmt.Errorf("%s: no sandbox for this language", path)
		}
		if engines[file] == nil {
			engines[file], err = rt.LoadFile(ctx, filepath.Join(folder, "build", file))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%w\nBuild the sandboxes first: capsule-gen build", err)
			}
			if err != nil {
				return nil, err
			}
		}
		name := filepath.Base(filepath.Dir(path))
		if problems[name] == nil {
			if problems[name], err = readProblem(folder, name); err != nil {
				return nil, err
			}
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		list = append(list, &submission{
			name: name + "/" + filepath.Base(path), problem: problems[name], engine: engines[file], source: string(source),
		})
	}
	return list, nil
}

// judgeAll judges the submissions on all cores. A verdict that isn't the one
// of the time before is an error: it must not depend on anything else.
func judgeAll(ctx context.Context, list []*submission) error {
	work := make(chan *submission)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for s := range work {
				before := s.result
				s.result, s.err = judge(ctx, s.engine, s.problem, s.source)
				if s.err == nil && before.Verdict != "" && before != s.result {
					s.err = fmt.Errorf("judged %v, and before %v", s.result, before)
				}
			}
		})
	}
	for _, s := range list {
		work <- s
	}
	close(work)
	workers.Wait()
	for _, s := range list {
		if s.err != nil {
			return fmt.Errorf("%s: %w", s.name, s.err)
		}
	}
	return nil
}

// print writes the table of verdicts.
func print(w io.Writer, list []*submission) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "submission\tverdict\ttest\tfuel\t")
	for _, s := range list {
		test := ""
		if s.result.Test > 0 {
			test = fmt.Sprint(s.result.Test)
		}
		lines := strings.Split(s.result.Detail, "\n")
		detail := lines[len(lines)-1] // of a traceback, the error
		if strings.HasSuffix(s.name, ".js") {
			detail = lines[0]
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\n", s.name, s.result.Verdict, test, s.result.Fuel, hostruntime.EscapeText(detail))
	}
	return t.Flush()
}
