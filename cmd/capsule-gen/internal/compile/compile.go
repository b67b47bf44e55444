// Package compile turns a guest's source into a component with the engine's
// toolchain.
//
// The toolchain runs the guest's top level, so compiling an untrusted guest is
// running it. It gets a copy of the inputs in a temporary folder, an
// environment without anything of the user's, a time and a memory limit, and
// its process group ends with it. Only the component leaves that folder.
//
// No toolchain gives the same bytes twice, so components are kept by a digest
// of their inputs: the same inputs give the same component, as long as it is
// in the cache.
package compile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/proc"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/internal/sourcemap"
)

// Limits bound one run of a toolchain. The zero value means the defaults.
type Limits struct {
	// WallTime is how long it may take: 2 minutes by default.
	WallTime time.Duration
	// MemoryBytes is the memory that each of its processes may write to: 2 GiB
	// by default. componentize-py needs some 0.6 GiB, componentize-js 0.8.
	MemoryBytes int64
}

const (
	defaultWallTime    = 2 * time.Minute
	defaultMemoryBytes = 2 << 30
	// maxComponentBytes bounds the result. A Python guest with all of the
	// standard library is 32 MB.
	maxComponentBytes = 512 << 20
	keptOutputBytes   = 64 << 10
)

// A Request is one guest to compile.
type Request struct {
	Engine toolchain.Engine
	WIT    string // folder, or a single file
	World  string
	Guest  string // the guest's own file
	Output string // the component's file
	Limits Limits
	// Exports returns what the world asks of the guest, for messages about what
	// is missing. It follows from WIT and World, and is called only when there
	// is something to compile. May be nil.
	Exports func(context.Context) ([]Export, error)
	// Imports returns the names under which the world imports interfaces and
	// functions, which are modules to a JavaScript guest. May be nil.
	Imports func(context.Context) ([]string, error)
	// Cache is the root of the cache.
	Cache string
	// Toolchain returns the engine's toolchain. It is asked for only when
	// there is something to compile.
	Toolchain func(context.Context) (*toolchain.Toolchain, error)
	// Progress is called when the toolchain starts; what it returns is called
	// when that has ended. May be nil.
	Progress func() (done func())
}

// A Status says how a component came about.
type Status string

// The statuses.
const (
	// Compiled: the toolchain ran.
	Compiled Status = "compiled"
	// Cached: it had compiled the same inputs before.
	Cached Status = "cached"
	// Current: the output held that component already, and wasn't touched.
	Current Status = "current"
)

