package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A MissingError says that a program which the user has to install is absent
// or too old. Its text is one sentence: what is needed, what was met, and what
// works without it.
type MissingError struct {
	Engine Engine
	// Need is the requirement, such as "Python 3.10 or newer".
	Need string
	// Met is what was found instead.
	Met string
	// From is where to have it from; empty where Need says so.
	From string
	// Without says what can still be done.
	Without string
}

func (e *MissingError) Error() string {
	text := fmt.Sprintf("the toolchain of engine %s needs %s, but %s; ", e.Engine, e.Need, e.Met)
	if e.From != "" {
		text += "install it from " + e.From + " or with the system's package manager; "
	}
	return text + e.Without
}

// What works without one of the languages.
const (
	withoutPython = "the engines quickjs and starlingmonkey work without it"
	withoutNode   = "the engine python works without it"
	withoutNode20 = "the engines python and quickjs work without it"
)

// nodeFrom is where Node comes from, with npm.
const nodeFrom = "https://nodejs.org/"

// An interpreter is a program that was found on the PATH.
type interpreter struct {
	path         string
	major, minor int
	platform     platform // of Node
}

func (i interpreter) version() string {
	return strconv.Itoa(i.major) + "." + strconv.Itoa(i.minor)
}

// findPython returns a Python of 3.10 or newer.
func findPython(ctx context.Context) (interpreter, error) {
	names := []string{"python3", "python"}
	if runtime.GOOS == "windows" {
		names = []string{"python", "python3", "py"}
	}
	const script = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
	missing := &MissingError{
		Engine:  Python,
		Need:    "Python 3.10 or newer",
		Met:     "there is no python3 on the PATH",
		From:    "https://www.python.org/downloads/",
		Without: withoutPython,
	}
	for _, name := range names {
		out, err := ask(ctx, name, "-I", "-S", "-c", script)
		if err != nil {
			if ctx.Err() != nil {
				return interpreter{}, context.Cause(ctx)
			}
			if !errors.Is(err, exec.ErrNotFound) {
				missing.Met = name + " on the PATH doesn't run"
			}
			continue
		}
		version, path, _ := strings.Cut(out, "\n")
		found, err := parseVersion(version)
		if err != nil || path == "" {
			missing.Met = name + " on the PATH isn't Python"
			continue
		}
		if found.major == 3 && found.minor >= 10 {
			// The executable behind a launcher or a version switcher's shim:
			// those need an environment that the toolchain isn't given.
			found.path = strings.TrimSpace(path)
			return found, nil
		}
		missing.Met = name + " on the PATH is " + found.version()
	}
	return interpreter{}, missing
}

// findNode returns a Node that the engine's toolchain runs on.
func findNode(ctx context.Context, e Engine) (interpreter, error) {
	oldest, without := 18, withoutNode
	if e == StarlingMonkey {
		oldest = 20
	}
	missing := &MissingError{
		Engine:  e,
		Need:    fmt.Sprintf("Node %d or newer", oldest),
		Met:     "there is no node on the PATH",
		From:    nodeFrom,
		Without: without,
	}
	const script = `console.log(process.versions.node + "\n" + process.execPath);
console.log(process.platform + " " + process.arch + " " + (process.platform !== "linux" ? "" :
  process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl"))`
	out, err := ask(ctx, "node", "-e", script)
	if err != nil {
		if ctx.Err() != nil {
			return interpreter{}, context.Cause(ctx)
		}
		if !errors.Is(err, exec.ErrNotFound) {
			missing.Met = "node on the PATH doesn't run"
		}
		return interpreter{}, missing
	}
	version, rest, _ := strings.Cut(out, "\n")
	path, system, _ := strings.Cut(rest, "\n")
	found, err := parseVersion(version)
	if err != nil {
		missing.Met = "node on the PATH doesn't tell its version"
		return interpreter{}, missing
	}
	if found.major < oldest {
		missing.Met = "node on the PATH is " + found.version()
		if found.major >= 18 {
			missing.Without = withoutNode20
		}
		return interpreter{}, missing
	}
	found.path = strings.TrimSpace(path)
	if words := strings.Fields(system); len(words) >= 2 {
		found.platform = platform{os: words[0], cpu: words[1]}
		if len(words) > 2 {
			found.platform.libc = words[2]
		}
	}
	return found, nil
}

// ask runs a program that answers at once, and returns what it printed.
func ask(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, name, args...)
	child.WaitDelay = time.Second
	out, err := child.Output()
	return strings.TrimSpace(strings.ReplaceAll(string(out), "\r\n", "\n")), err
}

// parseVersion reads "3.11" or "20.20.2".
func parseVersion(text string) (interpreter, error) {
	parts := strings.SplitN(strings.TrimSpace(text), ".", 3)
	if len(parts) < 2 {
		return interpreter{}, fmt.Errorf("%q isn't a version", text)
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return interpreter{major: major, minor: minor}, errors.Join(err, err2)
}

// FindPython returns the path of a Python of 3.10 or newer.
//
// Errors: *MissingError.
func FindPython(ctx context.Context) (string, error) {
	found, err := findPython(ctx)
	return found.path, err
}
