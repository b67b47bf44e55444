package hostruntime

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// coreFeatures is the fixed set of core WebAssembly features: version 2.0 and
// extended constant expressions. The rewriting pass refuses others by name.
const coreFeatures = api.CoreFeaturesV2 | experimental.CoreFeaturesExtendedConst

// maxCompileWorkers bounds how many functions are compiled at a time; each
// worker takes memory, and beyond a few the gain is small.
const maxCompileWorkers = 4

// A Config says how a Runtime works. The zero value is ready to use.
type Config struct {
	// CacheDir is where compiled code is kept between processes: machine code
	// that later runs here, so the directory must belong to the current user
	// and be writable by nobody else, or New fails. It is created as needed.
	// Default: the folder capsule/code in the user's cache directory.
	CacheDir string
	// CacheBytes bounds what CacheDir holds, of all processes that use it: what
	// was compiled first is deleted, when a Runtime is made and as it loads, and
	// compiled again where it is still of use. Python's engine has 32 MB of
	// it. Default 4 GiB; Unlimited lifts it.
	CacheBytes uint64
	// NoCache keeps compiled code in memory only.
	NoCache bool
	// Unmetered leaves out the checks by which a guest's code is stopped, so
	// that benchmarks can tell what they cost. A guest that loops for ever
	// then hangs the process, whatever the limits and the context say.
	Unmetered bool
	// FreshCores makes every instance from nothing. Otherwise one that ended
	// well leaves its core instances, with their memories and globals set back,
	// to a later one of the same component.
	FreshCores bool
	// Load bounds what components may be.
	Load LoadLimits
	// Observers are told of loading and of calls. Default none, which costs
	// nothing.
	Observers []Observer
}

// A Runtime compiles components and holds what they share. It is safe for
// concurrent use. One per process is enough, and the least memory: components
// of one guest engine share their code within it.
type Runtime struct {
	wazero    wazero.Runtime
	cache     wazero.CompilationCache
	code      *codeCache // the cache's directory; nil if there is none
	unmetered bool
	fresh     bool // see Config.FreshCores
	limits    LoadLimits
	observers []Observer
	// compiling has room for as many as may be compiled at a time.
	compiling chan struct{}

	// calls counts the calls in progress, instantiations included; it is
	// negative once the runtime is closed.
	calls atomic.Int64

	mu      sync.Mutex
	closed  bool
	modules map[[sha256.Size]byte]*sharedModule
}

// New returns a Runtime. The caller must Close it, after what it loaded and
// started.
//
// Errors: a Config.CacheDir that can't be made, or that others can write to.
func New(ctx context.Context, config Config) (*Runtime, error) {
	wc := wazero.NewRuntimeConfig().
		WithCoreFeatures(coreFeatures).
		WithDebugInfoEnabled(false)
	rt := &Runtime{
		unmetered: config.Unmetered, fresh: config.FreshCores, limits: config.Load.withDefaults(),
		observers: slices.Clone(config.Observers), modules: map[[sha256.Size]byte]*sharedModule{},
	}
	rt.compiling = make(chan struct{}, rt.limits.ConcurrentCompiles)
	if !config.NoCache {
		dir, err := codeDir(config.CacheDir)
		if err != nil {
			return nil, err
		}
		if rt.cache, err = wazero.NewCompilationCacheWithDir(dir); err != nil {
			return nil, fmt.Errorf("hostruntime: directory for compiled code: %w", err)
		}
		rt.code = &codeCache{dir: dir, most: orDefault(config.CacheBytes, DefaultCacheBytes)}
		rt.code.prune(time.Now())
		wc = wc.WithCompilationCache(rt.cache)
	}
	rt.wazero = wazero.NewRuntimeWithConfig(ctx, wc)
	return rt, nil
}

