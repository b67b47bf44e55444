package proc

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// awaitLeader waits until the child has ended and then ends what it left
// behind. It comes before the child is reaped, so that the group's number
// can't have been given to anything else.
func (g *group) awaitLeader(p *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			break
		}
	}
	_ = g.kill() // only the leader is left as a rule
}
