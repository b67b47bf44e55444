package wit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/internal/witjson"
	"github.com/capsule-kit/capsule/wit"
)

// TestFormatKeepsModel formats all files of the examples of Load, and compares
// the models before and after.
func TestFormatKeepsModel(t *testing.T) {
	archives, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			before, after := t.TempDir(), t.TempDir()
			for _, f := range archive.Files {
				if !strings.HasSuffix(f.Name, ".wit") || f.Name == "broken.wit" {
					continue
				}
				formatted, err := wit.Format(f.Data)
				if err != nil {
					t.Fatal(wit.Detail(err))
				}
				write(t, filepath.Join(before, f.Name), f.Data)
				write(t, filepath.Join(after, f.Name), formatted)
			}
			if got, want := model(t, after), model(t, before); got != want {
				t.Errorf("formatting changed the model:\n%s\nwas\n%s", got, want)
			}
		})
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// model returns all that a folder of WIT, or the only file in it, says.
func model(t *testing.T, dir string) string {
	t.Helper()
	if files, _ := filepath.Glob(filepath.Join(dir, "*.wit")); len(files) == 1 {
		if folders, _ := filepath.Glob(filepath.Join(dir, "deps")); len(folders) == 0 {
			dir = files[0]
		}
	}
	r, err := wit.Load(t.Context(), dir, wit.Options{Features: []string{"shiny"}})
	if err != nil {
		t.Fatal(wit.Detail(err))
	}
	return witjson.Dump(r.Packages)
}
