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
	return a.writeNew(filepath.Join(folder, filepath.FromSlash(f.path)), data)
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
