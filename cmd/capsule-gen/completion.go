package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// completeTasks offers the names of the tasks in capsule.toml, or in the file
// that --config names, but for those that the command line has.
func completeTasks(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	c, err := loadConfig(path)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp // there are none to offer
	}
	var names []cobra.Completion
	for _, t := range c.Tasks {
		if !slices.Contains(args, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeTaskOrFile offers the tasks for the first argument, or files where no
// task matches.
func completeTaskOrFile(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := completeTasks(cmd, args, word)
	return names, cobra.ShellCompDirectiveDefault
}

// completeFlag offers words for the value of a flag that cmd has.
func completeFlag(cmd *cobra.Command, flag string, words ...cobra.Completion) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // only for a flag that cmd doesn't have
	}
}
