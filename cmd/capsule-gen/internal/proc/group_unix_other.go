//go:build unix && !linux

package proc

import (
	"os"
	"syscall"
)

func dieWithParent(*syscall.SysProcAttr) {}

// awaitLeader does nothing here: what a child leaves behind ends with its
// processor time limit at the latest.
func (g *group) awaitLeader(*os.Process) {}
