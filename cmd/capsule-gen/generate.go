package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/codegen/golang"
)

type generateFlags struct {
	config                        string
	wit, world, goDir, python, js string
	engine                        string
	json                          bool
}

func (a *app) generateCommand() *cobra.Command {
	var flags generateFlags
	cmd := &cobra.Command{
		Use:   "generate [TASK...]",
		Short: "Write Go bindings and guest stubs from WIT",
		Long: `generate writes, for the tasks in capsule.toml or for one world that is described
by flags alone, the typed Go bindings of the host and the stubs and types that
the guest's author works with. A bare capsule-gen under go generate does the same
for all tasks, so that one line in a Go file is enough:

  //go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen

Files are written only where their content changes, and none at all when
anything is wrong. The guest's own file is created once, with a body that says
what to fill in, and never touched again. Generated Go files of the same package
that the world no longer asks for are removed, and, where no tasks are named, the
packages of interfaces that none asks for.`,
		Example: `  capsule-gen generate
  capsule-gen generate review
  capsule-gen generate --wit wit --world review --go host/review --python sandbox --js sandbox`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeTasks,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.generate(cmd, flags, args) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.config, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.StringVar(&flags.wit, "wit", "", "folder of the WIT files (without capsule.toml)")
	f.StringVar(&flags.world, "world", "", "world to generate for (default: the only one)")
	f.StringVar(&flags.goDir, "go", "", "folder of the Go package to write")
	f.StringVar(&flags.python, "python", "", "folder of the Python stub to write")
	f.StringVar(&flags.js, "js", "", "folder of the JavaScript stub to write")
	f.StringVar(&flags.engine, "engine", "quickjs", "what the JavaScript is for: quickjs or starlingmonkey")
	completeFlag(cmd, "engine", "quickjs", "starlingmonkey")
	f.BoolVar(&flags.json, "json", false, "print what was done to each file as JSON")
	return cmd
}

// An output is one file to write.
type output struct {
	path string
	data []byte
	once bool
	task string // whose it is, for messages
}

// A fileChange is what was done to one file.
type fileChange struct {
	Path   string `json:"path"`
	Status string `json:"status"` // created, updated, unchanged, kept or removed
}

func (a *app) generate(cmd *cobra.Command, flags generateFlags, names []string) error {
	chosen, err := flags.tasks(cmd, names)
	if err != nil {
		return err
	}
	outputs, err := a.outputs(cmd.Context(), chosen)
	if err != nil {
		return err
	}
	changes, err := writeOutputs(outputs)
	if err != nil {
		return err
	}
	removed, err := removeStale(cmd.Context(), chosen, outputs, len(names) == 0)
	changes = append(changes, removed...)
	if flags.json {
		return errors.Join(err, a.printJSON(changes))
	}
	for _, c := range changes {
		if c.Status != "unchanged" && c.Status != "kept" {
			fmt.Fprintf(a.out, "%s %s\n", c.Status, shown(c.Path))
		}
	}
	return err
}

// tasks returns what the command line asks to generate.
func (f generateFlags) tasks(cmd *cobra.Command, names []string) ([]*config.Task, error) {
	if f.wit == "" && f.world == "" && f.goDir == "" && f.python == "" && f.js == "" {
		c, err := loadConfig(f.config)
		if err != nil {
			return nil, noConfig(cmd, err, "--wit, --world and one of --go, --python and --js")
		}
		return tasks(c, names)
	}
	if len(names) > 0 || f.config != "" {
		return nil, usagef(cmd, "give tasks of capsule.toml or the flags that describe a world, not both")
	}
	if f.wit == "" {
		return nil, usagef(cmd, "--wit is missing")
	}
	if f.goDir == "" && f.python == "" && f.js == "" {
		return nil, usagef(cmd, "nothing to write: give --go, --python or --js")
	}
	engine, err := toolchain.Parse(f.engine)
	if err == nil && engine == toolchain.Python {
		err = errors.New("want quickjs or starlingmonkey")
	}
	if err != nil {
		return nil, &usageError{fmt.Errorf("--engine: %w", err), cmd}
	}
	return []*config.Task{{WIT: f.wit, World: f.world, Go: f.goDir, Python: f.python, JS: f.js, Engine: engine}}, nil
}

// outputs generates the files of all tasks, in order, each once.
func (a *app) outputs(ctx context.Context, chosen []*config.Task) ([]output, error) {
	var all []output
	byPath := map[string]int{}
	for _, t := range chosen {
		made, err := a.outputsOf(ctx, t)
		if err != nil {
			return nil, err
		}
		for _, o := range made {
			path, err := filepath.Abs(o.path)
			if err != nil {
				return nil, err
			}
			i, taken := byPath[path]
			if !taken {
				byPath[path] = len(all)
				all = append(all, o)
				continue
			}
			// Tasks of one world share files. A file to fill in is created once,
			// whoever comes first.
			if first := all[i]; !first.once && !bytes.Equal(first.data, o.data) {
				return nil, fmt.Errorf("%s: tasks %s and %s would each write it differently: give one of them another folder in %s, or none (such as js = \"\")",
					shown(o.path), first.task, o.task, config.FileName)
			}
		}
	}
	return all, nil
}

func (a *app) outputsOf(ctx context.Context, t *config.Task) ([]output, error) {
	world, err := a.loadWorld(ctx, t)
	if err != nil {
		return nil, inTask(t, err)
	}
	var options codegen.Options
	folders := map[codegen.Language]string{codegen.Go: t.Go, codegen.Python: t.Python, codegen.JavaScript: t.JS}
	// The author's own file may be elsewhere than the stub.
	own := map[codegen.Language]string{codegen.Python: t.Python, codegen.JavaScript: t.JS}
	if t.Go != "" {
		options.Go = &codegen.GoOptions{Package: packageName(t.Go)}
		if t.Interfaces != "" {
			module, err := moduleAround(t.Interfaces)
			if err != nil {
				return nil, err
			}
			if module.path == "" {
				return nil, fmt.Errorf("%s: interfaces: %s is in no Go module, so its packages would have no import path (go mod init makes one)",
					config.FileName, shown(t.Interfaces))
			}
			options.Go.Shared = module.path
		}
	}
	if t.Python != "" {
		options.Python = &codegen.PythonOptions{}
		if t.Engine == toolchain.Python {
			own[codegen.Python], options.Python.Guest = guestIn(t, t.Python)
		}
	}
	if t.JS != "" {
		options.JavaScript = &codegen.JavaScriptOptions{}
		if t.Engine != toolchain.Python {
			options.JavaScript.Engine = string(t.Engine)
			own[codegen.JavaScript], options.JavaScript.Guest = guestIn(t, t.JS)
		}
		if folder := own[codegen.JavaScript]; folder != t.JS {
			rel, err := filepath.Rel(folder, t.JS)
			if err != nil {
				return nil, err
			}
			options.JavaScript.Types = filepath.ToSlash(filepath.Join(rel, "wit-world.d.ts"))
		}
	}
	files, err := codegen.Generate(world, options)
	if err != nil {
		return nil, world.Explain(err)
	}
	var made []output
	for _, f := range files {
		folder := folders[f.Language]
		switch {
		case f.Once:
			folder = own[f.Language]
		case f.Shared:
			folder = t.Interfaces
		}
		made = append(made, output{filepath.Join(folder, filepath.FromSlash(f.Path)), f.Data, f.Once, t.Name})
	}
	return made, nil
}

// guestIn returns the folder that the path of a task's guest starts from, and
// the path: the folder of its stub, where the guest is in that, or its own.
func guestIn(t *config.Task, stub string) (folder, path string) {
	if t.Guest == "" {
		return stub, ""
	}
	if rel, err := filepath.Rel(stub, t.Guest); err == nil && filepath.IsLocal(rel) {
		return stub, filepath.ToSlash(rel)
	}
	return filepath.Dir(t.Guest), filepath.Base(t.Guest)
}

var packageFolder = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// packageName returns the package name for a folder, as Go's habit is; empty,
// for the world's name, where that isn't possible.
func packageName(folder string) string {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	name := filepath.Base(absolute)
	if !packageFolder.MatchString(name) {
		return ""
	}
	return golang.PackageName(name)
}

// writeOutputs brings all files up to date. They are all complete on the disk
// before the first is moved into place.
func writeOutputs(outputs []output) (changes []fileChange, err error) {
	staged := make([]*atomicfile.Staged, len(outputs))
	defer func() {
		for _, s := range staged {
			if s != nil {
				s.Discard()
			}
		}
	}()
	for i, o := range outputs {
		change := fileChange{filepath.ToSlash(shorten(o.path)), "unchanged"}
		_, err := os.Lstat(o.path)
		switch exists := err == nil; {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case exists && o.once:
			change.Status = "kept"
		default:
			if staged[i], err = atomicfile.Stage(o.path, o.data); err != nil {
				return nil, err
			}
			if staged[i] != nil {
				change.Status = "updated"
				if !exists {
					change.Status = "created"
				}
			}
		}
		changes = append(changes, change)
	}
	for i, s := range staged {
		if s == nil {
			continue
		}
		if outputs[i].once {
			created, err := s.CommitNew()
			if err != nil {
				return nil, err
			}
			if !created {
				changes[i].Status = "kept"
			}
		} else if err := s.Commit(); err != nil {
			return nil, err
		}
	}
	return changes, nil
}
