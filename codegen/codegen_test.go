package codegen

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/wit"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

// TestGolden generates every language for each archive's .wit files and
// compares all of it with the rest of the archive. The emitters have tests of
// their own for what is particular to them.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inputs := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return !strings.HasSuffix(f.Name, ".wit") })
			want := &txtar.Archive{Comment: archive.Comment, Files: slices.Clone(inputs)}
			for _, f := range generate(t, inputs) {
				name := string(f.Language) + "/" + f.Path
				if f.Once {
					name += " (once)"
				}
				want.Files = append(want.Files, txtar.File{Name: name, Data: f.Data})
			}
			text := txtar.Format(want)
			if *update {
				if err := os.WriteFile(path, text, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			has, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(has) != string(text) {
				t.Errorf("%s is stale from %q on; to accept: go test ./codegen -update", path, firstDifference(string(has), string(text)))
			}
		})
	}
}

func firstDifference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return b[n:min(n+80, len(b))]
}

// The same text gives the same files, in whatever order and folder it lies.
func TestDeterminism(t *testing.T) {
	parts := []txtar.File{
		{Name: "a.wit", Data: []byte("package my:many;\nworld w { import one; import two; export two; export run: func() -> result<string, u8>; }\n")},
		{Name: "b.wit", Data: []byte("interface one { record r { a: u8 } enum e { x, y } f: func(r: r) -> e; }\n")},
		{Name: "c.wit", Data: []byte("interface two { use one.{r}; variant v { a(r), b(list<r>) } g: func(v: v) -> option<v>; }\n")},
	}
	first := generate(t, parts)
	for range 4 {
		parts = append(parts[1:], parts[0])
		for i, f := range generate(t, parts) {
			if f.Path != first[i].Path || string(f.Data) != string(first[i].Data) {
				t.Errorf("%s %s differs from run to run", f.Language, f.Path)
			}
		}
	}
}

func TestErrorsReturnNoFiles(t *testing.T) {
	world := load(t, []txtar.File{{Name: "a.wit", Data: []byte("package a:b;\nworld w { export f: func(); export g: func(s: stream<u8>); }\n")}})
	files, err := Generate(world, all)
	if err == nil || len(files) > 0 {
		t.Fatalf("got %d files and error %v", len(files), err)
	}
	if !strings.Contains(err.Error(), "a.wit:2:36: ") {
		t.Errorf("%q has no position", err)
	}
	if files, err := Generate(world, Options{}); err != nil || len(files) > 0 {
		t.Errorf("without languages: %d files, %v", len(files), err)
	}
}

var all = Options{Go: &GoOptions{}, Python: &PythonOptions{}, JavaScript: &JavaScriptOptions{}}

func generate(t *testing.T, inputs []txtar.File) []File {
	t.Helper()
	files, err := Generate(load(t, inputs), all)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// load writes the inputs to a folder and loads their only world.
func load(t *testing.T, inputs []txtar.File) *wit.World {
	t.Helper()
	dir := t.TempDir()
	for _, f := range inputs {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := wit.Load(t.Context(), dir, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.World("")
	if err != nil {
		t.Fatal(err)
	}
	return w
}
