// Package wasmtools runs the wasm-tools program, which is a WebAssembly module
// itself, in a sandbox that sees nothing but the files it is given.
//
// It is what package wit is compared with, and serves tests alone. Its machine
// code is cached on disk, in a folder that is checked first.
package wasmtools

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
	_ "go.bytecodealliance.org/wit" // carries the module that embeddedTool names
)

// embeddedTool is the wasm-tools build that go.bytecodealliance.org carries,
// compressed with gzip.
//
// That library's own way to run it is not used: it keeps machine code in a
// folder with a predictable name that other users share, ignores the caller's
// context, and switches every unstable feature on. It offers no other way to
// its bytes than this one. The library is pinned and dormant; a version of it
// without this variable fails to link.
//
//go:linkname embeddedTool go.bytecodealliance.org/internal/wasmtools.compressed
var embeddedTool []byte

const (
	// maxToolBytes bounds the decompressed tool.
	maxToolBytes = 32 << 20
	// maxToolPages bounds the tool's memory, in 64 KiB pages: 1 GiB.
	maxToolPages = 1 << 14
	// maxToolOutput bounds what the tool may print.
	maxToolOutput = 256 << 20
)

// A Tool is the compiled wasm-tools, ready to run any number of times.
type Tool struct {
	ready   chan struct{} // closed when the fields below are set
	runtime wazero.Runtime
	module  wazero.CompiledModule
	err     error
}

var tools struct {
	sync.Mutex
	byDir map[string]*Tool
}

// Open returns the tool, compiled once in a process for each cache folder. A
// caller whose context ends stops waiting, while the compilation goes on for
// the next one.
//
// The cache folder must be this user's and closed to others; it is made where
// it doesn't exist. Empty means capsule/wit in the user's cache directory.
func Open(ctx context.Context, cache string) (*Tool, error) {
	dir, err := cacheDir(cache)
	if err != nil {
		return nil, err
	}
	tools.Lock()
	t := tools.byDir[dir]
	if t == nil {
		t = &Tool{ready: make(chan struct{})}
		if tools.byDir == nil {
			tools.byDir = make(map[string]*Tool)
		}
		tools.byDir[dir] = t
		go t.compile(context.WithoutCancel(ctx), dir)
	}
	tools.Unlock()
	select {
	case <-t.ready:
		if t.err != nil {
			tools.Lock()
			if tools.byDir[dir] == t {
				delete(tools.byDir, dir) // a full disk may have space again
			}
			tools.Unlock()
		}
		return t, t.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (t *Tool) compile(ctx context.Context, dir string) {
	defer close(t.ready)
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(maxToolPages)
	if dir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(dir)
		if err != nil {
			t.err = fmt.Errorf("compile cache: %w", err)
			return
		}
		config = config.WithCompilationCache(cache)
	}
	zip, err := gzip.NewReader(bytes.NewReader(embeddedTool))
	if err != nil {
		t.err = fmt.Errorf("embedded wasm-tools: %w", err)
		return
	}
	wasm, err := io.ReadAll(io.LimitReader(zip, maxToolBytes))
	if err != nil {
		t.err = fmt.Errorf("embedded wasm-tools: %w", err)
		return
	}
	t.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, t.runtime); err == nil {
		t.module, err = t.runtime.CompileModule(ctx, wasm)
	}
	if err != nil {
		t.runtime.Close(ctx)
		t.err = fmt.Errorf("embedded wasm-tools: %w", err)
	}
}

// Run runs the tool with the given arguments and returns its standard output.
// It sees the files, in a folder of the given name, and nothing else: no
// clock, no environment, no other folder.
//
// Errors: *Failure when the tool reports one, ErrTooLarge when the input is
// beyond its means, ctx's error.
func (t *Tool) Run(ctx context.Context, dir string, files fs.FS, args ...string) ([]byte, error) {
	stdout := limitedBuffer{limit: maxToolOutput}
	stderr := limitedBuffer{limit: 1 << 20}
	config := wazero.NewModuleConfig().WithName("").
		WithArgs(append([]string{"wasm-tools"}, args...)...).
		WithEnv("NO_COLOR", "1").
		WithStdout(&stdout).WithStderr(&stderr).
		WithFSConfig(wazero.NewFSConfig().WithFSMount(files, dir))
	mod, err := t.runtime.InstantiateModule(ctx, t.module, config)
	if mod != nil {
		mod.Close(ctx)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if stdout.full {
		return nil, ErrTooLarge
	}
	exit, exited := errors.AsType[*sys.ExitError](err)
	switch {
	case exited && exit.ExitCode() != 0:
		return nil, &Failure{Stderr: stderr.String()}
	case err != nil && !exited:
		// Its stack or memory ran out: the input is at fault.
		return nil, ErrTooLarge
	}
	return stdout.Bytes(), nil
}

// ErrTooLarge says that an input is too large or too deeply nested for the
// tool.
var ErrTooLarge = errors.New("the input is too large or too deeply nested")

// A Failure is what the tool said when it failed.
type Failure struct{ Stderr string }

func (f *Failure) Error() string { return "wasm-tools: " + f.Stderr }

// A limitedBuffer keeps what is written to it, and fails the write that
// would exceed its limit.
type limitedBuffer struct {
	bytes.Buffer
	limit int
	full  bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		b.full = true
		return 0, errors.New("output limit reached")
	}
	return b.Buffer.Write(p)
}
