package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// The help of every command fits on a screen.
func TestHelpFitsAScreen(t *testing.T) {
	const screen = 40
	a := &app{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		var out bytes.Buffer
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(out.String(), "\n"); n > screen || n < 5 {
			t.Errorf("the help of %s has %d lines, want at most %d", cmd.CommandPath(), n, screen)
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	root := a.rootCommand()
	root.InitDefaultCompletionCmd()
	for _, sub := range root.Commands() {
		if !sub.Hidden {
			visit(sub)
		}
	}
}
