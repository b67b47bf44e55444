package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/codegen/golang"
	"github.com/capsule-kit/capsule/wit"
)

func (a *app) initCommand() *cobra.Command {
	var guest string
	var http bool
	cmd := &cobra.Command{
		Use:   "init NAME --guest python|js|ts",
		Short: "Start a new task that builds and runs as it is",
		Long: `init makes a folder called NAME with a task of that name: a world in wit, a guest
that implements it in sandbox, a Go program that calls it in host, capsule.toml,
and what generate makes of them. Where there is a capsule.toml already, in this
folder or above it, the task is added to that. Inside a Go module it becomes a
part of that; otherwise it gets a go.mod of its own. No file is overwritten.

With --http the guest answers HTTP requests, and the Go program is their server.
The WIT of wasi:http, and of what that uses, is in wit/deps then.`,
		Example: `  capsule-gen init hello --guest python
  capsule-gen init site --guest js --http`,
		Args: argCount(1, 1, "the name of the new task"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.init(cmd, args[0], guest, http) },
	}
	cmd.Flags().StringVar(&guest, "guest", "", "the guest's language: python, js or ts")
	cmd.Flags().BoolVar(&http, "http", false, "a guest that answers HTTP requests")
	completeFlag(cmd, "guest", "python", "js", "ts")
	return cmd
}

// A newTask is what the templates are filled in with.
type newTask struct {
	Task   string
	World  string // as WIT writes it
	Engine toolchain.Engine
	Guest  string // the guest's file name
	// Package is the name of the Go package of the bindings, and Import its
	// import path.
	Package, Import string
	// Folder is where the task's files are, from the folder of capsule.toml,
	// with a slash at the end; empty for that one.
	Folder string
	// Added says that there is a capsule.toml.
	Added bool
}

func (a *app) init(cmd *cobra.Command, name, guest string, http bool) error {
	if err := config.ValidName(name); err != nil {
		return &usageError{err, cmd}
	}
	t := newTask{Task: name, World: witName(name), Package: bindingsPackage(name)}
	switch guest {
	case "python":
		t.Engine, t.Guest = toolchain.Python, pythonFile(name)
	case "js", "ts":
		t.Engine, t.Guest = toolchain.QuickJS, name+"."+guest
		if http {
			t.Engine = toolchain.StarlingMonkey // which has the web's own requests
		}
	case "":
		return usagef(cmd, "--guest is missing: python, js or ts")
	default:
		return usagef(cmd, "--guest: want python, js or ts, not %q", guest)
	}
	if entries, err := os.ReadDir(name); err == nil && len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is a %s already, and init overwrites nothing", name)
	}
	project, err := projectFor(name)
	if err != nil {
		return err
	}
	t.Added, t.Folder = project.added, project.folder
	module, err := moduleAround(name)
	if err != nil {
		return err
	}
	kind := ""
	if http {
		kind = "http/"
	}
	files := []templateFile{
		{"gitignore", ".gitignore"},
		{kind + "world.wit", "wit/" + name + ".wit"},
		{kind + "guest" + path.Ext(t.Guest), "sandbox/" + t.Guest},
		{kind + "main.go", "host/main.go"},
	}
	own := module.path == ""
	if own {
		module.path = name
		files = append(files, templateFile{"go.mod", "go.mod"})
	}
	t.Import = path.Join(module.path, "host", t.Package)
	for _, f := range files {
		if err := a.writeTemplate(f, name, t); err != nil {
			return err
		}
	}
	if http {
		needed, err := withNeeds([]string{"wasi:http"})
		if err != nil {
			return err
		}
		if err := a.addWIT(filepath.Join(name, "wit"), needed); err != nil {
			return err
		}
	}
	if err := a.addTask(kind+"capsule.toml", project, t); err != nil {
		return err
	}
	if err := a.generate(cmd, generateFlags{config: project.config}, []string{name}); err != nil {
		return err
	}
	a.sayNext(project, module, t, own, http)
	return nil
}

// sayNext prints the commands that come after init.
func (a *app) sayNext(project project, module goModule, t newTask, own, http bool) {
	fmt.Fprintln(a.out, "\nNext:")
	if dir := filepath.Dir(project.config); dir != "." {
		fmt.Fprintf(a.out, "  cd %s\n", shown(dir))
	}
	if own || !module.hasRuntime {
		fmt.Fprintln(a.out, "  go get "+ownModule)
	}
	one := ""
	if t.Added {
		one = " " + t.Task
	}
	fmt.Fprintf(a.out, "  %s build%s\n", module.command, one)
	if !http {
		fmt.Fprintf(a.out, "  %s run %s 'greet(\"Ada\")'\n", module.command, t.Task)
	}
	fmt.Fprintf(a.out, "  go run ./%shost\n", t.Folder)
}

// A project is the capsule.toml that lists a new task.
type project struct {
	config string // its path
	added  bool   // that it is there
	folder string // of the new task, as in newTask
}

// projectFor returns the project that a new task called name becomes a part of.
func projectFor(name string) (project, error) {
	c, err := loadConfig("")
	if errors.Is(err, config.ErrNotFound) {
		return project{config: filepath.Join(name, config.FileName)}, nil
	}
	if err != nil {
		return project{}, err
	}
	for _, t := range c.Tasks {
		if t.Name == name {
			return project{}, fmt.Errorf("%s has a task %s already, and init overwrites nothing", shown(c.Path), name)
		}
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return project{}, err
	}
	absolute, err := filepath.Abs(name)
	if err != nil {
		return project{}, err
	}
	folder, err := filepath.Rel(dir, absolute)
	if err != nil {
		return project{}, err
	}
	return project{c.Path, true, filepath.ToSlash(folder) + "/"}, nil
}

// witName returns a name as WIT writes it: behind % where it is a keyword.
func witName(name string) string {
	if _, err := wit.Format([]byte("package p:" + name + ";\nworld " + name + " {}\n")); err != nil {
		return "%" + name
	}
	return name
}

// bindingsPackage returns the name of the Go package of a new task's bindings:
// none that means something else in the host program, or to the go command.
func bindingsPackage(name string) string {
	taken := strings.Fields("context errors fmt os time hostruntime error string main run ctx err rt comp guest used greeting internal vendor testdata")
	p := golang.PackageName(name)
	if slices.Contains(taken, p) {
		p += "task"
	}
	return p
}
