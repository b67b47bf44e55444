package toolchain

import (
	"context"
	"os/exec"
	"path/filepath"
)

// installNode installs what dir's lock file names into dir/node_modules. No
// package's own scripts are run.
func (t *Toolchain) installNode(ctx context.Context, dir string) error {
	if err := checkLocked(t.Engine.manifest(), t.interpreter.platform); err != nil {
		return err
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return &MissingError{
			Engine:  t.Engine,
			Need:    "npm, which belongs to Node",
			Met:     "there is none on the PATH",
			From:    nodeFrom,
			Without: withoutNode,
		}
	}
	return runInstaller(ctx, dir, nil, []string{
		npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--omit=dev",
	})
}

// node returns the command line that starts a script of the installation.
func (t *Toolchain) node(script string, args ...string) []string {
	start := []string{t.interpreter.path, filepath.Join(t.dir, filepath.FromSlash(script))}
	return append(start, args...)
}
