package main

import (
	"errors"

	"github.com/spf13/cobra"
)

type generateFlags struct {
	config                        string
	wit, world, goDir, python, js string
	json                          bool
}

func (a *app) generateCommand() *cobra.Command {
	return &cobra.Command{Use: "generate"}
}

func (a *app) generate(cmd *cobra.Command, flags generateFlags, names []string) error {
	return errors.New("not yet")
}
func (a *app) initCommand() *cobra.Command { return &cobra.Command{Use: "init"} }
