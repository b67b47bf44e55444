package hostruntime

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/internal/image"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A Component is decoded, validated and compiled: code without state. Any
// number of instances run from it, at the same time. It is safe for
// concurrent use.
type Component struct {
	rt    *Runtime
	plan  *link.Plan
	steps []step
	// importTypes are the texts of the plan's imports' types.
	importTypes []string
	// wasiFuncs are what WASI has for them.
	wasiFuncs   []wasiFunc
	description Description
	// sum returns the SHA-256 of the component's bytes.
	sum func() [sha256.Size]byte
	// readable gives text of the guest's engine the author's own lines.
	readable func(string) string
	// templates is what the steps' templates are in.
	templates image.File
	// maxIdle is how many core sets are kept for the next instance.
	maxIdle int

	mu        sync.Mutex
	closed    bool
	freed     bool
	instances map[*Instance]struct{}
	// idle are core instances that wait for an instance; see coreSet.
	idle []*coreSet
}

// Load decodes, validates, links and compiles a component.
//
// Compiling a language engine takes seconds, once: later loads of components
// with the same engine take it from the cache. bytes are copied: what a guest
// has for data stays with the component.
//
// Errors: *FormatError, *UnsupportedError, *LimitError of Config.Load, ctx's
// error, ErrClosed.
func (rt *Runtime) Load(ctx context.Context, bytes []byte) (*Component, error) {
	if err := within(LimitComponentBytes, uint64(len(bytes)), rt.limits.ComponentBytes); err != nil {
		return nil, err
	}
	return rt.load(ctx, slices.Clone(bytes))
}

// load is Load for bytes that nobody else changes.
func (rt *Runtime) load(ctx context.Context, bytes []byte) (*Component, error) {
	if len(rt.observers) == 0 {
		return rt.loadUnobserved(ctx, bytes)
	}
	ctx, ended := rt.observeLoad(ctx, len(bytes))
	c, err := rt.loadUnobserved(ctx, bytes)
	ended(err)
	return c, err
}

func (rt *Runtime) loadUnobserved(ctx context.Context, bytes []byte) (*Component, error) {
	if err := within(LimitComponentBytes, uint64(len(bytes)), rt.limits.ComponentBytes); err != nil {
		return nil, err
	}
	decoded, plan, err := decode(bytes)
	if err != nil {
		return nil, err
	}
	c := &Component{
		rt:          rt,
		plan:        plan,
		description: describe(decoded, plan),
		sum:         sync.OnceValue(func() [sha256.Size]byte { return sha256.Sum256(bytes) }),
		readable:    readable(decoded.SourceMap),
		instances:   map[*Instance]struct{}{},
	}
	for _, imp := range plan.Imports {
		c.importTypes = append(c.importTypes, imp.Type.String())
	}
	c.resolveWASI()
	if err := c.compile(ctx, &loading{limits: rt.limits}, decoded); err != nil {
		c.free(ctx)
		return nil, err
	}
	return c, nil
}

// LoadFile loads the component in a file.
//
// Errors: those of Load, with the path before them; the file system's.
func (rt *Runtime) LoadFile(ctx context.Context, path string) (*Component, error) {
	bytes, err := readFile(path, rt.limits.ComponentBytes)
	if err != nil {
		return nil, err
	}
	c, err := rt.load(ctx, bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// readFile reads a file of at most so many bytes: one that is as long as one
// byte more is for load to refuse.
func readFile(path string, most uint64) ([]byte, error) {
	file, err := regularfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hostruntime: %w", err)
	}
	defer file.Close()
	bytes, err := io.ReadAll(io.LimitReader(file, int64(min(most, math.MaxInt64-1))+1))
	if err != nil {
		return nil, fmt.Errorf("hostruntime: %w", err)
	}
	return bytes, nil
}

// Close ends the component's instances and frees its code. It is idempotent.
//
// An instance that serves a call is left alone, and what it runs with it:
// Close then returns ErrBusy, and can be called again when the call is over.
// Either way no instance can be started any more.
func (c *Component) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	if c.freed {
		c.mu.Unlock()
		return nil
	}
	var open []*Instance
	for in := range c.instances {
		open = append(open, in)
	}
	c.mu.Unlock()
	var errs []error
	for _, in := range open {
		err := in.Close(ctx)
		if err == ErrBusy {
			return ErrBusy
		}
		errs = append(errs, err)
	}
	c.mu.Lock()
	first := !c.freed
	c.freed = true
	c.mu.Unlock()
	if first {
		c.free(ctx)
	}
	return errors.Join(errs...)
}

