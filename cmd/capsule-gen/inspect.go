package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/regularfile"
)

func (a *app) inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE.wasm",
		Short: "Say what a component imports, exports and asks for",
		Long: `inspect decodes and checks a component, without running it, and prints its
exports and imports with their types, which capabilities of WASI it can ask for,
and the core modules in it. Types are written as they are built up, since a
component doesn't need to name them.

- stands for standard input.`,
		Example: `  capsule-gen inspect sandbox/review.wasm
  capsule-gen inspect --json sandbox/review.wasm`,
		Args: argCount(1, 1, "one component file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.inspect(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return cmd
}

// maxComponentBytes bounds what inspect reads.
const maxComponentBytes = 512 << 20

func (a *app) inspect(path string, asJSON bool) error {
	if err := componentThere(path); err != nil {
		return err
	}
	data, err := a.readComponent(path)
	if err != nil {
		return err
	}
	d, err := hostruntime.Inspect(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	in := newInspection(path, len(data), d)
	if asJSON {
		return a.printJSON(in)
	}
	in.print(a.out)
	return nil
}

func (a *app) readComponent(path string) ([]byte, error) {
	in := a.in
	if path != "-" {
		f, err := regularfile.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxComponentBytes+1))
	if err == nil && len(data) > maxComponentBytes {
		err = errors.New(path + " is larger than any component that is accepted")
	}
	return data, err
}

// An inspection is what inspect prints.
type inspection struct {
	File         string         `json:"file"`
	Bytes        int            `json:"bytes"`
	Exports      []functionInfo `json:"exports"`
	Imports      []functionInfo `json:"imports"`
	Capabilities []capability   `json:"capabilities"`
	Modules      []moduleInfo   `json:"coreModules"`
	// Components and CoreInstances count what an instance is made of.
	Components    int `json:"components"`
	CoreInstances int `json:"coreInstances"`
}

type functionInfo struct {
	Interface string `json:"interface,omitempty"`
	Name      string `json:"name"`
	Type      string `json:"type"`
}

type moduleInfo struct {
	Offset  int `json:"offset"`
	Bytes   int `json:"bytes"`
	Imports int `json:"imports"`
	Exports int `json:"exports"`
}

func newInspection(path string, bytes int, d *hostruntime.Description) *inspection {
	in := &inspection{
		File: path, Bytes: bytes,
		Exports: functions(callable(d.Exports)), Imports: functions(d.Imports),
		Capabilities: capabilities(d.ImportNames),
		Modules:      []moduleInfo{},
		Components:   d.Components, CoreInstances: d.CoreInstances,
	}
	for _, m := range d.Modules {
		in.Modules = append(in.Modules, moduleInfo{m.Offset, m.Bytes, m.Imports, m.Exports})
	}
	return in
}

func functions(list []hostruntime.FuncInfo) []functionInfo {
	infos := []functionInfo{}
	for _, f := range list {
		infos = append(infos, functionInfo{f.Interface, f.Name, f.Type.String()})
	}
	return infos
}

func (in *inspection) print(w io.Writer) {
	fmt.Fprintf(w, "%s: a component of %d bytes\n", escape.Line(in.File), in.Bytes)
	printFunctions(w, "exports", in.Exports)
	// WASI's functions are many and known; what matters is what they open up.
	printFunctions(w, "imports", slices.DeleteFunc(slices.Clone(in.Imports), func(f functionInfo) bool {
		return strings.HasPrefix(f.Interface, "wasi:")
	}))
	fmt.Fprintln(w, "\nasks for (of WASI; nothing is granted by default):")
	for _, c := range in.Capabilities {
		fmt.Fprintf(w, "  %s: %s\n", c.Name, escape.Line(strings.Join(c.Interfaces, ", ")))
	}
	if len(in.Capabilities) == 0 {
		fmt.Fprintln(w, "  nothing")
	}
	fmt.Fprintf(w, "\ncore modules: %d, in %d instances of %d components\n", len(in.Modules), in.CoreInstances, in.Components)
	for _, m := range in.Modules {
		fmt.Fprintf(w, "  %9d bytes at %9d, %4d imports, %5d exports\n", m.Bytes, m.Offset, m.Imports, m.Exports)
	}
}

func printFunctions(w io.Writer, title string, list []functionInfo) {
	fmt.Fprintf(w, "\n%s:\n", title)
	last := ""
	for _, f := range list {
		indent := "  "
		if f.Interface != "" {
			if f.Interface != last {
				fmt.Fprintf(w, "  %s\n", escape.Line(f.Interface))
			}
			indent = "    "
		}
		last = f.Interface
		fmt.Fprintf(w, "%s%s: %s\n", indent, escape.Line(f.Name), escape.Line(f.Type))
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "  none")
	}
}
