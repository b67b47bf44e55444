// Package packages holds the WIT packages that the project ships, for guests to
// import: the runtime serves them.
package packages

import _ "embed"

// Tasks is the text of capsule:tasks, for guests that start others.
//
//go:embed tasks.wit
var Tasks string
