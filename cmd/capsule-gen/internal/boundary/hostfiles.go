package boundary

import (
	"cmp"
	"context"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/capsule-kit/capsule/internal/regularfile"
)

// How many Go files are looked at, and how large each of them and go.mod may be.
const (
	maxHostFiles     = 20_000
	maxHostFileBytes = 64 << 20
)

// HostFiles returns the Go files of the packages that import the bindings in
// the folder bindings, without those of the bindings and without tests. They
// are looked for in the module that the folder belongs to; there are none
// outside of a module.
func HostFiles(ctx context.Context, bindings string) ([]string, error) {
	bindings, err := filepath.Abs(bindings)
	if err != nil {
		return nil, err
	}
	root, module, err := findModule(bindings)
	if err != nil || root == "" {
		return nil, err
	}
	rel, err := filepath.Rel(root, bindings)
	if err != nil {
		return nil, err
	}
	want := path.Join(module, filepath.ToSlash(rel))

	byFolder := map[string][]string{}
	imports := map[string]bool{}
	seen := 0
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && skipped(p, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") || !d.Type().IsRegular() || filepath.Dir(p) == bindings {
			return nil
		}
		if seen++; seen > maxHostFiles {
			return fs.SkipAll
		}
		folder := filepath.Dir(p)
		byFolder[folder] = append(byFolder[folder], p)
		text, err := regularfile.Read(p, maxHostFileBytes)
		if err != nil {
			return err
		}
		// A file that doesn't parse is the compiler's to complain about.
		file, _ := parser.ParseFile(token.NewFileSet(), p, text, parser.ImportsOnly)
		if file == nil {
			return nil
		}
		for _, spec := range file.Imports {
			if spec.Path.Value == `"`+want+`"` {
				imports[folder] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var files []string
	for folder := range imports {
		files = append(files, byFolder[folder]...)
	}
	slices.Sort(files)
	return files, nil
}

// skipped says which folders the go command passes over, and modules of their
// own.
func skipped(path, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor" || name == "node_modules" {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

// findModule returns the folder and the path of the module that dir is in.
func findModule(dir string) (root, module string, err error) {
	for {
		data, err := regularfile.Read(filepath.Join(dir, "go.mod"), maxHostFileBytes)
		if err == nil {
			return dir, modfile.ModulePath(data), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", "", nil
		}
		dir = parent
	}
}