// A Result describes a component that Build wrote.
type Result struct {
	Status Status `json:"status"`
	// Inputs is the digest of everything the component was made from.
	Inputs string `json:"inputs"`
	// SHA256 and Bytes are the component's.
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// Build compiles a guest where its inputs have changed, and writes the
// component to r.Output. When it fails, the output is left as it was.
//
// Errors: *GuestError where the toolchain refuses the guest or its WIT,
// *toolchain.MissingError where it can't be installed; otherwise what reading
// and writing files gives, or the context's cause.
func Build(ctx context.Context, r Request) (Result, error) {
	in, err := readInputs(ctx, r)
	if err != nil {
		return Result{}, err
	}
	id, err := toolchain.ID(r.Engine)
	if err != nil {
		return Result{}, err
	}
	key := in.digest(r, id)
	store := store{dir: filepath.Join(r.Cache, "components")}
	for _, dir := range []string{r.Cache, store.dir} {
		if err := toolchain.Folder(dir); err != nil {
			return Result{}, err
		}
	}
	status := Cached
	component, err := store.load(key)
	if err != nil {
		return Result{}, err
	}
	if component == nil {
		status = Compiled
		if component, err = compile(ctx, r, in); err != nil {
			return Result{}, err
		}
		component = addSection(component, sourcemap.Section, in.sourceMap)
		if component, err = store.save(key, component); err != nil {
			return Result{}, err
		}
	}
	changed, err := writeOutput(r.Output, component)
	if err != nil {
		return Result{}, err
	}
	if !changed && status == Cached {
		status = Current
	}
	return Result{Status: status, Inputs: key, SHA256: digest(component), Bytes: len(component)}, nil
}

// compile runs the toolchain on a copy of the inputs and returns the component.
func compile(ctx context.Context, r Request, in *inputs) (component []byte, err error) {
	// First, since an error in the WIT needs no toolchain to be found.
	var exports []Export
	if r.Exports != nil {
		if exports, err = r.Exports(ctx); err != nil {
			return nil, err
		}
	}
	tools, err := r.Toolchain(ctx)
	if err != nil {
		return nil, err
	}
	required, err := in.packages(ctx, r, tools)
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "capsule-build-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	// The toolchains name files by their real paths, and messages are mapped
	// back from there.
	if work, err = filepath.EvalSymlinks(work); err != nil {
		return nil, err
	}
	if r.Engine == toolchain.StarlingMonkey && strings.ContainsAny(work, " \t") {
		return nil, fmt.Errorf("componentize-js can't work in %q: set TMPDIR to a folder without a blank in its path", work)
	}
	dirs := workspace(work)
	if err := in.write(dirs, filepath.Join(dirs.packages, tools.SitePackages())); err != nil {
		return nil, err
	}
	file, err := in.entry(dirs, r, exports)
	if err != nil {
		return nil, err
	}

	if err := setWritable(dirs.guests, false); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, setWritable(dirs.guests, true)) }()

	limits := r.Limits
	if limits.WallTime == 0 {
		limits.WallTime = defaultWallTime
	}
	if limits.MemoryBytes == 0 {
		limits.MemoryBytes = defaultMemoryBytes
	}
	if r.Progress != nil {
		defer r.Progress()()
	}
	result, err := proc.Run(ctx, proc.Command{
		Args: tools.Command(toolchain.Job{
			WIT: dirs.wit, World: r.World, Guests: dirs.guests, File: file, Guest: in.guest,
			Out: dirs.out, Packages: dirs.packages, Required: required,
		}),
		Dir: dirs.guests,
		Env: tools.Environment(dirs.home, dirs.temp, dirs.packages),
		Limits: proc.Limits{
			WallTime:    limits.WallTime,
			MemoryBytes: limits.MemoryBytes,
			FileBytes:   maxComponentBytes,
		},
		OutputBytes: keptOutputBytes,
	})
	switch {
	case errors.Is(err, proc.ErrWallTime):
		return nil, &GuestError{File: r.Guest, Message: fmt.Sprintf(
			"the build took longer than %v and was ended: the guest's top level, which runs during the build, may not come to an end (--build-timeout changes the limit)",
			limits.WallTime)}
	case err != nil:
		return nil, err
	case result.Failed:
		return nil, explain(r, in, dirs, limits, result)
	}
	component, err = readComponent(dirs.out)
	if err != nil {
		return nil, err
	}
	return component, validate(r, component)
}

// packages installs what a Python guest's requirements name, and returns its
// folder; empty for none.
func (in *inputs) packages(ctx context.Context, r Request, tools *toolchain.Toolchain) (string, error) {
	text, ok := in.guests[toolchain.RequirementsFile]
	if r.Engine != toolchain.Python || !ok {
		return "", nil
	}
	options := toolchain.Options{Cache: r.Cache}
	if r.Progress != nil {
		options.Progress = func(string) func() { return r.Progress() }
	}
	dir, err := tools.Packages(ctx, text, options)
	if bad, ok := errors.AsType[*toolchain.RequirementError](err); ok {
		return "", &GuestError{
			File: filepath.Join(filepath.Dir(r.Guest), toolchain.RequirementsFile), Line: bad.Line, Message: escape.Line(bad.Message),
		}
	}
	return dir, err
}

// validate finds out here, and not at the first start, what the toolchain made
// wrong.
func validate(r Request, component []byte) error {
	err := hostruntime.Validate(component)
	format, ok := errors.AsType[*hostruntime.FormatError](err)
	if !ok {
		return err
	}
	if r.Engine == toolchain.QuickJS && strings.HasPrefix(format.Reason, "type not valid to be used as import") {
		return &GuestError{File: r.WIT, Message: "componentize-qjs can't compile a world that itself declares types " +
			"which mention each other: declare them in an interface, from which the world takes them with use"}
	}
	return &GuestError{File: r.Guest, Message: "the compiler made an invalid component: " + escape.Line(format.Error())}
}

// readComponent reads what a toolchain has written, if it can be a component.
func readComponent(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("the compiler reported success but wrote no component: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxComponentBytes {
		return nil, fmt.Errorf("the compiler's output is not a file of at most %d bytes", maxComponentBytes)
	}
	component, err := regularfile.Read(path, maxComponentBytes)
	if err != nil {
		return nil, err
	}
	// The preamble of a component, version 0x0d of layer 1.
	if len(component) < 8 || string(component[:8]) != "\x00asm\x0d\x00\x01\x00" {
		return nil, errors.New("the compiler's output is not a component")
	}
	return component, nil
}
