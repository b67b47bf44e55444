// Package guesttest runs the golden tests of the guest emitters.
package guesttest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/wit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A Generator makes the files of one emitter, or its error.
type Generator func(*wit.World) ([]file.File, error)

// Load writes the .wit files of an archive to a new folder and returns the
// only world of its package. prefix goes before each file's name, so that two
// loads can see different names.
func Load(t *testing.T, a *txtar.Archive, prefix string) (w *wit.World, dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range a.Files {
		if !strings.HasSuffix(f.Name, ".wit") {
			continue
		}
		name := filepath.Join(dir, filepath.Dir(f.Name), prefix+filepath.Base(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := wit.Load(context.Background(), dir, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Root.Worlds) != 1 {
		t.Fatalf("%d worlds in %s; want 1", len(r.Root.Worlds), r.Root.ID())
	}
	return r.Root.Worlds[0], dir
}

// Run compares what each generator makes of every archive in testdata with
// the files behind the .wit files in it, which are named LABEL/PATH. Where the
// generator refuses, the file is LABEL/error.txt.
func Run(t *testing.T, generators map[string]Generator) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in testdata (%v)", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			w, dir := Load(t, a, "")
			again, _ := Load(t, a, "zz-")
			got := &txtar.Archive{Comment: a.Comment}
			for _, f := range a.Files {
				if strings.HasSuffix(f.Name, ".wit") {
					got.Files = append(got.Files, f)
				}
			}
			for _, label := range slices.Sorted(maps.Keys(generators)) {
				files := output(t, generators[label], w, dir, label)
				got.Files = append(got.Files, files...)
				if err := same(files, output(t, generators[label], w, dir, label)); err != nil {
					t.Errorf("a second run differs: %v", err)
				}
				second, secondErr := generators[label](again)
				if secondErr == nil {
					if err := same(files, convert(second, label)); err != nil {
						t.Errorf("a run from another folder differs: %v", err)
					}
				}
			}
			compare(t, path, a, got)
		})
	}
}

// output returns the generator's files, or the one that holds its error.
func output(t *testing.T, generate Generator, w *wit.World, dir, label string) []txtar.File {
	t.Helper()
	files, err := generate(w)
	if err == nil {
		return convert(files, label)
	}
	var one *wit.Error
	if !errors.As(err, &one) {
		t.Fatalf("%s: %v; want an error with a position", label, err)
	}
	text := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
	return []txtar.File{{Name: label + "/error.txt", Data: []byte(text + "\n")}}
}

func convert(files []file.File, label string) []txtar.File {
	var out []txtar.File
	for _, f := range files {
		out = append(out, txtar.File{Name: label + "/" + f.Path, Data: f.Data})
	}
	return out
}

func same(a, b []txtar.File) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d files, then %d", len(a), len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name || string(a[i].Data) != string(b[i].Data) {
			return fmt.Errorf("%s, then %s", a[i].Name, b[i].Name)
		}
	}
	return nil
}

// compare fails with the first differing line, or rewrites the archive.
func compare(t *testing.T, path string, want, got *txtar.Archive) {
	t.Helper()
	text := txtar.Format(got)
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) == string(txtar.Format(want)) {
		return
	}
	a, b := strings.Split(string(txtar.Format(want)), "\n"), strings.Split(string(text), "\n")
	for i := range max(len(a), len(b)) {
		x, y := "(end)", "(end)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			t.Fatalf("%s:%d:\n-%s\n+%s\nTo accept the change, run: go test ./codegen/... -update", path, i+1, x, y)
		}
	}
}