// Close ends every instance and frees all compiled code. It is idempotent.
//
// While an instance serves a call Close does nothing but return ErrBusy: a
// guest that lost its memory under way couldn't be stopped any more. Cancel the
// call's context first.
func (rt *Runtime) Close(ctx context.Context) error {
	if !rt.calls.CompareAndSwap(0, closedCalls) && rt.calls.Load() >= 0 {
		return ErrBusy
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.closed {
		return nil
	}
	rt.closed = true
	err := rt.wazero.Close(ctx)
	if rt.cache != nil {
		if e := rt.cache.Close(ctx); err == nil {
			err = e
		}
	}
	return err
}

// closedCalls is far enough below zero for calls that begin and are refused.
const closedCalls = math.MinInt64 / 2

// beginCall keeps the runtime open until endCall.
func (rt *Runtime) beginCall() error {
	if rt.calls.Add(1) < 0 {
		rt.calls.Add(-1)
		return ErrClosed
	}
	return nil
}

func (rt *Runtime) endCall() { rt.calls.Add(-1) }

// A sharedModule is one compiled core module, in use by any number of
// components. wazero keeps one machine code for equal bytes and frees it with
// the first CompiledModule that is closed; so uses are counted here.
type sharedModule struct {
	key      [sha256.Size]byte
	uses     int
	compiled wazero.CompiledModule
	err      error
	ready    chan struct{} // closed when compiled or err is set
}

// compile returns the compiled form of core module bytes, from memory, from
// the disk cache, or made now. Release it when done.
func (rt *Runtime) compile(ctx context.Context, l *loading, bytes []byte) (*sharedModule, error) {
	key := sha256.Sum256(bytes)
	for {
		m, mine, err := rt.use(key)
		if err != nil {
			return nil, err
		}
		if mine {
			rt.fill(ctx, l, m, bytes)
		}
		select {
		case <-m.ready:
		case <-ctx.Done():
			rt.release(ctx, m)
			return nil, ctx.Err()
		}
		if m.err == nil {
			return m, nil
		}
		rt.release(ctx, m)
		if !mine && isContextError(m.err) && ctx.Err() == nil {
			continue // whoever was at it gave up
		}
		return nil, m.err
	}
}

// use returns the shared module of a key; mine says that it is new, and the
// caller's to fill.
func (rt *Runtime) use(key [sha256.Size]byte) (m *sharedModule, mine bool, err error) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.closed {
		return nil, false, ErrClosed
	}
	if m, ok := rt.modules[key]; ok {
		m.uses++
		return m, false, nil
	}
	m = &sharedModule{key: key, uses: 1, ready: make(chan struct{})}
	rt.modules[key] = m
	return m, true, nil
}

// fill compiles. A failure is for those who wait for it now: who comes later
// tries again.
func (rt *Runtime) fill(ctx context.Context, l *loading, m *sharedModule, bytes []byte) {
	defer close(m.ready)
	m.err = errors.New("hostruntime: compiling ended in a panic")
	select {
	case rt.compiling <- struct{}{}:
		m.err = l.timed(ctx, func(ctx context.Context) (err error) {
			defer func() { <-rt.compiling }()
			// With a single worker wazero doesn't look at its context.
			workers := max(2, min(runtime.GOMAXPROCS(0), maxCompileWorkers))
			m.compiled, err = rt.wazero.CompileModule(experimental.WithCompilationWorkers(ctx, workers), bytes)
			return err
		})
	case <-ctx.Done():
		m.err = ctx.Err()
	}
	if m.err == nil && rt.code != nil {
		rt.code.add(len(bytes))
	}
	if m.err != nil {
		if strings.HasPrefix(m.err.Error(), "compilationcache:") {
			m.err = &cacheError{m.err}
		}
		rt.mu.Lock()
		rt.forget(m)
		rt.mu.Unlock()
	}
}

func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// A cacheError says that a file in the cache directory can't be used.
type cacheError struct{ err error }

func (e *cacheError) Error() string {
	return "hostruntime: the directory for compiled code is damaged, delete what is in it: " + e.err.Error()
}
func (e *cacheError) Unwrap() error { return e.err }

// release gives back one use of a compiled module.
func (rt *Runtime) release(ctx context.Context, m *sharedModule) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	m.uses--
	if m.uses > 0 || rt.closed {
		return
	}
	rt.forget(m)
	if m.compiled != nil {
		_ = m.compiled.Close(ctx) // frees memory; has no failure that matters
	}
}

// forget makes the next use of a module's key a new one; rt.mu is held.
func (rt *Runtime) forget(m *sharedModule) {
	if rt.modules[m.key] == m {
		delete(rt.modules, m.key)
	}
}
