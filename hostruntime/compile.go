package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/internal/image"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A step is a link.Step, compiled: what all instances share of it.
type step struct {
	module *sharedModule
	code   *rewrite.Output
	// parsed tells where the module's imports and constant expressions lead.
	parsed *rewrite.Module
	// host provides the trampolines that the module imports, nil for none, and
	// hostCode is what wazero keeps of it until it is closed as well.
	host     api.Module
	hostCode wazero.CompiledModule
	// origins are the core slots behind the module names "0", "1" and so on
	// of the rewritten imports.
	origins []int
	// tables are the module's tables, by index there.
	tables []tableOrigin
	// template is what the module's memory starts with, the first templated
	// data segments; nil where all are copied.
	template  *image.Template
	templated int
	// fixed is what an instance takes in host memory besides its linear
	// memory, in bytes: tables above all.
	fixed uint64
}

// hostModule is the module name under which a rewritten module imports
// trampolines. Origins have numbers for names, so that it meets none.
const hostModule = "h"

// What wazero keeps for each instance of a core module, in bytes: for an
// element of a table, for an element of a segment (its function, referred
// to), for a global and for an imported function.
const (
	tableEntryBytes   = 8
	segmentEntryBytes = 64
	globalBytes       = 96
	importBytes       = 48
)

// charge says what an instance of a step takes.
func (s *step) charge(growing bool) {
	elements := 0
	for _, t := range s.parsed.Tables {
		elements += int(t.Min)
	}
	if growing {
		elements = s.code.TableElems
	}
	s.fixed = tableEntryBytes*uint64(elements) + segmentEntryBytes*uint64(s.parsed.ElementItems) +
		globalBytes*uint64(len(s.parsed.Globals)) + importBytes*uint64(len(s.parsed.Imports))
}

// compile rewrites and compiles the core modules, one for each step. Steps
// with the same module and the same shape of imports share code.
func (c *Component) compile(ctx context.Context, l *loading, decoded *component.Component) error {
	parsed := map[*component.CoreModule]*rewrite.Module{}
	// Who has a table may hand it to others, who make it grow unseen; then it
	// is charged at its largest.
	growing := false
	for i := range c.plan.Steps {
		module := c.plan.Steps[i].Module
		if parsed[module] != nil {
			continue
		}
		m, err := parseModule(module)
		if err == nil {
			err = l.admit(m)
		}
		if err != nil {
			return err
		}
		parsed[module] = m
		growing = growing || m.GrowsTables
	}
	if err := c.admitCode(l, parsed); err != nil {
		return err
	}
	c.steps = make([]step, len(c.plan.Steps))
	for i := range c.plan.Steps {
		plan := &c.plan.Steps[i]
		if err := c.compileStep(ctx, l, &c.steps[i], plan, parsed[plan.Module]); err != nil {
			return err
		}
	}
	for i := range c.steps {
		c.steps[i].charge(growing)
	}
	c.resolveTables()
	c.makeTemplates()
	c.maxIdle = c.idleCores()
	return c.checkUnused(ctx, l, decoded, parsed)
}

// admitCode counts the code that the plan's steps are compiled to: a module
// once for each shape of its imports.
func (c *Component) admitCode(l *loading, parsed map[*component.CoreModule]*rewrite.Module) error {
	type shape struct {
		module  *component.CoreModule
		targets string
	}
	met := map[shape]bool{}
	for i := range c.plan.Steps {
		plan := &c.plan.Steps[i]
		targets, _ := c.targets(&step{}, plan)
		s := shape{plan.Module, fmt.Sprint(targets)}
		if met[s] {
			continue
		}
		met[s] = true
		if err := l.admitCode(parsed[plan.Module].CodeBytes); err != nil {
			return err
		}
	}
	return nil
}

