//go:build unix

package proc

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// A group is the process group of one child, which is its leader.
type group struct{ child *exec.Cmd }

func newGroup(child *exec.Cmd) *group {
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(child.SysProcAttr)
	return &group{child: child}
}

// kill ends every process of the group.
func (g *group) kill() error {
	err := syscall.Kill(-g.child.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func (g *group) started(*os.Process, Limits) {}

func (g *group) close() {}

// withLimits returns a command that sets the limits and becomes args. A shell
// does it, between fork and exec, because Go offers nothing at that point, and
// limits that are set from outside come after the child has begun.
//
// A limit that can't be set is no error: either a lower one is in force
// already, or the system doesn't have it.
func withLimits(args []string, limits Limits) []string {
	const script = `ulimit -c 0 2>/dev/null
[ "$1" = 0 ] || ulimit -t "$1" 2>/dev/null
[ "$2" = 0 ] || ulimit -d "$2" 2>/dev/null
[ "$3" = 0 ] || ulimit -f "$3" 2>/dev/null
shift 3
exec "$@"`
	// Processor time is only the second line: it ends what is left when this
	// process was killed itself. A child may use several threads, hence the
	// factor.
	cpuSeconds := int64(limits.WallTime.Seconds()) * 2
	if limits.WallTime > 0 {
		cpuSeconds++
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	wrapped := []string{"/bin/sh", "-c", script, "sh",
		number(cpuSeconds), number(limits.MemoryBytes / 1024), number(limits.FileBytes / 512)}
	return append(wrapped, args...)
}
