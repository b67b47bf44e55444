package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/wit"
)

func (a *app) fmtCommand() *cobra.Command {
	var configPath string
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Bring WIT into the one layout",
		Long: `fmt formats .wit files, and prints the names of those that it changes. Comments
stay where they are, and what the text says stays the same.

A folder stands for the .wit files in it, without those of its deps/, which are
others'. Without a path, fmt formats the WIT of all tasks in capsule.toml; for
the path -, what it reads from standard input, to standard output.`,
		Example: `  capsule-gen fmt
  capsule-gen fmt --check wit/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.Equal(args, []string{"-"}) {
				return a.formatInput()
			}
			if len(args) == 0 {
				c, err := loadConfig(configPath)
				if err != nil {
					return noConfig(cmd, err, "a path")
				}
				for _, t := range c.Tasks {
					if err := witThere(t); err != nil {
						return err
					}
					args = append(args, t.WIT)
				}
			}
			return a.format(args, check)
		},
	}
	f := cmd.Flags()
	f.StringVar(&configPath, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	f.BoolVar(&check, "check", false, "change nothing, and exit with 1 where something would change")
	return cmd
}

// formatInput formats standard input to standard output.
func (a *app) formatInput() error {
	text, err := io.ReadAll(a.in)
	if err != nil {
		return err
	}
	formatted, err := wit.Format(text)
	if err != nil {
		return inFile(err, "<standard input>")
	}
	_, err = a.out.Write(formatted)
	return err
}

// format formats files and those in folders. One that can't be formatted
// doesn't keep others from it.
func (a *app) format(paths []string, check bool) error {
	files, err := witFiles(paths)
	if err != nil {
		return err
	}
	var errs []error
	changed := false
	for _, file := range files {
		differs, err := formatFile(file, check)
		if err != nil {
			errs = append(errs, err)
		}
		if differs {
			changed = true
			fmt.Fprintln(a.out, shown(file))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if check && changed {
		return &exitStatus{exitFailed}
	}
	return nil
}

// witFiles returns the .wit files that paths stand for, each once.
func witFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s isn't there", shown(path))
		case err != nil:
			return nil, err
		case !info.IsDir():
			files = append(files, filepath.Clean(path))
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) == ".wit" && !e.IsDir() {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// formatFile formats a file, unless it is only to be checked, and reports
// whether its layout was another one.
func formatFile(path string, check bool) (differs bool, err error) {
	text, err := regularfile.Read(path, maxSourceBytes)
	if err != nil {
		return false, err
	}
	formatted, err := wit.Format(text)
	if err != nil {
		return false, inFile(err, filepath.ToSlash(shorten(path)))
	}
	if bytes.Equal(text, formatted) || check {
		return !bytes.Equal(text, formatted), nil
	}
	// Where the path is a link, what it leads to is the file.
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return false, err
	}
	return atomicfile.Write(path, formatted)
}

// inFile gives the errors of text the name of the file it is from.
func inFile(err error, name string) error {
	if list, ok := errors.AsType[wit.Errors](err); ok {
		for _, e := range list {
			e.Pos.File = name
		}
	} else if e, ok := errors.AsType[*wit.Error](err); ok {
		e.Pos.File = name
	}
	return err
}
