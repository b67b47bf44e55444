package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

//go:embed template
var templates embed.FS

func (a *app) initCommand() *cobra.Command {
	var guest string
	var http bool
	cmd := &cobra.Command{
		Use:   "init NAME --guest python|js",
		Short: "Start a new task that builds and runs as it is",
		Long: `init makes a folder called NAME with a task of that name: a world in wit, a guest
that implements it in sandbox, a Go program that calls it in host, capsule.toml,
and what generate makes of them. Inside a Go module it becomes a part of that;
otherwise it gets a go.mod of its own. Nothing that exists is overwritten.

With --http the guest answers HTTP requests, and the Go program is their server.
The WIT of wasi:http, and of what that uses, is in wit/deps then.`,
		Example: `  capsule-gen init hello --guest python
  capsule-gen init site --guest js --http`,
		Args: argCount(1, 1, "the name of the new task"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.init(cmd, args[0], guest, http) },
	}
	cmd.Flags().StringVar(&guest, "guest", "", "the guest's language: python or js")
	cmd.Flags().BoolVar(&http, "http", false, "a guest that answers HTTP requests")
	completeFlag(cmd, "guest", "python", "js")
	return cmd
}

// newTask is what the templates are filled in with.
type newTask struct {
	Task, Extension string
	Engine          toolchain.Engine
	// Import is the import path of the bindings.
	Import string
}

func (a *app) init(cmd *cobra.Command, name, guest string, http bool) error {
	if err := config.ValidName(name); err != nil {
		return &usageError{err, cmd}
	}
	t := newTask{Task: name}
	switch guest {
	case "python":
		t.Engine, t.Extension = toolchain.Python, "py"
	case "js":
		t.Engine, t.Extension = toolchain.QuickJS, "js"
	case "":
		return usagef(cmd, "--guest is missing: python or js")
	default:
		return usagef(cmd, "--guest: want python or js, not %q", guest)
	}
	if entries, err := os.ReadDir(name); err == nil && len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is a %s already, and init overwrites nothing", name)
	}
	module, command, err := moduleFor(name)
	if err != nil {
		return err
	}
	kind := ""
	if http {
		kind = "http/"
		if guest == "js" {
			t.Engine = toolchain.StarlingMonkey // which has the web's own requests
		}
	}
	files := []struct{ template, path string }{
		{kind + "capsule.toml", "capsule.toml"},
		{"gitignore", ".gitignore"},
		{kind + "greeter.wit", "wit/greeter.wit"},
		{kind + "greeter." + t.Extension, "sandbox/greeter." + t.Extension},
		{kind + "main.go", "host/main.go"},
	}
	own := module == ""
	if own {
		module = name
		files = append(files, struct{ template, path string }{"go.mod", "go.mod"})
	}
	t.Import = path.Join(module, "host", "greeter")
	for _, f := range files {
		if err := writeTemplate(f.template, filepath.Join(name, filepath.FromSlash(f.path)), t); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "created %s\n", shown(filepath.Join(name, f.path)))
	}
	if http {
		if err := a.writeDeps(name); err != nil {
			return err
		}
	}
	if err := a.generate(cmd, generateFlags{config: filepath.Join(name, config.FileName)}, nil); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\nNext:\n  cd %s\n", name)
	if own {
		fmt.Fprintln(a.out, "  go get "+ownModule)
	}
	fmt.Fprintf(a.out, "  %s build\n", command)
	if !http {
		fmt.Fprintf(a.out, "  %s run %s 'greet(\"Ada\")'\n", command, name)
	}
	fmt.Fprintln(a.out, "  go run ./host")
	return nil
}

// writeDeps writes the WIT of wasi:http into a new task.
func (a *app) writeDeps(name string) error {
	const deps = "template/http/deps"
	entries, err := templates.ReadDir(deps)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		data, err := templates.ReadFile(deps + "/" + entry.Name())
		if err != nil {
			return err
		}
		path := filepath.Join(name, "wit", "deps", entry.Name())
		if _, err := atomicfile.Write(path, data); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "created %s\n", shown(path))
	}
	return nil
}

// What go.mod calls this module, and this command as a tool.
const (
	ownModule = "github.com/capsule-kit/capsule"
	ownTool   = ownModule + "/cmd/capsule-gen"
)

// writeTemplate fills in a template and writes it where no file is.
func writeTemplate(name, path string, t newTask) error {
	text, err := templates.ReadFile("template/" + name + ".tmpl")
	if err != nil {
		return err
	}
	parsed, err := template.New(name).Parse(string(text))
	if err != nil {
		return err
	}
	var out strings.Builder
	if err := parsed.Execute(&out, t); err != nil {
		return err
	}
	staged, err := atomicfile.Stage(path, []byte(out.String()))
	if err != nil || staged == nil {
		return err
	}
	defer staged.Discard()
	created, err := staged.CommitNew()
	if err == nil && !created {
		err = fmt.Errorf("there is a %s already, and init overwrites nothing", path)
	}
	return err
}

// moduleFor returns the import path that the folder called name, in the current
// one, has in the Go module around it, empty where there is none; and how
// capsule-gen is called there.
func moduleFor(name string) (importPath, command string, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", "", err
	}
	for inside := name; ; {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			module := modfile.ModulePath(data)
			if module == "" {
				return "", "", fmt.Errorf("%s names no module", filepath.Join(dir, "go.mod"))
			}
			return path.Join(module, filepath.ToSlash(inside)), commandIn(data), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", plainCommand, nil
		}
		inside = filepath.Join(filepath.Base(dir), inside)
		dir = parent
	}
}

const plainCommand = "capsule-gen"

// commandIn returns how capsule-gen is called in a module with the given
// go.mod: there it may be a tool, which isn't on the PATH.
func commandIn(gomod []byte) string {
	parsed, err := modfile.Parse("go.mod", gomod, nil)
	if err == nil && slices.ContainsFunc(parsed.Tool, func(t *modfile.Tool) bool { return t.Path == ownTool }) {
		return "go tool " + plainCommand
	}
	return plainCommand
}
