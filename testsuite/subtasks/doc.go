// Package subtasks runs guests that start other guests as tasks: in each
// language, as callers and as called.
package subtasks

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen generate --wit wit --world agent --go agent
