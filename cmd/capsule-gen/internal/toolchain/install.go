package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/proc"
)

// A Toolchain is an installed compiler.
type Toolchain struct {
	Engine Engine
	// ID is a digest of the manifest and the platform. It names the
	// installation, and is part of what identifies a built component.
	ID string

	dir         string
	interpreter interpreter
}

// Options say where to install, and whom to tell.
type Options struct {
	// Cache is the root of the cache, as CacheDir returns it.
	Cache string
	// Progress is called when an installation starts, with what it is; the
	// function it returns is called when it has ended. It may be nil.
	Progress func(what string) (done func())
}

// progress returns a function that tells of something that starts.
func (o Options) progress(what string) func() func() {
	return func() func() {
		if o.Progress == nil {
			return func() {}
		}
		return o.Progress(what)
	}
}

// ID returns the digest that identifies the engine's toolchain, installed or
// not.
func ID(e Engine) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s/%s\n", e, runtime.GOOS, runtime.GOARCH)
	err := fs.WalkDir(e.manifest(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(e.manifest(), path)
		fmt.Fprintf(sum, "%s %d\n", path, len(data))
		sum.Write(data)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:32], err
}

// Ensure returns the engine's toolchain, after installing it where that hasn't
// been done.
//
// An installation appears in the cache whole or not at all; of two processes
// that need the same one, the second waits for the first. Errors: *MissingError
// where Python or Node is absent or too old.
func Ensure(ctx context.Context, e Engine, options Options) (*Toolchain, error) {
	id, err := ID(e)
	if err != nil {
		return nil, err
	}
	t := &Toolchain{Engine: e, ID: id}
	if e == Python {
		t.interpreter, err = findPython(ctx)
	} else {
		t.interpreter, err = findNode(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	parent := filepath.Join(options.Cache, "toolchains")
	for _, dir := range []string{options.Cache, parent} {
		if err := Folder(dir); err != nil {
			return nil, err
		}
	}
	t.dir = filepath.Join(parent, string(e)+"-"+id)
	if err := trust(t.dir); !errors.Is(err, fs.ErrNotExist) {
		use(t.dir)
		return t, err
	}
	err = fill(ctx, t.dir, options.progress("installing "+t.Engine.Compiler()), func(temp string) error {
		if err := os.CopyFS(temp, t.Engine.manifest()); err != nil {
			return err
		}
		if t.Engine == Python {
			return t.installPython(ctx, temp)
		}
		return t.installNode(ctx, temp)
	})
	if missing, ok := errors.AsType[*MissingError](err); ok {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("install %s: %w", e.Compiler(), err)
	}
	// What can't be removed is no reason to be without what is installed.
	_ = removeUnused(parent, time.Now().Add(-unusedFor))
	return t, nil
}

// lock takes the lock file at path, and stops waiting for it when ctx ends.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	taken := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		taken <- result{unlock, err}
	}()
	select {
	case r := <-taken:
		return r.unlock, r.err
	case <-ctx.Done():
		go func() {
			if r := <-taken; r.err == nil {
				r.unlock()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// fill makes the folder dir: install fills a temporary one, which is then
// renamed, so that dir is there whole or not at all. Where another process has
// made it meanwhile, there is nothing to do.
func fill(ctx context.Context, dir string, progress func() func(), install func(temp string) error) (err error) {
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if err := trust(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// With the lock held, temporary folders belong to nobody any more.
	leftovers, err := filepath.Glob(dir + ".tmp-*")
	if err != nil {
		return err
	}
	for _, left := range leftovers {
		if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	defer progress()()
	temp, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".tmp-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if err := install(temp); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

// The limits of a package manager. StarlingMonkey's packages have some 60 MB.
const (
	installTime      = 15 * time.Minute
	installFileBytes = 1 << 30
)

// runInstaller runs a package manager in the folder it fills. It is given the
// user's environment, which may say where packages come from.
func runInstaller(ctx context.Context, dir string, env, args []string) error {
	return install(ctx, installTime, dir, env, args)
}

func install(ctx context.Context, limit time.Duration, dir string, env, args []string) error {
	result, err := proc.Run(ctx, proc.Command{
		Args:        args,
		Dir:         dir,
		Env:         append(os.Environ(), env...),
		Limits:      proc.Limits{WallTime: limit, FileBytes: installFileBytes},
		OutputBytes: 16 << 10,
	})
	if errors.Is(err, proc.ErrWallTime) {
		return fmt.Errorf("%s took longer than %v and was ended", filepath.Base(args[0]), limit)
	}
	if err != nil {
		return err
	}
	if result.Failed {
		return fmt.Errorf("%s ended with %s:\n%s", filepath.Base(args[0]), result.State,
			escape.Text(strings.TrimRight(result.Output, "\n")))
	}
	return nil
}
