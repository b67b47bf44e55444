package toolchain

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
)

// pythonStart runs componentize-py from the folder given as the first
// argument. With -I and -S no other folder is searched for modules.
const pythonStart = `import sys; sys.path.insert(0, sys.argv.pop(1))
from componentize_py import script
sys.exit(script())`

// installPython installs the wheel into dir/site.
func (t *Toolchain) installPython(ctx context.Context, dir string) error {
	return t.pip(ctx, dir, "--target", filepath.Join(dir, "site"), "-r", "requirements.txt")
}

// pip installs wheels whose hashes are known: with Python's own pip or, where
// there is none, with that of a virtual environment made for the purpose in dir.
func (t *Toolchain) pip(ctx context.Context, dir string, args ...string) error {
	python := t.interpreter.path
	if _, err := ask(ctx, python, "-I", "-m", "pip", "--version"); err != nil {
		venv := filepath.Join(dir, "venv")
		if _, err := ask(ctx, python, "-I", "-c", "import ensurepip"); err != nil {
			return &MissingError{
				Engine:  Python,
				Need:    "pip or venv (on Debian: the package python3-venv)",
				Met:     "Python " + t.interpreter.version() + " at " + python + " has neither",
				Without: withoutPython,
			}
		}
		if err := runInstaller(ctx, dir, nil, []string{python, "-I", "-m", "venv", venv}); err != nil {
			return err
		}
		python = filepath.Join(venv, "bin", "python3")
		if runtime.GOOS == "windows" {
			python = filepath.Join(venv, "Scripts", "python.exe")
		}
		defer func() { _ = os.RemoveAll(venv) }() // the rename carries away what stays
	}
	// These two settings, which a user may have for reasons of their own, don't
	// go together with a target folder.
	env := []string{"PIP_USER=0", "PIP_REQUIRE_VIRTUALENV=0"}
	return runInstaller(ctx, dir, env, append([]string{
		python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
		"--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile",
	}, args...))
}

// python returns the command line that starts componentize-py with args.
func (t *Toolchain) python(args ...string) []string {
	start := []string{t.interpreter.path, "-I", "-S", "-B", "-c", pythonStart, filepath.Join(t.dir, "site")}
	return append(start, args...)
}
