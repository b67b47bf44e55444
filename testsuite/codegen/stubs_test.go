//go:build guests

package codegen

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/wit"
)

// Every input either becomes stubs and a starter for each engine that Python's
// and TypeScript's strict checkers accept as they are, or is refused for the
// reason that a file of the engine's name gives.
func TestStubs(t *testing.T) {
	engines := []struct {
		name    string
		options codegen.Options
		check   func(t *testing.T, root string, folders []string)
	}{
		{"python", codegen.Options{Python: &codegen.PythonOptions{}}, checkPython},
		{"quickjs", codegen.Options{JavaScript: &codegen.JavaScriptOptions{Engine: "quickjs"}}, checkTypeScript},
		{"starlingmonkey", codegen.Options{JavaScript: &codegen.JavaScriptOptions{Engine: "starlingmonkey"}}, checkTypeScript},
	}
	paths := find(t)
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			root := t.TempDir()
			var lines, folders []string
			for _, path := range paths {
				reasons, made := stubs(t, path, root, engine.options)
				folders = append(folders, made...)
				if reasons != nil {
					name := strings.TrimSuffix(filepath.Base(path), ".wit")
					lines = append(lines, name+": "+strings.Join(reasons, "; "))
				}
			}
			t.Logf("%d worlds, %d inputs refused", len(folders), len(lines))
			list := "refused-" + engine.name + ".txt"
			text := "# Inputs that are refused, each with the distinct reasons.\n" + strings.Join(lines, "\n") + "\n"
			if *update {
				if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if want, err := os.ReadFile(list); err != nil || string(want) != text {
				t.Errorf("%s differs (%v): other inputs are refused now, or for other reasons:\n%s", list, err, text)
			}
			engine.check(t, root, folders)
		})
	}
}

// stubs writes those of an input's worlds, each to a folder of its own.
func stubs(t *testing.T, path, root string, options codegen.Options) (reasons, folders []string) {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(path), ".wit")
	if _, err := os.Stat(filepath.Join(path, "wit")); err == nil {
		path = filepath.Join(path, "wit")
	}
	r, err := wit.Load(t.Context(), path, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Root.Worlds {
		files, err := codegen.Generate(w, options)
		if err != nil {
			reasons = append(reasons, messages(err)...)
			continue
		}
		folder := filepath.Join(root, name+"--"+w.Name)
		folders = append(folders, folder)
		write(t, folder, "", files)
	}
	slices.Sort(reasons)
	return slices.Compact(reasons), folders
}

// checkPython has pyright look at all folders, each as a project of its own.
func checkPython(t *testing.T, root string, folders []string) {
	type environment struct {
		Root string `json:"root"`
	}
	var environments []environment
	for _, folder := range folders {
		environments = append(environments, environment{filepath.Base(folder)})
	}
	config, err := json.Marshal(map[string]any{
		"typeCheckingMode": "strict", "pythonVersion": "3.14", "executionEnvironments": environments,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "pyrightconfig.json"), config, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(linters(t), ".bin", "pyright"))
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("pyright --strict: %v\n%s", err, out)
	}
}

// checkTypeScript has tsc's checker look at all folders, each as a project of
// its own.
func checkTypeScript(t *testing.T, _ string, folders []string) {
	cmd := exec.Command("node", "check.cjs", filepath.Join(linters(t), "typescript"))
	cmd.Stdin = bytes.NewBufferString(strings.Join(folders, "\n"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("tsc --strict --checkJs: %v\n%s", err, out)
	}
}

// linters returns the folder of the checkers, where `make lint` puts them.
func linters(t *testing.T) string {
	t.Helper()
	base := os.Getenv("CAPSULE_CACHE")
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Skip(err)
		}
		base = filepath.Join(user, "capsule")
	}
	folder := filepath.Join(base, "lint", "js", "node_modules")
	if _, err := os.Stat(filepath.Join(folder, ".bin", "pyright")); err != nil {
		t.Skip("no type checkers: run make lint-js")
	}
	return folder
}