// checkUnused compiles the core modules that nothing instantiates, only to
// find out whether they are valid: a component with an invalid one isn't.
func (c *Component) checkUnused(ctx context.Context, l *loading, decoded *component.Component, used map[*component.CoreModule]*rewrite.Module) error {
	for _, def := range decoded.Defs {
		var err error
		switch def := def.(type) {
		case *component.CoreModule:
			if used[def] == nil {
				err = c.checkModule(ctx, l, def)
			}
		case *component.Nested:
			err = c.checkUnused(ctx, l, def.Component, used)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Component) checkModule(ctx context.Context, l *loading, m *component.CoreModule) error {
	parsed, err := parseModule(m)
	if _, ok := errors.AsType[*UnsupportedError](err); ok {
		return nil // it needs no support, as it doesn't run
	}
	if err != nil {
		return err
	}
	if err := errors.Join(l.admit(parsed), l.admitCode(parsed.CodeBytes)); err != nil {
		return err
	}
	targets := make([]rewrite.Target, len(parsed.Imports))
	for i := range targets {
		targets[i] = rewrite.Target{Module: hostModule, Name: strconv.Itoa(i)}
	}
	code, err := parsed.Rewrite(rewrite.Options{Imports: targets})
	if err != nil {
		return moduleError(m, err)
	}
	compiled, err := c.compileModule(ctx, l, m, code)
	if err == nil {
		c.rt.release(ctx, compiled)
	}
	return err
}

func (c *Component) compileModule(ctx context.Context, l *loading, m *component.CoreModule, code *rewrite.Output) (*sharedModule, error) {
	compiled, err := c.rt.compile(ctx, l, code.Bytes)
	if err == nil {
		return compiled, nil
	}
	if errors.Is(err, ErrClosed) {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("hostruntime: compiling: %w", err)
	}
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return nil, limit
	}
	if damaged, ok := errors.AsType[*cacheError](err); ok {
		return nil, damaged
	}
	// The reason can hold names out of the module.
	return nil, &FormatError{Offset: m.Pos(), Section: "core module", Reason: EscapeText(err.Error())}
}

func (c *Component) compileStep(ctx context.Context, l *loading, s *step, plan *link.Step, m *rewrite.Module) error {
	s.parsed = m
	targets, trampolines := c.targets(s, plan)
	var err error
	s.code, err = m.Rewrite(rewrite.Options{Imports: targets, Meter: !c.rt.unmetered, Name: traceName(m)})
	if err != nil {
		return moduleError(plan.Module, err)
	}
	if s.module, err = c.compileModule(ctx, l, plan.Module, s.code); err != nil {
		return err
	}
	if len(trampolines) > 0 {
		s.host, s.hostCode, err = c.hostModule(ctx, trampolines)
	}
	return err
}

// targets points every import at its direct origin. Names are numbers in
// order of first use: they depend on the shape of the imports alone, so that
// guests of one engine have equal modules, and share code.
func (c *Component) targets(s *step, plan *link.Step) (targets []rewrite.Target, trampolines []int) {
	numbers := map[int]int{}
	targets = make([]rewrite.Target, len(plan.Sources))
	for i, source := range plan.Sources {
		if source.IsTrampoline() {
			targets[i] = rewrite.Target{Module: hostModule, Name: strconv.Itoa(len(trampolines))}
			trampolines = append(trampolines, source.Trampoline)
			continue
		}
		n, ok := numbers[source.Slot]
		if !ok {
			n = len(s.origins)
			numbers[source.Slot] = n
			s.origins = append(s.origins, source.Slot)
		}
		targets[i] = rewrite.Target{Module: strconv.Itoa(n), Name: source.Name}
	}
	return targets, trampolines
}

// hostModule makes the wazero module that exports the given trampolines as
// "0", "1" and so on. All instances share it: a trampoline finds its instance
// through the context.
func (c *Component) hostModule(ctx context.Context, trampolines []int) (api.Module, wazero.CompiledModule, error) {
	builder := c.rt.wazero.NewHostModuleBuilder(hostModule)
	for i, index := range trampolines {
		core := c.plan.Trampolines[index].Core
		builder.NewFunctionBuilder().
			WithGoModuleFunction(serveTrampoline(index), valueTypes(core.Params), valueTypes(core.Results)).
			Export(strconv.Itoa(i))
	}
	compiled, err := builder.Compile(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("hostruntime: linking: %w", err)
	}
	host, err := c.rt.wazero.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("hostruntime: linking: %w", err), compiled.Close(ctx))
	}
	return host, compiled, nil
}

func valueTypes(types []byte) []api.ValueType {
	converted := make([]api.ValueType, len(types))
	for i, t := range types {
		converted[i] = api.ValueType(t)
	}
	return converted
}
