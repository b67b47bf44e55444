package main

import (
	"embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

//go:embed template
var templates embed.FS

// A templateFile is a template, and the file of a new task that it becomes.
type templateFile struct{ template, path string }

// fill fills in a template.
func fill(name string, t newTask) ([]byte, error) {
	text, err := templates.ReadFile("template/" + name + ".tmpl")
	if err != nil {
		return nil, err
	}
	parsed, err := template.New(name).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	err = parsed.Execute(&out, t)
	return []byte(out.String()), err
}

// writeTemplate fills in a template and writes it into a folder, where no file
// is.
func (a *app) writeTemplate(f templateFile, folder string, t newTask) error {
	data, err := fill(f.template, t)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, filepath.FromSlash(f.path))
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
			return fmt.Errorf("there is a %s already, and init overwrites nothing", shown(path))
		}
	}
	fmt.Fprintf(a.out, "created %s\n", shown(path))
	return nil
}

// addTask writes capsule.toml, or the new task at the end of what is there.
func (a *app) addTask(template string, project project, t newTask) error {
	if !t.Added {
		return a.writeTemplate(templateFile{template, filepath.Base(project.config)}, filepath.Dir(project.config), t)
	}
	data, err := fill(template, t)
	if err != nil {
		return err
	}
	text, err := policyfile.ReadFile(project.config)
	if err != nil {
		return err
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	if _, err := atomicfile.Write(project.config, append(text, data...)); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "updated %s\n", shown(project.config))
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
