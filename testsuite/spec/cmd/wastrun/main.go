// Wastrun runs scripts in the JSON form that wast2json makes, and prints for
// each what passed, failed and was skipped, and why.
//
//	go run ./testsuite/spec/cmd/wastrun FILE.json…
//	go run ./testsuite/spec/cmd/wastrun -suite specification
//
// With -suite it runs all scripts of a suite (specification, validator or
// runtime), which it fetches and converts if need be. The exit status is 1 if
// anything failed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/capsule-kit/capsule/testsuite/spec"
)

func main() {
	suite := flag.String("suite", "", "run all scripts of this suite")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: wastrun FILE.json… | wastrun -suite NAME") }
	flag.Parse()
	paths := flag.Args()
	var err error
	if *suite != "" {
		paths, err = spec.Files(context.Background(), *suite, ".json")
	}
	if len(paths) == 0 && err == nil {
		flag.Usage()
		os.Exit(2)
	}
	var failed bool
	if err == nil {
		failed, err = run(context.Background(), os.Stdout, paths)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "wastrun:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, paths []string) (failed bool, err error) {
	expectations, err := spec.Default()
	if err != nil {
		return false, err
	}
	total := map[spec.Status]int{}
	for _, path := range paths {
		script, err := spec.Read(path)
		if err != nil {
			return false, err
		}
		mode, known := expectations.For(path)
		results, err := spec.Run(ctx, script, mode, known)
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		count := map[spec.Status]int{}
		for _, r := range results {
			count[r.Status]++
			total[r.Status]++
		}
		fmt.Fprintf(w, "%s: %s\n", path, figures(count))
		for _, r := range results {
			if r.Status != spec.Passed {
				fmt.Fprintf(w, "\t%s:%d: %s: %s: %s\n", script.Source, r.Line, r.Command, r.Status, r.Reason)
			}
		}
	}
	fmt.Fprintln(w, figures(total))
	return total[spec.Failed] > 0, nil
}

func figures(n map[spec.Status]int) string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", n[spec.Passed], n[spec.Failed], n[spec.Skipped])
}
