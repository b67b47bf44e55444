// Package testsuite holds the project as a whole to its rules.
package testsuite

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/capsule-kit/capsule"

// deps returns the import paths that a pattern's packages depend on, tests
// aside, themselves included.
func deps(t *testing.T, pattern string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pattern).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pattern, err)
	}
	return strings.Fields(string(out))
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// TestImportsPointDown holds what ARCHITECTURE.md says of who may know whom.
func TestImportsPointDown(t *testing.T) {
	rules := []struct{ pattern, never string }{
		{module + "/wit/abi", module + "/wit/"},
		{module + "/wit/...", module + "/codegen"},
		{module + "/wit/...", module + "/hostruntime"},
		{module + "/wit/...", "github.com/tetratelabs/wazero"},
		{module + "/cmd/...", module + "/internal/wasmtools"}, // an oracle, for tests
		{module + "/codegen/...", module + "/hostruntime"},
		{module + "/codegen/...", module + "/cmd"},
		{module + "/hostruntime/...", module + "/codegen"},
		{module + "/hostruntime/...", module + "/cmd"},
		{module + "/hostruntime/...", module + "/sdk"},
		{module + "/hostruntime/internal/component", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/internal/link", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/internal/rewrite", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/internal/canon", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/internal/wasi", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/bind", "github.com/tetratelabs/wazero"},
	}
	for _, r := range rules {
		for _, dep := range deps(t, r.pattern) {
			if under(dep, strings.TrimSuffix(r.never, "/")) && !under(dep, strings.TrimSuffix(r.pattern, "/...")) {
				t.Errorf("%s depends on %s", r.pattern, dep)
			}
		}
	}
	for _, dep := range deps(t, module+"/hostruntime") {
		if under(dep, module+"/wit") && dep != module+"/wit/abi" {
			t.Errorf("hostruntime depends on %s: it reads types from components, not from text", dep)
		}
		host, _, _ := strings.Cut(dep, "/")
		if strings.Contains(host, ".") && !under(dep, module) && !under(dep, "github.com/tetratelabs/wazero") && !under(dep, "golang.org/x/sys") {
			t.Errorf("hostruntime depends on %s", dep)
		}
	}
	for _, dep := range deps(t, module+"/wit/abi") {
		if under(dep, module) && dep != module+"/wit/abi" {
			t.Errorf("wit/abi depends on %s", dep)
		}
	}
}
