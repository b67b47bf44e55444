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

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/guestcheck"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/internal/regularfile"
)

func (a *app) checkCommand() *cobra.Command {
	var configPath string
	var diff, asJSON bool
	cmd := &cobra.Command{
		Use:   "check [TASK...]",
		Short: "Say where guests and generated files differ from the WIT",
		Long: `check compares the guests of the tasks in capsule.toml, or of those named, with
their WIT: which functions are missing, which nothing calls, which have other
parameters; and it says which generated files are out of date, or left over. It
reads the guests and runs none of them. Python guests need a Python to be read.

It exits with 1 when something is to be done. With --diff it shows what that
means for the file.`,
		Example: `  capsule-gen check
  capsule-gen check review --diff`,
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
			return a.check(cmd.Context(), chosen, len(args) == 0, diff, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringVar(&configPath, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.BoolVar(&diff, "diff", false, "show the lines that would change")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return cmd
}

// A checkedFile is one file in which something was found.
type checkedFile struct {
	Task     string               `json:"task"` // empty for what no task has any more
	Path     string               `json:"path"`
	Findings []guestcheck.Finding `json:"findings"`
}

// check reports on tasks; all says that they are all of capsule.toml's.
func (a *app) check(ctx context.Context, chosen []*config.Task, all, diff, asJSON bool) error {
	found := []checkedFile{}
	for _, t := range chosen {
		files, err := a.checkTask(ctx, t)
		if err != nil {
			return err
		}
		found = append(found, files...)
	}
	left, err := a.leftBehind(ctx, chosen, all)
	if err != nil {
		return err
	}
	found = append(found, left...)
	if asJSON {
		if err := a.printJSON(found); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			f.print(a, diff)
		}
	}
	for _, file := range found {
		for _, f := range file.Findings {
			if !f.Note {
				return &exitStatus{exitFailed}
			}
		}
	}
	return nil
}

func (c checkedFile) print(a *app, diff bool) {
	for _, f := range c.Findings {
		at := c.Path
		if f.Line > 0 {
			at += fmt.Sprintf(":%d", f.Line)
		}
		if f.Note {
			at += ": note"
		}
		fmt.Fprintln(a.out, escape.Line(at+": "+f.Message))
		if !diff {
			continue
		}
		for _, line := range f.Remove {
			fmt.Fprintln(a.out, escape.Line("- "+line))
		}
		for _, line := range f.Add {
			fmt.Fprintln(a.out, escape.Line("+ "+line))
		}
	}
}

// checkTask compares all files that generate would write for a task.
func (a *app) checkTask(ctx context.Context, t *config.Task) ([]checkedFile, error) {
	// Also where no stub is wanted, the file that a guest would start with says
	// what is asked of it.
	whole, stub := *t, &t.JS
	if t.Engine == toolchain.Python {
		stub = &t.Python
	}
	if *stub == "" {
		whole.Python, whole.JS = filepath.Dir(t.Guest), ""
		if t.Engine != toolchain.Python {
			whole.Python, whole.JS = "", filepath.Dir(t.Guest)
		}
	}
	made, err := a.outputsOf(ctx, &whole)
	if err != nil {
		return nil, err
	}
	made = slices.DeleteFunc(made, func(o output) bool {
		rel, err := filepath.Rel(t.Go, o.path)
		return *stub == "" && !o.once && (t.Go == "" || err != nil || !filepath.IsLocal(rel))
	})
	var found []checkedFile
	world, err := a.loadWorld(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, b := range brokenOn(t.Engine, world) {
		found = append(found, checkedFile{t.Name, filepath.ToSlash(shorten(b.pos.File)), []guestcheck.Finding{{Line: b.pos.Line, Message: b.why}}})
	}
	for _, o := range made {
		data, err := regularfile.Read(o.path, maxSourceBytes)
		var findings []guestcheck.Finding
		switch {
		case errors.Is(err, fs.ErrNotExist):
			findings = []guestcheck.Finding{{Message: "it isn't there: capsule-gen generate writes it"}}
		case err != nil:
			return nil, err
		case o.once:
			if findings, err = a.checkGuest(ctx, t, o.data, data); err != nil {
				return nil, err
			}
		case !bytes.Equal(data, o.data):
			findings = []guestcheck.Finding{{Message: "it isn't what the WIT says now: capsule-gen generate brings it up to date"}}
		}
		if len(findings) > 0 {
			found = append(found, checkedFile{t.Name, filepath.ToSlash(shorten(o.path)), findings})
		}
	}
	return found, nil
}

// leftBehind returns the generated files that generate would remove.
func (a *app) leftBehind(ctx context.Context, chosen []*config.Task, all bool) ([]checkedFile, error) {
	outputs, err := a.outputs(ctx, chosen)
	if err != nil {
		return nil, err
	}
	files, err := findStale(ctx, chosen, outputs, all)
	if err != nil {
		return nil, err
	}
	var found []checkedFile
	for _, f := range files {
		found = append(found, checkedFile{
			Path:     filepath.ToSlash(shorten(f.path)),
			Findings: []guestcheck.Finding{{Message: "the WIT asks for it no longer: capsule-gen generate removes it"}},
		})
	}
	return found, nil
}

// checkGuest compares a guest's file with what generate would start it with.
func (a *app) checkGuest(ctx context.Context, t *config.Task, start, own []byte) ([]guestcheck.Finding, error) {
	language := guestcheck.JavaScriptLanguage
	read := guestcheck.JavaScript
	if ext := filepath.Ext(t.Guest); ext == ".ts" || ext == ".mts" {
		read = guestcheck.TypeScript
	}
	language.AsyncIsFine = t.Engine == toolchain.StarlingMonkey
	if t.Engine == toolchain.Python {
		python, err := toolchain.FindPython(ctx)
		if err != nil {
			return nil, err
		}
		language = guestcheck.PythonLanguage
		read = func(ctx context.Context, source []byte) (*guestcheck.Member, error) {
			return guestcheck.Python(ctx, python, source)
		}
	}
	want, err := read(ctx, start)
	if err != nil {
		return nil, fmt.Errorf("the file that generate starts a guest with: %w", err)
	}
	got, err := read(ctx, own)
	if syntax, ok := errors.AsType[*guestcheck.SyntaxError](err); ok {
		return []guestcheck.Finding{{Line: syntax.Line, Message: strings.TrimSpace(syntax.Message)}}, nil
	}
	if err != nil {
		return nil, err
	}
	if t.Engine == toolchain.StarlingMonkey && bytes.Contains(own, []byte("addEventListener")) {
		// Requests are answered by the fetch event then.
		want.Members = slices.DeleteFunc(want.Members, func(m guestcheck.Member) bool { return m.Name == "incomingHandler" })
	}
	return language.Compare(want, got), nil
}
