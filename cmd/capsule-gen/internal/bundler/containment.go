package bundler

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/capsule-kit/capsule/internal/regularfile"
)

// witModule matches what names an interface or a world of the WIT, which the
// engine provides: demo:quakes/progress@0.1.0.
const witModule = `^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*/`

// namespace is what esbuild puts before the path of a file of a plugin's.
var namespace = regexp.MustCompile(`^[a-z]+:`)

// A containment lets a bundler read the files of one folder only.
type containment struct {
	folder   string
	external []string
	// needed says that there was something that an engine couldn't take.
	needed atomic.Bool

	mu    sync.Mutex
	read  map[string]bool // by slash-separated path in the folder
	bytes int64
}

// sources returns the files that were read.
func (c *containment) sources() []string { return slices.Sorted(maps.Keys(c.read)) }

func (c *containment) plugin() api.Plugin {
	return api.Plugin{Name: "containment", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: witModule}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: args.Path, External: true}, nil
		})
		build.OnResolve(api.OnResolveOptions{Filter: `^node:`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{}, fmt.Errorf("%s: the engine has none of Node's built-in modules", args.Path)
		})
		// A bare name is what the world imports under it, an interface of its own
		// or a function; any other is a package's, which no engine looks up.
		build.OnResolve(api.OnResolveOptions{Filter: `^[^./]`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind == api.ResolveEntryPoint {
				return api.OnResolveResult{}, nil
			}
			if slices.Contains(c.external, args.Path) {
				return api.OnResolveResult{Path: args.Path, External: true}, nil
			}
			c.needed.Store(true)
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
	tooMuch := len(c.read) > MaxFiles || c.bytes > MaxBytes
	c.mu.Unlock()
	if tooMuch {
		return none, fmt.Errorf("the guest imports more than %d files or %d MiB", MaxFiles, MaxBytes>>20)
	}
	data, err := regularfile.Read(real, MaxBytes)
	text := withoutSourceMap(string(data))
	return api.OnLoadResult{Contents: &text, Loader: loader, ResolveDir: filepath.Dir(real)}, err
}
