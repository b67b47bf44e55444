package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime"
)

// load makes a runtime with its code in the cache, and loads a component. The
// runtime is to be closed if it isn't nil.
func (a *app) load(ctx context.Context, path string) (*hostruntime.Runtime, *hostruntime.Component, error) {
	if err := componentThere(path); err != nil {
		return nil, nil, err
	}
	cache, err := toolchain.CacheDir()
	if err != nil {
		return nil, nil, err
	}
	if err := toolchain.Folder(cache); err != nil {
		return nil, nil, err
	}
	rt, err := hostruntime.New(ctx, hostruntime.Config{CacheDir: filepath.Join(cache, "code")})
	if err != nil {
		return nil, nil, err
	}
	component, err := rt.LoadFile(ctx, path)
	return rt, component, err
}

// findExport returns the export that name means: a function's short name where
// one function has it, or that of the world itself; or interface#function,
// where the interface's version can be left out.
func findExport(exports []hostruntime.FuncInfo, name string) (hostruntime.FuncInfo, error) {
	iface, short, full := strings.Cut(name, "#")
	if !full {
		short = name
	}
	var found []hostruntime.FuncInfo
	for _, f := range callable(exports) {
		bare, _, _ := strings.Cut(f.Interface, "@")
		switch {
		case f.Name != short:
		case !full && f.Interface == "":
			return f, nil
		case !full || iface == f.Interface || iface == bare:
			found = append(found, f)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return hostruntime.FuncInfo{}, fmt.Errorf("the component exports no function %q; it exports %s", name, names(callable(exports)))
	}
	return hostruntime.FuncInfo{}, fmt.Errorf("several exports are called %q: %s", name, names(found))
}

// program returns wasi:cli/run's function.
func program(exports []hostruntime.FuncInfo) (hostruntime.FuncInfo, error) {
	for _, f := range exports {
		if strings.HasPrefix(f.Interface, "wasi:cli/run@") && f.Name == "run" {
			return f, nil
		}
	}
	return hostruntime.FuncInfo{}, errors.New("the component isn't a program (it doesn't export wasi:cli/run): name a function to call, one of " + names(callable(exports)))
}

// callable leaves out the exports that compilers leave behind from the time
// when they run a guest's top level: they aren't in its world, and calling them
// again does harm.
func callable(exports []hostruntime.FuncInfo) []hostruntime.FuncInfo {
	var kept []hostruntime.FuncInfo
	for _, f := range exports {
		if !leftover(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// leftover recognises componentize-py's exports#init and componentize-qjs's
// init by their parameters: a world may have a function of that name too.
func leftover(f hostruntime.FuncInfo) bool {
	if f.Name != "init" || len(f.Type.Params) == 0 {
		return false
	}
	first := f.Type.Params[0].Name
	return f.Interface == "exports" && first == "app-name" || f.Interface == "" && first == "shim"
}

// names lists functions for a message.
func names(functions []hostruntime.FuncInfo) string {
	const most = 20
	var texts []string
	for i, f := range functions {
		if i == most {
			texts = append(texts, fmt.Sprintf("and %d more", len(functions)-most))
			break
		}
		texts = append(texts, f.String())
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}
