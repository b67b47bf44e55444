package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which versions this is made of",
		Long: `version prints the version of capsule-gen, which is that of its Go module, of Go and
of wazero, which it was built with, the unit that fuel is counted in, and the
compilers that build uses. --version prints the same.`,
		Example: "  capsule-gen version",
		Args:    argCount(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.out, versions())
			return err
		},
	}
}

// versions returns what version prints.
func versions() string {
	var out strings.Builder
	line := func(name, version string) { fmt.Fprintf(&out, "%-14s %s\n", name, version) }
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: "unknown"}
	}
	fmt.Fprintf(&out, "capsule-gen %s\n", moduleVersion(info, ownModule))
	line("Go", strings.TrimPrefix(info.GoVersion, "go"))
	line("wazero", moduleVersion(info, "github.com/tetratelabs/wazero"))
	line("fuel model", strconv.Itoa(hostruntime.FuelModel))
	for _, e := range toolchain.Engines {
		line(string(e), e.Compiler())
	}
	return out.String()
}

// moduleVersion returns the version of a module that the command was built from.
// The main module is another one where the command is a tool of that.
func moduleVersion(info *debug.BuildInfo, path string) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != path {
			continue
		}
		if m.Version == "" || m.Replace != nil && m.Replace.Version == "" {
			break // a folder's
		}
		if m.Replace != nil {
			return m.Replace.Version
		}
		return m.Version
	}
	return "(devel)"
}
