package hostruntime

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
)

// The limits of the zero LoadLimits. A Python guest, the largest that the
// toolchains make, has 18 MB with 6.6 MB of code in 14 modules and 13,400
// functions, the largest of which has 427 kB and 273 locals.
const (
	DefaultComponentBytes     = 64 << 20
	DefaultCodeBytes          = 16 << 20
	DefaultFunctionBytes      = 2 << 20
	DefaultFunctionLocals     = 10_000
	DefaultFunctions          = 200_000
	DefaultModules            = 500
	DefaultTables             = 500
	DefaultCompileTime        = 2 * time.Minute
	DefaultConcurrentCompiles = 2
)

// LoadLimits bound what a component may be, for components that mean harm:
// compiling takes some 150 bytes of memory and a microsecond for each byte of
// code. What is too large is refused, with a *LimitError, before anything of it
// is compiled. For each limit zero is the documented default, and Unlimited
// lifts it; bounds that keep the compiler's work near the size of its input
// remain.
type LoadLimits struct {
	// ComponentBytes bounds the component as a whole. Default 64 MiB.
	ComponentBytes uint64
	// CodeBytes bounds the code of core modules, one that is compiled for
	// several shapes of imports counting for each. Default 16 MiB.
	CodeBytes uint64
	// FunctionBytes and FunctionLocals bound one function, its parameters
	// included. Default 2 MiB and 10,000.
	FunctionBytes, FunctionLocals uint64
	// Functions, Modules and Tables bound the numbers of core functions and
	// modules, and of tables in modules. Default 200,000, 500 and 500.
	Functions, Modules, Tables uint64
	// CompileTime bounds how long a component's code is being compiled, waiting
	// for its turn apart. Negative is unlimited. Default 2 minutes.
	CompileTime time.Duration
	// ConcurrentCompiles bounds the modules that a Runtime compiles at a time,
	// which each take several cores and memory. Others wait. Default 2.
	ConcurrentCompiles int
}

// The limits that a LimitError of Load can name.
const (
	LimitComponentBytes = "component bytes"
	LimitCodeBytes      = "code bytes"
	LimitFunctionBytes  = "function bytes"
	LimitFunctionLocals = "function locals"
	LimitFunctions      = "functions"
	LimitModules        = "core modules"
	LimitTables         = "tables"
	LimitCompileTime    = "compile time"
)

func (l LoadLimits) withDefaults() LoadLimits {
	l.ComponentBytes = orDefault(l.ComponentBytes, DefaultComponentBytes)
	l.CodeBytes = orDefault(l.CodeBytes, DefaultCodeBytes)
	l.FunctionBytes = orDefault(l.FunctionBytes, DefaultFunctionBytes)
	l.FunctionLocals = orDefault(l.FunctionLocals, DefaultFunctionLocals)
	l.Functions = orDefault(l.Functions, DefaultFunctions)
	l.Modules = orDefault(l.Modules, DefaultModules)
	l.Tables = orDefault(l.Tables, DefaultTables)
	l.CompileTime = orDefaultTime(l.CompileTime, DefaultCompileTime)
	if l.ConcurrentCompiles <= 0 {
		l.ConcurrentCompiles = DefaultConcurrentCompiles
	}
	return l
}

// A loading counts what one component has for LoadLimits.
type loading struct {
	limits                           LoadLimits
	code, functions, modules, tables uint64
	compiling                        time.Duration
}

// admit counts a core module that has been read.
func (l *loading) admit(m *rewrite.Module) error {
	l.modules++
	l.functions += uint64(m.FuncCount)
	l.tables += uint64(len(m.Tables))
	for _, c := range []struct {
		what       string
		n, atLimit uint64
	}{
		{LimitModules, l.modules, l.limits.Modules},
		{LimitFunctions, l.functions, l.limits.Functions},
		{LimitTables, l.tables, l.limits.Tables},
		{LimitFunctionBytes, uint64(m.LargestFunc), l.limits.FunctionBytes},
		{LimitFunctionLocals, uint64(m.MostLocals), l.limits.FunctionLocals},
	} {
		if err := within(c.what, c.n, c.atLimit); err != nil {
			return err
		}
	}
	return nil
}

// admitCode counts code that is about to be compiled.
func (l *loading) admitCode(bytes int) error {
	l.code += uint64(bytes)
	return within(LimitCodeBytes, l.code, l.limits.CodeBytes)
}

func within(what string, n, most uint64) error {
	if n > most {
		return &LimitError{Limit: what, Max: most, Attempt: n, load: true}
	}
	return nil
}

// timed runs compile, which gives up when its context is over, within what is
// left of the time.
func (l *loading) timed(ctx context.Context, compile func(context.Context) error) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if l.limits.CompileTime < math.MaxInt64 {
		limited, cancel = context.WithTimeout(ctx, l.limits.CompileTime-l.compiling)
	}
	defer cancel()
	began := time.Now()
	err := compile(limited)
	l.compiling += time.Since(began)
	if err != nil && limited.Err() != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return &LimitError{
			Limit: LimitCompileTime, Max: uint64(l.limits.CompileTime), load: true, cause: context.DeadlineExceeded,
		}
	}
	return err
}
