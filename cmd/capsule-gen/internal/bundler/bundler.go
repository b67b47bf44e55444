// Package bundler turns JavaScript and TypeScript that an engine can't take as
// it is into plain JavaScript, with esbuild.
//
// Guests are written by anybody, and esbuild's parser recurses as deeply as a
// file is nested, which ends a Go process that lets it. So it runs in a child:
// this program once more, with limits, whose end is an error here. A program
// that uses the package therefore begins with Child.
package bundler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/proc"
)

// What a guest may import, all files together.
const (
	MaxFiles = 5000
	MaxBytes = 64 << 20
)

// The limits of one child.
const (
	wallTime    = time.Minute
	memoryBytes = 2 << 30
	resultBytes = 512 << 20
)

// A Bundle is a guest to make one module of.
type Bundle struct {
	// Folder is where everything must come from, node_modules in it included: a
	// guest that somebody else wrote can't have other files of this machine put
	// into its component. Absolute, without symbolic links.
	Folder string
	// Entry is the name of the guest's own file in it.
	Entry string
	// Out is the name that the source map gives the module.
	Out string
	// External are the names under which the engine provides what the world
	// imports.
	External []string
}

// A Result is what became of a guest.
type Result struct {
	// Needed says that there was something that an engine couldn't take. If
	// there wasn't, Code and Map don't matter.
	Needed bool
	// Open says that it imports under names that aren't known before it runs,
	// and so may be made of other files too.
	Open bool
	// Code is the module, and Map its source map.
	Code, Map []byte
	// Sources are the files that it was made from, slash-separated, in order.
	Sources []string
	// Wrong is what is wrong with the guest; nil where it has become a module.
	Wrong *Message
}

// A Message is about one place in a guest.
type Message struct {
	// File is slash-separated, in the guest's folder; empty for none.
	File         string
	Line, Column int // from 1
	Text, Detail string
}

// Run bundles a guest.
//
// Errors: *BrokenError where esbuild broke off; otherwise the context's cause,
// or what reading files gives.
func Run(ctx context.Context, b Bundle) (Result, error) {
	if err := checkSettings(ctx, b.Folder); err != nil {
		return Result{}, err
	}
	return child(ctx, request{Bundle: &b})
}

// Plain returns a TypeScript module without its types.
//
// Errors: as Run.
func Plain(ctx context.Context, typescript []byte) (Result, error) {
	return child(ctx, request{Plain: typescript})
}

// A BrokenError says that esbuild came to no end with a guest.
type BrokenError struct{ Reason string }

func (e *BrokenError) Error() string { return e.Reason }

// A request is what a child is given: one of the two.
type request struct {
	Bundle *Bundle `json:",omitempty"`
	Plain  []byte  `json:",omitempty"`
}

// The files of a child's folder.
const (
	requestFile = "request.json"
	resultFile  = "result.json"
)

// child runs this program once more, as Child expects it.
func child(ctx context.Context, r request) (result Result, err error) {
	self, err := os.Executable()
	if err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp("", "capsule-bundle-")
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	data, err := json.Marshal(r)
	if err != nil {
		return Result{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, requestFile), data, 0o600); err != nil {
		return Result{}, err
	}
	ended, err := proc.Run(ctx, proc.Command{
		Args:        []string{self, childArgument, dir},
		Dir:         dir,
		Env:         environment(),
		Limits:      proc.Limits{WallTime: wallTime, MemoryBytes: memoryBytes, FileBytes: resultBytes},
		OutputBytes: 256 << 10, // Go shows the ends of its stacks, after the reason
	})
	switch {
	case errors.Is(err, proc.ErrWallTime):
		return Result{}, &BrokenError{fmt.Sprintf("esbuild, which makes one module of it, took longer than %v", wallTime)}
	case err != nil:
		return Result{}, err
	case ended.Failed:
		return Result{}, broken(ended)
	}
	if data, err = os.ReadFile(filepath.Join(dir, resultFile)); err != nil {
		return Result{}, err
	}
	err = json.Unmarshal(data, &result)
	return result, err
}

// environment has what the system itself can't do without, and keeps a Go program
// from telling of each of its goroutines at its end.
func environment() []string {
	env := []string{"GOTRACEBACK=none"}
	if root, ok := os.LookupEnv("SystemRoot"); ok {
		env = append(env, "SystemRoot="+root)
	}
	return env
}

func broken(ended proc.Result) error {
	switch {
	case strings.Contains(ended.Output, "stack overflow"):
		return &BrokenError{"it, or what it imports, is nested too deeply for esbuild, which makes one module of it"}
	case strings.Contains(ended.Output, "out of memory"), strings.Contains(ended.Output, "cannot allocate memory"):
		return &BrokenError{fmt.Sprintf("esbuild, which makes one module of it, needs more than %d MiB of memory", memoryBytes>>20)}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(ended.Output), "\n")
	return &BrokenError{"esbuild, which makes one module of it, ended with " + escape.Line(ended.State+": "+first)}
}
