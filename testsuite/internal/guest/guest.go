// Package guest builds guests for tests with the real toolchains, through the
// real command.
package guest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The engines, as capsule.toml names them.
const (
	Python         = "python"
	QuickJS        = "quickjs"
	StarlingMonkey = "starlingmonkey"
)

// Engines are all engines.
var Engines = []string{Python, QuickJS, StarlingMonkey}

// A Spec says what to build.
type Spec struct {
	WIT, World string
	Engine     string
	// File is the guest's file.
	File string
}

// command is capsule-gen, built once for the test process.
var command = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "capsule-gen-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "capsule-gen")
	out, err := exec.Command("go", "build", "-o", path, "github.com/capsule-kit/capsule/cmd/capsule-gen").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return path, err
})

// Build returns the path of the component built from spec. capsule-gen keeps
// built components by content, so a second build is quick.
//
// Where an engine's toolchain can't be had the test is skipped, except under
// CI, where it fails.
func Build(t testing.TB, spec Spec) string {
	t.Helper()
	path, message, err := TryBuild(t, spec)
	if err != nil {
		if os.Getenv("CI") == "" && strings.Contains(message, "toolchain") {
			t.Skipf("no toolchain for %s: %s", spec.Engine, message)
		}
		t.Fatalf("building the %s guest %s: %v\n%s", spec.Engine, spec.File, err, message)
	}
	return path
}

// TryBuild is Build for guests that shouldn't: it returns what the command
// wrote to standard error.
func TryBuild(t testing.TB, spec Spec) (path, stderr string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), spec.Engine+".wasm")
	stderr, err = Compile(spec, path)
	return path, stderr, err
}

// Compile writes the component built from spec to path, and returns what the
// command wrote to standard error.
func Compile(spec Spec, path string) (stderr string, err error) {
	exe, err := command()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(exe, "build", "--wit", spec.WIT, "--world", spec.World,
		"--engine", spec.Engine, "--guest", spec.File, "-o", path)
	var buffer bytes.Buffer
	cmd.Stderr = &buffer
	err = cmd.Run()
	return buffer.String(), err
}
