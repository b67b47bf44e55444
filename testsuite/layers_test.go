// Package testsuite holds the project as a whole to its rules.
package testsuite

import (
	"os/exec"
	"regexp"
	"slices"
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
		{module + "/cmd/...", module + "/internal/wasmtools"}, // oracles, for tests
		{module + "/cmd/...", module + "/internal/witjson"},
		{module + "/wit/...", module + "/internal/"},
		{module + "/codegen/...", module + "/internal/"},
		{module + "/codegen/...", module + "/hostruntime"},
		{module + "/codegen/...", module + "/cmd"},
		{module + "/hostruntime/...", module + "/codegen"},
		{module + "/hostruntime/...", module + "/cmd"},
		{module + "/hostruntime/...", module + "/sdk"},
		{module + "/hostruntime/internal/...", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/bind", "github.com/tetratelabs/wazero"},
		{module + "/hostruntime/value", "github.com/tetratelabs/wazero"},
		// What decides who reaches what knows of no guest.
		{module + "/hostruntime/internal/egress", module + "/"},
		// Who doesn't trace doesn't build what does.
		{module + "/cmd/...", module + "/hostruntime/otel"},
		{module + "/internal/tomlkeys", module + "/"},
		{module + "/hostruntime/internal/overlay", module + "/"},
		{module + "/hostruntime/internal/image", module + "/"},
		{module + "/internal/sourcemap", module + "/"},
		{module + "/internal/ownedir", module + "/"},
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

// TestWhoImports holds where dependencies stay that others could take over from.
func TestWhoImports(t *testing.T) {
	homes := map[string][]string{
		"go.opentelemetry.io":           {module + "/hostruntime/otel"},
		"github.com/tetratelabs/wazero": {module + "/hostruntime", module + "/internal/wasmtools"},
		"github.com/dave/jennifer":      {module + "/codegen/golang"},
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	met := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		for _, imported := range words[1:] {
			for dependency, allowed := range homes {
				if !under(imported, dependency) {
					continue
				}
				met[dependency] = true
				if !slices.Contains(allowed, words[0]) {
					t.Errorf("%s imports %s, which is for %s", words[0], imported, strings.Join(allowed, " and "))
				}
			}
		}
	}
	if len(met) != len(homes) {
		t.Errorf("only %v were met: the test looks for the wrong names", met)
	}
}

// TestExportedAPI holds that no dependency shows in what others program against.
func TestExportedAPI(t *testing.T) {
	foreign := regexp.MustCompile(`\b(wazero|api|experimental|jen)\.[A-Z]\w*`)
	for _, pkg := range []string{"/hostruntime", "/hostruntime/bind", "/hostruntime/value", "/codegen", "/codegen/golang", "/wit", "/wit/abi"} {
		out, err := exec.Command("go", "doc", "-all", module+pkg).Output()
		if err != nil {
			t.Fatalf("go doc %s: %v", pkg, err)
		}
		if name := foreign.Find(out); name != nil {
			t.Errorf("the API of %s mentions %s", pkg, name)
		}
	}
}
