//go:build guests || conformance

package differential

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// An outcome is what came of one call, in one runtime.
type outcome struct {
	// Seen is the arguments of each call that the guest made of the host.
	Seen [][]any `json:"seen"`
	// Noted is how the guest's own language shows what it was given, before it
	// calls the host and after.
	Noted  []string `json:"noted"`
	Result any      `json:"result"`
	// Trap is the message of what ended the call, empty where nothing did.
	Trap string `json:"trap"`
}

const requirements = "../bench/peer/requirements.txt"

// peer returns the Python that has wasmtime, and a folder for what it compiles.
// It is the one that make bench installs, installed here where it isn't yet.
//
// Where there is no Python the test is skipped, except under CI.
func peer(ctx context.Context, t *testing.T) (python, cache string) {
	t.Helper()
	base, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	base = filepath.Join(base, ".cache", "capsule")
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		base = filepath.Join(dir, "capsule")
	}
	if dir := os.Getenv("CAPSULE_CACHE"); dir != "" {
		base = dir
	}
	venv, cache := filepath.Join(base, "bench"), filepath.Join(base, "differential")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	python = filepath.Join(venv, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(venv, "Scripts", "python.exe")
	}
	if installed(ctx, t, python) {
		return python, cache
	}
	system, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("no wasmtime to compare with: %v", err)
		}
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{system, "-m", "venv", venv},
		{python, "-m", "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", requirements},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	return python, cache
}

// installed reports whether python has the pinned wasmtime.
func installed(ctx context.Context, t *testing.T, python string) bool {
	t.Helper()
	pinned, err := os.ReadFile(requirements)
	if err != nil {
		t.Fatal(err)
	}
	version, err := exec.CommandContext(ctx, python, "-c",
		"import importlib.metadata as m; print('wasmtime==' + m.version('wasmtime'))").Output()
	return err == nil && bytes.Contains(pinned, append(bytes.TrimSpace(version), ' '))
}

// onWasmtime makes the calls there.
func onWasmtime(ctx context.Context, python, cache, component string, pairs []pair) ([]outcome, error) {
	file, err := os.ReadFile(component)
	if err != nil {
		return nil, err
	}
	// Compiled code that another version wrote is compiled anew.
	compiled := filepath.Join(cache, fmt.Sprintf("%x.cwasm", sha256.Sum256(file)))
	var calls bytes.Buffer
	lines := json.NewEncoder(&calls)
	for _, p := range pairs {
		if err := lines.Encode(map[string]any{"func": p.function(), "args": wires(p.args())}); err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(ctx, python, "peer/wasmtime_peer.py", component, compiled)
	cmd.Stdin = &calls
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil, fmt.Errorf("wasmtime: %w\n%s", err, exit.Stderr)
	} else if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(pairs))
	answers := json.NewDecoder(bytes.NewReader(out))
	for i := range outcomes {
		if err := answers.Decode(&outcomes[i]); err != nil {
			return nil, fmt.Errorf("wasmtime: answer %d of %d: %w", i+1, len(pairs), err)
		}
	}
	return outcomes, nil
}
