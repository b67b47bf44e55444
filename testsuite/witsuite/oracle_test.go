//go:build guests

package witsuite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/internal/wasmtools"
	"github.com/capsule-kit/capsule/internal/witjson"
	"github.com/capsule-kit/capsule/wit"
)

// TestOracle reads every input with an older wasm-tools too: where both accept
// one, the models are equal.
func TestOracle(t *testing.T) {
	tool, err := wasmtools.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	differences := Expected(t, "oracle")
	defer differences.Done()
	compared := 0
	for name, input := range oracleInputs(t) {
		ours, err := wit.Load(t.Context(), input, options)
		if err != nil {
			continue // what must be accepted is other tests' concern
		}
		theirs, err := oracle(t, tool, input)
		if failure, ok := errors.AsType[*wasmtools.Failure](err); ok {
			t.Logf("%s: not read by the oracle: %s", name, firstLine(failure.Stderr))
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compared++
		differences.Check(name, firstDifference(witjson.Dump(ours.Packages), witjson.Dump(theirs)))
	}
	t.Logf("%d inputs compared", compared)
	if compared < 180 {
		t.Errorf("only %d inputs were compared: the oracle no longer reads what it did", compared)
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// oracle returns what the tool makes of a folder or file.
func oracle(t *testing.T, tool *wasmtools.Tool, input string) ([]*wit.Package, error) {
	folder, target := input, "wit"
	if info, err := os.Stat(input); err == nil && !info.IsDir() {
		folder, target = filepath.Dir(input), "wit/"+filepath.Base(input)
	}
	args := []string{"component", "wit", "--json"}
	for _, feature := range options.Features {
		args = append(args, "--features="+feature)
	}
	data, err := tool.Run(t.Context(), "wit", os.DirFS(folder), append(args, target)...)
	if err != nil {
		return nil, err
	}
	return witjson.Read(data)
}

// oracleInputs returns all WIT at hand by name: wit-bindgen's inputs, what
// wit-parser accepts, and this project's own.
func oracleInputs(t *testing.T) map[string]string {
	inputs := make(map[string]string)
	for _, path := range generatorInputs(t) {
		inputs[strings.TrimSuffix(path, string(filepath.Separator)+"wit")] = path
	}
	for _, path := range goldens(t, cases(t), ".wit.json", 78) {
		inputs[path] = path
	}
	named := make(map[string]string)
	for name, path := range inputs {
		named[filepath.Base(name)] = path
	}
	for name, path := range ownInputs(t) {
		named[name] = path
	}
	return named
}

// ownInputs returns the folders of WIT in this project, and the examples of
// package wit, unpacked.
func ownInputs(t *testing.T) map[string]string {
	inputs := make(map[string]string)
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".wit") {
			inputs["own "+filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), root))] = filepath.Dir(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob(filepath.Join(root, "wit", "testdata", "load", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, f := range archive.Files {
			target := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(target, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		inputs["example "+strings.TrimSuffix(filepath.Base(path), ".txtar")] = dir
	}
	return inputs
}
