package main

import (
	"context"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/compile"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
)

func (a *app) exportsOf(t *config.Task) func(context.Context) ([]compile.Export, error) { return nil }
