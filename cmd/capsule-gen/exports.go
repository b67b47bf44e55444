package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/compile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// inTask says which task an error is about, where there are several.
func inTask(t *config.Task, err error) error {
	if t.Name == "" {
		return err
	}
	if _, ok := errors.AsType[*config.Error](err); ok {
		return err // which has the place
	}
	return fmt.Errorf("task %s: %w", t.Name, err)
}

// loadWorld reads the WIT of a task and returns its world.
func (a *app) loadWorld(ctx context.Context, t *config.Task) (*wit.World, error) {
	if err := witThere(t); err != nil {
		return nil, err
	}
	resolved, err := wit.Load(ctx, shorten(t.WIT), wit.Options{})
	if err != nil {
		return nil, err
	}
	return resolved.World(t.World)
}

// exportsOf returns a function that lists what a task's world asks of its
// guest, as far as a guest can be checked for it: functions, and functions of
// interfaces that share their short name with no other.
func (a *app) exportsOf(t *config.Task) func(context.Context) ([]compile.Export, error) {
	return func(ctx context.Context) ([]compile.Export, error) {
		world, err := a.loadWorld(ctx, t)
		if err != nil {
			return nil, err
		}
		return listExports(world), nil
	}
}

// importsOf returns a function that lists the names under which a task's world
// imports.
func (a *app) importsOf(t *config.Task) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		world, err := a.loadWorld(ctx, t)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, item := range world.Imports {
			names = append(names, item.Name)
			if item.Func != nil {
				names = append(names, item.Func.Name)
			}
		}
		return names, nil
	}
}

func listExports(world *wit.World) []compile.Export {
	named := map[string]int{}
	for _, item := range world.Exports {
		if item.Interface != nil {
			named[item.Interface.Name]++
		}
	}
	var exports []compile.Export
	for _, item := range world.Exports {
		switch {
		case item.Func != nil:
			exports = append(exports, compile.Export{Func: item.Func.Name, NoError: failsWithoutError(item.Func)})
		case item.Interface != nil && named[item.Interface.Name] == 1:
			for _, f := range item.Interface.Funcs {
				if f.Kind == wit.Freestanding {
					exports = append(exports, compile.Export{
						Interface: item.Interface.Name, ID: item.Name, Func: f.Name, NoError: failsWithoutError(f),
					})
				}
			}
		}
	}
	return exports
}

// failsWithoutError reports whether f fails with values of a type that an Error
// of JavaScript can't be: one without fields that it might have, and not a
// number or a flag, which it would become.
func failsWithoutError(f *wit.Func) bool {
	if f.Result == nil || f.Result.Def != nil && f.Result.Def.Shape.Def != nil {
		return false // StarlingMonkey doesn't look behind another name of a result
	}
	result := f.Result.Resolve()
	if result.Kind != abi.Result {
		return false
	}
	for _, c := range result.Cases {
		if c.Name == "error" && c.Type != nil {
			switch c.Type.Resolve().Kind {
			case abi.String, abi.Variant, abi.Enum, abi.List, abi.Tuple:
				return true
			}
		}
	}
	return false
}
