package compile

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
)

// witModule matches what names an interface or a world of the WIT, which the
// engine provides: demo:quakes/progress@0.1.0.
const witModule = `^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*/`

// bundle turns a JavaScript guest that an engine can't take as it is into one
// module: one in TypeScript, or with packages. A guest of plain JavaScript is
// left alone, so that its lines stay the author's.
//
// Everything must come from the guest's own folder, node_modules in it
// included: a guest that somebody else wrote can't have other files of this
// machine put into its component.
func (in *inputs) bundle(r Request) error {
	folder, err := filepath.EvalSymlinks(filepath.Dir(r.Guest))
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	if err := checkSettings(r, folder); err != nil {
		return err
	}
	inside := &containment{folder: folder, read: map[string]bool{}}
	name := strings.TrimSuffix(in.guest, filepath.Ext(in.guest)) + ".js"
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(folder, in.guest)},
		AbsWorkingDir:     folder,
		Outfile:           filepath.Join(folder, name),
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
		Plugins:           []api.Plugin{inside.plugin()},
		ResolveExtensions: []string{".ts", ".mts", ".js", ".mjs", ".json"},
	})
	isTS := typescript(in.guest)
	if !isTS && !inside.needed.Load() {
		return nil // whatever is wrong with it, the engine says so in its own words
	}
	if len(result.Errors) > 0 {
		return bundleError(r, folder, result.Errors[0])
	}
	guests := map[string][]byte{}
	for _, file := range result.OutputFiles {
		if strings.HasSuffix(file.Path, ".map") {
			if err := in.addSourceMap(file.Contents, name); err != nil {
				return err
			}
		} else {
			guests[name] = file.Contents
		}
	}
	in.guests, in.guest = guests, name
	in.sources = slices.Sorted(maps.Keys(inside.read))
	return nil
}

func typescript(path string) bool {
	return strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".mts")
}

// A containment lets a bundler read the files of one folder only.
type containment struct {
	folder string
	// needed says that there was something that an engine couldn't take.
	needed atomic.Bool

	mu    sync.Mutex
	read  map[string]bool // by slash-separated path in the folder
	bytes int64
}

func (c *containment) plugin() api.Plugin {
	return api.Plugin{Name: "containment", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: witModule}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: args.Path, External: true}, nil
		})
		build.OnResolve(api.OnResolveOptions{Filter: `^node:`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{}, fmt.Errorf("%s: the engine has none of Node's built-in modules", args.Path)
		})
		// A bare name is a package's, which no engine looks up.
		build.OnResolve(api.OnResolveOptions{Filter: `^[^./]`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveEntryPoint {
				c.needed.Store(true)
			}
			return api.OnResolveResult{}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`}, c.load)
	}}
}

// load reads one file for the bundler. Its path has been resolved, symbolic
// links included.
func (c *containment) load(args api.OnLoadArgs) (api.OnLoadResult, error) {
	var none api.OnLoadResult
	real, err := filepath.EvalSymlinks(args.Path)
	if err != nil {
		return none, err
	}
	rel, err := filepath.Rel(c.folder, real)
	if err != nil || !filepath.IsLocal(rel) {
		return none, fmt.Errorf("%s lies outside of the guest's folder: what a guest imports has to be in it, packages in its node_modules", args.Path)
	}
	loader := api.LoaderJS
	switch filepath.Ext(real) {
	case ".ts", ".mts":
		loader = api.LoaderTS
		c.needed.Store(true)
	case ".json":
		loader = api.LoaderJSON
		c.needed.Store(true)
	case ".js", ".mjs", ".cjs":
	default:
		return none, errors.New("a guest can import .ts, .mts, .js, .mjs, .cjs and .json files")
	}
	info, err := os.Stat(real)
	if err != nil {
		return none, err
	}
	if !info.Mode().IsRegular() {
		return none, errors.New("not a regular file")
	}
	c.mu.Lock()
	c.read[filepath.ToSlash(rel)] = true
	c.bytes += info.Size()
	tooMuch := len(c.read) > maxInputFiles || c.bytes > maxInputBytes
	c.mu.Unlock()
	if tooMuch {
		return none, fmt.Errorf("the guest imports more than %d files or %d MiB", maxInputFiles, maxInputBytes>>20)
	}
	data, err := os.ReadFile(real)
	text := withoutSourceMap(string(data))
	return api.OnLoadResult{Contents: &text, Loader: loader, ResolveDir: filepath.Dir(real)}, err
}

var bundlePath = regexp.MustCompile(`^[a-z]+:`)

// bundleError gives a bundler's message our form.
func bundleError(r Request, folder string, m api.Message) error {
	e := &GuestError{File: r.Guest, Message: m.Text}
	if m.Location != nil {
		file := bundlePath.ReplaceAllString(m.Location.File, "")
		if filepath.IsAbs(file) {
			if rel, err := filepath.Rel(folder, file); err == nil {
				file = rel
			}
		}
		e.File = filepath.Join(filepath.Dir(r.Guest), filepath.FromSlash(file))
		e.Line, e.Column = m.Location.Line, m.Location.Column+1
	}
	e.Message = escape.Line(strings.ReplaceAll(m.Text, folder, filepath.Dir(r.Guest)))
	notes := slices.DeleteFunc(slices.Clone(m.Notes), func(n api.Note) bool { return !strings.Contains(n.Text, "package") })
	for _, n := range notes[:min(1, len(notes))] {
		e.Detail = escape.Line(n.Text)
	}
	return e
}
