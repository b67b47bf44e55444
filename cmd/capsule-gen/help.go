package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command, as its --help does",
		Long:    "help says what capsule-gen can do or, for a command, what COMMAND --help does.",
		Example: "  capsule-gen help build",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			for _, c := range cmd.Root().Commands() {
				if c.IsAvailableCommand() && len(args) == 0 {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || topic == cmd.Root() && len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[0])
			}
			topic.InitDefaultHelpFlag() // as running it would: its help lists these flags
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// unknownCommand is the error for a command that there isn't, with those that
// may have been meant.
func unknownCommand(root *cobra.Command, name string) error {
	var hint string
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return usagef(root, "unknown command %q%s", name, hint)
}
