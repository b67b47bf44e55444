package golang

import (
	"bytes"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/wit"
)

// Whatever a world's names are, what is generated compiles: in one package, and
// with packages for interfaces.
func TestRandomWorldsCompile(t *testing.T) {
	for seed := range uint64(60) {
		compileRandomWorld(t, seed)
	}
}

func FuzzGenerateAndCompile(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { compileRandomWorld(t, seed) })
}

func compileRandomWorld(t *testing.T, seed uint64) {
	t.Helper()
	w := randomWorld(seed)
	for _, shared := range []string{"", "example.com/wit"} {
		files, err := Generate(w, Options{Package: "generated", Shared: shared})
		var refusals wit.Errors
		if errors.As(err, &refusals) {
			return
		}
		if err != nil {
			t.Fatalf("world %d: %v", seed, err)
		}
		if err := compile(t, shared, files); err != nil {
			t.Fatalf("world %d, shared %q: %v", seed, shared, err)
		}
	}
}

// exported finds the compiled form of what generated code imports.
var exportData = sync.OnceValues(func() (map[string]string, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", pathHost, pathBind).Output()
	if err != nil {
		return nil, err
	}
	found := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		if name, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			found[name] = file
		}
	}
	return found, nil
})

// A packageSet type-checks generated packages and those that they import.
type packageSet struct {
	fset  *token.FileSet
	base  types.Importer
	files map[string][]file.File // by import path
	made  map[string]*types.Package
}

func compile(t *testing.T, shared string, files []file.File) error {
	t.Helper()
	found, err := exportData()
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	s := &packageSet{fset: token.NewFileSet(), files: make(map[string][]file.File), made: make(map[string]*types.Package)}
	s.base = importer.ForCompiler(s.fset, "gc", func(name string) (io.ReadCloser, error) { return os.Open(found[name]) })
	for _, f := range files {
		name := "generated"
		if f.Shared {
			name = path.Join(shared, path.Dir(f.Path))
		}
		s.files[name] = append(s.files[name], f)
	}
	for name := range s.files {
		if _, err := s.Import(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *packageSet) Import(name string) (*types.Package, error) {
	if p, ok := s.made[name]; ok {
		return p, nil
	}
	files, ok := s.files[name]
	if !ok {
		return s.base.Import(name)
	}
	var parsed []*ast.File
	var source bytes.Buffer
	for _, f := range files {
		source.WriteString(numbered(string(f.Data)))
		tree, err := parser.ParseFile(s.fset, f.Path, f.Data, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, tree)
	}
	p, err := (&types.Config{Importer: s}).Check(name, s.fset, parsed, nil)
	if err != nil {
		return nil, errors.New(err.Error() + "\n" + source.String())
	}
	s.made[name] = p
	return p, nil
}
