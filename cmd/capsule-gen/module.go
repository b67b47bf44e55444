package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/capsule-kit/capsule/internal/regularfile"
)

// What go.mod calls this module, and this command as a tool.
const (
	ownModule    = "github.com/capsule-kit/capsule"
	ownTool      = ownModule + "/cmd/capsule-gen"
	plainCommand = "capsule-gen"
)

// A goModule is the Go module around a folder.
type goModule struct {
	path string // the folder's import path, empty where there is no module
	// command is how capsule-gen is called there: as a tool of the module, which
	// isn't on the PATH, or by its name.
	command string
	// hasRuntime says that the module requires this one, or is it.
	hasRuntime bool
}

// moduleAround returns the module around a folder, which need not exist.
func moduleAround(folder string) (goModule, error) {
	dir, err := filepath.Abs(folder)
	if err != nil {
		return goModule{}, err
	}
	for inside := ""; ; {
		file := filepath.Join(dir, "go.mod")
		data, err := regularfile.Read(file, maxSourceBytes)
		if err == nil {
			module := modfile.ModulePath(data)
			if module == "" {
				return goModule{}, fmt.Errorf("%s names no module", shown(file))
			}
			m := goModule{path.Join(module, filepath.ToSlash(inside)), plainCommand, module == ownModule}
			m.read(data)
			return m, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return goModule{}, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return goModule{command: plainCommand}, nil
		}
		inside = filepath.Join(filepath.Base(dir), inside)
		dir = parent
	}
}

// read takes from a go.mod, if it can be parsed, what it says of this module.
func (m *goModule) read(gomod []byte) {
	parsed, err := modfile.Parse("go.mod", gomod, nil)
	if err != nil {
		return
	}
	if slices.ContainsFunc(parsed.Tool, func(t *modfile.Tool) bool { return t.Path == ownTool }) {
		m.command = "go tool " + plainCommand
	}
	if slices.ContainsFunc(parsed.Require, func(r *modfile.Require) bool { return r.Mod.Path == ownModule }) {
		m.hasRuntime = true
	}
}
