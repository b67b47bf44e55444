package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/compile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

func (a *app) watchCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use:   "watch [TASK...]",
		Short: "Generate and build again whenever a file changes",
		Long: `watch does what generate and build do, for the tasks in capsule.toml or those
named, and does it again whenever capsule.toml, the WIT or a file in a guest's
folder changes. Mistakes are printed, and it goes on. An interrupt ends it.`,
		Example: `  capsule-gen watch
  capsule-gen watch review`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeTasks,
		RunE: func(cmd *cobra.Command, args []string) error {
			// Found once: a capsule.toml that turns up nearer by is another project.
			c, err := loadConfig(configPath)
			if err != nil {
				return noConfig(cmd, err, "")
			}
			if _, err := tasks(c, args); err != nil {
				return err
			}
			return a.watch(cmd.Context(), c.Path, args)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	return cmd
}

// settle is how long files must have been left alone: editors and version
// control write several at once.
const settle = 100 * time.Millisecond

func (a *app) watch(ctx context.Context, configPath string, names []string) error {
	for {
		// The watch begins before the work, so that no change is missed. What
		// the work itself writes wakes it once more, finds nothing to do, and
		// writes nothing.
		w, err := fsnotify.NewWatcher()
		if err != nil {
			return err
		}
		err = a.round(ctx, w, configPath, names)
		if err == nil {
			err = changed(ctx, w)
		}
		w.Close()
		if ctx.Err() != nil {
			return nil // interrupted, as it is meant to end
		}
		if err != nil {
			return err
		}
	}
}

// round does the work once. Its mistakes are the user's, and printed; an error
// means that the files can't be watched.
func (a *app) round(ctx context.Context, w *fsnotify.Watcher, configPath string, names []string) error {
	if err := w.Add(filepath.Dir(configPath)); err != nil {
		return err
	}
	c, err := config.Load(configPath)
	if err != nil {
		a.complain(err)
		return nil
	}
	chosen, err := tasks(c, names)
	if err != nil {
		a.complain(err)
		return nil
	}
	for _, t := range chosen {
		for _, root := range []string{t.WIT, filepath.Dir(t.Guest)} {
			if err := watchTree(ctx, w, root); err != nil {
				return err
			}
		}
	}
	a.refresh(ctx, chosen)
	return nil
}

// watchTree watches a folder and those beneath it. One that isn't there yet is
// noticed when a generate makes it or its parent changes.
func watchTree(ctx context.Context, w *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && path == root:
			return nil
		case err != nil:
			return err
		case !d.IsDir() && path == root:
			return w.Add(filepath.Dir(path)) // a single .wit file
		case !d.IsDir():
			return nil
		case path != root && ignored(d.Name()):
			return fs.SkipDir
		}
		return w.Add(path)
	})
}

// ignored says which names are no part of a project: hidden ones, and what
// interpreters leave behind.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || name == "__pycache__" || name == "node_modules"
}

// changed returns when something was changed and then left alone.
func changed(ctx context.Context, w *fsnotify.Watcher) error {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-w.Errors:
			return err
		case event := <-w.Events:
			if event.Op != fsnotify.Chmod && !ignored(filepath.Base(event.Name)) && filepath.Ext(event.Name) != ".wasm" {
				quiet = time.After(settle)
			}
		case <-quiet:
			return nil
		}
	}
}

// refresh generates and builds the tasks, and prints what came of it.
func (a *app) refresh(ctx context.Context, chosen []*config.Task) {
	outputs, err := a.outputs(ctx, chosen)
	if err != nil {
		a.complain(err)
		return
	}
	changes, err := writeOutputs(outputs)
	if err != nil {
		a.complain(err)
		return
	}
	// Packages of interfaces stay: while somebody types, one may be gone for a
	// moment only.
	removed, err := removeStale(ctx, chosen, outputs, false)
	if err != nil {
		a.complain(err)
	}
	for _, c := range slices.Concat(changes, removed) {
		if c.Status != "unchanged" && c.Status != "kept" {
			fmt.Fprintf(a.out, "%s %s\n", c.Status, shown(c.Path))
		}
	}
	cache, err := toolchain.CacheDir()
	if err != nil {
		a.complain(err)
		return
	}
	for _, t := range chosen {
		one, err := a.buildTask(ctx, t, cache, compile.Limits{})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.complain(fmt.Errorf("build %s: %w", t.Name, err))
		case one.Status != compile.Current:
			fmt.Fprintf(a.out, "%s: %s (%d KiB)\n", shown(t.Output), one.Status, (one.Bytes+1023)/1024)
		}
	}
}
