//go:build guests

package codegen

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// A job is a world to be compared.
type job struct {
	WIT   string `json:"wit"`
	World string `json:"world"`
	// Ours is the folder of our stubs.
	Ours string `json:"ours"`
}

// A verdict is what a toolchain's own bindings say of our stubs.
type verdict struct {
	// Error is why the toolchain makes none.
	Error string `json:"error"`
	// Ours and Theirs are the lines that only one of the two has.
	Ours   []string `json:"ours"`
	Theirs []string `json:"theirs"`
}

// Stubs have the modules, classes, functions and fields of those bindings that
// the engine's own toolchain makes from the same WIT, but for the differences
// that differences.txt lists. For QuickJS, whose toolchain makes none, jco's names
// are the measure; its types are StarlingMonkey's.
func TestNative(t *testing.T) {
	paths := find(t)
	t.Run(guest.Python, func(t *testing.T) {
		site := filepath.Join(guest.Toolchain(t, guest.Python), "site")
		options := codegen.Options{Python: &codegen.PythonOptions{}}
		judge(t, guest.Python, compare(t, paths, options, "python3", "bindings.py", site))
	})
	for engine, mode := range map[string]string{guest.StarlingMonkey: "types", guest.QuickJS: "names"} {
		t.Run(engine, func(t *testing.T) {
			jco := filepath.Join(guest.Toolchain(t, guest.StarlingMonkey), "node_modules", "@bytecodealliance", "jco")
			options := codegen.Options{JavaScript: &codegen.JavaScriptOptions{Engine: engine}}
			typescript := filepath.Join(linters(t), "typescript")
			judge(t, engine, compare(t, paths, options, "node", "guesttypes.mjs", jco, typescript, mode))
		})
	}
}

// compare has a script compare our stubs with the toolchain's own, and returns
// the differences by side: "ours", "theirs", and "error" where the toolchain
// makes nothing.
func compare(t *testing.T, paths []string, options codegen.Options, interpreter, script string, args ...string) map[string][]string {
	t.Helper()
	if _, err := os.Stat(script); err != nil { // the test depends on it
		t.Fatal(err)
	}
	root := t.TempDir()
	var jobs []job
	for _, path := range paths {
		_, folders := stubs(t, path, root, options)
		if _, err := os.Stat(filepath.Join(path, "wit")); err == nil {
			path = filepath.Join(path, "wit")
		}
		for _, folder := range folders {
			_, world, _ := strings.Cut(filepath.Base(folder), "--")
			jobs = append(jobs, job{path, world, folder})
		}
	}
	input, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(interpreter, append([]string{script}, args...)...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	var verdicts []verdict
	if err := json.Unmarshal(out, &verdicts); err != nil || len(verdicts) != len(jobs) {
		t.Fatalf("%s: %d verdicts on %d worlds: %v", script, len(verdicts), len(jobs), err)
	}
	differences := map[string][]string{}
	same := 0
	for i, v := range verdicts {
		name := filepath.Base(jobs[i].Ours)
		if len(v.Error)+len(v.Ours)+len(v.Theirs) == 0 {
			same++
		}
		if v.Error != "" {
			differences["error"] = append(differences["error"], name+": "+v.Error)
		}
		for _, line := range v.Ours {
			differences["ours"] = append(differences["ours"], name+": "+line)
		}
		for _, line := range v.Theirs {
			differences["theirs"] = append(differences["theirs"], name+": "+line)
		}
	}
	t.Logf("%d worlds, %d of them without any difference", len(jobs), same)
	return differences
}
