package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/wit/packages"
)

// A witPackage is the WIT of a package that the runtime serves, for a project's
// wit/deps.
type witPackage struct {
	name, file string
	about      string
	needs      []string // the names of the packages that it uses
}

var witPackages = []witPackage{
	{"capsule:tasks", "tasks.wit", "start other tasks, wait for them, and end them", nil},
	{"wasi:clocks", "clocks.wit", "the time, and waiting", []string{"wasi:io"}},
	{"wasi:http", "http.wit", "make and answer HTTP requests", []string{"wasi:clocks", "wasi:io"}},
	{"wasi:io", "io.wit", "streams, and waiting for several things", nil},
}

// text returns the package's WIT.
func (p witPackage) text() ([]byte, error) {
	if p.name == "capsule:tasks" {
		return []byte(packages.Tasks), nil
	}
	return templates.ReadFile("template/http/deps/" + p.file)
}

func (a *app) witCommand() *cobra.Command {
	var configPath, folder string
	cmd := &cobra.Command{
		Use:   "wit [PACKAGE...]",
		Short: "Add the WIT of a package that the runtime serves",
		Long: `wit writes packages that the runtime serves, such as capsule:tasks, into the deps
of a project's WIT folder, and those that they use, so that its worlds can
import them. A package that is there stays as it is. Without a package, wit lists
what can be had.

The folder is that of the tasks in capsule.toml or, where there is no such file,
the one called wit.`,
		Example: `  capsule-gen wit
  capsule-gen wit capsule:tasks`,
		Args: cobra.ArbitraryArgs,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			for _, p := range witPackages {
				if !slices.Contains(args, p.name) {
					names = append(names, cobra.CompletionWithDesc(p.name, p.about))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listWIT()
			}
			chosen, err := withNeeds(args)
			if err != nil {
				return &usageError{err, cmd}
			}
			if folder == "" {
				if folder, err = witFolder(cmd, configPath); err != nil {
					return err
				}
			}
			return a.addWIT(folder, chosen)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	cmd.Flags().StringVar(&folder, "wit", "", "the folder `DIR` of the WIT files")
	return cmd
}

func (a *app) listWIT() error {
	for _, p := range witPackages {
		fmt.Fprintf(a.out, "%-14s %s\n", p.name, p.about)
	}
	return nil
}

// withNeeds returns the packages of the given names, whose versions may follow,
// and those that they use, each once.
func withNeeds(names []string) ([]witPackage, error) {
	var chosen []witPackage
	for _, name := range names {
		bare, version, _ := strings.Cut(name, "@")
		i := slices.IndexFunc(witPackages, func(p witPackage) bool { return p.name == bare })
		if i < 0 {
			return nil, fmt.Errorf("there is no package %q here (it has %s)", name, witNames())
		}
		one := witPackages[i]
		if has, err := one.version(); err != nil {
			return nil, err
		} else if version != "" && version != has {
			return nil, fmt.Errorf("%s is here as %s@%s only", name, one.name, has)
		}
		needed, err := withNeeds(one.needs)
		if err != nil {
			return nil, err
		}
		for _, p := range append([]witPackage{one}, needed...) {
			if !slices.ContainsFunc(chosen, func(q witPackage) bool { return q.name == p.name }) {
				chosen = append(chosen, p)
			}
		}
	}
	return chosen, nil
}

func witNames() string {
	var names []string
	for _, p := range witPackages {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// packageLine is the line in which WIT says which package it is of.
var packageLine = regexp.MustCompile(`(?m)^package\s+([^\s;@]+)(?:@([^\s;]+))?\s*;`)

func (p witPackage) version() (string, error) {
	text, err := p.text()
	if err != nil {
		return "", err
	}
	return string(packageLine.FindSubmatch(text)[2]), nil
}

// witFolder returns the WIT folder of a project: the one of all its tasks.
func witFolder(cmd *cobra.Command, configPath string) (string, error) {
	c, err := loadConfig(configPath)
	if errors.Is(err, config.ErrNotFound) && !absent("wit") {
		return "wit", nil
	}
	if err != nil {
		return "", noConfig(cmd, err, "--wit")
	}
	var folders []string
	for _, t := range c.Tasks {
		if !slices.Contains(folders, t.WIT) {
			folders = append(folders, t.WIT)
		}
	}
	switch {
	case len(folders) == 0:
		return "", fmt.Errorf("%s lists no tasks", shown(c.Path))
	case len(folders) > 1:
		for i := range folders {
			folders[i] = shown(folders[i])
		}
		return "", usagef(cmd, "the tasks of %s have several WIT folders: choose one with --wit (%s)", shown(c.Path), strings.Join(folders, ", "))
	}
	return folders[0], nil
}

// addWIT writes packages into the deps of a WIT folder, but for those that are
// there.
func (a *app) addWIT(folder string, chosen []witPackage) error {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file: packages go into the deps of a folder", shown(folder))
	}
	there, err := packagesIn(filepath.Join(folder, "deps"))
	if err != nil {
		return err
	}
	for _, p := range chosen {
		if file := there[p.name]; file != "" {
			fmt.Fprintf(a.out, "kept %s, which has %s\n", shown(file), p.name)
			continue
		}
		data, err := p.text()
		if err != nil {
			return err
		}
		if err := a.writeNew(filepath.Join(folder, "deps", p.file), data); err != nil {
			return err
		}
	}
	return nil
}

// packagesIn returns which file of a deps folder has which package.
func packagesIn(deps string) (map[string]string, error) {
	there := map[string]string{}
	var files []string
	for _, pattern := range []string{"*.wit", "*/*.wit"} {
		// The folder's own path may have the pattern's characters in it.
		found, err := fs.Glob(os.DirFS(deps), pattern)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	for _, file := range files {
		path := filepath.Join(deps, filepath.FromSlash(file))
		text, err := regularfile.Read(path, maxSourceBytes)
		if errors.Is(err, regularfile.ErrIrregular) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if found := packageLine.FindSubmatch(text); found != nil {
			there[string(found[1])] = path
		}
	}
	return there, nil
}

// writeNew writes a file where none is.
func (a *app) writeNew(path string, data []byte) error {
	staged, err := atomicfile.Stage(path, data)
	if err != nil {
		return err
	}
	if staged != nil {
		defer staged.Discard()
		created, err := staged.CommitNew()
		if err != nil {
			return err
		}
		if !created {
			return fmt.Errorf("there is a %s already, and %s overwrites nothing", shown(path), plainCommand)
		}
	}
	fmt.Fprintf(a.out, "created %s\n", shown(path))
	return nil
}
