//go:build unix

package proc

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func shell(script string) Command {
	return Command{
		Args:        []string{"/bin/sh", "-c", script},
		Env:         []string{"PATH=" + os.Getenv("PATH")},
		OutputBytes: 1 << 10,
	}
}

func TestRun(t *testing.T) {
	for _, row := range []struct {
		name, script string
		want         Result
	}{
		{"success", "echo out; echo err >&2", Result{Output: "out\nerr\n", State: "exit status 0"}},
		{"failure", "echo bad; exit 3", Result{Output: "bad\n", Failed: true, State: "exit status 3"}},
		{"signal", "kill -9 $$", Result{Failed: true, State: "signal: killed"}},
		{"no environment", `echo "${CAPSULE_TEST_SECRET-unset}"`, Result{Output: "unset\n", State: "exit status 0"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("CAPSULE_TEST_SECRET", "secret")
			got, err := Run(t.Context(), shell(row.script))
			if err != nil || got != row.want {
				t.Errorf("got %+v, %v; want %+v", got, err, row.want)
			}
		})
	}
}

func TestRunKeepsTheEndOfTheOutput(t *testing.T) {
	got, err := Run(t.Context(), shell(`i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done`))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Cut || len(got.Output) != 1<<10 || !strings.HasSuffix(got.Output, "line 1999\n") {
		t.Errorf("cut %v, %d bytes, ends in %q", got.Cut, len(got.Output), got.Output[len(got.Output)-20:])
	}
}

// TestRunEndsTheGroup starts a child with a child of its own that sleeps, and
// sees that both are gone: by time limit, by cancellation, and when the first
// one ends by itself.
func TestRunEndsTheGroup(t *testing.T) {
	for _, row := range []struct {
		name, rest string
		limit      time.Duration
		cancel     bool
		want       error
	}{
		{"time limit", "wait", 300 * time.Millisecond, false, ErrWallTime},
		{"cancelled", "wait", time.Minute, true, context.Canceled},
		{"left behind", "exit 0", time.Minute, false, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			pidFile := filepath.Join(t.TempDir(), "pid")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if row.cancel {
				go func() {
					for {
						if pid, _ := os.ReadFile(pidFile); len(pid) > 0 {
							break
						}
						time.Sleep(time.Millisecond)
					}
					cancel()
				}()
			}
			cmd := shell(`sleep 600 & echo $! > "` + pidFile + `"; ` + row.rest)
			cmd.Limits.WallTime = row.limit
			if _, err := Run(ctx, cmd); !errors.Is(err, row.want) {
				t.Fatalf("got error %v, want %v", err, row.want)
			}
			text, err := os.ReadFile(pidFile)
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			waitGone(t, pid)
		})
	}
}

// waitGone waits until the process has ended: a killed one may still be on its
// way, and stays visible until its new parent has reaped it.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

func TestRunLimitsFiles(t *testing.T) {
	cmd := shell("head -c 100000 /dev/zero > big && echo written")
	cmd.Dir = t.TempDir()
	cmd.Limits.FileBytes = 64 << 10
	got, err := Run(t.Context(), cmd)
	if err != nil || !got.Failed || strings.Contains(got.Output, "written") {
		t.Errorf("got %+v, %v", got, err)
	}
}
