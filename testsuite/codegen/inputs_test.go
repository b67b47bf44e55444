//go:build guests

package codegen

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/testsuite/internal/crates"
	"github.com/capsule-kit/capsule/wit"
)

// refused lists the inputs that are refused: the name, and what the errors say.
//
//go:embed refused.txt
var refused string

var update = flag.Bool("update", false, "rewrite refused.txt")

// inputs is how many there are: fewer would mean that some were not found.
const inputs = 109

// Every input either becomes Go that compiles and vets, or is refused for the
// reason that refused.txt gives.
func TestGo(t *testing.T) {
	expected := expectations(t)
	// Inside of the module, so that its packages are found; below testdata, so
	// that nobody else's ./... finds it.
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp("testdata", "go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll("testdata") })
	var lines []string
	worlds := 0
	for _, path := range find(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".wit")
		reasons, made := generate(t, path, filepath.Join(root, name))
		worlds += made
		if reasons == nil {
			if want, ok := expected[name]; ok && !*update {
				t.Errorf("%s is generated, while refused.txt says it is refused: %s", name, want)
			}
			continue
		}
		lines = append(lines, name+": "+strings.Join(reasons, "; "))
		if got := strings.Join(reasons, "; "); got != expected[name] && !*update {
			t.Errorf("%s: refused: %s\nwant %q", name, got, expected[name])
		}
		delete(expected, name)
	}
	if *update {
		text := "# Inputs that are refused, each with the distinct reasons.\n" + strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile("refused.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d worlds of %d inputs generated, %d inputs refused", worlds, inputs-len(lines), len(lines))
	out, err := exec.Command("go", "vet", "./"+filepath.ToSlash(root)+"/...").CombinedOutput()
	if err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

// find returns the inputs: files, and folders with their dependencies.
func find(t *testing.T) []string {
	t.Helper()
	folder, err := crates.Folder(t.Context(), "wit-bindgen-cli")
	if errors.Is(err, crates.ErrNoCargo) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "tests", "codegen", "*"))
	if err != nil || len(paths) != inputs {
		t.Fatalf("%d inputs, want %d: %v", len(paths), inputs, err)
	}
	slices.Sort(paths)
	return paths
}

// generate writes the Go packages of an input's worlds and returns how many
// there are, or why they are refused.
func generate(t *testing.T, path, folder string) (reasons []string, made int) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(path, "wit")); err == nil {
		path = filepath.Join(path, "wit")
	}
	r, err := wit.Load(t.Context(), path, wit.Options{})
	if err != nil {
		return messages(err), 0
	}
	for _, w := range r.Root.Worlds {
		files, err := codegen.Generate(w, codegen.Options{Go: &codegen.GoOptions{}})
		if err != nil {
			reasons = append(reasons, messages(err)...)
			continue
		}
		write(t, filepath.Join(folder, w.Name), "", files)
		// The same with a package for each interface, which the worlds share.
		packages := filepath.Join(folder, "interfaces")
		files, err = codegen.Generate(w, codegen.Options{Go: &codegen.GoOptions{
			Shared: "github.com/capsule-kit/capsule/testsuite/codegen/" + filepath.ToSlash(packages),
		}})
		if err != nil {
			t.Errorf("%s: generated in one package, but not in several: %v", path, err)
		}
		write(t, filepath.Join(folder, "world-"+w.Name), packages, files)
		made++
	}
	slices.Sort(reasons)
	return slices.Compact(reasons), made
}

// write writes generated files, those that worlds share to a folder of their
// own.
func write(t *testing.T, folder, shared string, files []codegen.File) {
	t.Helper()
	for _, f := range files {
		path := filepath.Join(folder, f.Path)
		if f.Shared {
			path = filepath.Join(shared, filepath.FromSlash(f.Path))
		}
		if has, err := os.ReadFile(path); err == nil && !bytes.Equal(has, f.Data) {
			t.Errorf("%s depends on the world that it is generated for", path)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// named matches what differs between errors of one reason.
var named = regexp.MustCompile(`(function|type|resource|world) "[^"]*"`)

// messages returns the reasons in an error, without positions and names.
func messages(err error) []string {
	var list wit.Errors
	if !errors.As(err, &list) {
		var one *wit.Error
		if !errors.As(err, &one) {
			return []string{err.Error()}
		}
		list = wit.Errors{one}
	}
	var reasons []string
	for _, e := range list {
		if e.Pos.Line == 0 {
			reasons = append(reasons, "without a position: "+e.Msg)
			continue
		}
		reasons = append(reasons, named.ReplaceAllString(e.Msg, "$1"))
	}
	return reasons
}

func expectations(t *testing.T) map[string]string {
	t.Helper()
	expected := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(refused))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") || lines.Text() == "" {
			continue
		}
		name, reason, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			t.Fatal(fmt.Errorf("refused.txt: %q is no line", lines.Text()))
		}
		expected[name] = reason
	}
	return expected
}