func (c *Component) free(ctx context.Context) {
	for _, set := range c.idle {
		_ = set.close(ctx) // it holds no resources
	}
	c.idle = nil
	for i := range c.steps {
		if host := c.steps[i].host; host != nil {
			_ = host.Close(ctx) // it holds no resources
			_ = c.steps[i].hostCode.Close(ctx)
		}
		if m := c.steps[i].module; m != nil {
			c.rt.release(ctx, m)
		}
	}
	_ = c.templates.Close() // nothing is written that could be lost
}

// Validate decodes and validates the component in bytes, also one that this
// runtime can't run. Code in its core modules isn't looked at: Load does that.
//
// Errors: *FormatError.
func Validate(bytes []byte) error {
	_, err := validate(bytes, component.DefaultFeatures)
	return err
}

func validate(bytes []byte, features component.Features) (*component.Component, error) {
	decoded, err := component.DecodeWith(bytes, features)
	if err != nil {
		if e, ok := errors.AsType[*component.Error](err); ok {
			return nil, &FormatError{Offset: e.Offset, Section: e.Section, Reason: e.Msg}
		}
		return nil, &FormatError{Reason: err.Error()}
	}
	return decoded, nil
}

// decode turns bytes into a plan.
func decode(bytes []byte) (*component.Component, *link.Plan, error) {
	decoded, err := validate(bytes, component.DefaultFeatures)
	if err != nil {
		return nil, nil, err
	}
	plan, err := link.Build(decoded)
	if err != nil {
		if e, ok := errors.AsType[*link.Error](err); ok {
			return nil, nil, &UnsupportedError{Offset: e.Offset, Reason: e.Msg}
		}
		return nil, nil, err
	}
	return decoded, plan, nil
}

// parseModule reads a core module for the rewriting pass.
func parseModule(m *component.CoreModule) (*rewrite.Module, error) {
	parsed, err := rewrite.Parse(m.Bytes)
	if err != nil {
		return nil, moduleError(m, err)
	}
	return parsed, nil
}

// moduleError places an error of the rewriting pass in the component.
func moduleError(m *component.CoreModule, err error) error {
	e, ok := errors.AsType[*rewrite.Error](err)
	switch {
	case !ok:
		return &FormatError{Offset: m.Pos(), Section: "core module", Reason: err.Error()}
	case e.FeatureOff:
		return &UnsupportedError{Offset: m.Pos() + e.Offset, Reason: "a core module " + e.Msg}
	}
	section := "core module"
	if e.Section != "" {
		section += ", " + e.Section
	}
	return &FormatError{Offset: m.Pos() + e.Offset, Section: section, Reason: e.Msg}
}

// A FuncInfo describes a function that a component imports or exports.
type FuncInfo struct {
	// Interface is the imported or exported interface's name, empty for a
	// function of the world itself.
	Interface string
	// Name is the function's name, "[method]res.name" for a method.
	Name string
	Type *abi.Func
}

// String returns "ns:pkg/iface#name", or the name alone.
func (f FuncInfo) String() string { return itemName(f.Interface, f.Name) }

func itemName(iface, name string) string {
	if iface == "" {
		return name
	}
	return iface + "#" + name
}

// Exports lists the functions that can be called, in the component's order.
func (c *Component) Exports() []FuncInfo { return c.description.Exports }

// Imports lists the functions that the component imports, WASI's included.
func (c *Component) Imports() []FuncInfo { return c.description.Imports }
