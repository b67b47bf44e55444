// Package proc runs child processes that must not outlive, or outgrow, what
// they were given: a minimal environment, a time limit, a memory limit where
// the system has one, and an end for the whole process group.
package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"
)

// Limits bound one child with all the processes it starts. Zero means
// unlimited.
type Limits struct {
	// WallTime is how long the child may run.
	WallTime time.Duration
	// MemoryBytes bounds the memory that each process can write to. It is
	// enforced on Linux (RLIMIT_DATA: address space that is only reserved, as
	// JavaScript and WebAssembly engines do, doesn't count) and on Windows (of
	// the whole job); macOS doesn't enforce it.
	MemoryBytes int64
	// FileBytes bounds each file that is written; not on Windows.
	FileBytes int64
}

// A Command is one child to run.
type Command struct {
	Args   []string // the program's path first
	Dir    string
	Env    []string // all of it: nothing is inherited
	Limits Limits
	// OutputBytes is how much of what the child prints is kept, from the end.
	OutputBytes int
}

// A Result is what became of a child.
type Result struct {
	// Output is what it printed to both streams, in order of arrival.
	Output string
	// Cut says that the start of Output was dropped.
	Cut bool
	// Failed says that it ended with an exit status other than 0, or by a
	// signal; State says how.
	Failed bool
	State  string
}

// ErrWallTime is the cause when a child was ended by its time limit.
var ErrWallTime = errors.New("time limit reached")

// Run runs cmd to its end. It returns an error when the child couldn't be
// started, or was stopped by the context or the time limit; the error then
// wraps the context's cause or ErrWallTime. A child that fails by itself is a
// Result, not an error. No process of the child's group is left when Run
// returns.
func Run(ctx context.Context, cmd Command) (Result, error) {
	if cmd.Limits.WallTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, cmd.Limits.WallTime, ErrWallTime)
		defer cancel()
	}
	args := withLimits(cmd.Args, cmd.Limits)
	child := exec.CommandContext(ctx, args[0], args[1:]...)
	child.Dir, child.Env = cmd.Dir, cmd.Env
	if child.Env == nil {
		child.Env = []string{}
	}
	out := &tail{limit: cmd.OutputBytes}
	child.Stdout, child.Stderr = out, out
	// After a kill, don't wait long for a pipe that something still holds.
	child.WaitDelay = 2 * time.Second

	// On Linux the child is told to die with the thread that started it, so
	// that thread has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	group := newGroup(child)
	defer group.close()
	child.Cancel = group.kill
	if err := child.Start(); err != nil {
		return Result{}, fmt.Errorf("start %s: %w", cmd.Args[0], err)
	}
	group.started(child.Process, cmd.Limits)
	group.awaitLeader(child.Process)
	err := child.Wait()

	result := Result{Output: out.String(), Cut: out.cut, State: child.ProcessState.String()}
	if ctx.Err() != nil && err != nil {
		return result, context.Cause(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) || errors.Is(err, exec.ErrWaitDelay) {
		result.Failed = true
		return result, nil
	}
	return result, err
}

// A tail keeps the last bytes written to it.
type tail struct {
	limit int
	buf   []byte
	cut   bool
}

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	// Dropping only when the buffer has doubled keeps the copying linear.
	if len(t.buf) > 2*t.limit {
		t.drop()
	}
	return len(p), nil
}

func (t *tail) drop() {
	if extra := len(t.buf) - t.limit; extra > 0 {
		t.buf = t.buf[:copy(t.buf, t.buf[extra:])]
		t.cut = true
	}
}

func (t *tail) String() string {
	t.drop()
	return string(t.buf)
}
