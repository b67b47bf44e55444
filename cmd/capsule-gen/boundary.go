package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/boundary"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/compile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/wit"
)

func (a *app) boundaryCommand() *cobra.Command {
	var configPath string
	var asJSON, asSVG bool
	cmd := &cobra.Command{
		Use:   "boundary [TASK...]",
		Short: "Show what is trusted, what is sandboxed, and what crosses",
		Long: `boundary shows, for each task in capsule.toml or those named, every source file
with its side of the sandbox, every function that crosses and in which
direction, what the guest's engine asks of the system, and what it gets of it.

What crosses and what is asked for is read from the built component, not from
the WIT; where the two differ, or a generated file is out of date, it says so.

--svg prints a picture of one task.`,
		Example: `  capsule-gen boundary
  capsule-gen boundary review --svg > boundary.svg`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeTasks,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(configPath)
			if err != nil {
				return noConfig(cmd, err, "")
			}
			chosen, err := tasks(c, args)
			if err != nil {
				return err
			}
			if asSVG && len(chosen) != 1 {
				return usagef(cmd, "--svg draws one task: name one of the %d", len(chosen))
			}
			return a.boundary(cmd.Context(), chosen, asJSON, asSVG)
		},
	}
	f := cmd.Flags()
	f.StringVar(&configPath, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	f.BoolVar(&asSVG, "svg", false, "print a picture as SVG")
	cmd.MarkFlagsMutuallyExclusive("json", "svg")
	return cmd
}

func (a *app) boundary(ctx context.Context, chosen []*config.Task, asJSON, asSVG bool) error {
	var all []*boundary.Boundary
	for _, t := range chosen {
		b, err := a.boundaryOf(ctx, t)
		if err != nil {
			return err
		}
		all = append(all, b)
	}
	if asJSON {
		return a.printJSON(all)
	}
	for i, b := range all {
		if asSVG {
			return b.SVG(a.out)
		}
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		b.Print(a.out)
	}
	return nil
}

// boundaryOf finds out what lies on each side of a task's sandbox.
func (a *app) boundaryOf(ctx context.Context, t *config.Task) (*boundary.Boundary, error) {
	world, err := a.loadWorld(ctx, t)
	if err != nil {
		return nil, inTask(t, err)
	}
	b := &boundary.Boundary{
		Task: t.Name, World: world.ID(), Engine: string(t.Engine), Component: filepath.ToSlash(shorten(t.Output)),
		Exports: declared(world.Exports), Imports: declared(world.Imports),
		Packages: []boundary.Package{}, Asks: []boundary.Ask{}, Limits: limitsOf(t), Differences: []string{},
	}
	if err := a.addFiles(ctx, t, b); err != nil {
		return nil, err
	}
	return b, addComponent(t, b)
}

// declared returns the functions among a world's items, without the runtime's.
func declared(items []wit.Item) []boundary.Function {
	list := []boundary.Function{}
	for _, item := range items {
		switch {
		case item.Func != nil:
			list = append(list, declaredFunc("", item.Func))
		case item.Interface != nil && !runtimes(item.Name):
			for _, f := range item.Interface.Funcs {
				list = append(list, declaredFunc(item.Name, f))
			}
		}
	}
	return list
}

func declaredFunc(iface string, f *wit.Func) boundary.Function {
	return boundary.Function{
		Interface: iface, Name: f.ExternName(), Type: f.ABI().String(), WIT: strings.TrimSuffix(f.Text(), ";"),
	}
}

// addFiles adds the files of all sides, and says which generated ones aren't
// as generate would write them.
func (a *app) addFiles(ctx context.Context, t *config.Task, b *boundary.Boundary) error {
	add := func(side boundary.Side, paths ...string) {
		for _, p := range paths {
			b.Files = append(b.Files, boundary.File{Path: filepath.ToSlash(shorten(p)), Side: side})
		}
	}
	if t.Go != "" {
		host, err := boundary.HostFiles(ctx, t.Go)
		if err != nil {
			return err
		}
		add(boundary.Host, host...)
	}
	made, err := a.outputsOf(ctx, t)
	if err != nil {
		return err
	}
	for _, o := range made {
		if o.once {
			continue // the guest's
		}
		side := boundary.Stub
		if rel, err := filepath.Rel(t.Go, o.path); t.Go != "" && err == nil && filepath.IsLocal(rel) {
			side = boundary.Generated
		}
		add(side, o.path)
		switch data, err := regularfile.Read(o.path, maxSourceBytes); {
		case errors.Is(err, fs.ErrNotExist):
			b.Differences = append(b.Differences, shorten(o.path)+" isn't there: capsule-gen generate writes it")
		case err != nil:
			return err
		case !bytes.Equal(data, o.data):
			b.Differences = append(b.Differences, shorten(o.path)+" isn't what the WIT says now: capsule-gen generate brings it up to date")
		}
	}
	contract, guest, err := compile.Files(ctx, compile.Request{Engine: t.Engine, WIT: t.WIT, Guest: t.Guest, Imports: a.importsOf(t)})
	if errors.Is(err, fs.ErrNotExist) {
		b.Differences = append(b.Differences, shorten(t.Guest)+" isn't there: capsule-gen generate starts it")
		return nil
	}
	if err != nil {
		return err
	}
	add(boundary.Contract, contract...)
	guest = slices.DeleteFunc(guest, func(path string) bool {
		// Types may lie in the guest's folder.
		return slices.ContainsFunc(made, func(o output) bool { return !o.once && o.path == path })
	})
	if t.Engine == toolchain.Python {
		add(boundary.Sandboxed, guest...)
		return addWheels(t, b)
	}
	own, err := addModules(t, b, guest)
	add(boundary.Sandboxed, own...)
	return err
}

// addComponent replaces what the world declares by what the component has.
func addComponent(t *config.Task, b *boundary.Boundary) error {
	data, err := regularfile.Read(t.Output, maxComponentBytes)
	if errors.Is(err, fs.ErrNotExist) {
		b.Differences = append(b.Differences, b.Component+" isn't there: capsule-gen build writes it")
		return nil
	}
	if err != nil {
		return err
	}
	d, err := hostruntime.Inspect(data)
	if err != nil {
		return fmt.Errorf("%s: %w", b.Component, err)
	}
	crossing := func(list []hostruntime.FuncInfo) []boundary.Function {
		functions := []boundary.Function{}
		for _, f := range list {
			if !runtimes(f.Interface) {
				functions = append(functions, boundary.Function{Interface: f.Interface, Name: f.Name, Type: f.Type.String()})
			}
		}
		return functions
	}
	exports, imports := crossing(callable(d.Exports)), crossing(d.Imports)
	b.Differences = append(b.Differences, boundary.Compare("exports", b.Exports, exports)...)
	b.Differences = append(b.Differences, boundary.Compare("imports", b.Imports, imports)...)
	boundary.Declared(b.Exports, exports)
	boundary.Declared(b.Imports, imports)
	b.Built, b.Exports, b.Imports = true, exports, imports
	b.Asks = append(asks(d.ImportNames, &t.Policy), startsAsked(t, d.ImportNames)...)
	b.Differences = append(b.Differences, unasked(d.ImportNames, &t.Policy)...)
	b.Differences = append(b.Differences, startsUnasked(t, d.ImportNames)...)
	return nil
}
