package bundler

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// childArgument is the argument that makes a program a child of its own.
const childArgument = "capsule-bundler-child"

// maxStackBytes bounds how deeply esbuild recurses. Files that people write
// need some kilobytes.
const maxStackBytes = 256 << 20

// Child returns at once, unless this program was started as a child by Run or
// Plain: then it does what was asked, and ends the process.
func Child() {
	if len(os.Args) != 3 || os.Args[1] != childArgument {
		return
	}
	debug.SetMaxStack(maxStackBytes)
	if err := serve(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve answers the request in a folder.
func serve(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, requestFile))
	if err != nil {
		return err
	}
	var r request
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	result := plain(r.Plain)
	if r.Bundle != nil {
		result = bundle(*r.Bundle)
	}
	if data, err = json.Marshal(result); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, resultFile), data, 0o600)
}

func plain(typescript []byte) Result {
	made := api.Transform(string(typescript), api.TransformOptions{
		Loader: api.LoaderTS, Target: api.ES2023, TsconfigRaw: "{}", LogLevel: api.LogLevelSilent,
	})
	if len(made.Errors) > 0 {
		return Result{Wrong: message("", made.Errors[0])}
	}
	return Result{Code: made.Code}
}

// openImport is what esbuild calls an import() of anything but a string.
const openImport = "unsupported-dynamic-import"

func bundle(b Bundle) Result {
	inside := &containment{folder: b.Folder, external: b.External, read: map[string]bool{}}
	made := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(b.Folder, b.Entry)},
		AbsWorkingDir:     b.Folder,
		Outfile:           filepath.Join(b.Folder, b.Out),
		Bundle:            true,
		Write:             false,
		Metafile:          false,
		Format:            api.FormatESModule,
		Platform:          api.PlatformNeutral,
		Target:            api.ES2023,
		MainFields:        []string{"module", "main"},
		Conditions:        []string{"import", "module", "default"},
		Define:            map[string]string{"process.env.NODE_ENV": `"production"`},
		Charset:           api.CharsetUTF8,
		TsconfigRaw:       `{}`, // not one from a folder above
		Sourcemap:         api.SourceMapExternal,
		SourcesContent:    api.SourcesContentExclude,
		LegalComments:     api.LegalCommentsInline,
		LogLevel:          api.LogLevelSilent,
		LogOverride:       map[string]api.LogLevel{openImport: api.LogLevelWarning},
		Plugins:           []api.Plugin{inside.plugin()},
		ResolveExtensions: []string{".ts", ".mts", ".js", ".mjs", ".json"},
	})
	result := Result{Needed: inside.needed.Load() || typescript(b.Entry)}
	if len(made.Errors) > 0 {
		result.Wrong = message(b.Folder, made.Errors[0])
		return result
	}
	for _, file := range made.OutputFiles {
		if strings.HasSuffix(file.Path, ".map") {
			result.Map = file.Contents
		} else {
			result.Code = file.Contents
		}
	}
	result.Sources = inside.sources()
	result.Open = slices.ContainsFunc(made.Warnings, func(m api.Message) bool { return m.ID == openImport })
	return result
}

func typescript(path string) bool {
	return strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".mts")
}

// message gives a message of esbuild's our form, with paths in the folder.
func message(folder string, m api.Message) *Message {
	out := &Message{Text: m.Text}
	if m.Location != nil {
		// A file that a plugin has read may have its namespace in front.
		file := namespace.ReplaceAllString(m.Location.File, "")
		if filepath.IsAbs(file) {
			if rel, err := filepath.Rel(folder, file); err == nil {
				file = rel
			}
		}
		out.File = filepath.ToSlash(file)
		out.Line, out.Column = m.Location.Line, m.Location.Column+1
	}
	if i := slices.IndexFunc(m.Notes, func(n api.Note) bool { return strings.Contains(n.Text, "package") }); i >= 0 {
		out.Detail = m.Notes[i].Text
	}
	return out
}
