package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
)

// maxSourceBytes bounds a file that people write, or that generate does.
const maxSourceBytes = 64 << 20

// loadConfig reads the capsule.toml at path or, where that is empty, the
// nearest one.
func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		if path, err = config.Find(dir); err != nil {
			return nil, err
		}
		path = shorten(path)
	}
	return config.Load(path)
}

// tasks returns the tasks called names, or all of them for no names.
func tasks(c *config.Config, names []string) ([]*config.Task, error) {
	if len(names) == 0 {
		if len(c.Tasks) == 0 {
			return nil, fmt.Errorf("%s lists no tasks", c.Path)
		}
		return c.Tasks, nil
	}
	var chosen []*config.Task
	for _, name := range names {
		t, err := c.Task(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, t)
	}
	return chosen, nil
}

// noConfig makes the error of a command that found no capsule.toml one of usage,
// and adds what would do instead, if anything.
func noConfig(cmd *cobra.Command, err error, flags string) error {
	switch {
	case !errors.Is(err, config.ErrNotFound):
		return err
	case flags == "":
		return usagef(cmd, "%w", err)
	}
	return usagef(cmd, "%w; without one, give %s", err, flags)
}

// shorten returns path relative to the current folder where it lies below it.
func shorten(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, absolute)
	if err != nil || strings.HasPrefix(rel, "..") && len(rel) >= len(absolute) {
		return path
	}
	return rel
}

// shown returns a path as it may be printed.
func shown(path string) string { return escape.Line(shorten(path)) }

// printJSON prints v, indented, on standard output.
func (a *app) printJSON(v any) error {
	data, err := marshal(v)
	if err != nil {
		return err
	}
	_, err = a.out.Write(data)
	return err
}

// writeReport writes v as JSON to the file at path: - is standard error, and
// nothing is written where there is no path.
func (a *app) writeReport(path string, v any) error {
	if path == "" {
		return nil
	}
	data, err := marshal(v)
	if err != nil {
		return err
	}
	if path == "-" {
		_, err = a.err.Write(data)
	} else {
		_, err = atomicfile.Write(path, data)
	}
	return err
}

// marshal returns v as indented JSON in which every character that could
// deceive a reader is escaped.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return escape.JSON(out.Bytes()), nil
}
