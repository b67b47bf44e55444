package golang

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/wit"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

// TestGolden generates Go for each archive's .wit files and compares all of
// it with the rest of the archive.
func TestGolden(t *testing.T) {
	for _, path := range archives(t, "testdata/golden") {
		t.Run(name(path), func(t *testing.T) {
			archive, inputs := open(t, path)
			files, err := generate(t, inputs)
			if err != nil {
				t.Fatal(err)
			}
			want := &txtar.Archive{Comment: archive.Comment, Files: slices.Clone(inputs)}
			for _, f := range files {
				want.Files = append(want.Files, txtar.File{Name: f.Path, Data: f.Data})
			}
			compare(t, path, txtar.Format(want))
		})
	}
}

// TestRefused does the same for worlds that have no Go form yet: the archive's
// file "want" holds the errors.
func TestRefused(t *testing.T) {
	for _, path := range archives(t, "testdata/refused") {
		t.Run(name(path), func(t *testing.T) {
			archive, inputs := open(t, path)
			dir := t.TempDir()
			files, err := generateIn(t, dir, inputs)
			if err == nil || len(files) > 0 {
				t.Fatalf("got %d files and error %v, want an error alone", len(files), err)
			}
			message := strings.ReplaceAll(err.Error(), filepath.ToSlash(dir)+"/", "")
			want := &txtar.Archive{Comment: archive.Comment, Files: slices.Clone(inputs)}
			want.Files = append(want.Files, txtar.File{Name: "want", Data: []byte(message + "\n")})
			compare(t, path, txtar.Format(want))
		})
	}
}

// TestDeterminism loads and generates again from another folder.
func TestDeterminism(t *testing.T) {
	for _, path := range archives(t, "testdata/golden") {
		_, inputs := open(t, path)
		first, err := generate(t, inputs)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(inputs)
		second, err := generate(t, inputs)
		if err != nil {
			t.Fatal(err)
		}
		for i := range first {
			if string(first[i].Data) != string(second[i].Data) {
				t.Errorf("%s: %s differs from run to run", path, first[i].Path)
			}
		}
	}
}

// TestVet has the toolchain compile and vet what the archives hold.
func TestVet(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	// Inside of the module, so that its packages are found; below testdata,
	// so that nobody else's ./... finds it.
	root, err := os.MkdirTemp("testdata", "vet")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	args := []string{"vet"}
	for _, path := range archives(t, "testdata/golden") {
		_, inputs := open(t, path)
		files, err := generate(t, inputs)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, name(path))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f.Path), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		args = append(args, "./"+filepath.ToSlash(dir))
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

func archives(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives in %s: %v", folder, err)
	}
	return paths
}

func name(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txtar") }

// open returns an archive and the .wit files in it.
func open(t *testing.T, path string) (*txtar.Archive, []txtar.File) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	inputs := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return !strings.HasSuffix(f.Name, ".wit") })
	return archive, inputs
}

func generate(t *testing.T, inputs []txtar.File) ([]file.File, error) {
	t.Helper()
	return generateIn(t, t.TempDir(), inputs)
}

// generateIn writes the inputs to a folder and generates Go for its only world.
func generateIn(t *testing.T, dir string, inputs []txtar.File) ([]file.File, error) {
	t.Helper()
	for _, f := range inputs {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
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
	return Generate(w, Options{})
}

// compare compares an archive with the file that it should be.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	line := 0
	for line < min(len(gotLines), len(wantLines)) && gotLines[line] == wantLines[line] {
		line++
	}
	at := func(lines []string) string { return strings.Join(lines[line:min(line+5, len(lines))], "\n") }
	t.Errorf("%s differs from line %d on\ngot:\n%s\nwant:\n%s\nto accept: go test ./codegen/golang -update",
		path, line+1, at(gotLines), at(wantLines))
}
