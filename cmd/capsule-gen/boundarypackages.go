package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/boundary"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/internal/regularfile"
)

// addWheels adds what a Python guest's requirements bring into the sandbox.
func addWheels(t *config.Task, b *boundary.Boundary) error {
	path := filepath.Join(filepath.Dir(t.Guest), toolchain.RequirementsFile)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil // as build takes it
	}
	text, err := regularfile.Read(path, maxSourceBytes)
	if err != nil {
		return err
	}
	pins, err := toolchain.Pins(text)
	for _, p := range pins {
		b.Packages = append(b.Packages, boundary.Package{Name: p.Name, Version: p.Version})
	}
	if bad, ok := errors.AsType[*toolchain.RequirementError](err); ok {
		b.Differences = append(b.Differences, fmt.Sprintf("%s:%d: %s", shorten(path), bad.Line, bad.Message))
		return nil
	}
	return err
}

// addModules adds the packages among the files that a JavaScript guest is made
// from, and returns the other files.
func addModules(t *config.Task, b *boundary.Boundary, files []string) (own []string, err error) {
	dir := filepath.Dir(t.Guest)
	inside := make([]string, len(files))
	for i, file := range files {
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return nil, err
		}
		inside[i] = filepath.ToSlash(rel)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, packages := boundary.NPM(root, inside)
	for _, p := range packages {
		for i, file := range p.Files {
			p.Files[i] = filepath.ToSlash(shorten(filepath.Join(dir, filepath.FromSlash(file))))
		}
		b.Packages = append(b.Packages, p)
	}
	for _, name := range names {
		own = append(own, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return own, nil
}
