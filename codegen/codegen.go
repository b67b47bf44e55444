// Package codegen generates host bindings and guest stubs from a WIT world.
//
// It is a pure function of the world and the options: no disk, no clock, no
// environment. The same world gives the same bytes on every machine.
package codegen

import (
	"github.com/capsule-kit/capsule/codegen/golang"
	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/javascript"
	"github.com/capsule-kit/capsule/codegen/python"
	"github.com/capsule-kit/capsule/wit"
)

// A Language is a language that is generated.
type Language string

// The languages: Go is the host's, the others are guests'.
const (
	Go         Language = "go"
	Python     Language = "python"
	JavaScript Language = "javascript"
)

// The options of each language.
type (
	GoOptions         = golang.Options
	PythonOptions     = python.Options
	JavaScriptOptions = javascript.Options
)

// Options say what is generated: each language that is not nil.
type Options struct {
	Go         *GoOptions
	Python     *PythonOptions
	JavaScript *JavaScriptOptions
}

// A File is one generated file.
type File struct {
	// Language tells which of the output folders the file goes to.
	Language Language
	// Path is relative to that folder, with forward slashes.
	Path string
	// Shared says that Path is relative to the folder of GoOptions.Shared
	// instead.
	Shared bool
	Data   []byte
	// Once marks a file that belongs to the user: it is created when it is
	// missing and never written again.
	Once bool
}

// Generate returns the files of each language asked for: Go first, then
// Python, then JavaScript.
//
// Errors: *wit.Error or wit.Errors, with positions, for parts of the world
// that a language cannot express; others for unusable options. No files are
// returned then.
func Generate(w *wit.World, opts Options) ([]File, error) {
	var files []File
	add := func(language Language, made []file.File, err error) error {
		for _, f := range made {
			files = append(files, File{Language: language, Path: f.Path, Shared: f.Shared, Data: f.Data, Once: f.Once})
		}
		return err
	}
	if opts.Go != nil {
		made, err := golang.Generate(w, *opts.Go)
		if err := add(Go, made, err); err != nil {
			return nil, err
		}
	}
	if opts.Python != nil {
		made, err := python.Generate(w, *opts.Python)
		if err := add(Python, made, err); err != nil {
			return nil, err
		}
	}
	if opts.JavaScript != nil {
		made, err := javascript.Generate(w, *opts.JavaScript)
		if err := add(JavaScript, made, err); err != nil {
			return nil, err
		}
	}
	return files, nil
}
